"""A small picture of when a story was reported: bars over time."""

from collections.abc import Sequence

import msgspec

BINS = 24
_WIDTH, _HEIGHT, _GAP = 120, 24, 1


class Bar(msgspec.Struct, frozen=True):
    """One bar in the coordinates of the picture."""

    x: float
    y: float
    width: float
    height: float


class Sparkline(msgspec.Struct, frozen=True, kw_only=True):
    """The picture: its size, its bars, and the peak's share of the reports."""

    width: int
    height: int
    bars: tuple[Bar, ...]


def sparkline(times: Sequence[float], start: float, end: float) -> Sparkline:
    """Bars of the reports between ``start`` and ``end`` (epoch seconds), each a 24th of the span.

    Heights grow with the square root of the count, so that single reports still show beside a
    burst; an empty span is a thin line.
    """
    counts = bins(times, start, end)
    most = max(counts, default=0) or 1
    step = _WIDTH / BINS
    bars = []
    for index, count in enumerate(counts):
        height = max(round((count / most) ** 0.5 * _HEIGHT, 1), 3.0) if count else 1.0
        bars.append(
            Bar(round(index * step, 1), round(_HEIGHT - height, 1), round(step - _GAP, 1), height)
        )
    return Sparkline(width=_WIDTH, height=_HEIGHT, bars=tuple(bars))


def bins(times: Sequence[float], start: float, end: float) -> list[int]:
    """How many of the times fall into each 24th of the span; those outside are left out."""
    counts = [0] * BINS
    span = max(end - start, 1.0)
    for at in times:
        if start <= at <= end:
            counts[min(int((at - start) / span * BINS), BINS - 1)] += 1
    return counts
