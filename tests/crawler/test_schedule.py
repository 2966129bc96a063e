"""When to poll next, on a virtual clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.job import FeedResult, Outcome
from crawler.schedule import Plan, SchedulePolicy, SourceHistory, after_skips, next_poll

NOW = 1_685_440_800.0
HOUR = 3600.0
DAY = 86_400.0
POLICY = SchedulePolicy(min_interval=300.0, max_interval=6 * HOUR)


def result(outcome: Outcome = "ok", **about: object) -> FeedResult:
    whole: dict[str, object] = {"source": "s", "outcome": outcome, "started": NOW, "elapsed": 1.0}
    return FeedResult(**{**whole, **about})  # type: ignore[arg-type]


def plan(
    answer: FeedResult,
    history: SourceHistory | None = None,
    *,
    now: float = NOW,
    jitter: float = 0.5,
) -> Plan:
    return next_poll(history or SourceHistory(), answer, POLICY, now=now, jitter=jitter)


def every(seconds: float, count: int, *, now: float = NOW) -> tuple[float, ...]:
    return tuple(now - seconds * number for number in range(count))


def test_busy_feeds_are_polled_often_and_quiet_ones_seldom() -> None:
    minute = plan(result(items=30, item_times=every(60, 30))).schedule
    # Not at the same minute of every hour, which would be waited for.
    hourly = plan(result(items=30, item_times=every(3700, 30))).schedule
    quiet = plan(result(items=30, item_times=(NOW - 13 * DAY,))).schedule
    assert minute.interval == 300.0
    assert "no source is polled more often" in minute.reason
    assert 0.4 * HOUR < hourly.interval < 0.8 * HOUR
    assert "items a day" in hourly.reason
    assert quiet.interval == 6 * HOUR
    assert "no source waits longer" in quiet.reason
    assert minute.due == NOW + 300.0


def test_a_feed_that_shows_few_items_is_not_left_to_overflow() -> None:
    wide = plan(result(items=40, item_times=every(HOUR, 40))).schedule
    narrow = plan(result(items=1, item_times=(NOW,)), plan(result(
        items=1, item_times=every(HOUR, 40))).history).schedule  # fmt: skip
    assert narrow.interval < wide.interval
    assert "shows only 1 items" in narrow.reason


def test_nothing_known_is_a_few_items_a_day() -> None:
    assert plan(result("empty")).schedule.interval <= 6 * HOUR


def test_an_item_from_the_future_counts_as_now() -> None:
    assert plan(result(items=1, item_times=(NOW + 10 * DAY,))).history.item_times == (NOW,)


def test_old_items_are_forgotten() -> None:
    history = plan(result(items=3, item_times=(NOW - 20 * DAY, NOW - DAY, NOW))).history
    assert history.item_times == (NOW - DAY, NOW)
    assert len(plan(result(items=999, item_times=every(1, 999))).history.item_times) == 200


def test_wishes_of_feed_and_server_come_before_our_haste() -> None:
    busy = every(60, 30)
    ttl = plan(result(items=30, item_times=busy, minimum_interval=HOUR)).schedule
    assert (ttl.interval, ttl.reason) == (HOUR, "the feed asks not to be polled more often")
    absurd = plan(result(items=30, item_times=busy, minimum_interval=30 * DAY)).schedule
    assert absurd.interval == 6 * HOUR
    wait = plan(result("rate-limited", not_before=NOW + 2 * DAY)).schedule
    assert (wait.due, wait.reason) == (NOW + 2 * DAY, "the server asks to wait that long")
    soon = plan(result(items=30, item_times=busy, not_before=NOW + 1)).schedule
    assert soon.interval == 300.0


def test_the_feeds_wish_is_remembered_while_nothing_changes() -> None:
    history = plan(result(items=30, item_times=every(60, 30), minimum_interval=HOUR)).history
    assert plan(result("not-modified"), history).schedule.interval == HOUR
    assert plan(result(items=30, item_times=every(60, 30)), history).schedule.interval == 300.0


def test_hours_and_days_that_the_feed_skips() -> None:
    # 30 May 2023 is a Tuesday, 10:00 UTC.
    assert after_skips(NOW, hours=(), days=()) == NOW
    assert after_skips(NOW + 60, hours=(10, 11), days=()) == NOW + 2 * HOUR
    assert after_skips(NOW + 60, hours=(), days=(1,)) == NOW + 14 * HOUR
    assert after_skips(NOW + 60, hours=(0,), days=(1, 2)) == NOW + 39 * HOUR
    assert after_skips(NOW, hours=tuple(range(24)), days=()) == NOW
    step = plan(result(items=30, item_times=every(60, 30), skip_hours=(10,)))
    assert (step.schedule.interval, step.schedule.reason) == (
        HOUR, "the feed asks not to be polled at that hour",
    )  # fmt: skip
    assert plan(result("not-modified"), step.history).schedule.due == NOW + HOUR


def test_failures_back_off_and_are_forgiven_at_once() -> None:
    history = SourceHistory(item_times=every(60, 30))
    intervals = []
    for _ in range(14):
        step = plan(result("timeout"), history)
        history = step.history
        intervals.append(step.schedule.interval)
    assert intervals[:4] == [300.0, 600.0, 1200.0, 2400.0]
    assert intervals[-1] == 7 * DAY
    assert intervals == sorted(intervals)
    assert history.failures == 14
    assert step.schedule.reason == "it failed 14 times in a row (timeout)"
    healed = plan(result("not-modified"), history)
    assert (healed.history.failures, healed.history.failing_since) == (0, None)
    assert healed.schedule.interval == 300.0


def test_a_dead_line_is_not_the_sources_fault() -> None:
    before = SourceHistory(item_times=every(HOUR, 30), failures=2, polls=9)
    step = plan(result("offline"), before)
    assert (step.history.failures, step.history.polls) == (2, 9)
    assert step.schedule.interval == pytest.approx(300.0)
    assert "offline" in step.schedule.reason


def test_dead_feeds_are_retried_for_ever() -> None:
    dead = SourceHistory(failures=10**6)
    assert plan(result("dns"), dead).schedule.due == NOW + 7 * DAY
    assert plan(result("not-found"), dead).history.retired == "no"


def test_an_empty_feed_is_quiet_and_not_broken() -> None:
    quiet = plan(result("empty"), SourceHistory(failures=20))
    assert quiet.schedule.interval == 6 * HOUR


def test_a_busy_feed_that_is_empty_for_once_is_asked_again_soon() -> None:
    busy = plan(result(items=30, item_times=every(60, 30))).history
    intervals = []
    for _ in range(9):
        step = plan(result("empty", error="the feed has no items"), busy)
        busy = step.history
        intervals.append(step.schedule.interval)
    assert intervals[:4] == [300.0, 600.0, 1200.0, 2400.0]
    assert intervals[-2:] == [6 * HOUR] * 2


def test_gone_retires_and_a_good_answer_brings_back() -> None:
    gone = plan(result("gone"))
    assert gone.history.retired == "yes"
    assert "gone for good" in gone.schedule.reason
    assert plan(result("ok"), gone.history).history.retired == "no"


def test_robots_are_asked_again_in_a_day() -> None:
    assert plan(result("robots")).schedule.interval == DAY


def test_only_a_stable_redirect_moves_a_source() -> None:
    moved = result(moved_to="https://new.example/feed", items=1)
    first = plan(moved)
    assert first.move_to == ""
    later = plan(moved, first.history, now=NOW + 2 * DAY)
    assert later.move_to == ""
    assert plan(moved, later.history, now=NOW + 3 * DAY).move_to == "https://new.example/feed"
    # A failure in between proves nothing; another target or none starts anew.
    failed = plan(result("timeout"), later.history, now=NOW + 2.5 * DAY)
    assert plan(moved, failed.history, now=NOW + 3 * DAY).move_to == "https://new.example/feed"
    back = plan(result(items=1), later.history, now=NOW + 2.5 * DAY)
    assert plan(moved, back.history, now=NOW + 3 * DAY).move_to == ""
    other = plan(result(moved_to="https://else.example/"), later.history, now=NOW + 3 * DAY)
    assert (other.move_to, other.history.moved_seen) == ("", 1)


@pytest.mark.parametrize("outcome", ["timeout", "not-found", "offline", "empty"])
def test_no_source_is_moved_by_polls_that_failed(outcome: Outcome) -> None:
    moved = result(moved_to="https://wrong.example/feed", items=1)
    history, now = plan(moved).history, NOW
    failed = result(outcome, moved_to="https://wrong.example/feed", error="x")
    for _ in range(20):
        now += DAY
        step = plan(failed, history, now=now)
        assert step.move_to == ""
        history = step.history
    # Seen for weeks, and yet but twice.
    assert plan(moved, history, now=now).move_to == ""


def test_jitter_spreads_and_keeps_the_middle() -> None:
    feed = result(items=30, item_times=every(HOUR, 30))
    low, middle, high = (plan(feed, jitter=j).schedule.interval for j in (0.0, 0.5, 1.0))
    assert low == pytest.approx(0.9 * middle)
    assert high == pytest.approx(1.1 * middle)


OUTCOMES: list[Outcome] = [
    "ok", "not-modified", "unchanged", "moved", "empty", "gone", "not-found", "refused", "robots",
    "rate-limited", "server-error", "dns", "tls", "timeout", "too-large", "connection",
    "not-a-feed", "forbidden-address", "blocked", "failed",
    "offline",
]  # fmt: skip


@given(
    outcomes=st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=12),
    gaps=st.lists(st.floats(0, 1e7), max_size=30),
    wait=st.none() | st.floats(-1e6, 1e6),
    wish=st.none() | st.floats(0, 1e7),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_whatever_happens_the_next_poll_is_within_bounds(
    outcomes: list[Outcome],
    gaps: list[float],
    wait: float | None,
    wish: float | None,
    jitter: float,
) -> None:
    history, now = SourceHistory(), NOW
    for outcome in outcomes:
        answer = result(
            outcome,
            items=len(gaps),
            item_times=tuple(now - gap for gap in gaps),
            not_before=None if wait is None else now + wait,
            minimum_interval=wish,
        )
        step = next_poll(history, answer, POLICY, now=now, jitter=jitter)
        assert step.schedule.interval >= 0.7 * POLICY.min_interval
        assert step.schedule.interval <= max(1.3 * POLICY.max_backoff, wait or 0.0) + 0.001
        assert step.schedule.due == now + step.schedule.interval
        assert step.schedule.reason
        history, now = step.history, step.schedule.due
