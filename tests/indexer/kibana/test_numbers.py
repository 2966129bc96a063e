"""Every panel's search, sent to a real Elasticsearch that holds the demo newsroom's day.

Each number must be the one counted from the record (``day.py``).
"""

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from sqlalchemy import insert, select, update

from copydesk.record import changelog
from copydesk.record.database import Record, sqlite_url
from copydesk.record.schema import articles, dead_letters, source_state, sources, stories
from copydesk.roles.indexing import catch_up
from copydesk.roles.reporting import DELAYS, Reporting
from deploy.elasticsearch.cluster import Cluster
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_operations import OperationsIndex, operations_index
from indexer.kibana import queries
from indexer.kibana.dashboards import DASHBOARDS
from indexer.kibana.panels import Panel
from indexer.kibana.views import View, views
from tests.indexer.kibana import day as counting
from tests.indexer.kibana.day import EXPECTED, Day

# The first test waits for the newsroom's day and for a server to start.
pytestmark = [pytest.mark.elasticsearch, pytest.mark.timeout(600)]
PANELS = {p.id: p for each in DASHBOARDS for p in each.panels if isinstance(p, Panel)}
ALWAYS = (0.0, 4e9)
LETTERS = [
    ("desk", "article a", "TypeError: odd"),
    ("index", "article b", "document_parsing_exception: odd"),
    ("index", "article c", "document_parsing_exception: odd"),
]


@dataclass(frozen=True)
class Indexed:
    """The day in the record, and in a real server."""

    day: Day
    client: Elasticsearch
    settings: ElasticsearchSettings

    def view(self, panel: Panel) -> View:
        return views(self.settings, "http://127.0.0.1:8642")[panel.view]

    def rows(self, panel: Panel, during: tuple[float, float] = ALWAYS) -> list[queries.Row]:
        view = self.view(panel)
        body = queries.search(panel, view.time, during)
        return queries.rows(panel, dict(self.client.search(index=view.target, **body)))


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    """The day, read by the real pipeline; as if each outlet had been read when it published."""
    data: Path = tmp_path_factory.mktemp("newsroom") / "data"
    subprocess.run(
        [sys.executable, "-m", "copydesk", "--data", str(data), "demo", "--once"],
        check=True,
        capture_output=True,
        timeout=400,
    )
    opened = Record(sqlite_url(data / "record.sqlite"))
    with opened.writing() as connection:
        connection.execute(update(articles).values(first_seen=articles.c.published))
        # Known since long before the day, so that its articles may be late.
        connection.execute(update(sources).values(added_at=1.0))
        first, second = list(connection.scalars(sources.select().order_by(sources.c.id)))[:2]
        for id_, values in ((first, {"last_success": 86_400.0, "failures": 3}),
                            (second, {"last_success": None, "last_outcome": ""})):  # fmt: skip
            statement = update(source_state).where(source_state.c.source == id_)
            connection.execute(statement.values(**values))
        # The day has no story of several reports with one text; the record now says it has two.
        several = select(stories.c.id).where(stories.c.articles > 1).order_by(stories.c.id).limit(2)
        found = list(connection.scalars(several))
        connection.execute(update(stories).where(stories.c.id.in_(found)).values(copy_groups=1))
        for at, (stage, subject, reason) in enumerate(LETTERS):
            row = {"at": at, "stage": stage, "subject": subject, "reason": reason}
            connection.execute(insert(dead_letters).values(**row))
        changelog.save_cursor(connection, DELAYS, 1, at=0.0)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def indexed(record: Record, elasticsearch_cluster: Cluster) -> Iterator[Indexed]:
    now = time.time()
    settings = ElasticsearchSettings(
        hosts=(elasticsearch_cluster.urls[0],), prefix=f"t{uuid.uuid4().hex[:12]}"
    )
    with record.writing() as connection:
        changelog.save_cursor(connection, DELAYS, 1, at=0.0)
        changelog.save_cursor(connection, "operations fetches", 0, at=0.0)
    with closing(ElasticsearchEngine(settings)) as engine:
        engine.prepare()
        catch_up(record, engine, now=lambda: now)
    with closing(OperationsIndex(settings)) as target:
        reporting = Reporting(record, target, now=lambda: now)
        reporting.tell()
        reporting.tell()  # Nothing is told twice.
    with Elasticsearch(settings.hosts[0]) as client:
        targets = {view.target for view in views(settings, "http://x").values()}
        client.indices.refresh(index=sorted(targets))
        # Shares of all that is indexed count replaced documents until they are merged away.
        client.indices.forcemerge(index=sorted(targets), max_num_segments=1)
        yield Indexed(counting.read(record, now), client, settings)
        client.indices.delete(index=[*client.indices.get(index=f"{settings.prefix}-*")])


def same(found: list[queries.Row], expected: counting.Rows) -> None:
    """Equal, but for the last digits of fractions."""
    assert found == [
        tuple(pytest.approx(v, rel=1e-5) if isinstance(v, float) else v for v in row)
        for row in expected
    ]


def test_the_day_is_worth_counting(indexed: Indexed) -> None:
    assert len(indexed.day.articles) >= 60
    assert len(indexed.day.stories) >= 15
    assert {article["reprint"] for article in indexed.day.articles} == {0, 1}


@pytest.mark.parametrize("panel", [PANELS[name] for name in EXPECTED], ids=lambda panel: panel.id)
def test_a_panel_shows_the_records_numbers(indexed: Indexed, panel: Panel) -> None:
    expected = EXPECTED[panel.id](indexed.day)
    assert expected, "a panel that shows nothing proves nothing"
    same(indexed.rows(panel), expected)


def test_names_are_scored_against_all_that_is_indexed(indexed: Indexed) -> None:
    latest = max(article["first_seen"] for article in indexed.day.articles)
    during = (latest - 6 * counting.HOUR, latest)
    scored = counting.unusual_names(indexed.day, during)
    panel = PANELS["desk-names"]
    found: dict[str, int] = dict(indexed.rows(panel, during))
    assert found, "a panel that shows nothing proves nothing"
    assert found == {name: scored[name][0] for name in found}
    best = sorted((score for _, score in scored.values()), reverse=True)[: len(found)]
    assert sorted((scored[name][1] for name in found), reverse=True) == pytest.approx(best)
    assert len(found) == min(len(scored), 20)


def test_every_panel_is_proved() -> None:
    assert PANELS.keys() == EXPECTED.keys() | {"desk-names"}


def test_kibana_finds_every_field_of_the_views(indexed: Indexed) -> None:
    """What a data view's list of fields is made from: the field capabilities."""
    for panel in PANELS.values():
        view = indexed.view(panel)
        told: dict[str, Any] = dict(indexed.client.field_caps(index=view.target, fields="*"))
        assert view.fields.keys() - {"find", "seconds"} <= told["fields"].keys()
        assert all(len(types) == 1 for types in told["fields"].values())


def test_the_operations_index_holds_each_thing_once(indexed: Indexed) -> None:
    name = operations_index(indexed.settings)
    kinds = indexed.client.search(index=name, size=0, aggs={"kinds": {"terms": {"field": "kind"}}})[
        "aggregations"
    ]["kinds"]["buckets"]
    assert {kind["key"]: kind["doc_count"] for kind in kinds} == {
        "fetch": len(indexed.day.fetches),
        "source": len(indexed.day.sources),
        "dead_letter": len(LETTERS),
        "indexed": 1,
    }
