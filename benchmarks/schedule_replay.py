"""Replays item times of real feeds against a rule that says when to poll next."""

import bisect
import datetime as dt
import gzip
import math
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np

DAY = 86_400.0
START = dt.datetime(2023, 2, 1, tzinfo=dt.UTC).timestamp()
# Six weeks to learn from and one for rules with feedback to settle; then it counts.
LEARNT = START + 42 * DAY
COUNTED = LEARNT + 7 * DAY
END = COUNTED + 28 * DAY
_TRIES = 12
_MONTHS = ("2023-02", "2023-03", "2023-04")


@dataclass(frozen=True, slots=True)
class Beginning:
    """A source, when its items came in training, and the rule's one knob: more, fewer polls."""

    source: str
    past: Sequence[float]
    knob: float


@dataclass(frozen=True, slots=True)
class Look:
    """What a poll shows: times of items, ascending."""

    now: float
    shown: Sequence[float]
    new: Sequence[float]


class Poller(Protocol):
    """One source under one rule."""

    def next(self, look: Look, /) -> float:
        """Seconds until the next poll."""


Rule = Callable[[Beginning], Poller]
Sources = Mapping[str, Sequence[float]]


class Entry(msgspec.Struct):
    """A row of the stream."""

    source: str
    link: str
    date_published: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a rule: polls, the delay of each item in seconds, items lost to overflow."""

    polls: int
    delays: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    lost: int

    @property
    def mean(self) -> float:
        """Mean delay in seconds."""
        return float(self.delays.mean())

    def percentile(self, share: float) -> float:
        """The delay in seconds that ``share`` percent of the items do not exceed."""
        return float(np.percentile(self.delays, share))


def item_times(corpus: Path, *, every: int = 1) -> dict[str, list[float]]:
    """Every ``every``-th source of the stream with the times of its distinct links in order."""
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    decoder = msgspec.json.Decoder(Entry)
    for month in _MONTHS:
        with gzip.open(corpus / "stream" / f"entries-{month}.jsonl.gz") as lines:
            for line in lines:
                entry = decoder.decode(line)
                at = dt.datetime.fromisoformat(entry.date_published).timestamp()
                found[entry.source].setdefault(entry.link, at)
    return {source: sorted(found[source].values()) for source in sorted(found)[::every]}


def replay(
    sources: Sources,
    rule: Rule,
    knob: float,
    *,
    window: int,
    counted: float = COUNTED,
    end: float = END,
) -> Outcome:
    """Polls every source by the rule; each feed shows its newest ``window`` items.

    Counts from ``counted`` to ``end``; what nobody has polled by then is as late as then.
    """
    polls, lost = 0, 0
    delays: list[float] = []
    for source, times in sources.items():
        before = bisect.bisect_left(times, LEARNT)
        poller = rule(Beginning(source, times[:before], knob))
        now = LEARNT + random.Random(source).random() * 1800
        while now < end:
            seen = bisect.bisect_right(times, now)
            new = times[max(before, seen - window) : seen]
            if now >= counted:
                polls += 1
                lost += max(0, seen - before - window)
                delays += [now - at for at in new if at >= counted]
            shown = times[max(0, seen - window) : seen]
            now += poller.next(Look(now, shown, new))
            before = seen
        rest = times[before : bisect.bisect_left(times, end)]
        lost += max(0, len(rest) - window)
        delays += [end - at for at in rest[-window:] if at >= counted]
    return Outcome(polls, np.array(delays), lost)


def tuned(
    sources: Sources,
    rule: Rule,
    *,
    polls: int,
    window: int,
    start: float,
    counted: float = COUNTED,
    end: float = END,
) -> tuple[float, Outcome]:
    """The knob at which the rule takes ``polls`` polls within half a percent, and what came of it.

    The nearest found in a dozen tries when its own bounds keep it from that.
    """

    def run(knob: float) -> Outcome:
        return replay(sources, rule, knob, window=window, counted=counted, end=end)

    low, high = 0.0, math.inf
    knob, found = start, run(start)
    best = (knob, found)
    for _ in range(_TRIES):
        if abs(found.polls - polls) <= 0.005 * polls:
            break
        if found.polls > polls:
            low = knob
        else:
            high = knob
        knob *= min(max(found.polls / polls, 0.05), 20.0)
        if not low < knob < high:
            knob = math.sqrt(low * high)
        found = run(knob)
        if abs(found.polls - polls) < abs(best[1].polls - polls):
            best = (knob, found)
    return best
