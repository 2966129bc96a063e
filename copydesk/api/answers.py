"""The shapes of the API's answers. Times are RFC 3339 in UTC."""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from copydesk.api.overruling import OverruleItem
from copydesk.api.story_life import StoryLifeItem
from copydesk.story_state import StoryState

T = TypeVar("T")
SourceState = Literal["new", "well", "failing", "paused", "retired"]
Share = Annotated[float, Meta(description="A share from 0 to 1.")]
NextCursor = Annotated[
    str | None,
    Meta(description="Give it as `cursor` for the next page; null on the last page."),
]


class CopyWhy(msgspec.Struct, frozen=True, kw_only=True):
    """Why an article is, or is not, a copy of another text."""

    method: Annotated[
        Literal["first", "minhash", "containment", "title", "person"],
        Meta(description="`first`: no earlier text is like it."),
    ]
    matched: Annotated[str, Meta(description="The article it was held against.")]
    similarity: Share
    containment: Share
    shared_shingles: Annotated[int, Meta(description="Word sequences in common.")]
    threshold: Annotated[float, Meta(description="The similarity from which texts are copies.")]
    in_words: Annotated[str, Meta(description="The same as a sentence.")]


class StoryWhy(msgspec.Struct, frozen=True, kw_only=True):
    """Why an article belongs to its story."""

    method: Annotated[
        Literal["first", "copy", "terms", "person"],
        Meta(description="`first` opened the story, `copy` follows the text it copies."),
    ]
    probability: Share
    threshold: Annotated[float, Meta(description="The probability that is needed.")]
    matched: Annotated[str, Meta(description="The article it was held against.")]
    terms: Annotated[tuple[str, ...], Meta(description="The heaviest terms in common.")]
    features: Annotated[dict[str, float], Meta(description="What the probability is made of.")]
    in_words: Annotated[str, Meta(description="The same as a sentence.")]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Why an article is where it is."""

    copy_group: CopyWhy
    story: StoryWhy


class ArticleItem(msgspec.Struct, frozen=True, kw_only=True):
    """One article without its text."""

    id: Annotated[str, Meta(examples=["a1f3c0ffee"])]
    url: Annotated[str, Meta(description="Where the outlet shows it, as found; not vetted.")]
    guid: Annotated[str, Meta(description="The source's own id of it.")]
    title: str
    outlet: Annotated[str, Meta(description="Who publishes.", examples=["Reuters"])]
    source: Annotated[str, Meta(description="The source that had it; see `/v1/sources`.")]
    country: Annotated[str, Meta(description="Of the outlet, ISO 3166-1.", examples=["GB"])]
    byline: str
    summary: str
    language: Annotated[str, Meta(description="BCP 47; empty when unknown.", examples=["en"])]
    credit: Annotated[str, Meta(description="The agency named in it; empty when none is.")]
    status: Annotated[
        str, Meta(description="usable, embargoed, corrected or cancelled.", examples=["usable"])
    ]
    published: Annotated[datetime | None, Meta(description="By the outlet; null when unknown.")]
    first_seen: Annotated[datetime, Meta(description="When we saw it first.")]
    at: Annotated[datetime, Meta(description="`published`, or else `first_seen`: lists use it.")]
    revision: Annotated[int, Meta(description="1 for the first wording seen.")]
    copy_group: Annotated[str, Meta(description="The group of the same text.")]
    story: Annotated[str, Meta(description="The story; see `/v1/stories/{id}`.")]
    evidence: Evidence


class CreditItem(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote it really, and where that is said."""

    agency: str
    wording: str
    found_in: str


class ArticleWhole(msgspec.Struct, frozen=True, kw_only=True):
    """One article with its text and how that was won."""

    article: ArticleItem
    text: str
    text_origin: Annotated[str, Meta(description="page, feed, summary, import or none.")]
    extraction_method: str
    extraction_quality: Share
    extraction_note: Annotated[
        str, Meta(description="Why there is no better text, for instance a page that was gone.")
    ]
    canonical_url: str
    published_origin: str
    published_confidence: Share
    language_confidence: Share
    section: str
    keywords: tuple[str, ...]
    media: tuple[str, ...]
    rights: str
    credit: CreditItem | None


class StoryItem(msgspec.Struct, frozen=True, kw_only=True):
    """One story: reports of the same happening."""

    id: Annotated[str, Meta(description="Lives for ever; a merged story redirects.")]
    headline: str
    headline_article: Annotated[str, Meta(description="The article the headline is from.")]
    headline_status: Annotated[
        str, Meta(description="The `status` of that article.", examples=["usable"])
    ]
    summary: str
    first_report: datetime
    last_report: datetime
    articles: Annotated[int, Meta(description="How many reports, copies counted.", examples=[41])]
    copy_groups: Annotated[int, Meta(description="How many distinct texts.", examples=[12])]
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    terms: Annotated[tuple[str, ...], Meta(description="Its heaviest terms.")]
    state: Annotated[
        StoryState,
        Meta(
            description="`provisional` until 30 minutes after its first report or two outlets, "
            "then `settled`; `resting` after seven days; `pinned`: only people change it."
        ),
    ]


class CopyGroupItem(msgspec.Struct, frozen=True, kw_only=True):
    """One text and its copies, in time order."""

    id: str
    first_article: Annotated[str, Meta(description="The earliest article of the group.")]
    size: Annotated[int, Meta(description="All its articles, even those left out here.")]
    articles: tuple[ArticleItem, ...]


class StoryEventItem(msgspec.Struct, frozen=True, kw_only=True):
    """A merge or a split in the story's past."""

    at: datetime
    event: Annotated[str, Meta(description="merged or split.")]
    other: Annotated[str, Meta(description="The story merged in, or split off.")]


class StoryWhole(msgspec.Struct, frozen=True, kw_only=True):
    """One story with its articles by copy group."""

    story: StoryItem
    life: StoryLifeItem
    copy_groups: Annotated[
        tuple[CopyGroupItem, ...], Meta(description="By their first report, in time order.")
    ]
    left_out: Annotated[
        int,
        Meta(description="Its oldest articles beyond 1000; `/v1/articles?story=` has them all."),
    ]
    history: tuple[StoryEventItem, ...]
    overrules: Annotated[
        tuple[OverruleItem, ...], Meta(description="What people decided about it, in order.")
    ]


class SourceItem(msgspec.Struct, frozen=True, kw_only=True):
    """One source and how fetching it goes."""

    id: str
    url: str
    kind: str
    outlet: str
    country: str
    language: str
    origin: Annotated[
        str,
        Meta(description="`configured` (the catalogue, too) or `added` by command."),
    ]
    state: Annotated[
        SourceState,
        Meta(description="`new` was never fetched, `retired` is gone for good."),
    ]
    due: Annotated[datetime | None, Meta(description="When it is fetched next.")]
    due_reason: str
    last_fetch: datetime | None
    last_success: datetime | None
    last_new_item: datetime | None
    last_outcome: Annotated[str, Meta(description="Of the last fetch.", examples=["ok"])]
    failures: Annotated[int, Meta(description="Failed fetches in a row.")]
    error: Annotated[str, Meta(description="What failed, as a sentence; empty when well.")]


class ChangeItem(msgspec.Struct, frozen=True, kw_only=True):
    """One change: ask for the article or story to see what it is now."""

    seq: Annotated[
        int,
        Meta(
            description="Its position; rises. Gaps are changes that later ones repeat, or where a "
            "backup was restored.",
            examples=[4711],
        ),
    ]
    kind: Literal["article", "story"]
    id: str
    operation: Annotated[
        Literal["put", "remove"],
        Meta(
            description="`remove`: an article was deleted, or a story was merged (it redirects) or "
            "has lost its last report."
        ),
    ]


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One page of a list."""

    items: tuple[T, ...]
    next_cursor: NextCursor


class ArticlePage(Page[ArticleItem], frozen=True, kw_only=True):
    """Articles, newest first."""


class StoryPage(Page[StoryItem], frozen=True, kw_only=True):
    """Stories in the order asked for."""


class SourcePage(Page[SourceItem], frozen=True, kw_only=True):
    """Sources by id."""


class SourceHealthItem(msgspec.Struct, frozen=True, kw_only=True):
    """How one source fares."""

    id: str
    outlet: str
    state: Annotated[
        str, Meta(description="`well`, `paused`, or what is the matter.", examples=["silent"])
    ]
    grade: Annotated[
        Literal["good", "note", "wrong"], Meta(description="`wrong` needs a person to look.")
    ]
    reason: Annotated[str, Meta(description="The state as a sentence.")]
    since: Annotated[datetime | None, Meta(description="How long it has been so.")]
    last_fetch: datetime | None
    last_new_item: datetime | None
    failures: Annotated[int, Meta(description="Failed fetches in a row.")]
    error: Annotated[str, Meta(description="What failed last, as a sentence; empty when well.")]


class SourceHealthPage(Page[SourceHealthItem], frozen=True, kw_only=True):
    """Health of sources by id."""


class ChangesPage(msgspec.Struct, frozen=True, kw_only=True):
    """A run of the change log."""

    items: tuple[ChangeItem, ...]
    last: Annotated[int, Meta(description="Give it as `since` to read on.")]
    head: Annotated[int, Meta(description="The last position there is; you are done at it.")]


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: Literal["alive"]
    version: str
    since: datetime


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """Everything needed to answer is there. Otherwise a problem (503) says what is not."""

    status: Literal["ready"]
    log_head: Annotated[int, Meta(description="The last position of the change log.")]
    engine_position: Annotated[int, Meta(description="Up to where the search engine is.")]
    engine_lag: Annotated[int, Meta(description="Changes that search does not show yet.")]
    engine_fault: Annotated[
        str,
        Meta(
            description="That the desk cannot bring the search engine on, and since when; empty "
            "while it can. What search held before is still found."
        ),
    ]
