"""The questions that can be asked of each list: the parameters, their meaning and limits."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from copydesk.api.parameters import TIME
from indexer.query.json_form import Condition

LARGEST = 2**63 - 1

Name = Annotated[str, Meta(max_length=500)]
Limit = Annotated[
    int, Meta(ge=1, le=200, description="How many items one page holds.", examples=[50])
]
Cursor = Annotated[
    str,
    Meta(
        max_length=4000,
        description="The `next_cursor` of the page before. It fits only the same question.",
    ),
]
Time = float | None
_TIME_FORM = (
    "RFC 3339 (`2023-05-30T06:00:00Z`; without an offset it is UTC), a day such as `today`, "
    "`yesterday` or `today-7d` (from midnight UTC), or epoch seconds."
)


class ArticlesQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which articles."""

    outlet: Annotated[
        Name, Meta(description="The publisher, exactly as written.", examples=["Reuters"])
    ] = ""
    source: Annotated[
        Name, Meta(description="The id of the source (a feed) that had it.", examples=["bbc-world"])
    ] = ""
    language: Annotated[
        Name,
        Meta(description="BCP 47; finds regional forms too: `pt` finds `pt-BR`.", examples=["de"]),
    ] = ""
    country: Annotated[
        Name,
        Meta(description="Of the outlet, two letters of ISO 3166-1.", examples=["GB"]),
    ] = ""
    story: Annotated[
        Name, Meta(description="The id of the story that holds it, or of one merged into it.")
    ] = ""
    copy_group: Annotated[Name, Meta(description="The id of the copy group that holds it.")] = ""
    since: Annotated[
        Time, Meta(extra=TIME, description=f"Published then or later. {_TIME_FORM}")
    ] = None
    until: Annotated[Time, Meta(extra=TIME, description=f"Published before then. {_TIME_FORM}")] = (
        None
    )
    limit: Limit = 50
    cursor: Cursor = ""


class StoriesQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which stories, in which order."""

    order: Annotated[
        Literal["newest", "biggest"],
        Meta(description="By the last report, or by how many reports there are."),
    ] = "newest"
    since: Annotated[
        Time, Meta(extra=TIME, description=f"With a report then or later. {_TIME_FORM}")
    ] = None
    until: Annotated[
        Time, Meta(extra=TIME, description=f"With a report before then. {_TIME_FORM}")
    ] = None
    language: Annotated[
        Name,
        Meta(description="With a report in it; BCP 47, finds regional forms too.", examples=["de"]),
    ] = ""
    outlet: Annotated[
        Name, Meta(description="With a report of this publisher, exactly.", examples=["Reuters"])
    ] = ""
    min_articles: Annotated[
        int, Meta(ge=0, le=1_000_000, description="With at least so many reports.", examples=[3])
    ] = 0
    min_outlets: Annotated[
        int, Meta(ge=0, le=1_000_000, description="Of at least so many outlets.", examples=[2])
    ] = 0
    limit: Limit = 50
    cursor: Cursor = ""


class SourcesQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of the sources."""

    limit: Limit = 200
    cursor: Cursor = ""


class SourceHealthQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of the sources' health."""

    grade: Annotated[
        Literal["any", "good", "note", "wrong"],
        Meta(description="Only those so graded.", examples=["wrong"]),
    ] = "any"
    limit: Limit = 200
    cursor: Cursor = ""


class SearchQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What to search for."""

    q: Annotated[
        str,
        Meta(
            max_length=2000,
            description='In the query language: words, `"phrases"`, `field:value`, AND, OR, NOT, '
            "ranges. Empty finds everything.",
            examples=["drone AND moscow language:en"],
        ),
    ] = ""
    kind: Annotated[Literal["article", "story"], Meta(description="What to find.")] = "article"
    order: Annotated[
        Literal["relevance", "newest", "oldest"], Meta(description="What comes first.")
    ] = "relevance"
    copies: Annotated[
        Literal["all", "folded"],
        Meta(
            description="Articles of one text each for themselves, or all that a page has of them "
            "with the first one found; then a page may hold more than `limit` articles, and a "
            "text may come again on a later page."
        ),
    ] = "all"
    limit: Limit = 20
    cursor: Cursor = ""


class SearchWhere(SearchQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to search for, as conditions instead of a text."""

    where: Annotated[Condition | None, Meta(description="Instead of `q`.")] = None


class SearchFeedQuestion(SearchQuestion, frozen=True, kw_only=True):
    """As a search, the newest first: a feed tells what came."""

    order: Annotated[
        Literal["relevance", "newest", "oldest"], Meta(description="What comes first.")
    ] = "newest"
    limit: Limit = 50


class FeedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of a feed."""

    limit: Limit = 50
    cursor: Cursor = ""


class ChangesQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Where to read the change log on."""

    since: Annotated[
        int,
        Meta(
            ge=0,
            le=LARGEST,
            description="The last position already known; 0 reads from the beginning.",
            examples=[0],
        ),
    ] = 0
    limit: Annotated[
        int, Meta(ge=1, le=1000, description="How many changes at most.", examples=[500])
    ] = 500


class ExplainQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What to explain."""

    of: Annotated[
        str,
        Meta(
            max_length=4000,
            description="An article by its id, address, guid or identity key; a story or copy "
            "group by its id.",
            examples=["https://www.example.org/2023/05/30/ferry"],
        ),
    ] = ""


class NoQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """For addresses that take no parameter."""
