"""Counts by value and by time are the same on every engine: those of a plain reading."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.counting import edges, spans
from indexer.documents import ArticleDocument
from indexer.engines.protocol import (
    Engine,
    FacetsRequest,
    Put,
    TimelineRequest,
    Unit,
)
from indexer.errors import CountError, QueryError
from indexer.query import plan as p
from indexer.query.ast import Node
from indexer.query.dates import micros
from indexer.query.fields import FACETS
from indexer.query.format import format_query
from indexer.query.parser import parse
from tests.conformance.corpus import HOUR, MAY_30, NOW
from tests.conformance.test_agreement import PROJECTED, matches, trees

UNITS: tuple[Unit, ...] = ("hour", "day", "week", "month")


def value_counts(engine: Engine, request: FacetsRequest) -> dict[str, list[tuple[str, int]]]:
    found = engine.facets(request)
    return {
        name: [(each.value, each.count) for each in values] for name, values in found.fields.items()
    }


def test_articles_by_value(newsroom: Engine) -> None:
    found = value_counts(newsroom, FacetsRequest(fields=tuple(FACETS), limit=3))
    assert found == {
        "outlet": [("Northern Wire", 2), ("Kurier Poranny", 1), ("Le Journal d'ici", 1)],
        "source": [("wire", 2), ("journal", 1), ("khao", 1)],
        "language": [("en", 4), ("ar", 1), ("de", 1)],
        "country": [("gb", 2), ("br", 1), ("cn", 1)],
        "credit": [("Northern Wire", 3)],
    }
    assert newsroom.facets(FacetsRequest(query="drones")).total == 4


def test_stories_by_value(newsroom: Engine) -> None:
    assert value_counts(newsroom, FacetsRequest(kind="story")) == {
        "outlet": [("Northern Wire", 2), ("Südblatt", 1), ("晨报", 1)],
        "language": [("en", 2), ("de", 1), ("fr", 1), ("pl", 1), ("zh", 1)],
        "country": [("gb", 2), ("de", 1)],
    }


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tree=trees(),
    by=st.sampled_from(UNITS),
    zone=st.sampled_from(("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York")),
    hours=st.integers(1, 300),
)
def test_every_engine_counts_what_the_plan_says(
    newsroom: Engine, tree: Node, by: Unit, zone: str, hours: int
) -> None:
    query = format_query(tree)
    try:
        plan = p.plan(parse(query), "article", now=micros(NOW))
    except QueryError:
        return
    found = [columns for columns in PROJECTED if matches(plan, columns)]
    request = FacetsRequest(query=query, fields=tuple(FACETS), limit=1000)
    assert value_counts(newsroom, request) == {
        name: sorted(
            Counter(value for c in found for value in c.codes.get(column, ())).items(),
            key=lambda each: (-each[1], each[0]),
        )
        for name, column in FACETS.items()
    }
    asked = TimelineRequest(query=query, since=NOW - hours * HOUR, until=NOW, by=by, zone=zone)
    bars = newsroom.timeline(asked)
    assert [(bar.begin, bar.end) for bar in bars] == spans(edges(asked))
    assert [bar.count for bar in bars] == [
        sum(micros(begin) <= c.at < micros(end) for c in found)
        for begin, end in spans(edges(asked))
    ]


def test_many_values_in_many_months_are_counted_exactly(engine: Engine) -> None:
    """Each month has other commonest outlets: cut there first, the sums would be wrong."""
    log = [
        Put(
            version=number + 1,
            document=ArticleDocument(
                id=f"{number}",
                outlet=f"outlet {(number * 7) % 120:03}",
                first_seen=MAY_30 - number % 5 * 31 * 24 * HOUR,
            ),
        )
        for number in range(600)
    ]
    engine.write(log)
    engine.refresh()
    found = value_counts(engine, FacetsRequest(fields=("outlet",), limit=7))
    assert found == {"outlet": [(f"outlet {n:03}", 5) for n in range(7)]}
    months = engine.timeline(TimelineRequest(since=MAY_30 - 200 * 24 * HOUR, until=NOW, by="month"))
    assert sum(bar.count for bar in months) == 600


def test_what_cannot_be_counted_is_refused(newsroom: Engine) -> None:
    with pytest.raises(CountError, match="cannot be counted by 'text'"):
        newsroom.facets(FacetsRequest(fields=("text",)))
    with pytest.raises(QueryError, match="never closed"):
        newsroom.facets(FacetsRequest(query="(drones"))
    with pytest.raises(CountError, match="no time zone"):
        newsroom.timeline(TimelineRequest(since=0.0, until=NOW, zone="Moon/Tycho"))
    assert newsroom.facets(FacetsRequest(fields=())).total == len(PROJECTED)
