"""When to poll a source next: pure arithmetic on what is known of it.

The first policy is a rate: half an item is expected at every poll. A richer one (accumulated delay
over an hour-of-week profile) needs no more than :class:`SourceHistory` remembers, and gives the
same :class:`Plan`.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from crawler.job import FeedResult, Outcome

_GOOD: frozenset[Outcome] = frozenset({"ok", "moved", "not-modified", "unchanged"})
# Older items say little about today's rhythm; two weeks hold every weekday twice.
_MEMORY = 14 * 86_400.0
_REMEMBERED = 200
# Gamma prior of the rate: one item in six hours, worth a quarter of an observed item. Heavier, it
# would take a wire's thirty items of the last half hour for a hundred a day.
_PRIOR_ITEMS = 0.25
_PRIOR_SPAN = 1.5 * 3600.0
# Half an item a poll: one poll in two finds something, an item waits a quarter of the gap
# between items on average.
_ITEMS_PER_POLL = 0.5
# A feed that shows n items loses some when more than n appear between polls; news comes in bursts.
_WINDOW_SHARE = 0.25
_HOUR = 3600.0
_DAY = 86_400.0


class SchedulePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's bounds, in seconds.

    ``max_backoff`` is how seldom a dead source is still tried; ``stable_move`` how long the same
    permanent redirect must be seen before the source is moved.
    """

    min_interval: float = 300.0
    max_interval: float = 6 * _HOUR
    max_backoff: float = 7 * _DAY
    stable_move: float = 3 * _DAY


class SourceHistory(msgspec.Struct, frozen=True, kw_only=True):
    """What scheduling remembers of a source; the empty one is a source never polled.

    ``item_times`` are publication times (epoch seconds, ascending, at most 200 of two weeks).
    ``failures`` counts polls that failed since the last good one, ``failing_since`` is the first
    of them. ``window`` is how many items the feed showed last. ``moved_to`` has been answering
    instead since ``moved_since``.
    """

    item_times: tuple[float, ...] = ()
    polls: int = 0
    failures: int = 0
    failing_since: float | None = None
    last_outcome: Outcome | None = None
    last_polled: float | None = None
    last_good: float | None = None
    window: int = 0
    minimum_interval: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    moved_to: str = ""
    moved_since: float | None = None
    retired: Literal["yes", "no"] = "no"


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """Poll at ``due`` (epoch seconds), ``interval`` seconds from now, for this ``reason``."""

    due: float
    interval: float
    reason: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The next poll, what to remember, and where the source has moved for good ("" if it has not).

    When ``move_to`` is set the source's address is to be replaced by it.
    """

    schedule: Schedule
    history: SourceHistory
    move_to: str = ""


def next_poll(
    history: SourceHistory,
    result: FeedResult,
    policy: SchedulePolicy,
    *,
    now: float,
    jitter: float,
) -> Plan:
    """Decides after a poll when the next one is. ``jitter`` is uniform in [0, 1), the caller's."""
    remembered = remember(history, result, now=now)
    interval, reason = _interval(remembered, result, policy)
    # A tenth either way keeps sources that started together from staying together; back-off
    # spreads wider, since a server that fell over fell over for all of its feeds at once.
    spread = 0.1 if remembered.failures == 0 else 0.3
    interval *= 1 - spread + 2 * spread * jitter
    if result.not_before is not None and result.not_before > now + interval:
        interval = result.not_before - now
        reason = "the server asks to wait that long"
    awake = after_skips(now + interval, hours=remembered.skip_hours, days=remembered.skip_days)
    if awake > now + interval:
        interval, reason = awake - now, "the feed asks not to be polled at that hour"
    settled = (
        remembered.moved_since is not None and now - remembered.moved_since >= policy.stable_move
    )
    return Plan(
        schedule=Schedule(due=now + interval, interval=interval, reason=reason),
        history=remembered,
        move_to=remembered.moved_to if settled else "",
    )


def remember(history: SourceHistory, result: FeedResult, *, now: float) -> SourceHistory:
    """The history after a poll."""
    if result.outcome == "offline":
        # The line was down, and that is not the source's fault: nothing was learnt about it.
        return msgspec.structs.replace(history, last_outcome="offline", last_polled=now)
    good = result.outcome in _GOOD
    # Only a feed that was read can have changed its mind.
    wishes: FeedResult | SourceHistory = result if result.outcome in ("ok", "moved") else history
    # Items dated ahead of time (embargoes, wrong zones) count as of now.
    times = {min(time, now) for time in (*history.item_times, *result.item_times)}
    recent = sorted(time for time in times if time > now - _MEMORY)[-_REMEMBERED:]
    moved_to = result.moved_to if good else history.moved_to
    same_move = bool(moved_to) and moved_to == history.moved_to
    if good:
        failing_since = None
    else:
        failing_since = now if history.failing_since is None else history.failing_since
    return SourceHistory(
        item_times=tuple(recent),
        polls=history.polls + 1,
        failures=0 if good else history.failures + 1,
        failing_since=failing_since,
        last_outcome=result.outcome,
        last_polled=now,
        last_good=now if good else history.last_good,
        window=result.items or history.window,
        minimum_interval=wishes.minimum_interval,
        skip_hours=wishes.skip_hours,
        skip_days=wishes.skip_days,
        moved_to=moved_to,
        moved_since=history.moved_since if same_move else now if moved_to else None,
        retired="yes" if result.outcome == "gone" else "no",
    )


def after_skips(due: float, *, hours: Sequence[int], days: Sequence[int]) -> float:
    """The first time from ``due`` on that lies outside ``skipHours`` and ``skipDays`` (UTC).

    Epoch seconds; ``due`` itself when every hour of the week is excluded, which is a mistake.
    """
    for step in range(7 * 24 + 1):
        start = due if step == 0 else (due // _HOUR + step) * _HOUR
        # 1 January 1970 was a Thursday.
        if start // _HOUR % 24 not in hours and (start // _DAY + 3) % 7 not in days:
            return start
    return due


def item_rate(times: Sequence[float], *, now: float) -> float:
    """Items per second, shrunk to one in six hours while little is known (Gamma posterior mean)."""
    recent = [time for time in times if now - _MEMORY < time <= now]
    span = now - min(recent) if len(recent) > 1 else _MEMORY if recent else 0.0
    return (len(recent) + _PRIOR_ITEMS) / (span + _PRIOR_SPAN)


def _interval(
    history: SourceHistory, result: FeedResult, policy: SchedulePolicy
) -> tuple[float, str]:
    if result.outcome == "offline":
        return policy.min_interval, "this machine seems to be offline"
    if history.retired == "yes":
        return policy.max_backoff, "its server says that it is gone for good"
    if history.failures:
        return _backoff(history, result, policy)
    now = history.last_polled or 0.0
    rate = item_rate(history.item_times, now=now)
    interval, reason = _ITEMS_PER_POLL / rate, f"it brings {rate * _DAY:.3g} items a day"
    if history.window and (overflow := _WINDOW_SHARE * history.window / rate) < interval:
        interval, reason = overflow, f"it shows only {history.window} items at a time"
    if interval > policy.max_interval:
        interval, reason = policy.max_interval, f"{reason}; no source waits longer"
    wish = min(history.minimum_interval or 0.0, policy.max_interval)
    if wish > interval:
        interval, reason = wish, "the feed asks not to be polled more often"
    if interval < policy.min_interval:
        interval, reason = policy.min_interval, f"{reason}; no source is polled more often"
    return interval, reason


def _backoff(
    history: SourceHistory, result: FeedResult, policy: SchedulePolicy
) -> tuple[float, str]:
    if result.outcome == "robots":
        # Rules are kept for a day (RFC 9309 section 2.4): asking earlier learns nothing.
        return _DAY, "its robots.txt says no; the rules are read again in a day"
    if result.outcome == "empty":
        # Some feeds have nothing to say for days: quiet, not broken.
        return policy.max_interval, "it has no items now"
    # The first failure is tried again soon: most are momentary. Ten in a row reach the end.
    interval = min(policy.min_interval * 2.0 ** min(history.failures - 1, 30), policy.max_backoff)
    times = "once" if history.failures == 1 else f"{history.failures} times in a row"
    return interval, f"it failed {times} ({result.outcome})"
