"""A restore that is killed where it removes files leaves no index or memory of another record."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from copydesk.backup import taking
from copydesk.record import migrate
from copydesk.record.database import Record, sqlite_url
from copydesk.record.placing import record_batch
from copydesk.record.schema import articles
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
    tmp_path: Path, kill_at: int
) -> None:
    record = Record(sqlite_url(tmp_path / "record.sqlite"))
    migrate.upgrade(record)
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
    record.close()
    left = {name for name in ("desk.memory", "index") if (tmp_path / name).exists()}
    if kill_at == 3:
        assert (held, left) == (["a1"], set())
    else:
        assert sorted(held) == ["a1", "a2"]
        assert left == ({"desk.memory", "index"} if kill_at == 1 else {"index"})
