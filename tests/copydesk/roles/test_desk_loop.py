"""The desk's day goes on, whatever one part of it waits for."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread, Timer

import pytest
from sqlalchemy import insert

from copydesk.errors import LeadershipLostError
from copydesk.record import deleting, inbox
from copydesk.record.database import Record
from copydesk.record.leadership import leading
from copydesk.record.schema import dead_letters
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import run_forever
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import Write, WriteReport
from indexer.errors import EngineUnavailableError
from tests.copydesk.samples import NOON, article

SECONDS = 60.0


class _Away(EmbeddedEngine):
    """An engine whose server is away."""

    def write(self, batch: Sequence[Write]) -> WriteReport:  # noqa: ARG002 - the agreed face
        raise EngineUnavailableError("the server is away", next_step="Start it")


@contextmanager
def at_work(record: Record, folder: Path, memory: str = "m") -> Iterator[None]:
    """A desk that runs until the end of the block."""
    engine = _Away(folder / "index")
    engine.prepare()
    stop = Event()
    work = DeskWork(record, engine, memory_file=folder / memory, batch=10)
    thread = Thread(target=run_forever, args=(work, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(SECONDS)
        engine.close()
    assert not thread.is_alive()


def test_a_retry_that_waits_for_the_engine_holds_up_no_deletion(
    record: Record, tmp_path: Path
) -> None:
    with record.writing() as connection:
        inbox.put(connection, [article("1")], received=NOON)
        doomed = inbox.take(connection, limit=1)[0].id
        connection.execute(
            insert(dead_letters).values(
                at=NOON, stage="index", subject="article a0", reason="no", again=1
            )
        )
    with at_work(record, tmp_path):
        with record.writing() as connection:
            deleting.request(connection, [doomed], reason="asked", now=NOON)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with record.reading() as connection:
                if not deleting.pending(connection, [doomed]):
                    return
            time.sleep(0.05)
    pytest.fail("the deletion was never carried out")


def test_news_is_placed_although_the_memory_cannot_be_saved(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that has room for news, but not for half a gigabyte of memory."""
    monkeypatch.setattr("copydesk.roles.desk._RETELLING_SECONDS", 0.0)
    with at_work(record, tmp_path, memory="no such folder/m"):
        for number in range(2):
            with record.writing() as connection:
                inbox.put(connection, [article(f"{number}")], received=NOON)
            deadline = time.monotonic() + SECONDS
            while time.monotonic() < deadline:
                with record.reading() as connection:
                    if not inbox.length(connection):
                        break
                time.sleep(0.05)
            else:
                pytest.fail("nothing is placed any more")


def test_a_desk_with_nothing_to_write_notices_that_another_leads(
    record: Record, tmp_path: Path
) -> None:
    engine = EmbeddedEngine.open_writer(tmp_path / "index")
    with leading(record) as lead:
        work = DeskWork(lead.record, engine, memory_file=tmp_path / "m", batch=10)
        while work.listen() or work.forget():
            pass  # until nothing is left that would be written, and refused
        with record.writing() as connection:
            connection.exec_driver_sql("UPDATE leadership SET term = term + 1")
        stop = Event()
        timer = Timer(SECONDS, stop.set)  # so that a desk which does not notice ends, and fails
        timer.start()
        with pytest.raises(LeadershipLostError):
            run_forever(work, stop)
        assert not stop.is_set()
        timer.cancel()
    engine.close()
