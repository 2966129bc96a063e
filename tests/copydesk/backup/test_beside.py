"""A damaged record can be restored over: it is exchanged for a new one, and kept."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from config.load import load
from config.settings import Settings
from copydesk.backup import taking
from copydesk.backup.restoring import Restored
from copydesk.errors import BackupError, RecordDamagedError
from copydesk.record import deleting, inbox
from copydesk.record.database import Record
from copydesk.record.placing import record_batch
from copydesk.record.schema import articles
from copydesk.roles.opening import open_record, reading_record
from copydesk.roles.recovery import recover
from tests.copydesk.samples import NOON, article, placed

PAGE = 4096
TEXT = random.Random(7).randbytes(3000).hex()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a record with a backup of forty articles, of which one was deleted since."""
    chosen = load(data=tmp_path / "data", environ={}).settings
    with open_record(chosen) as record:
        with record.writing() as connection:
            some = [
                placed(n, f"a{n}", article(str(n), text=TEXT), group=f"c{n}", story=f"s{n}")
                for n in range(40)
            ]
            record_batch(connection, some, now=NOON)
        taking.take(record, tmp_path / "the.backup", now=NOON)
        with record.writing() as connection:
            deleting.request(connection, ["a1"], reason="a court said so", now=NOON)
            record_batch(connection, [], deleted=["a1"], now=NOON)
    (tmp_path / "data" / "desk.memory").write_bytes(b"of what was")
    return chosen


def file_of(settings: Settings) -> Path:
    return settings.data_dir / "record.sqlite"


def overwrite(file: Path, at: int, some: bytes) -> None:
    with file.open("r+b") as stream:
        stream.seek(at)
        stream.write(some)


def damage_articles(file: Path) -> None:
    """Overwrite the root of their table, as a disk that fails would."""
    record = Record(f"sqlite:///{file}")
    with record.reading() as connection:
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'articles'"
        page = int(connection.exec_driver_sql(root).scalar_one())
    record.close()
    overwrite(file, (page - 1) * PAGE, random.Random(1).randbytes(PAGE))


def damage_all(file: Path) -> None:
    size = file.stat().st_size
    overwrite(file, PAGE, random.Random(1).randbytes(size - PAGE))


def damage_header(file: Path) -> None:
    overwrite(file, 0, b"\xff" * 100)


def damage_schema(file: Path) -> None:
    """SQLite quotes what it cannot read, whatever bytes these are."""
    name = b"CREATE TABLE inbox"
    overwrite(file, file.read_bytes().index(name), b"CREATE TABLX \xff\xfe\xfdox")


def cut(file: Path) -> None:
    os.truncate(file, 3 * PAGE + 17)


def restored(settings: Settings, *, replace: bool = True) -> Restored:
    backup = settings.data_dir.parent / "the.backup"
    return recover(settings, backup, replace=lambda: replace, report=lambda *_: None)


def ids(settings: Settings) -> set[str]:
    with reading_record(settings) as record, record.reading() as connection:
        return set(connection.scalars(select(articles.c.id)))


def names(settings: Settings) -> set[str]:
    return {file.name for file in settings.data_dir.iterdir() if not file.name.endswith("lock")}


@pytest.mark.parametrize("damage", [damage_all, damage_header, damage_schema, cut])
def test_a_damaged_record_is_kept_and_another_takes_its_place(
    settings: Settings, damage: Callable[[Path], None]
) -> None:
    file = file_of(settings)
    damage(file)
    file.chmod(0o640)
    bytes_of_it = file.read_bytes()
    with pytest.raises(RecordDamagedError, match="restore --replace FILE"):
        restored(settings, replace=False)
    done = restored(settings)
    assert (done.articles, done.to_delete) == (40, None)
    assert ids(settings) == {f"a{n}" for n in range(40)}
    kept = Path(done.damaged)
    assert kept.name.startswith("record.sqlite.damaged-2")
    assert kept.read_bytes() == bytes_of_it
    assert {name for name in names(settings) if "damaged" not in name} <= {
        "record.sqlite", "record.sqlite-wal", "record.sqlite-shm",
    }  # fmt: skip
    assert file.stat().st_mode & 0o777 == 0o640
    with open_record(settings) as record, record.writing() as connection:
        assert inbox.put(connection, [article("new")], received=NOON).new == 1


def test_what_a_damaged_record_can_still_tell_is_deleted_again(settings: Settings) -> None:
    damage_articles(file_of(settings))
    done = restored(settings)
    assert (done.articles, done.to_delete, bool(done.damaged)) == (40, 1, True)
    with reading_record(settings) as record, record.reading() as connection:
        assert deleting.requested(connection, limit=9) == ["a1"]


def test_a_sound_record_is_replaced_where_it_is(settings: Settings) -> None:
    assert restored(settings).damaged == ""
    assert not [name for name in names(settings) if "damaged" in name]


def test_a_record_that_is_a_link_stays_one(settings: Settings, tmp_path: Path) -> None:
    file, disk = file_of(settings), tmp_path / "disk"
    disk.mkdir()
    file.rename(disk / "news.sqlite")
    file.symlink_to(disk / "news.sqlite")
    damage_header(disk / "news.sqlite")
    assert Path(restored(settings).damaged).parent == disk
    assert file.is_symlink()
    assert len(ids(settings)) == 40


def test_where_the_files_cannot_be_exchanged_nothing_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage_header(file_of(settings))
    before = file_of(settings).read_bytes()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted", "record.sqlite")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(BackupError, match=r"exchanged: Operation not permitted\. Nothing is"):
        restored(settings)
    assert file_of(settings).read_bytes() == before
    assert not [name for name in names(settings) if "restoring" in name or "damaged" in name]


# Killed at the Nth change of a name, as the interpreter tells of it before it happens.
RESTORE = """
import os, signal, sys
from pathlib import Path
from config.load import load
from copydesk.roles.recovery import recover

folder, kill_at = Path(sys.argv[1]), int(sys.argv[2])
seen = 0

def kill(event, args):
    global seen
    if event in ("os.link", "os.rename") and "record.sqlite" in str(args[0]):
        seen += 1
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
settings = load(data=folder, environ={}).settings
recover(settings, folder.parent / "the.backup", replace=lambda: True, report=lambda *_: None)
"""


@pytest.mark.parametrize("kill_at", [1, 2, 3, 4, 5])
def test_whoever_is_killed_finds_the_damaged_record_or_the_restored_one(
    settings: Settings, kill_at: int
) -> None:
    file = file_of(settings)
    damage_articles(file)
    before = file.stat().st_ino
    # Somebody still reads, so that the log stays beside the file.
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT 1 FROM alembic_version").fetchone() == (1,)
        command = [sys.executable, "-c", RESTORE, str(settings.data_dir), str(kill_at)]
        done = subprocess.run(command, check=False)
    assert done.returncode == (0 if kill_at == 5 else -signal.SIGKILL)
    kept = {name[-4:] for name in names(settings) if "damaged" in name}
    if kill_at == 5:
        assert {"-wal", "-shm"} < kept
    else:
        assert file.stat().st_ino == before
        for name in names(settings):
            if "damaged" in name:
                (settings.data_dir / name).unlink()
        restored(settings)
    assert file.stat().st_ino != before
    assert len(ids(settings)) == 40
