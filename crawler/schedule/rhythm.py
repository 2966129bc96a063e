"""When a source brings items: a rate, and how it differs by hour of the week and in the hour.

The intensity is ``rate x hours[hour of the week] x minutes[twelfth of the hour]``. The rate is the
mean of a Gamma posterior with exponential forgetting; both profiles are shares of counted items,
shrunk to flat while little is known. All hours are UTC.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import msgspec

HOUR = 3600.0
DAY = 86_400.0
HOURS = 168
MINUTES = 12
STEP = HOUR / MINUTES

# How long the rate remembers: of 3, 7, 14 and 30 days on three months of 247 feeds, 7 to 14 were
# best by 2 % of mean delay. Outlets change their output, and some fall asleep.
_RATE_MEMORY = 10 * DAY
# Beyond this nothing is left; what is judged at a time decades ago must not end in an overflow.
_LONGEST_AGE = 60 * _RATE_MEMORY
# The shape of the week is steadier and needs several weeks to be seen.
_SHAPE_MEMORY = 60 * DAY
# Gamma prior of the rate: one item in six hours, worth a quarter of an observed item. Heavier, it
# would take a wire's thirty items of the last half hour for a hundred a day.
_PRIOR_ITEMS = 0.25
_PRIOR_SPAN = 1.5 * HOUR
# Pseudo-items that pull towards flat: each hour of the day (working days and weekend apart), then
# each hour of the week towards its hour of the day, then the twelfths of the hour together.
# Half an item is enough for the first, since it gathers five days. Compared on the weeks that
# `benchmarks.schedule` counts, so a little kind to us there.
_FLAT_ITEMS = 0.5
_DAY_ITEMS = 20.0
_MINUTE_ITEMS = 100.0
# Before so many weeks it matters which hours were watched at all.
_EVEN_WEEKS = 4
# No hour is ruled out for ever: something may happen in it.
_LEAST_SHARE = 0.02
# 1 January 1970 was a Thursday.
_EPOCH_DAY = 3


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt of a source by ``at`` (epoch seconds); older items weigh less.

    ``items`` in ``span`` seconds give the rate; ``hours`` and ``minutes`` count items by hour of
    the week and twelfth of the hour, aged together at ``shaped``, watched since ``since``.
    """

    since: float
    at: float
    items: float
    span: float
    shaped: float
    hours: tuple[float, ...]
    minutes: tuple[float, ...]


class Intensity(msgspec.Struct, frozen=True, kw_only=True):
    """Expected items per second: ``rate`` times two profiles whose means are 1."""

    rate: float
    hours: tuple[float, ...] = (1.0,) * HOURS
    minutes: tuple[float, ...] = (1.0,) * MINUTES

    def expected(self, start: float, end: float) -> float:
        """Items expected between two times, by whole hours of the profile."""
        # Whole weeks are alike.
        weeks = max(end - start, 0.0) // (HOURS * HOUR)
        found = weeks * HOURS * HOUR
        now = start + found
        while now < end:
            after = min((now // HOUR + 1.0) * HOUR, end)
            found += self.hours[hour_of_week(now)] * (after - now)
            now = after
        return found * self.rate


def hour_of_week(time: float) -> int:
    """0 is Monday 0:00 to 1:00 UTC."""
    return int(time // HOUR + 24 * _EPOCH_DAY) % HOURS


def first_rhythm(times: Sequence[float], *, now: float) -> Rhythm:
    """What the first items say (epoch seconds, ascending): they reach back to the oldest of them.

    One item alone says nothing of how long there was none before, so it counts for two weeks.
    """
    span = now - times[0] if len(times) > 1 else 14 * DAY if times else 0.0
    empty = Rhythm(
        since=now - span, at=now - span, items=0.0, span=0.0, shaped=now,
        hours=(0.0,) * HOURS, minutes=(0.0,) * MINUTES,
    )  # fmt: skip
    return learn(empty, times, now=now)


def learn(rhythm: Rhythm, times: Sequence[float], *, now: float) -> Rhythm:
    """The rhythm at ``now``, with the items that came since, given by their times."""
    kept = _kept(now - rhythm.at)
    items = rhythm.items * kept + sum(_kept(now - time) for time in times)
    span = rhythm.span * kept + _RATE_MEMORY * (1 - kept)
    if not times:
        return msgspec.structs.replace(rhythm, at=now, items=items, span=span)
    shaped, hours, minutes = rhythm.shaped, list(rhythm.hours), list(rhythm.minutes)
    if now - shaped >= DAY:  # by the day is exact enough, and 180 products a poll are saved
        faded = math.exp(-(now - shaped) / _SHAPE_MEMORY)
        shaped = now
        hours = [count * faded for count in hours]
        minutes = [count * faded for count in minutes]
    for time in times:
        hours[hour_of_week(time)] += 1.0
        minutes[int(time % HOUR // STEP)] += 1.0
    return msgspec.structs.replace(
        rhythm, at=now, items=items, span=span, shaped=shaped,
        hours=tuple(hours), minutes=tuple(minutes),
    )  # fmt: skip


def intensity(rhythm: Rhythm | None) -> Intensity:
    """What to expect of a source; of an unknown one, four items a day."""
    if rhythm is None:
        return Intensity(rate=_PRIOR_ITEMS / _PRIOR_SPAN)
    return Intensity(
        rate=mean_rate(rhythm),
        hours=_hours(rhythm.hours, _coverage(rhythm)),
        minutes=_minutes(rhythm.minutes),
    )


def items_at(rhythm: Rhythm, earlier: float) -> float:
    """How many items, the older for less, the rate rested on at ``earlier``; none came since."""
    return rhythm.items / _kept(rhythm.at - earlier)


def mean_rate(rhythm: Rhythm) -> float:
    """Items per second, whatever the hour."""
    return (rhythm.items + _PRIOR_ITEMS) / (rhythm.span + _PRIOR_SPAN)


def intensity_at(rhythm: Rhythm, earlier: float) -> Intensity:
    """As :func:`intensity`, with the rate as it stood at ``earlier``, when no item came since.

    Forgetting is undone: a source that fell silent is judged by what it was before.
    """
    kept = _kept(rhythm.at - earlier)
    items = rhythm.items / kept
    span = max((rhythm.span - _RATE_MEMORY * (1 - kept)) / kept, 0.0)
    return msgspec.structs.replace(
        intensity(rhythm), rate=(items + _PRIOR_ITEMS) / (span + _PRIOR_SPAN)
    )


def _kept(age: float) -> float:
    """How much of an item's weight is left at an age in seconds; all of it when a clock went back.

    Weights that grew with the way back would count one item of a wrong year as millions.
    """
    return math.exp(-min(max(age, 0.0), _LONGEST_AGE) / _RATE_MEMORY)


def _coverage(rhythm: Rhythm) -> tuple[int, ...]:
    """How often each hour of the week was watched; empty when all were, often enough alike."""
    watched = math.ceil((rhythm.at - rhythm.since) / HOUR)
    if watched >= _EVEN_WEEKS * HOURS:
        return ()
    weeks, rest = divmod(watched, HOURS)
    counts = [weeks] * HOURS
    first = hour_of_week(rhythm.since)
    for number in range(rest):
        counts[(first + number) % HOURS] += 1
    return tuple(counts)


# Counts change only when items come; most polls bring none. An entry takes about 8 kB.
@lru_cache(maxsize=256)
def _hours(counts: tuple[float, ...], coverage: tuple[int, ...]) -> tuple[float, ...]:
    # Items an hour of the week would have with a flat profile: none where nobody looked.
    total = sum(counts)
    watched = sum(coverage)
    flat = [total * times / watched for times in coverage] if watched else [total / HOURS] * HOURS
    shares = [0.0] * HOURS
    for days in (range(5), range(5, 7)):
        for hour in range(24):
            cells = [day * 24 + hour for day in days]
            found = sum(counts[cell] for cell in cells)
            usual = sum(flat[cell] for cell in cells)
            share = (found + _FLAT_ITEMS) / (usual + _FLAT_ITEMS)
            for cell in cells:
                shares[cell] = (counts[cell] + _DAY_ITEMS * share) / (flat[cell] + _DAY_ITEMS)
    return _scaled(shares)


@lru_cache(maxsize=256)
def _minutes(counts: tuple[float, ...]) -> tuple[float, ...]:
    return _scaled([count + _MINUTE_ITEMS / MINUTES for count in counts])


def _scaled(shares: list[float]) -> tuple[float, ...]:
    mean = sum(shares) / len(shares)
    raised = [max(share / mean, _LEAST_SHARE) for share in shares]
    mean = sum(raised) / len(raised)
    return tuple(share / mean for share in raised)
