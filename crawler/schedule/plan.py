"""The next poll of a source: the decision, its reason, and what to remember."""

import msgspec
import xxhash

from crawler.job import FeedResult
from crawler.schedule.clamps import after_skips, back_off
from crawler.schedule.history import GOOD, SourceHistory, remember
from crawler.schedule.rhythm import DAY, HOUR, intensity
from crawler.schedule.waiting import wait

# Of a window, what one more burst as large as the largest would leave is used by half; a tenth is
# always used, or a feed that once changed as a whole would be polled without end.
_WINDOW_SHARE = 0.5
_LEAST_WINDOW_SHARE = 0.1
# A hub that pushes ten items pushes ten times.
_PUSH_APART = 15.0
# Good polls that must have seen a permanent redirect: one may be a mistake, or somebody's prank.
_MOVE_SIGHTINGS = 3


class SchedulePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's bounds, in seconds, and the price of a poll.

    ``threshold`` is how much delay may accumulate before a source is polled, in item-seconds
    (:func:`solve_threshold` finds it for a budget). ``max_backoff`` is how seldom a dead source is
    still tried; ``stable_move`` how long good polls must see the same permanent redirect before
    the source is moved.
    """

    threshold: float = 450.0
    min_interval: float = 300.0
    max_interval: float = 6 * HOUR
    max_backoff: float = 7 * DAY
    stable_move: float = 3 * DAY


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
    weight: float = 1.0,
) -> Plan:
    """Decides after a poll when the next one is.

    ``jitter`` is uniform in [0, 1), see :func:`jitter_of`. ``weight`` is how much an item of this
    source matters, 1 being usual: more when it reports a story that grows.
    """
    remembered = remember(history, result, now=now)
    interval, reason = _interval(remembered, result, policy, weight)
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
    return Plan(
        schedule=Schedule(due=now + interval, interval=interval, reason=reason),
        history=remembered,
        move_to=_move_to(remembered, result, policy, now=now),
    )


def pushed(history: SourceHistory, *, now: float) -> Schedule:
    """When to poll a source whose hub says that it has news: now.

    Unless its server asked to wait (Retry-After), or it was polled a few seconds ago for the same
    burst. That its last answer would still be fresh (Cache-Control) is what the hub contradicts.
    """
    apart = 0.0 if history.last_polled is None else history.last_polled + _PUSH_APART
    asked = history.not_before if history.last_status >= 400 else None
    due = max(now, apart, asked or 0.0)
    reason = "its hub says that there is news"
    return Schedule(due=due, interval=due - now, reason=reason)


def jitter_of(source: str, polls: int) -> float:
    """Jitter in [0, 1) that is the same whenever it is asked again."""
    return xxhash.xxh3_64_intdigest(f"{source} {polls}".encode()) / 2.0**64


def room(history: SourceHistory) -> float:
    """Items that may be expected between two polls without the feed's window overflowing."""
    if not history.window:
        return float("inf")
    left = _WINDOW_SHARE * (history.window - history.burst)
    return max(left, _LEAST_WINDOW_SHARE * history.window)


def _move_to(
    history: SourceHistory, result: FeedResult, policy: SchedulePolicy, *, now: float
) -> str:
    """Where the source has moved for good. A poll that failed neither says so nor denies it."""
    if result.outcome not in GOOD or history.moved_since is None:
        return ""
    lasting = now - history.moved_since >= policy.stable_move
    return history.moved_to if lasting and history.moved_seen >= _MOVE_SIGHTINGS else ""


def _interval(
    history: SourceHistory, result: FeedResult, policy: SchedulePolicy, weight: float
) -> tuple[float, str]:
    if result.outcome == "offline":
        return policy.min_interval, "this machine seems to be offline"
    if history.retired == "yes":
        return policy.max_backoff, "its server says that it is gone for good"
    if history.failures:
        return back_off(
            result.outcome, history.failures, shortest=policy.min_interval,
            longest_good=policy.max_interval, longest=policy.max_backoff,
        )  # fmt: skip
    expected = intensity(history.rhythm)
    found = wait(
        expected, history.last_polled or 0.0, threshold=policy.threshold / weight,
        most_items=room(history), longest=policy.max_interval,
    )  # fmt: skip
    interval, reason = found.seconds, f"it brings {expected.rate * DAY:.3g} items a day"
    if found.cause == "window":
        reason = f"it shows only {history.window} items at a time"
    elif found.cause == "longest":
        reason = f"{reason}; no source waits longer"
    elif weight > 1.0:
        reason = f"{reason}, some of a story that grows"
    wish = min(history.minimum_interval or 0.0, policy.max_interval)
    if wish > interval:
        interval, reason = wish, "the feed asks not to be polled more often"
    if interval < policy.min_interval:
        interval, reason = policy.min_interval, f"{reason}; no source is polled more often"
    return interval, reason
