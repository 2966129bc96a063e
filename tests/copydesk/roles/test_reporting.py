"""The desk tells how the work goes: once, in the end, and without waiting for anybody."""

import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest
from elasticsearch import Elasticsearch
from sqlalchemy import insert

from config.settings import EngineSettings, Settings
from copydesk.record import changelog
from copydesk.record.database import Record
from copydesk.record.placing import record_batch
from copydesk.record.schema import dead_letters, sources
from copydesk.roles.indexing import READER
from copydesk.roles.reporting import DELAYS, Reporting, telling
from indexer.engines.elasticsearch_client import ElasticsearchSettings
from indexer.engines.elasticsearch_operations import OperationsIndex, operations_index
from tests.copydesk.samples import NOON, article, placed


def place(record: Record, id_: str, *, at: float) -> None:
    """One more article in the record, and an engine that has come to it."""
    with record.writing() as connection:
        one = placed(1, id_, article(id_, at=at), group=id_, story="s")
        record_batch(connection, [one], now=at)
        head = changelog.head(connection)
        changelog.save_cursor(connection, READER, head, at=at)


@pytest.fixture
def watched(record: Record) -> Record:
    """A record with one source, one article and one dead letter."""
    with record.writing() as connection:
        row = {"id": "wire", "url": "https://wire.example/", "kind": "feed", "origin": "config"}
        connection.execute(insert(sources).values(**row, outlet="Wire", added_at=NOON - 1))
        letter = {"at": NOON, "stage": "desk", "subject": "article x", "reason": "odd"}
        connection.execute(insert(dead_letters).values(**letter))
    place(record, "before", at=NOON)
    return record


@pytest.fixture
def settings(elasticsearch_url: str) -> Iterator[ElasticsearchSettings]:
    made = ElasticsearchSettings(hosts=(elasticsearch_url,), prefix=f"t{uuid.uuid4().hex[:12]}")
    yield made
    with Elasticsearch(elasticsearch_url) as client:
        client.indices.delete(index=operations_index(made), ignore_unavailable=True)


def test_an_embedded_engine_is_told_nothing(watched: Record) -> None:
    with telling(Settings(), watched, now=lambda: NOON) as tell:
        tell()
    with watched.reading() as connection:
        assert changelog.load_cursor(connection, DELAYS) == 0


def test_an_index_that_is_away_holds_up_nobody_and_is_told_later(watched: Record) -> None:
    away = Settings(engine=EngineSettings(kind="elasticsearch", hosts=("http://127.0.0.1:1",)))
    with telling(away, watched, now=lambda: NOON) as tell:
        place(watched, "new", at=NOON + 10)
        tell()
    with watched.reading() as connection:
        # What was there at the start is not measured; what came since waits to be told.
        assert changelog.load_cursor(connection, DELAYS) == 1


@pytest.mark.elasticsearch
def test_what_is_new_is_told_once(watched: Record, settings: ElasticsearchSettings) -> None:
    now = NOON
    with closing(OperationsIndex(settings)) as target:
        reporting = Reporting(watched, target, now=lambda: now)
        place(watched, "new", at=NOON + 10)
        now = NOON + 25
        reporting.tell()
        reporting.tell()
    with Elasticsearch(settings.hosts[0]) as client:
        name = operations_index(settings)
        client.indices.refresh(index=name)
        hits = client.search(index=name, size=50)["hits"]["hits"]
    told = {hit["_id"]: hit["_source"] for hit in hits}
    assert told.keys() == {"indexed-2", "source-wire", "dead_letter-1"}
    assert told["indexed-2"]["delays"] == [15.0]
    assert told["source-wire"]["outcome"] == "never"
