"""A step of the walk reads about as much as it returns, whatever else the record keeps."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, insert, text
from sqlalchemy.engine import Connection

from copydesk.record.ageing import START, Age, Place, walk_on
from copydesk.record.database import Record
from copydesk.record.schema import WITH_TEXT, articles
from tests.copydesk.samples import NOON

DAY = 86_400.0
KEPT = 5_000
RULES = Age(general=90, of_source={"kept": 0, "young": 3650})


def put(record: Record, source: str, count: int, *, text_gone: int = 0, same: float = 0.0) -> None:
    """Articles a second apart, or all of the ``same`` time."""
    with record.writing() as connection:
        first = connection.execute(text("SELECT COUNT(*) FROM articles")).scalar_one()
        rows = [
            {
                "id": f"{source}{first + n:06}", "number": first + n, "source": source,
                "title": "Ferry aground", "first_seen": NOON, "at": same or NOON + n,
                "copy_group": "c", "story": "s", "copy_evidence": "", "story_evidence": "",
                "placed": NOON, "changed": 0, "body": b"", "text_gone": text_gone,
            }
            for n in range(count)
        ]  # fmt: skip
        connection.execute(insert(articles), rows)


@contextmanager
def counted(record: Record, connection: Connection) -> Iterator[list[int]]:
    """What each statement cost: rows on PostgreSQL, instructions of the machine on SQLite."""
    found: list[int] = []
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, sql: str, values: Any, *_: object) -> None:
        asked.append((sql, values))

    driver: Any = connection.connection.driver_connection
    event.listen(connection, "before_cursor_execute", note)
    if record.dialect == "sqlite":
        found.append(0)

        def tick() -> int:
            found[0] += 1
            return 0

        driver.set_progress_handler(tick, 1)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", note)
        if record.dialect == "sqlite":
            driver.set_progress_handler(None, 1)
    if record.dialect == "postgresql":
        for sql, values in asked:
            explained = connection.exec_driver_sql(
                f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values
            ).scalar_one()
            plan = json.loads(explained) if isinstance(explained, str) else explained
            found.append(_rows(plan[0]["Plan"]))


def _rows(node: dict[str, Any]) -> int:
    own = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return int(own) + sum(map(_rows, node.get("Plans", ())))


def walked(connection: Connection, now: float, *, limit: int, **among: Any) -> Iterator[list[str]]:
    place: Place | None = START
    while place is not None:
        step = walk_on(connection, RULES, place, now=now, limit=limit, **among)
        place = step.place
        yield list(step.ids)


def test_what_is_kept_for_ever_is_not_read(any_record: Record) -> None:
    put(any_record, "kept", KEPT)
    put(any_record, "paper", 60)
    put(any_record, "young", KEPT)
    put(any_record, "zeitung", 5)
    with any_record.writing() as connection:
        connection.execute(text("ANALYZE"))
    for among in ({}, {"among": WITH_TEXT}):
        with any_record.reading() as connection:
            steps = walked(connection, NOON + 91 * DAY, limit=50, **among)
            ids: list[str] = []
            while True:
                with counted(any_record, connection) as cost:
                    step = next(steps, None)
                assert sum(cost) < KEPT
                if step is None:
                    break
                ids += step
        assert len(set(ids)) == len(ids) == 65
        assert {id_[:5] for id_ in ids} == {"paper", "zeitu"}


def test_texts_that_went_long_ago_are_not_read(any_record: Record) -> None:
    put(any_record, "paper", KEPT, text_gone=1)
    put(any_record, "paper", 5)
    with any_record.writing() as connection:
        connection.execute(text("ANALYZE"))
    with any_record.reading() as connection:
        with counted(any_record, connection) as cost:
            steps = list(walked(connection, NOON + 91 * DAY, limit=50, among=WITH_TEXT))
        assert sum(cost) < KEPT
    assert [len(step) for step in steps] == [5]


def test_a_walk_goes_on_among_articles_of_one_time_and_ends_with_the_young(
    any_record: Record,
) -> None:
    put(any_record, "paper", 7, same=NOON)
    put(any_record, "paper", 3, same=NOON + 5 * DAY)
    with any_record.reading() as connection:
        steps = list(walked(connection, NOON + 91 * DAY, limit=3))
    assert [len(step) for step in steps] == [3, 3, 1]
    assert len({id_ for step in steps for id_ in step}) == 7


def test_a_step_looks_at_a_bounded_number_of_sources(any_record: Record) -> None:
    for n in range(250):
        put(any_record, f"s{n:03}", 1)
    with any_record.reading() as connection:
        assert [len(step) for step in walked(connection, NOON, limit=9)] == [0, 0, 0]
        late = list(walked(connection, NOON + 91 * DAY, limit=90))
    assert sum(map(len, late)) == 250
