"""Retention works in small steps, and what it forgets leaves the index and the desk too."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from config.settings import RetentionSettings
from copydesk.record import deleting, inbox
from copydesk.record.database import Record
from copydesk.record.schema import articles, deletions, fetches, sources
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import run_once
from copydesk.roles.retaining import Retention
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import SearchRequest
from tests.copydesk.record.test_ageing import put as rows
from tests.copydesk.samples import NOON, article

DAY = 86_400.0
TEXT = "A ferry with two hundred people on board ran aground off the island of Holm. " * 4


def put(record: Record, *numbers: int, at: float = NOON, source: str = "wire") -> None:
    with record.writing() as connection:
        some = [
            article(str(n), title=f"Report {n} of Holm", text=TEXT, at=at, source=source)
            for n in numbers
        ]
        inbox.put(connection, some, received=at)


def titles(folder: Path) -> int:
    reader = EmbeddedEngine.open_reader(folder / "index")
    try:
        return reader.search(SearchRequest(query="report")).total
    finally:
        reader.close()


def test_kept_long_enough_is_forgotten_everywhere(record: Record, tmp_path: Path) -> None:
    engine = EmbeddedEngine.open_writer(tmp_path / "index")
    engine.prepare()
    now = [NOON]
    work = DeskWork(
        record,
        engine,
        memory_file=tmp_path / "desk.memory",
        batch=10,
        retention=RetentionSettings(articles=30),
        now=lambda: now[0],
    )
    put(record, 1, 2)
    put(record, 3, at=NOON + 20 * DAY)
    run_once(work)
    assert titles(tmp_path) == 3
    assert not work.forget()

    for _ in range(30):
        now[0] += DAY
        assert not work.forget()
    now[0] += DAY
    assert work.forget()
    while work.forget():
        pass
    work.index()
    assert titles(tmp_path) == 1
    with record.reading() as connection:
        assert connection.scalars(select(articles.c.guid)).all() == ["3"]

    # The desk has forgotten them too: the same text begins a group of its own.
    put(record, 4, at=now[0], source="paper")
    run_once(work)
    engine.close()
    with record.reading() as connection:
        left = connection.execute(select(articles)).all()
        gone = set(connection.scalars(select(deletions.c.article)))
    assert {row.guid for row in left} == {"3", "4"}
    assert not any(f'"{id_}"' in row.copy_evidence for row in left for id_ in gone)


def fetched(record: Record, *times: float) -> None:
    row = {
        "source": "wire", "elapsed": 0.0, "outcome": "ok", "status": 200, "items": 0,
        "new_items": 0, "pages": 0, "page_failures": 0, "bytes": 0,
    }  # fmt: skip
    with record.writing() as connection:
        if connection.scalar(select(sources.c.id)) is None:
            connection.execute(
                insert(sources).values(
                    id="wire", url="https://w.example/", kind="feed", origin="x", added_at=0.0
                )
            )
        connection.execute(insert(fetches), [{**row, "at": at} for at in times])


def test_one_step_is_short_and_a_pass_an_hour_is_enough(record: Record) -> None:
    fetched(record, *(NOON + n for n in range(450)))
    now = [NOON + 91 * DAY]
    retention = Retention(record, RetentionSettings(fetches=90), now=lambda: now[0])
    assert [retention.step() for _ in range(3)] == [200, 200, 50]
    while retention.step():  # free pages go back to the file system
        pass
    now[0] += 1800
    assert retention.step() == 0
    fetched(record, NOON)
    assert retention.step() == 0
    now[0] += 1800
    assert retention.step() == 1


def test_many_sources_with_nothing_to_forget_take_several_steps(record: Record) -> None:
    for n in range(250):
        rows(record, f"s{n:03}", 1)
    rows(record, "wire", 3)
    retention = Retention(record, RetentionSettings(articles=90), now=lambda: NOON + 80 * DAY)
    assert [retention.step() for _ in range(4)] == [1, 1, 0, 0]
    retention = Retention(record, RetentionSettings(articles=70), now=lambda: NOON + 80 * DAY)
    counted = list(iter(retention.step, 0))
    assert (max(counted), sum(counted)) == (100, 253)


@pytest.mark.parametrize("step", [-3601.0, -365 * DAY])
def test_a_clock_that_is_set_back_keeps_nothing_longer_than_an_hour(
    record: Record, step: float
) -> None:
    now = [NOON]
    retention = Retention(record, RetentionSettings(fetches=90), now=lambda: now[0])
    assert retention.step() == 0
    now[0] += step
    fetched(record, now[0] - 91 * DAY)
    waited = [retention.step()]
    now[0] += 3600
    waited.append(retention.step())
    assert sum(waited) == 1


def test_a_clock_that_leaps_ahead_is_not_believed_for_an_hour(record: Record) -> None:
    """A battery is empty, a year is wrong: what is forgotten does not come back."""
    now, ticks = [NOON], [0.0]
    fetched(record, NOON)

    def forgotten(retention: Retention, *, hours: float) -> int:
        now[0] += hours * 3600
        ticks[0] += hours * 3600
        return retention.step()

    def started() -> Retention:
        return Retention(
            record, RetentionSettings(fetches=90), now=lambda: now[0], ticks=lambda: ticks[0]
        )

    retention = started()
    assert retention.step() == 0
    now[0] += 365 * DAY
    assert retention.step() == 0
    assert forgotten(retention, hours=0.5) == 0
    assert started().step() == 0
    now[0] -= 365 * DAY  # the network says what time it is
    assert [forgotten(retention, hours=1) for _ in range(3)] == [0, 0, 0]
    # A machine that was off for so long forgets an hour later.
    now[0] += 91 * DAY
    retention = started()
    assert [forgotten(retention, hours=0.9) for _ in range(4)] == [0, 0, 1, 0]


def test_the_file_gets_smaller_without_a_pause(record: Record, tmp_path: Path) -> None:
    file = tmp_path / "record.sqlite"
    for start in range(0, 3000, 500):
        put(record, *range(start, start + 500))
    with record.writing() as connection:
        waiting = inbox.take(connection, limit=3000)
        deleting.request(connection, [each.id for each in waiting], reason="asked", now=NOON)
    retention = Retention(record, RetentionSettings(), now=lambda: NOON)
    steps = 0
    while retention.step():
        steps += 1
    with record.writing() as connection:
        connection.exec_driver_sql("PRAGMA freelist_count")
    record.close()  # the last connection folds the write-ahead log into the file
    assert steps >= 1
    with record.reading() as connection:
        free = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
        every = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        page = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    assert free * 10 <= every
    assert file.stat().st_size <= every * page


def test_runs_that_end_forget_too_however_seldom_they_are(record: Record, tmp_path: Path) -> None:
    put(record, 1)
    engine = EmbeddedEngine.open_writer(tmp_path / "index")

    def run(now: float) -> int:
        work = DeskWork(
            record,
            engine,
            memory_file=tmp_path / "desk.memory",
            batch=10,
            retention=RetentionSettings(articles=30),
            now=lambda: now,
        )
        run_once(work)
        with record.reading() as connection:
            return len(connection.scalars(select(articles.c.id)).all())

    try:
        assert run(NOON + DAY) == 1
        assert run(NOON + 365 * DAY) == 1  # a clock that is wrong
        assert run(NOON + 367 * DAY) == 0  # and still is, or was not
    finally:
        engine.close()


def test_a_clock_that_leaps_again_between_runs_is_not_believed(record: Record) -> None:
    put(record, 1)

    def believes(days: float) -> bool:
        retention = Retention(
            record, RetentionSettings(), now=lambda: NOON + days * DAY, ticks=lambda: 0.0
        )
        return retention._believes()

    assert believes(0)
    assert not believes(1.1)
    assert not believes(365)
    assert not believes(2.2)
    assert believes(3.3)
    # Once a week is no leap for who comes once a week.
    assert [believes(days) for days in (10, 17, 24, 31)] == [False, True, False, True]
