"""Every address of the API, described once: the routes and the OpenAPI document come from here."""

from copydesk.api import answers, atom, counts, questions
from copydesk.api.endpoint import FEED, Endpoint
from copydesk.api.found import FoundPage
from copydesk.api.overruling import OverruleItem, OverruleWish
from copydesk.api.saved_endpoints import SAVED_ENDPOINTS
from copydesk.explain.model import Explanation

_PAGED = (
    "Follow `next_cursor` for more. All pages of one walk describe the moment of its first page: "
    "what arrives meanwhile neither repeats nor skips an item."
)

ARTICLES = Endpoint(
    path="/v1/articles",
    name="listArticles",
    summary="Articles, newest first",
    description=f"{_PAGED} To hear of new ones, read `/v1/changes`.",
    question=questions.ArticlesQuestion,
    answer=answers.ArticlePage,
    others=(304,),
)
ARTICLE = Endpoint(
    path="/v1/articles/{id}",
    name="getArticle",
    summary="One article with its text",
    description="And how its text, dates and language were found.",
    answer=answers.ArticleWhole,
    refusals=(404, 422, 503),
    others=(304,),
)
STORIES = Endpoint(
    path="/v1/stories",
    name="listStories",
    summary="Stories, newest or biggest first",
    description=f"{_PAGED} Stories merged or split meanwhile may change their place.",
    question=questions.StoriesQuestion,
    answer=answers.StoryPage,
    others=(304,),
)
STORY = Endpoint(
    path="/v1/stories/{id}",
    name="getStory",
    summary="One story with its articles by copy group",
    description="A story that was merged answers 308 with the address of the story that holds "
    "it now; an id once given is never lost.",
    answer=answers.StoryWhole,
    refusals=(404, 422, 503),
    others=(304, 308),
)
STORIES_FEED = Endpoint(
    path="/v1/stories/feed",
    name="feedStories",
    summary="Stories as an Atom feed",
    description=f"As `/v1/stories` lists them. {FEED}",
    question=questions.StoriesQuestion,
    answer=None,
    media_type=atom.MEDIA_TYPE,
    others=(304,),
)
STORY_FEED = Endpoint(
    path="/v1/stories/{id}/feed",
    name="feedStory",
    summary="The reports of one story as an Atom feed",
    description=f"The newest first. {FEED}",
    question=questions.FeedQuestion,
    answer=None,
    media_type=atom.MEDIA_TYPE,
    refusals=(404, 422, 503),
    others=(304, 308),
)
SOURCES = Endpoint(
    path="/v1/sources",
    name="listSources",
    summary="Sources and how fetching them goes",
    description="By id.",
    question=questions.SourcesQuestion,
    answer=answers.SourcePage,
    others=(304,),
)
SOURCE_HEALTH = Endpoint(
    path="/v1/sources/health",
    name="listSourceHealth",
    summary="How each source fares, and why",
    description="By id. A source that answers is `silent` when no item came for a time that its "
    "own rhythm makes next to impossible.",
    question=questions.SourceHealthQuestion,
    answer=answers.SourceHealthPage,
    others=(304,),
)
SEARCH = Endpoint(
    path="/v1/search",
    name="search",
    summary="Search articles or stories",
    description="A query that cannot be read is refused with the offset of the character where "
    "reading failed, in `errors`. Search lags the record by a moment: see `/readyz`.",
    question=questions.SearchQuestion,
    answer=FoundPage,
    others=(304,),
)
SEARCH_WHERE = Endpoint(
    path="/v1/search",
    name="searchWhere",
    summary="Search by conditions",
    description="What `q` says as a text stands in `where` as conditions in conditions, for "
    "programs that put queries together. It changes nothing, so anybody may.",
    answer=FoundPage,
    body=questions.SearchWhere,
    method="post",
    refusals=(413, 415, 422, 503),
)
SEARCH_FEED = Endpoint(
    path="/v1/search/feed",
    name="feedSearch",
    summary="A search as an Atom feed",
    description=f"As `/v1/search` finds it, by default the newest first. {FEED}",
    question=questions.SearchFeedQuestion,
    answer=None,
    media_type=atom.MEDIA_TYPE,
    others=(304,),
)
FACETS = Endpoint(
    path="/v1/facets",
    name="countByValue",
    summary="How many there are, by outlet, language, country, source or credit",
    description="Of what a query finds. Exact for fields of up to 10,000 different values. A story "
    "counts once for each outlet, language and country that it has.",
    question=counts.FacetsQuestion,
    answer=counts.FacetCounts,
    others=(304,),
)
TIMELINE = Endpoint(
    path="/v1/timeline",
    name="countByTime",
    summary="How many there are, by hour, day, week or month of a time zone",
    description="Of what a query finds. Articles count when they were published, or else first "
    "seen, stories at their last report. Days on which clocks change have 23 or 25 hours.",
    question=counts.TimelineQuestion,
    answer=counts.Timeline,
    others=(304,),
)
CHANGES = Endpoint(
    path="/v1/changes",
    name="listChanges",
    summary="What changed, in order",
    description="Positions rise in the order of commits; none is given twice. Start with "
    "`since=0`, then give `last` as `since`. Each change names an article or story; ask for it to "
    "see what it is now. Of changes older than [retention] `changes` (90 days by default) only the "
    "last of each article and story stays: a reader that was away for longer goes on all the same "
    "and misses steps between, never how things stand. Where a backup is restored positions leap; "
    "what came after the backup is gone without a change that says so: begin at 0 again.",
    question=questions.ChangesQuestion,
    answer=answers.ChangesPage,
    others=(304,),
)
EXPLAIN = Endpoint(
    path="/v1/explain",
    name="explain",
    summary="The whole life of an article or story, or why it is not there",
    description="From the fetch that brought it to the state of search. What was never seen is "
    "answered too, with the sources that could have brought it.",
    question=questions.ExplainQuestion,
    answer=Explanation,
)
OVERRULE = Endpoint(
    path="/v1/stories/{id}/overrules",
    name="overruleStory",
    summary="Split, merge, pin or unpin a story",
    description="A person's word, which the desk carries out within a second or two and never "
    "undoes. Without a token it is taken from the server's own machine only.",
    answer=OverruleItem,
    body=OverruleWish,
    method="post",
    success=202,
    refusals=(401, 403, 404, 409, 413, 415, 422, 503),
)
OVERRULED = Endpoint(
    path="/v1/overrules/{id}",
    name="getOverrule",
    summary="What became of a person's word",
    description="`waiting` until the desk has come to it.",
    answer=OverruleItem,
    refusals=(404, 422, 503),
)
HEALTH = Endpoint(
    path="/healthz",
    name="getHealth",
    summary="Whether the process lives",
    description="Looks at nothing else.",
    answer=answers.Alive,
    refusals=(422,),
)
READY = Endpoint(
    path="/readyz",
    name="getReadiness",
    summary="Whether everything needed is there",
    description="The record can be read and has the right schema, and the search engine is not "
    "far behind. 503 says what is missing.",
    answer=answers.Ready,
)
METRICS = Endpoint(
    path="/metrics",
    name="getMetrics",
    summary="Metrics for Prometheus",
    description="In Prometheus' text format.",
    answer=None,
    refusals=(422,),
    media_type="text/plain; version=1.0.0",
)
OPENAPI = Endpoint(
    path="/openapi.json",
    name="getOpenApi",
    summary="This document",
    description="OpenAPI 3.1.",
    answer=None,
    refusals=(422,),
)
ENDPOINTS = (
    ARTICLES,
    ARTICLE,
    STORIES,
    STORIES_FEED,
    STORY,
    STORY_FEED,
    SOURCES,
    SOURCE_HEALTH,
    SEARCH,
    SEARCH_WHERE,
    SEARCH_FEED,
    FACETS,
    TIMELINE,
    CHANGES,
    EXPLAIN,
    OVERRULE,
    OVERRULED,
    *SAVED_ENDPOINTS,
    HEALTH,
    READY,
    METRICS,
    OPENAPI,
)  # fmt: skip
