"""Whether a source is quieter than it should be."""

from pathlib import Path

import pytest

from benchmarks.schedule_replay import item_times
from benchmarks.schedule_silence import APRIL, MAY, detection, false_alarms
from crawler.job import FeedResult
from crawler.schedule import SourceHistory, remember
from crawler.silence import silence

NOW = 1_685_440_800.0
HOUR = 3600.0
DAY = 86_400.0


def polled(history: SourceHistory, now: float, *times: float) -> SourceHistory:
    result = FeedResult(
        source="s", outcome="ok", started=now, elapsed=1.0, items=20, new_items=len(times),
        item_times=times,
    )  # fmt: skip
    return remember(history, result, now=now)


def hourly(days: int) -> SourceHistory:
    """A source that brings an item every hour, polled as often."""
    history, now = SourceHistory(), NOW
    for _ in range(days * 24):
        history = polled(history, now, now)
        now += HOUR
    return history


def test_nothing_is_known_of_a_new_source() -> None:
    assert silence(SourceHistory(), now=NOW) is None
    assert silence(SourceHistory(last_good=NOW), now=NOW) is None


def test_a_steady_source_that_stops_is_missed_within_two_days() -> None:
    history, now = hourly(14), NOW + 14 * DAY
    alarms = []
    for step in range(72):
        history = polled(history, now + step * HOUR)
        found = silence(history, now=now + step * HOUR)
        assert found is not None
        alarms.append(found.alarm)
    assert not any(alarms[:12])
    assert alarms[48]
    assert alarms == sorted(alarms)
    assert found is not None
    assert found.since == NOW + 14 * DAY - HOUR
    assert found.probability < 1e-3


def test_it_speaks_again_and_the_alarm_ends() -> None:
    history = polled(hourly(14), NOW + 17 * DAY)
    before = silence(history, now=NOW + 17 * DAY)
    assert before is not None
    assert before.alarm
    after = silence(polled(history, NOW + 18 * DAY, NOW + 18 * DAY - 60), now=NOW + 18 * DAY)
    assert after is not None
    assert not after.alarm


def test_our_own_pause_is_not_its_silence() -> None:
    found = silence(hourly(14), now=NOW + 30 * DAY)
    assert found is not None
    assert not found.alarm
    assert found.expected == pytest.approx(0.0)


def test_a_silence_as_long_as_one_before_is_usual() -> None:
    history = polled(hourly(14), NOW + 18 * DAY, NOW + 18 * DAY)
    now = NOW + 18 * DAY
    for _ in range(48):
        now += HOUR
        history = polled(history, now, now)
    found = silence(polled(history, now + 3 * DAY), now=now + 3 * DAY)
    assert found is not None
    assert not found.alarm


def test_few_items_teach_no_rhythm() -> None:
    history = polled(SourceHistory(), NOW, NOW - DAY, NOW - 2 * DAY)
    found = silence(polled(history, NOW + 50 * DAY), now=NOW + 50 * DAY)
    assert found is not None
    assert not found.alarm


@pytest.mark.corpus
def test_false_alarms_in_a_month_stay_rare_and_real_silence_is_found(corpus: Path) -> None:
    sources = item_times(corpus, every=2)
    weeks = (MAY - APRIL) / (7 * DAY)
    assert len(false_alarms(sources)) <= len(sources) / 100 * weeks
    cut = APRIL + 12 * DAY
    busy = [
        times
        for times in list(sources.values())[::2]
        if sum(cut - 14 * DAY < time < cut for time in times) >= 14 * 20
    ]
    found = [delay for times in busy if (delay := detection(times, cut)) is not None]
    assert len(found) == len(busy)
    assert sorted(found)[len(found) // 2] <= 36 * HOUR
