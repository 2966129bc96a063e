"""The index is made anew while the desk writes and people search; nothing is ever missing."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, suppress
from pathlib import Path
from threading import Event

import pytest

from copydesk.record import changelog
from copydesk.record.database import Record
from copydesk.record.placing import record_batch
from copydesk.roles.indexing import catch_up
from copydesk.roles.reindexing import rebuild
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_rebuild import ElasticsearchRebuild
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.embedded_rebuild import EmbeddedRebuild
from indexer.engines.protocol import Engine, Reader, Rebuild, SearchRequest
from indexer.errors import EngineUnavailableError
from tests.copydesk.samples import NOON, article, placed

Parts = tuple[Callable[[], Engine], Callable[[], Reader], Callable[[], Rebuild]]


@pytest.fixture(params=["embedded", pytest.param("cluster", marks=pytest.mark.elasticsearch)])
def parts(request: pytest.FixtureRequest, tmp_path: Path) -> Parts:
    """How to open the index for writing, for reading, and for building it anew."""
    if request.param == "embedded":
        path = tmp_path / "index"
        return (
            lambda: EmbeddedEngine(path),
            lambda: EmbeddedEngine.open_reader(path),
            lambda: EmbeddedRebuild(path),
        )
    settings = ElasticsearchSettings(
        hosts=request.getfixturevalue("elasticsearch_servers").any().urls,
        prefix=f"re{uuid.uuid4().hex[:12]}",
    )
    return (
        lambda: ElasticsearchEngine(settings),
        lambda: ElasticsearchEngine(settings),
        lambda: ElasticsearchRebuild(settings),
    )


def place(record: Record, numbers: range) -> None:
    """Write articles into the record as a desk would have placed them."""
    batch = [
        placed(
            n, f"a{n}", article(f"{n}", title=f"Storm {n}", at=NOON + n), group=f"a{n}", story="s"
        )
        for n in numbers
    ]
    with record.writing() as connection:
        record_batch(connection, batch, now=NOON)


def totals(reader: Reader, stop: Event, seen: list[int]) -> None:
    while not stop.is_set():
        seen.append(reader.search(SearchRequest(query="outlet:wire first_seen:[* TO now]")).total)


def test_while_the_desk_writes_and_people_search(parts: Parts, record: Record) -> None:
    open_engine, open_reader, open_rebuild = parts
    with closing(open_engine()) as engine, closing(open_reader()) as reader:

        def index() -> None:
            # Between two batches the index may be exchanged: the desk then comes again.
            with suppress(EngineUnavailableError):
                catch_up(record, engine, now=lambda: NOON)

        engine.prepare()
        place(record, range(40))
        index()
        stop, seen = Event(), list[int]()

        def write_on() -> None:
            for number in range(40, 160, 4):
                place(record, range(number, number + 4))
                index()

        with ThreadPoolExecutor() as pool:
            reading = pool.submit(totals, reader, stop, seen)
            writing = pool.submit(write_on)
            try:
                for _ in range(2):
                    with closing(open_rebuild()) as new:
                        rebuild(record, new, now=lambda: NOON)
            finally:
                wait([writing])
                stop.set()
            writing.result()
            reading.result()
        assert seen
        assert min(seen) >= 40
        index()
        with record.reading() as connection:
            assert engine.position() == changelog.head(connection)
        assert reader.search(SearchRequest(query="outlet:wire")).total == 160
