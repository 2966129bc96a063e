"""How many there are: by value of a field, and over time. The search engine counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from copydesk.api.context import ServeContext
from copydesk.api.parameters import TIME
from copydesk.api.problems import Fault, bad_parameters, bad_query, sentence
from copydesk.api.questions import Name, Time
from copydesk.api.times import moment
from copydesk.record.reading_merged import merged_in
from indexer.counting import back
from indexer.engines.protocol import FacetsRequest, TimelineRequest
from indexer.errors import CountError, QueryError

_PARAMETERS = {"field": "by", "zone": "zone", "span": "since", "limit": "limit"}
_BARS = 30  # When no begin is given: a month of days, a good day of hours.
Query = Annotated[
    str,
    Meta(
        max_length=2000,
        description="Count only what this finds, in the query language of `/v1/search`.",
        examples=["drone AND moscow"],
    ),
]
Kind = Annotated[Literal["article", "story"], Meta(description="What to count.")]


class FacetsQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What to count by which fields."""

    q: Query = ""
    kind: Kind = "article"
    by: Annotated[
        Name,
        Meta(
            description="Fields, divided by commas: outlet, language, country, and for articles "
            "also source and credit. Languages count without their region.",
            examples=["outlet,language"],
        ),
    ] = "outlet,language,country"
    limit: Annotated[
        int, Meta(ge=1, le=1000, description="How many values of each field.", examples=[10])
    ] = 10


class TimelineQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What to count over which time."""

    q: Query = ""
    kind: Kind = "article"
    by: Annotated[
        Literal["hour", "day", "week", "month"],
        Meta(description="How long each bar is; weeks begin on Monday."),
    ] = "day"
    zone: Annotated[
        str,
        Meta(
            max_length=100,
            description="The time zone whose days and hours are meant, by its IANA name.",
            examples=["Europe/Berlin"],
        ),
    ] = "UTC"
    since: Annotated[
        Time,
        Meta(extra=TIME, description="The first bar holds it; by default 30 bars before `until`."),
    ] = None
    until: Annotated[
        Time, Meta(extra=TIME, description="The last bar reaches it; by default now.")
    ] = None


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """One value and how many have it."""

    value: str
    count: int


class FacetCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The commonest values of each field."""

    facets: Annotated[
        dict[str, tuple[Count, ...]],
        Meta(description="By field: the commonest values, the most frequent first."),
    ]
    total: Annotated[int, Meta(description="All that match, exactly.")]


class TimeBar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar: from `begin` (included) to `end` (excluded)."""

    begin: datetime
    end: datetime
    count: int


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Bars without gaps, the oldest first; empty ones too."""

    bars: tuple[TimeBar, ...]
    total: Annotated[int, Meta(description="Of all bars.")]


def facet_counts(context: ServeContext, asked: FacetsQuestion) -> FacetCounts:
    """``/v1/facets``."""
    names = [name for part in asked.by.split(",") if (name := part.strip())]
    with _refusing():
        request = FacetsRequest(
            kind=asked.kind,
            query=asked.q,
            merged=merged_in(context.record, asked.q, asked.kind),
            fields=tuple(dict.fromkeys(names)),
            limit=asked.limit,
        )
        found = context.engine.facets(request)
    return FacetCounts(
        facets={
            name: tuple(Count(value=each.value, count=each.count) for each in values)
            for name, values in found.fields.items()
        },
        total=found.total,
    )


def timeline(context: ServeContext, asked: TimelineQuestion) -> Timeline:
    """``/v1/timeline``."""
    until = context.now() if asked.until is None else asked.until
    with _refusing():
        since = back(until, asked.by, asked.zone, _BARS) if asked.since is None else asked.since
        request = TimelineRequest(
            kind=asked.kind,
            query=asked.q,
            merged=merged_in(context.record, asked.q, asked.kind),
            since=since,
            until=until,
            by=asked.by,
            zone=asked.zone,
        )
        found = context.engine.timeline(request)
    return Timeline(
        bars=tuple(
            TimeBar(begin=moment(bar.begin), end=moment(bar.end), count=bar.count) for bar in found
        ),
        total=sum(bar.count for bar in found),
    )


@contextmanager
def _refusing() -> Iterator[None]:
    """Say which parameter is at fault."""
    try:
        yield
    except CountError as error:
        fault = Fault(parameter=_PARAMETERS[error.about], detail=sentence(error))
        refusal = bad_parameters((fault,))
        refusal.next_step = error.next_step
        raise refusal from error
    except QueryError as error:
        raise bad_query(error, parameter="q") from error
