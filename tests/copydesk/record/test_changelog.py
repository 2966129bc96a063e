"""The log has no gap and shows its rows in commit order."""

import random
import threading
import time

import pytest

from copydesk.record import changelog
from copydesk.record.changelog import ChangedKind, Operation
from copydesk.record.database import Record

Logged = tuple[ChangedKind, str, Operation]


def test_numbers_follow_each_other_and_repeats_count_once(any_record: Record) -> None:
    with any_record.writing() as connection:
        first = changelog.append(
            connection,
            [("article", "a1", "put"), ("story", "s1", "put"), ("article", "a1", "put")],
            at=1.0,
        )
        second = changelog.append(connection, [("story", "s1", "remove")], at=2.0)
    assert first == {("article", "a1"): 1, ("story", "s1"): 2}
    assert second == {("story", "s1"): 3}
    with any_record.reading() as connection:
        assert changelog.head(connection) == 3
        assert [change.seq for change in changelog.read(connection, after=1, limit=9)] == [2, 3]


def test_an_empty_log(any_record: Record) -> None:
    with any_record.writing() as connection:
        assert changelog.append(connection, [], at=1.0) == {}
        assert changelog.head(connection) == 0
        assert changelog.read(connection, after=0, limit=10) == []


def test_a_transaction_undone_leaves_no_gap(any_record: Record) -> None:
    def undone() -> None:
        with any_record.writing() as connection:
            changelog.append(connection, [("article", "lost", "put")], at=1.0)
            raise RuntimeError("undo")

    with pytest.raises(RuntimeError):
        undone()
    with any_record.writing() as connection:
        assert changelog.append(connection, [("article", "a", "put")], at=1.0) == {
            ("article", "a"): 1
        }


def test_many_writers_leave_no_gap(any_record: Record) -> None:
    def write(name: int) -> None:
        for turn in range(10):
            with any_record.writing() as connection:
                changelog.append(connection, [("article", f"{name}-{turn}", "put")], at=1.0)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with any_record.reading() as connection:
        seqs = [change.seq for change in changelog.read(connection, after=0, limit=100)]
    assert seqs == list(range(1, 41))


def test_a_reader_never_skips_a_change_that_commits_late(any_record: Record) -> None:
    """Writers take their numbers and then dawdle; a reader that goes on meanwhile misses none."""
    chance = random.Random(7)
    writing = 4

    def write(name: int) -> None:
        for turn in range(8):
            with any_record.writing() as connection:
                changes: list[Logged] = [
                    ("article", f"{name}-{turn}-{number}", "put") for number in range(3)
                ]
                changelog.append(connection, changes, at=1.0)
                time.sleep(chance.uniform(0.0, 0.01))
                if turn == 5:
                    connection.rollback()

    threads = [threading.Thread(target=write, args=(name,)) for name in range(writing)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while any(thread.is_alive() for thread in threads) or seen[-1:] != [head(any_record)]:
        with any_record.reading() as connection:
            after = seen[-1] if seen else 0
            seen += [each.seq for each in changelog.read(connection, after=after, limit=5)]
    assert seen == list(range(1, writing * 7 * 3 + 1))


def head(record: Record) -> int:
    with record.reading() as connection:
        return changelog.head(connection)


def test_cursors(any_record: Record) -> None:
    with any_record.writing() as connection:
        assert changelog.load_cursor(connection, "engine") == 0
        changelog.save_cursor(connection, "engine", 5, at=1.0)
        changelog.save_cursor(connection, "engine", 7, at=2.0)
        assert changelog.load_cursor(connection, "engine") == 7
