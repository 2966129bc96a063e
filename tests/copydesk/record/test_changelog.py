"""The log has no gap and shows its rows in commit order."""

import threading

import pytest

from copydesk.record import changelog
from copydesk.record.database import Record


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


def test_cursors(any_record: Record) -> None:
    with any_record.writing() as connection:
        assert changelog.load_cursor(connection, "engine") == 0
        changelog.save_cursor(connection, "engine", 5, at=1.0)
        changelog.save_cursor(connection, "engine", 7, at=2.0)
        assert changelog.load_cursor(connection, "engine") == 7
