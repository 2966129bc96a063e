"""No index and no memory of a replaced record is taken for one of the restored record."""

import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from copydesk.backup import restoring, taking
from copydesk.record import changelog, inbox
from copydesk.record.database import Record
from copydesk.record.placing import record_batch
from copydesk.record.schema import articles
from copydesk.roles import memory
from copydesk.roles.desk import DeskWork
from copydesk.roles.indexing import catch_up
from copydesk.roles.reindexing import rebuild
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.embedded_rebuild import EmbeddedRebuild
from indexer.errors import EngineMismatchError
from tests.copydesk.samples import NOON, article, placed

# Killed at the Nth removal, as the interpreter tells of it before it happens.
RESTORE = """
import os, signal, sys
from pathlib import Path
from config.settings import DataSettings, RecordSettings, Settings
from copydesk.roles.recovery import recover

folder, kill_at = Path(sys.argv[1]), int(sys.argv[2])
seen = 0

def kill(event, args):
    global seen
    if event in ("os.remove", "shutil.rmtree") and str(args[0]) in watched:
        seen += 1
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

watched = {str(folder / "desk.memory"), str(folder / "index")}
sys.addaudithook(kill)
settings = Settings(
    data=DataSettings(dir=str(folder)),
    record=RecordSettings(url=f"sqlite:///{folder}/record.sqlite"),
)
recover(settings, folder / "the.backup", replace=lambda: True, report=lambda *_: None)
"""


def place(record: Record, *ids: str) -> None:
    with record.writing() as connection:
        some = [
            placed(n, each, article(each), group=each, story=each) for n, each in enumerate(ids)
        ]
        record_batch(connection, some, now=NOON)


@pytest.mark.parametrize("kill_at", [1, 2, 3])
def test_what_was_made_from_the_old_record_goes_before_it_is_replaced(
    record: Record, tmp_path: Path, kill_at: int
) -> None:
    place(record, "a1")
    taking.take(record, tmp_path / "the.backup", now=NOON)
    place(record, "a2")
    (tmp_path / "desk.memory").write_bytes(b"of a1 and a2")
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "segment").write_bytes(b"of a1 and a2")

    done = subprocess.run([sys.executable, "-c", RESTORE, str(tmp_path), str(kill_at)], check=False)
    assert done.returncode == (0 if kill_at == 3 else -signal.SIGKILL)

    with record.reading() as connection:
        held = connection.scalars(select(articles.c.id)).all()
    left = {name for name in ("desk.memory", "index") if (tmp_path / name).exists()}
    if kill_at == 3:
        assert (held, left) == (["a1"], set())
    else:
        assert sorted(held) == ["a1", "a2"]
        assert left == ({"desk.memory", "index"} if kill_at == 1 else {"index"})


@pytest.mark.parametrize("lost", ["replaced", "lost"])
def test_an_index_of_a_replaced_record_is_found_out_however_much_comes_after(
    any_record: Record, other: Record, tmp_path: Path, lost: str
) -> None:
    """Also where the record that it was made from is gone, and nobody knows how far that was."""
    with closing(EmbeddedEngine.open_writer(tmp_path / "index")) as engine:
        engine.prepare()
        place(any_record, "a1")
        taking.take(any_record, tmp_path / "b", now=NOON)
        here = other if lost == "lost" else any_record
        assert catch_up(any_record, engine, now=time.time).position > 0
        restoring.restore(any_record, tmp_path / "b", now=NOON)
        # Of the very moment of the backup: it goes on.
        reached = catch_up(any_record, engine, now=time.time)
        assert reached.position == reached.head == engine.position()
        place(any_record, "a2", "a3")
        catch_up(any_record, engine, now=time.time)
        restoring.restore(here, tmp_path / "b", now=NOON + 60)
        for _ in range(2):
            with pytest.raises(EngineMismatchError, match="copydesk reindex"):
                catch_up(here, engine, now=time.time)
            place(here, *(f"b{n}" for n in range(20)))


def test_an_index_of_another_record_is_found_out_although_its_positions_exist(
    record: Record, other: Record, tmp_path: Path
) -> None:
    """A backup of elsewhere replaces the record; the index stands on another machine."""
    with closing(EmbeddedEngine.open_writer(tmp_path / "index")) as engine:
        place(record, "a1")
        catch_up(record, engine, now=time.time)
        place(other, *(f"b{n}" for n in range(20)))
        taking.take(other, tmp_path / "b", now=NOON)
        restoring.restore(record, tmp_path / "b", now=NOON)
        for _ in range(2):
            with pytest.raises(EngineMismatchError, match="another record"):
                catch_up(record, engine, now=time.time)
            place(record, *(f"c{n}" for n in range(20)))


def test_an_index_that_lagged_is_found_out_although_the_backup_reached_further(
    record: Record, tmp_path: Path
) -> None:
    """What it shows at a position is the present of then, also what happened after the backup."""
    with closing(EmbeddedEngine.open_writer(tmp_path / "index")) as engine:
        place(record, *(f"a{n}" for n in range(3000)))
        taking.take(record, tmp_path / "b", now=NOON)
        with record.writing() as connection:
            record_batch(connection, [], deleted=["a1"], now=NOON)
        # A batch, and no more time.
        reached = catch_up(record, engine, now=time.time, seconds=0.0)
        assert reached.position < reached.head - 1
        restoring.restore(record, tmp_path / "b", now=NOON)
        with pytest.raises(EngineMismatchError, match="restored backup replaced"):
            catch_up(record, engine, now=time.time)


def test_an_index_is_not_finished_from_a_record_that_was_restored_meanwhile(
    record: Record, tmp_path: Path
) -> None:
    """A reindex of another machine runs on: what it has read is of the record before."""

    class Slow(EmbeddedRebuild):
        def refresh(self) -> None:
            super().refresh()
            restoring.restore(record, tmp_path / "b", now=NOON)

    place(record, "a1")
    taking.take(record, tmp_path / "b", now=NOON)
    place(record, *(f"a{n}" for n in range(2, 5100)))
    with (
        closing(Slow(tmp_path / "index")) as new,
        pytest.raises(EngineMismatchError, match="a backup was restored while"),
    ):
        rebuild(record, new, now=time.time)


def test_a_memory_of_another_record_is_made_anew(
    record: Record, other: Record, tmp_path: Path
) -> None:
    """Both journals have a chapter that begins where the memory stands."""
    for each, matters in ((record, ("one",)), (other, ("two", "three"))):
        with closing(EmbeddedEngine(tmp_path / "index")) as engine:
            work = DeskWork(each, engine, memory_file=tmp_path / matters[0], batch=10)
            for matter in matters:
                with each.writing() as connection:
                    some = [article(matter, title=f"Matter {matter} {matter}x")]
                    inbox.put(connection, some, received=NOON)
                assert work.place_waiting()
            work.save()
    taking.take(other, tmp_path / "b", now=NOON)
    restoring.restore(record, tmp_path / "b", now=NOON)
    with record.reading() as connection:
        held = set(connection.scalars(select(articles.c.id)))
    known = memory.load(tmp_path / "one", record)
    assert len(known.desk) == len(held) == 2
    assert all(each in known.desk for each in held)


def test_a_memory_of_a_replaced_record_is_made_anew(record: Record, tmp_path: Path) -> None:
    def desk(name: str) -> DeskWork:
        return DeskWork(record, engine, memory_file=tmp_path / name, batch=10)

    def live(work: DeskWork, tag: str) -> None:
        with record.writing() as connection:
            inbox.put(connection, [article(tag, title=f"Matter {tag} {tag}x")], received=NOON)
        while work.place_waiting():
            pass
        work.save()

    with closing(EmbeddedEngine.open_writer(tmp_path / "index")) as engine:
        engine.prepare()
        early = desk("early")
        live(early, "one")
        taking.take(record, tmp_path / "b", now=NOON)
        (tmp_path / "late").write_bytes((tmp_path / "early").read_bytes())
        live(desk("late"), "two")
        restoring.restore(record, tmp_path / "b", now=NOON)
        live(desk("other"), "three")
    with record.reading() as connection:
        held = set(connection.scalars(select(articles.c.id)))
        head = changelog.head(connection)
    for name in ("early", "late"):
        known = memory.load(tmp_path / name, record)
        assert known.position == head
        assert len(known.desk) == len(held) == 2
        assert all(each in known.desk for each in held)
