"""What a poll is worth, solved from the sources in the record and the stories that grow."""

import msgspec
import pytest
from sqlalchemy import insert, update

from config.sources import Source
from copydesk.record import leases, registry
from copydesk.record.database import Record
from copydesk.record.reading_growth import growing_shares
from copydesk.record.reading_health import history_of
from copydesk.record.registry import Outlook
from copydesk.record.schema import articles, source_state
from copydesk.roles.pacing import Pace
from crawler.job import FeedResult
from crawler.schedule import SchedulePolicy, SourceHistory, jitter_of, next_poll
from crawler.schedule.rhythm import first_rhythm
from tests.copydesk.samples import NOON

HOUR = 3600.0


def registered(record: Record, rates: dict[str, int]) -> None:
    """Sources that bring so many items a day."""
    with record.writing() as connection:
        wanted = [
            Source(id=name, url=f"https://{name}.example/feed", outlet=name) for name in rates
        ]
        registry.register(connection, wanted, origin="config", now=NOON)
        for name, daily in rates.items():
            times = [NOON - number * 86_400 / daily for number in range(daily * 7, 0, -1)]
            history = SourceHistory(rhythm=first_rhythm(times, now=NOON), window=50)
            connection.execute(
                update(source_state)
                .where(source_state.c.source == name)
                .values(history=msgspec.msgpack.encode(history))
            )


def report(record: Record, source: str, story: str, *, ago: float, number: int) -> None:
    with record.writing() as connection:
        connection.execute(
            insert(articles).values(
                id=f"{source}{number}", number=hash((source, number)) % 10**9, source=source,
                outlet=source, title="t", first_seen=NOON - ago, at=NOON - ago, copy_group="g",
                story=story, copy_evidence="{}", story_evidence="{}", placed=NOON, changed=number,
                body=b"",
            )
        )  # fmt: skip


def test_a_smaller_budget_makes_polls_dearer(record: Record) -> None:
    registered(record, {"wire": 200, "daily": 20, "weekly": 1})
    thresholds = []
    for budget in (96, 24, 12):
        pace = Pace(record, SchedulePolicy(min_interval=60), budget, now=lambda: NOON)
        pace.refresh()
        thresholds.append(pace.policy.threshold)
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]
    assert pace.policy.min_interval == 60


def polled(record: Record, crawlers: int, budget: float) -> int:
    """How often so many crawlers, taking turns, poll the sources of the record in two days."""
    policy = SchedulePolicy(min_interval=60)
    paces = [Pace(record, policy, budget, now=lambda: clock) for _ in range(crawlers)]
    clock, polls = NOON, 0
    while True:
        with record.reading() as connection:
            clock = max(clock, min(source.due for source in registry.active(connection)))
        if clock > NOON + 48 * HOUR:
            return polls
        worker = polls % crawlers
        paces[worker].refresh()
        with record.claiming() as connection:
            source = leases.lease_due(connection, f"w{worker}", now=clock, limit=1)[0]
        result = FeedResult(source=source.id, outcome="ok", started=clock, elapsed=1.0)
        history = history_of(source.history)
        jitter = jitter_of(source.id, polls)
        plan = next_poll(history, result, paces[worker].policy, now=clock, jitter=jitter)
        outlook = Outlook(
            due=plan.schedule.due, interval=plan.schedule.interval, reason="", failures=0,
            retired=0, history=source.history or b"", move_to="",
        )  # fmt: skip
        with record.writing() as connection:
            registry.save_result(connection, result, outlook, worker=f"w{worker}")
        polls += 1


def test_several_crawlers_share_one_budget(any_record: Record) -> None:
    rates = {"wire": 200, "agency": 90, "daily": 20, "weekly": 1}
    counts = []
    for crawlers in (1, 3):
        registered(any_record, rates)
        with any_record.writing() as connection:
            connection.execute(update(source_state).values(due=NOON))
        counts.append(polled(any_record, crawlers, 24.0))
    alone, together = counts
    assert together == pytest.approx(alone, rel=0.1)
    assert together == pytest.approx(2 * 24 * len(rates), rel=0.35)


def test_it_looks_again_after_a_while(record: Record) -> None:
    clock = [NOON]
    pace = Pace(record, SchedulePolicy(), 24, now=lambda: clock[0])
    pace.refresh()
    assert pace.policy.threshold == SchedulePolicy().threshold  # there are no sources
    registered(record, {"wire": 200})
    clock[0] += 60
    pace.refresh()
    assert pace.policy.threshold == SchedulePolicy().threshold
    clock[0] += 600
    pace.refresh()
    assert pace.policy.threshold != SchedulePolicy().threshold


def test_sources_of_a_story_that_grows_weigh_more(record: Record) -> None:
    registered(record, {"wire": 10, "daily": 10, "garden": 10})
    for number, source in enumerate(("wire", "daily", "radio")):
        report(record, source, "quake", ago=HOUR, number=number)
    report(record, "daily", "cake", ago=HOUR, number=7)
    report(record, "garden", "rose", ago=HOUR, number=8)
    with record.reading() as connection:
        assert growing_shares(connection, now=NOON) == {"wire": 1.0, "daily": 0.5, "radio": 1.0}
        assert growing_shares(connection, now=NOON + 4 * HOUR) == {}
    pace = Pace(record, SchedulePolicy(), 24, now=lambda: NOON)
    pace.refresh()
    assert [pace.weight(name) for name in ("wire", "daily", "garden")] == [3.0, 2.0, 1.0]


def test_what_an_earlier_version_remembered_can_be_read() -> None:
    old = {
        "item_times": [NOON - 60.0, NOON], "polls": 4, "failures": 1, "failing_since": NOON,
        "last_outcome": "timeout", "last_polled": NOON, "last_good": NOON - 60.0, "window": 30,
        "minimum_interval": None, "skip_hours": [3], "skip_days": [], "moved_to": "",
        "moved_since": None, "retired": "no",
    }  # fmt: skip
    history = history_of(msgspec.msgpack.encode(old))
    assert (history.item_times, history.skip_hours) == ((NOON - 60.0, NOON), (3,))
    assert history.rhythm is None
    assert history_of(None) == SourceHistory()


@pytest.fixture
def record(any_record: Record) -> Record:
    return any_record
