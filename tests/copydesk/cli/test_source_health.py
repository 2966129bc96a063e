"""``copydesk sources health`` for people and for programs."""

import json
import time
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert

from copydesk.record.database import Record, sqlite_url
from copydesk.record.migrate import upgrade
from copydesk.record.schema import fetches
from crawler.schedule import SourceHistory
from tests.copydesk.api.newsroom import Newsroom
from tests.copydesk.cli.test_commands import copydesk


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A well source and one whose certificate has been wrong for a day."""
    now = time.time()
    wrong = SourceHistory(
        polls=9, failures=9, failing_since=now - 86_400, last_polled=now, last_outcome="tls"
    )
    well = SourceHistory(polls=9, last_polled=now, last_good=now, last_outcome="ok")
    record = Record(sqlite_url(tmp_path / "record.sqlite"))
    upgrade(record)
    room = Newsroom(record)
    for name, history in (("broken", wrong), ("fine", well)):
        state = {
            "history": msgspec.msgpack.encode(history),
            "last_outcome": history.last_outcome,
            "last_error": "its certificate is expired" if history.failures else "",
        }
        room.source(name, origin="added", state=state)
    with record.writing() as connection:
        for number in range(3):
            connection.execute(
                insert(fetches).values(
                    source="broken", at=now - number * 60, elapsed=0.5, outcome="tls", status=0,
                    items=0, new_items=0, pages=0, page_failures=0, bytes=0, error=f"no {number}",
                )
            )  # fmt: skip
    record.close()
    return tmp_path


def test_it_names_the_ill_and_fails(data: Path) -> None:
    told = copydesk(data, "sources", "health", code=1).stdout
    assert "there is no secure connection (TLS); failed 9 times in a row" in told
    assert "fine" not in told
    assert "2 sources: 1 wrong, 0 to note, the others well." in told
    rows = json.loads(copydesk(data, "sources", "health", "--all", "--json", code=1).stdout)
    assert [(row["id"], row["state"], row["grade"]) for row in rows] == [
        ("broken", "tls", "wrong"),
        ("fine", "well", "good"),
    ]


def test_when_all_are_well_it_succeeds(data: Path) -> None:
    copydesk(data, "sources", "pause", "broken")
    assert "0 wrong" in copydesk(data, "sources", "health").stdout


def test_of_one_source_it_shows_the_last_fetches(data: Path) -> None:
    told = json.loads(copydesk(data, "sources", "health", "broken", "--json", code=1).stdout)
    assert told["health"]["state"] == "tls"
    assert [row["error"] for row in told["fetches"]] == ["no 0", "no 1", "no 2"]
    assert "no 2" in copydesk(data, "sources", "health", "broken", code=1).stdout
    assert "no source" in copydesk(data, "sources", "health", "brocken", code=1).stderr
