"""Whether a source is quieter than it ever was: the alarm for feeds that die without an error."""

import msgspec

from crawler.schedule.history import SourceHistory
from crawler.schedule.rhythm import DAY, HOUR, intensity_at, items_at

# The rate of an outlet differs from week to week (strikes, holidays, bursts), so no item in a time
# that should bring E is not exp(-E) but the zero of a negative binomial, (1 + E / k)^-k.
_SHAPE = 3.0
# And no silence alarms that is not a third longer than the longest of the last months.
_LONGER = 1.3
_IMPROBABLE = 5e-4
# Fewer items teach no rhythm.
_LEAST_ITEMS = 5.0
# Further back than this nothing is expected: the source is stale then, whatever it was.
_FURTHEST = 60 * DAY


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """No item since ``since`` (epoch seconds), where ``expected`` would be usual.

    ``probability`` is that of no item at all in this time under the learnt rhythm. ``alarm`` when
    that is next to none and the source was never quiet so long.
    """

    since: float
    expected: float
    probability: float
    alarm: bool


def silence(history: SourceHistory, *, now: float) -> Silence | None:
    """How long a source has been silent, and whether that is usual; ``None`` when unknown.

    Counts until the last good poll only: what could not be asked may have spoken. Until ``now``
    when it was polled since; a source is not blamed for our own pause.
    """
    rhythm, since = history.rhythm, history.last_item
    if rhythm is None or since is None or history.last_good is None:
        return None
    until = min(history.last_good, now, since + _FURTHEST)
    usual = intensity_at(rhythm, since)
    expected = usual.expected(since, until) if until > since else 0.0
    probability = (1.0 + expected / _SHAPE) ** -_SHAPE
    known = items_at(rhythm, since) >= _LEAST_ITEMS
    long = until - since > max(_LONGER * history.gap, HOUR)
    return Silence(
        since=since,
        expected=expected,
        probability=probability,
        alarm=known and long and probability <= _IMPROBABLE,
    )
