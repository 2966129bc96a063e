"""The shapes of what a search found. Times are RFC 3339 in UTC."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from copydesk.api.answers import Page


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of an excerpt; ``hit`` when the query found it."""

    text: str
    hit: bool


class Print(msgspec.Struct, frozen=True, kw_only=True):
    """Another article that a search found, of the same text as the one it stands with."""

    id: str
    url: str
    title: str
    outlet: str
    source: str
    language: str
    status: str
    published: datetime | None
    first_seen: datetime


class FoundArticle(msgspec.Struct, frozen=True, kw_only=True, tag="article", tag_field="kind"):
    """An article that a search found."""

    id: str
    score: Annotated[float, Meta(description="Comparable within one search only.")]
    url: str
    title: str
    outlet: str
    source: str
    country: str
    language: str
    summary: str
    credit: str
    status: Annotated[
        str, Meta(description="usable, embargoed, corrected or cancelled.", examples=["usable"])
    ]
    published: datetime | None
    first_seen: datetime
    copy_group: str
    copies: Annotated[
        int,
        Meta(description="Articles of its copy group; of more than 20 the last round number."),
    ]
    story: str
    excerpts: Annotated[
        tuple[tuple[Segment, ...], ...], Meta(description="Where the query was found.")
    ]
    folded: Annotated[
        tuple[Print, ...],
        Meta(description="With `copies=folded`: others of the page that print the same text."),
    ] = ()


class FoundStory(msgspec.Struct, frozen=True, kw_only=True, tag="story", tag_field="kind"):
    """A story that a search found."""

    id: str
    score: Annotated[float, Meta(description="Comparable within one search only.")]
    headline: str
    headline_status: Annotated[
        str,
        Meta(description="How the report stands that it is from.", examples=["usable"]),
    ]
    summary: str
    first_report: datetime
    last_report: datetime
    articles: int
    copy_groups: int
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    terms: tuple[str, ...]
    excerpts: Annotated[
        tuple[tuple[Segment, ...], ...], Meta(description="Where the query was found.")
    ]


class FoundPage(Page[FoundArticle | FoundStory], frozen=True, kw_only=True):
    """What a search found."""

    total: Annotated[int, Meta(description="All that match, exactly.")]
    q: Annotated[str, Meta(description="The query as a text, for the other addresses.")]
