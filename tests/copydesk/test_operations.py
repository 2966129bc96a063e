"""How the work goes, as the record knows it."""

from sqlalchemy import insert, update

from copydesk.operations import (
    STALE_SECONDS,
    fetches_after,
    newly_searchable,
    open_letters,
    source_states,
)
from copydesk.record.database import Record
from copydesk.record.placing import record_batch
from copydesk.record.schema import articles, dead_letters, fetches, source_state, sources
from tests.copydesk.samples import NOON, article, placed


def add_source(record: Record, id_: str, *, added_at: float, **state: object) -> None:
    row = {"id": id_, "url": f"https://{id_}.example/", "kind": "feed", "origin": "config"}
    with record.writing() as connection:
        connection.execute(insert(sources).values(**row, outlet=id_.title(), added_at=added_at))
        if state:
            connection.execute(insert(source_state).values(source=id_, **state))


def test_only_what_the_engine_holds_is_searchable_and_no_backlog_is_late(record: Record) -> None:
    add_source(record, "wire", added_at=NOON)
    batch = [
        placed(1, "old", article("old", at=NOON - 1), group="old", story="s"),
        placed(2, "new", article("new", at=NOON + 1), group="new", story="s"),
        placed(3, "far", article("far", at=NOON + 2, source="gone"), group="far", story="s"),
        placed(4, "last", article("last", at=NOON + 3), group="last", story="s"),
    ]
    with record.writing() as connection:
        record_batch(connection, batch, now=NOON)
        connection.execute(update(articles).where(articles.c.id == "last").values(changed=1000))
    with record.reading() as connection:
        found = newly_searchable(connection, after=0, position=999, limit=10)
        assert (found.number, found.published) == (3, (NOON + 1,))
        again = newly_searchable(connection, after=3, position=999, limit=10)
        assert (again.number, again.published) == (3, ())
        part = newly_searchable(connection, after=0, position=1000, limit=1)
        assert part.number == 1


def test_fetches_are_read_on_from_where_one_was_and_not_too_old(record: Record) -> None:
    add_source(record, "wire", added_at=NOON)
    numbers = ("status", "items", "new_items", "pages", "page_failures", "bytes")
    row = {**dict.fromkeys(numbers, 0), "source": "wire", "elapsed": 0.5, "outcome": "new"}
    with record.writing() as connection:
        for at in (NOON - 100, NOON, NOON + 100):
            connection.execute(insert(fetches).values(**row, at=at))
    with record.reading() as connection:
        found = fetches_after(connection, 0, since=NOON, limit=10)
        assert [(each.at, each.outlet, each.seconds) for each in found] == [
            (NOON, "Wire", 0.5),
            (NOON + 100, "Wire", 0.5),
        ]
        assert fetches_after(connection, int(found[-1].id), since=NOON, limit=10) == []


def test_a_source_is_stale_after_a_day_and_three_of_its_intervals(record: Record) -> None:
    day = STALE_SECONDS
    add_source(record, "fresh", added_at=0, last_success=NOON - day + 1, interval=300)
    add_source(record, "stale", added_at=0, last_success=NOON - day - 1, interval=300, failures=7)
    add_source(record, "slow", added_at=0, last_success=NOON - 2 * day, interval=day)
    add_source(record, "never", added_at=NOON - 2 * day)
    add_source(record, "retired", added_at=0, last_success=0, retired=1)
    with record.reading() as connection:
        found = {state.source: state for state in source_states(connection, now=NOON)}
    assert {name: state.stale for name, state in found.items()} == {
        "fresh": 0,
        "stale": 1,
        "slow": 0,
        "never": 1,
    }
    assert (found["never"].outcome, found["never"].silent_hours) == ("never", 48.0)
    assert found["stale"].failures == 7


def test_dead_letters_are_told_newest_first(record: Record) -> None:
    with record.writing() as connection:
        for at in (1.0, 2.0):
            row = {"at": at, "stage": "index", "subject": f"story {at}", "reason": "too odd"}
            connection.execute(insert(dead_letters).values(**row))
    with record.reading() as connection:
        assert [letter.subject for letter in open_letters(connection)] == ["story 2.0", "story 1.0"]
