"""A role that is frozen is told from one that works, idles or is not there."""

from pathlib import Path

import pytest
from sqlalchemy import insert

from copydesk.alerts.deliveries import STATES, Standing, State
from copydesk.locks import held, held_since
from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.reading_progress import Backlog, crawl_backlog, desk_backlog
from copydesk.record.schema import fetches
from copydesk.record.standstill import Standstill
from copydesk.roles.standing import standing_of_engine, standing_of_receivers, stands
from tests.copydesk.roles.test_pacing import registered
from tests.copydesk.samples import NOON, article


@pytest.mark.parametrize(
    ("waits_since", "last_done", "since", "verdict", "words"),
    [
        (None, NOON - 9000, NOON - 9000, "good", "nothing waits"),
        (NOON - 600, NOON - 5, NOON - 9000, "good", "at work"),
        (NOON - 600, NOON - 900, NOON - 30, "good", "at work"),  # started just now
        (NOON - 600, NOON - 900, NOON - 9000, "wrong", "nothing for 10 minutes although it runs"),
        (NOON - 600, None, NOON - 9000, "wrong", "although it runs"),
        (NOON - 600, None, None, "note", "since 10 minutes; none runs in this data directory"),
        # A clock that was a day ahead when it last did something, or took its lock.
        (NOON - 600, NOON + 9e4, NOON - 9000, "wrong", "the clock was set back; work waits for it"),
        (NOON - 600, NOON - 900, NOON + 9e4, "wrong", "nothing for 10 minutes although it runs"),
        (NOON - 60, NOON + 9e4, NOON - 9000, "good", "at work"),
        (NOON - 600, NOON + 5, NOON - 9000, "good", "at work"),  # another machine's clock
        (NOON + 6000, NOON - 5, NOON - 9000, "note", "100 minutes from now: the clock was set"),
        (0.0, None, None, "note", "work waits for it; none runs in this data directory"),
    ],
)
def test_what_stands_still(
    waits_since: float | None, last_done: float | None, since: float | None, verdict: str,
    words: str,
) -> None:  # fmt: skip
    backlog = Backlog(waits_since=waits_since, last_done=last_done)
    found = stands("desk", backlog, held_since=since, patience=120.0, now=NOON)
    assert (found[0], words in found[1]) == (verdict, True)


@pytest.mark.parametrize(
    ("behind", "said", "verdict", "words"),
    [
        (0, None, "good", "up to date"),
        (5, None, "note", "5 changes behind; the desk catches up"),
        (
            5,
            NOON - 9,
            "wrong",
            "5 changes behind; since 2023-05-30 11:00 UTC the desk cannot",
        ),
        (0, NOON - 9, "wrong", "the desk cannot write it: it is closed. Open it."),
        # Of a desk that is gone: no alarm for ever, and none at all when all is written since.
        (5, NOON - 900, "note", "no desk tries to write it now. At 2023-05-30 11:45 UTC one could"),
        (0, NOON - 900, "good", "up to date"),
    ],
)
def test_an_index_that_cannot_be_written(
    behind: int, said: float | None, verdict: str, words: str
) -> None:
    still = said and Standstill(words="it is closed. Open it.", since=NOON - 3600, said=said)
    found = standing_of_engine("elasticsearch", behind, still or None, now=NOON)
    assert (found[0], words in found[1]) == (verdict, True), found


WELL = Standing(receivers=2, waiting=5, waiting_since=NOON - 60)
NOBODY: dict[State, Standing] = {state: Standing() for state in STATES}


@pytest.mark.parametrize(
    ("found", "verdict", "words"),
    [
        ({}, "good", "nobody is told"),
        ({"active": WELL}, "good", "2, all told"),
        (
            {"active": Standing(receivers=1, waiting=5, waiting_since=NOON - 600)},
            "note",
            "5 matches wait to be told, the first for 10 minutes",
        ),
        (
            {"active": WELL, "failing": Standing(receivers=1, failing_since=NOON - 3599)},
            "note",
            "1 of 3 do not take matches, the first of them for 60 minutes",
        ),
        (
            {"active": WELL, "failing": Standing(receivers=1, waiting=9, failing_since=NOON - 9e3)},
            "wrong",
            "9 wait; `copydesk alerts list` says why",
        ),
        (
            {"failing": WELL, "stopped": Standing(receivers=1, waiting=7)},
            "wrong",
            "1 of 3 are told of matches no more, 7 wait",
        ),
    ],
)
def test_how_receivers_stand(found: dict[State, Standing], verdict: str, words: str) -> None:
    judged = standing_of_receivers({**NOBODY, **found}, now=NOON)
    assert (judged[0], words in judged[1]) == (verdict, True), judged


def test_the_record_says_what_waits(any_record: Record) -> None:
    with any_record.reading() as connection:
        empty = Backlog(waits_since=None, last_done=None)
        assert desk_backlog(connection) == crawl_backlog(connection, now=NOON) == empty
    registered(any_record, {"wire": 5})
    with any_record.writing() as connection:
        inbox.put(connection, [article("1"), article("2")], received=NOON + 7)
    with any_record.reading() as connection:
        assert desk_backlog(connection).waits_since == NOON + 7
        assert crawl_backlog(connection, now=NOON).waits_since == NOON


def test_fetches_of_a_clock_that_was_set_back_do_not_hide_later_ones(any_record: Record) -> None:
    registered(any_record, {"wire": 5})
    with any_record.writing() as connection:
        for at in (NOON - 50, NOON + 9e4):
            row = {"source": "wire", "at": at, "elapsed": 1.0, "outcome": "ok", "error": ""}
            none = ("status", "items", "new_items", "pages", "page_failures", "bytes")
            connection.execute(insert(fetches).values(**row, **dict.fromkeys(none, 0)))
    with any_record.reading() as connection:
        assert crawl_backlog(connection, now=NOON).last_done == NOON - 50


def test_a_lock_tells_since_when_it_is_held(tmp_path: Path) -> None:
    lock = tmp_path / "desk.lock"
    assert held_since(lock) is None
    with held(lock, "a desk"):
        assert held_since(lock) == lock.stat().st_mtime
    assert held_since(lock) is None
