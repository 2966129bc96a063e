"""What scheduling and health remember of a source, and how a poll adds to it."""

import bisect
from collections import Counter
from itertools import pairwise
from typing import Literal

import msgspec

from crawler.job import FeedResult, Outcome
from crawler.schedule.rhythm import DAY, Rhythm, first_rhythm, learn

GOOD: frozenset[Outcome] = frozenset({"ok", "moved", "not-modified", "unchanged"})
_READ: frozenset[Outcome] = frozenset({"ok", "moved"})
# Item times are kept to tell new items from known ones and to see bursts.
_MEMORY = 14 * DAY
_REMEMBERED = 200
# A burst is what comes within this time; faster than this no source is polled anyway.
_BURST_SPAN = 1800.0
# What was the largest burst or gap counts half after so long.
_BURST_MEMORY = 14 * DAY
_GAP_MEMORY = 60 * DAY
# A feed of fewer items that are all new proves no overflow.
_LEAST_OVERFLOW = 5


class SourceHistory(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a source; the empty one is a source never polled.

    ``item_times`` are publication times (epoch seconds, ascending, at most 200 of two weeks);
    ``rhythm`` is what they and all before them taught; ``last_item`` is the newest of all, ``gap``
    the longest silence between two items and ``burst`` the most items in half an hour, both
    fading. ``failures`` counts polls that failed since the last good one, ``failing_since`` is the
    first of them. ``window`` is how many items the feed showed last; when all of them were new,
    some may be lost, last at ``overflowed``. ``moved_to`` has been answering instead since
    ``moved_since``, in ``moved_seen`` good polls. ``not_before`` is when the server wants to be
    asked again.
    """

    item_times: tuple[float, ...] = ()
    rhythm: Rhythm | None = None
    last_item: float | None = None
    gap: float = 0.0
    burst: float = 0.0
    polls: int = 0
    failures: int = 0
    failing_since: float | None = None
    last_outcome: Outcome | None = None
    last_status: int = 0
    last_polled: float | None = None
    last_good: float | None = None
    window: int = 0
    overflowed: float | None = None
    minimum_interval: float | None = None
    not_before: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    moved_to: str = ""
    moved_since: float | None = None
    moved_seen: int = 0
    retired: Literal["yes", "no"] = "no"


def remember(history: SourceHistory, result: FeedResult, *, now: float) -> SourceHistory:
    """The history after a poll."""
    if result.outcome == "offline":
        # The line was down, and that is not the source's fault: nothing was learnt about it.
        return msgspec.structs.replace(history, last_outcome="offline", last_polled=now)
    good = result.outcome in GOOD
    # Only a feed that was read can have changed its mind.
    wishes: FeedResult | SourceHistory = result if result.outcome in _READ else history
    moved_to = result.moved_to if good else history.moved_to
    same_move = bool(moved_to) and moved_to == history.moved_to
    if good:
        failing_since = None
    else:
        failing_since = now if history.failing_since is None else history.failing_since
    noted = msgspec.structs.replace(
        history,
        polls=history.polls + 1,
        failures=0 if good else history.failures + 1,
        failing_since=failing_since,
        last_outcome=result.outcome,
        last_status=result.status,
        last_polled=now,
        last_good=now if good else history.last_good,
        window=result.items or history.window,
        minimum_interval=wishes.minimum_interval,
        not_before=result.not_before,
        skip_hours=wishes.skip_hours,
        skip_days=wishes.skip_days,
        moved_to=moved_to,
        moved_since=history.moved_since if same_move else now if moved_to else None,
        moved_seen=(history.moved_seen if same_move else 0) + int(good and bool(moved_to)),
        retired="yes" if result.outcome == "gone" else "no",
    )
    return _learned(noted, history, result, now=now) if good else noted


def _learned(
    noted: SourceHistory, before: SourceHistory, result: FeedResult, *, now: float
) -> SourceHistory:
    """Adds what the items of a good poll teach."""
    # Items dated ahead of time (embargoes, wrong zones) count as of now.
    shown = sorted(min(time, now) for time in result.item_times if time > now - _MEMORY)
    if before.rhythm is None:
        # Counted, not merely listed: some outlets publish ten items in one second.
        times = sorted((Counter(before.item_times) | Counter(shown)).elements())
        noted = _with_times(noted, times, now=now)
        return msgspec.structs.replace(noted, rhythm=first_rhythm(times, now=now))
    new = _new_times(before, result, shown, now=now)
    rhythm = learn(before.rhythm, new, now=now)
    if not new:
        return msgspec.structs.replace(noted, rhythm=rhythm)
    noted = _with_times(noted, sorted((*before.item_times, *new)), now=now)
    if result.new_items >= result.items >= _LEAST_OVERFLOW:
        noted = msgspec.structs.replace(
            noted, overflowed=now, burst=max(noted.burst, float(result.items))
        )
    return msgspec.structs.replace(noted, rhythm=rhythm)


def _new_times(
    before: SourceHistory, result: FeedResult, shown: list[float], *, now: float
) -> list[float]:
    """When the items came that no poll saw before.

    No more than were new to us: some feeds date all their items anew at every fetch, and what
    another source brought first is no news here. A feed without dates brings its items evenly.
    """
    if not result.new_items:
        return []
    if not result.item_times:
        start = now if before.last_good is None else before.last_good
        pace = (now - start) / result.new_items
        return [start + pace * (number + 0.5) for number in range(result.new_items)]
    full = len(before.item_times) >= _REMEMBERED
    oldest = before.item_times[0] if full else -1.0
    unknown = Counter(shown) - Counter(before.item_times)
    return sorted(time for time in unknown.elements() if time > oldest)[-result.new_items :]


def _with_times(noted: SourceHistory, times: list[float], *, now: float) -> SourceHistory:
    last = noted.last_item
    gaps = list(pairwise(times))
    if last is not None:
        later = times[bisect.bisect_right(times, last) :]
        gaps = list(pairwise([last, *later]))
    away = 0.0 if last is None else max(now - last, 0.0)
    faded_gap = noted.gap * 0.5 ** (away / _GAP_MEMORY)
    faded_burst = noted.burst * 0.5 ** (away / _BURST_MEMORY)
    recent = tuple(time for time in times if time > now - _MEMORY)[-_REMEMBERED:]
    return msgspec.structs.replace(
        noted,
        item_times=recent,
        last_item=max(times[-1], last or 0.0) if times else last,
        gap=max([faded_gap, *(after - time for time, after in gaps)]),
        burst=max(faded_burst, float(_largest_burst(recent))),
    )


def _largest_burst(times: tuple[float, ...]) -> int:
    largest, first = 0, 0
    for number, time in enumerate(times):
        while time - times[first] > _BURST_SPAN:
            first += 1
        largest = max(largest, number - first + 1)
    return largest
