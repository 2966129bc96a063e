"""What a source's items teach of its rhythm, and when enough waits there."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.health import health
from crawler.job import FeedResult
from crawler.schedule import (
    Intensity,
    SchedulePolicy,
    SourceHistory,
    jitter_of,
    next_poll,
    pushed,
    remember,
    solve_threshold,
)
from crawler.schedule.rhythm import (
    HOURS,
    first_rhythm,
    hour_of_week,
    intensity,
    intensity_at,
    learn,
    mean_rate,
)
from crawler.schedule.waiting import wait

# Monday, 29 May 2023, 0:00 UTC.
MONDAY = 1_685_318_400.0
HOUR = 3600.0
DAY = 86_400.0
NEVER = math.inf


def office_hours(weeks: int) -> list[float]:
    """Four items an hour from 8 to 18 on working days."""
    return [
        MONDAY + week * 7 * DAY + day * DAY + hour * HOUR + quarter * 900 + 451
        for week in range(weeks)
        for day in range(5)
        for hour in range(8, 18)
        for quarter in range(4)
    ]


def poll(history: SourceHistory, now: float, *times: float, **about: object) -> SourceHistory:
    whole: dict[str, object] = {
        "source": "s", "outcome": "ok", "started": now, "elapsed": 1.0, "items": 20,
        "new_items": len(times), "item_times": times,
    }  # fmt: skip
    return remember(history, FeedResult(**{**whole, **about}), now=now)  # type: ignore[arg-type]


def test_monday_morning_is_the_first_hour() -> None:
    assert hour_of_week(MONDAY) == 0
    assert hour_of_week(MONDAY + 6 * DAY + 23.5 * HOUR) == 167


def test_the_hours_of_the_week_are_learnt_and_average_one() -> None:
    found = intensity(first_rhythm(office_hours(5), now=MONDAY + 35 * DAY))
    assert sum(found.hours) / HOURS == pytest.approx(1.0)
    assert found.hours[10] > 3
    assert found.hours[3] < 0.1
    assert found.hours[5 * 24 + 10] < 0.1
    assert min(found.hours) > 0


def test_hours_nobody_watched_are_taken_for_usual() -> None:
    now = MONDAY + 10 * HOUR
    found = intensity(first_rhythm([now - 60 * number for number in range(30, 0, -1)], now=now))
    assert found.hours[100] > 0.4


def test_an_unknown_source_brings_four_items_a_day() -> None:
    assert intensity(None).rate * DAY == pytest.approx(4.0)


def test_what_is_old_counts_less() -> None:
    busy = first_rhythm([MONDAY + number * 600 for number in range(500)], now=MONDAY + 4 * DAY)
    later = learn(busy, [], now=MONDAY + 30 * DAY)
    assert mean_rate(later) < 0.2 * mean_rate(busy)
    # Judged by what it was when it last spoke, it is as busy as then.
    before = intensity_at(later, MONDAY + 4 * DAY)
    assert before.rate == pytest.approx(mean_rate(busy), rel=0.01)


def test_items_of_one_second_count_each() -> None:
    history = poll(SourceHistory(), MONDAY, MONDAY - DAY)
    history = poll(history, MONDAY + 60, *[MONDAY + 30] * 8)
    assert len(history.item_times) == 9
    assert history.burst == 8


def test_a_feed_that_dates_everything_anew_is_no_flood() -> None:
    history, now = poll(SourceHistory(), MONDAY, *[MONDAY] * 20), MONDAY
    for _ in range(50):
        now += HOUR
        history = poll(history, now, *[now] * 20, new_items=0)
    assert history.rhythm is not None
    assert mean_rate(history.rhythm) * DAY < 20


@pytest.mark.parametrize("wrong", [-MONDAY, -400 * DAY, -3 * DAY, 400 * DAY, 50 * 365 * DAY])
def test_a_clock_that_was_wrong_for_one_poll_does_no_lasting_harm(wrong: float) -> None:
    history, now = SourceHistory(), MONDAY
    for _ in range(30 * 24):
        history, now = poll(history, now, now), now + HOUR
    history = poll(history, now + wrong, now + wrong)
    assert health(history, now=now + wrong).reason
    for _ in range(30 * 24):
        history, now = poll(history, now, now), now + HOUR
        assert history.rhythm is not None
        assert 0 < mean_rate(history.rhythm) * HOUR < 1.2
    assert history.rhythm is not None
    assert mean_rate(history.rhythm) * HOUR == pytest.approx(1, rel=0.1)
    assert history.burst <= 2
    assert health(history, now=now).reason


def test_a_clock_that_began_in_1970_does_not_end_in_an_overflow() -> None:
    history = SourceHistory()
    for hour in range(48):
        history = poll(history, hour * HOUR, hour * HOUR)
    assert health(poll(history, MONDAY), now=MONDAY).state == "silent"


def test_a_feed_without_dates_has_a_rhythm_too() -> None:
    history, now = poll(SourceHistory(), MONDAY), MONDAY
    for _ in range(7 * 24):
        now += HOUR
        history = poll(history, now, new_items=2)
    assert history.rhythm is not None
    assert mean_rate(history.rhythm) * DAY == pytest.approx(48, rel=0.1)
    assert history.last_item == pytest.approx(now - HOUR / 4)


@given(
    rate=st.floats(1e-7, 1e-1), start=st.floats(0, 1e9), threshold=st.floats(1.0, 1e5),
    hours=st.lists(st.floats(0.05, 5.0), min_size=HOURS, max_size=HOURS),
)  # fmt: skip
def test_the_delay_has_reached_the_threshold_when_it_polls(
    rate: float, start: float, threshold: float, hours: list[float]
) -> None:
    expected = Intensity(rate=rate, hours=tuple(hours))
    found = wait(expected, start, threshold=threshold, most_items=NEVER, longest=DAY)
    assert 0 < found.seconds <= DAY
    steps = 2000
    step = found.seconds / steps
    delay = sum(
        rate * hours[hour_of_week(start + (number + 0.5) * step)]
        * (found.seconds - (number + 0.5) * step) * step
        for number in range(steps)
    )  # fmt: skip
    if found.cause == "delay":
        assert delay == pytest.approx(threshold, rel=0.02)
    else:
        assert (found.cause, found.seconds) == ("longest", DAY)
        assert delay <= threshold * 1.02


def test_a_constant_rate_is_polled_by_the_root_rule() -> None:
    found = wait(Intensity(rate=1e-3), MONDAY, threshold=500, most_items=NEVER, longest=DAY)
    assert found.seconds == pytest.approx(1000.0)


def test_nights_pass_and_mornings_are_watched() -> None:
    found = intensity(first_rhythm(office_hours(5), now=MONDAY + 35 * DAY))
    about = {"threshold": 450.0, "most_items": NEVER, "longest": DAY}
    evening = wait(found, MONDAY + 35 * DAY + 18 * HOUR, **about)
    noon = wait(found, MONDAY + 35 * DAY + 12 * HOUR, **about)
    assert noon.seconds < 1800
    assert evening.seconds > 3 * HOUR


def test_a_narrow_window_is_polled_before_it_overflows() -> None:
    found = wait(Intensity(rate=1e-3), MONDAY, threshold=1e9, most_items=5, longest=DAY)
    assert found.cause == "window"
    assert found.seconds == pytest.approx(5000.0)


def test_after_an_overflow_it_is_polled_more_often() -> None:
    policy = SchedulePolicy(threshold=1e5, min_interval=1.0)
    times = [MONDAY - 1200 * number for number in range(10)]
    calm = poll(SourceHistory(), MONDAY, *times, items=10)
    fresh = [MONDAY + 1200 * number for number in range(1, 11)]
    result = FeedResult(
        source="s", outcome="ok", started=0.0, elapsed=1.0, items=10, new_items=10,
        item_times=tuple(fresh),
    )  # fmt: skip
    now = MONDAY + 12_060
    plan = next_poll(calm, result, policy, now=now, jitter=0.5)
    assert plan.history.overflowed == now
    assert plan.schedule.interval < 2000
    assert plan.schedule.reason == "it shows only 10 items at a time"


def test_a_heavier_source_is_polled_more_often() -> None:
    history = poll(SourceHistory(), MONDAY, *(MONDAY - 1000 * n for n in range(50)), items=50)
    result = FeedResult(source="s", outcome="not-modified", started=0.0, elapsed=1.0)
    usual, heavy = (
        next_poll(history, result, SchedulePolicy(), now=MONDAY, jitter=0.5, weight=weight)
        for weight in (1.0, 3.0)
    )
    assert heavy.schedule.interval == pytest.approx(usual.schedule.interval / 3**0.5, rel=0.1)
    assert "a story that grows" in heavy.schedule.reason


def test_a_push_polls_now_unless_the_server_asked_to_wait() -> None:
    assert pushed(SourceHistory(), now=MONDAY).due == MONDAY
    just = SourceHistory(last_polled=MONDAY - 5)
    assert pushed(just, now=MONDAY).due == MONDAY + 10
    told = SourceHistory(last_polled=MONDAY - 500, last_status=429, not_before=MONDAY + 300)
    assert pushed(told, now=MONDAY).due == MONDAY + 300
    fresh = msgspec.structs.replace(told, last_status=200)
    assert pushed(fresh, now=MONDAY).due == MONDAY


def test_jitter_is_even_and_the_same_each_time() -> None:
    found = [jitter_of("wire", number) for number in range(2000)]
    assert found == [jitter_of("wire", number) for number in range(2000)]
    assert all(0 <= value < 1 for value in found)
    assert sum(found) / len(found) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("budget", [10.0, 50.0, 200.0])
def test_the_solved_threshold_takes_the_budget(budget: float) -> None:
    policy = SchedulePolicy(min_interval=60.0, max_interval=7 * DAY)
    spacings = (600.0, 3600.0, 20_000.0, 90_000.0)
    histories = [
        poll(SourceHistory(), MONDAY, *(MONDAY - space * n for n in range(12)), items=200)
        for space in spacings
    ]
    threshold = solve_threshold(histories, policy, polls_per_day=budget)
    taken = 0
    for history in histories:
        now = MONDAY
        while now < MONDAY + 7 * DAY:
            taken += 1
            now += wait(
                intensity(history.rhythm), now, threshold=threshold, most_items=NEVER,
                longest=policy.max_interval,
            ).seconds  # fmt: skip
    assert taken / 7 == pytest.approx(budget, rel=0.15)


def test_bounds_alone_decide_when_the_budget_cannot_be_had() -> None:
    history = poll(SourceHistory(), MONDAY, *(MONDAY - 60 * n for n in range(12)), items=200)
    policy = SchedulePolicy()
    assert solve_threshold([], policy, polls_per_day=5) == policy.threshold
    assert solve_threshold([history], policy, polls_per_day=1) > 1e9
    assert solve_threshold([history], policy, polls_per_day=1e6) < 1e-2


@pytest.mark.parametrize("weeks", [0, 1, 5])
def test_expected_items_are_the_same_by_weeks_and_by_hours(weeks: int) -> None:
    found = intensity(first_rhythm(office_hours(5), now=MONDAY + 35 * DAY))
    start = MONDAY + 3 * DAY + 1234
    end = start + weeks * 7 * DAY + 5 * HOUR
    bounds = [start + number * HOUR for number in range(weeks * 168 + 6)]
    by_hours = sum(
        found.expected(bounds[number], bounds[number + 1]) for number in range(len(bounds) - 1)
    )
    assert found.expected(start, end) == pytest.approx(by_hours)
    assert found.expected(end, start) == 0.0
