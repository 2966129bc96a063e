"""What a poll may cost, so that all sources together are polled as often as was agreed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from crawler.schedule.history import SourceHistory
from crawler.schedule.plan import SchedulePolicy, room
from crawler.schedule.rhythm import DAY, HOURS, intensity
from crawler.schedule.waiting import SURPRISE

_LOWEST, _HIGHEST = 1e-3, 1e10
_HALVINGS = 48


def solve_threshold(
    histories: Sequence[SourceHistory],
    policy: SchedulePolicy,
    *,
    polls_per_day: float,
    weights: Sequence[float] = (),
) -> float:
    """The threshold (item-seconds) at which these sources take ``polls_per_day`` polls together.

    While the rate is lambda a source is polled every sqrt(2 threshold / (w lambda)) seconds, within
    the bounds of ``policy``, of the feed's wish and of its window; the sum over the hours of a week
    falls as the threshold rises, so bisection finds it. The lowest or highest threshold when the
    bounds alone decide; ``policy.threshold`` when there are no sources.
    """
    if not histories:
        return policy.threshold
    rates = np.empty((len(histories), HOURS))
    floors = np.empty(len(histories))
    windows = np.empty(len(histories))
    for number, history in enumerate(histories):
        found = intensity(history.rhythm)
        rates[number] = np.asarray(found.hours) * found.rate
        wish = min(history.minimum_interval or 0.0, policy.max_interval)
        floors[number] = max(wish, policy.min_interval)
        windows[number] = room(history)
    heavy = np.asarray(weights or np.ones(len(histories)))
    low, high = _LOWEST, _HIGHEST
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(low * high))
        if _polls_per_day(rates, heavy, floors, windows, policy, middle) > polls_per_day:
            low = middle
        else:
            high = middle
    return float(np.sqrt(low * high))


def _polls_per_day(
    rates: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    floors: npt.NDArray[np.float64],
    windows: npt.NDArray[np.float64],
    policy: SchedulePolicy,
    threshold: float,
) -> float:
    likely = np.maximum(rates, SURPRISE * rates.mean(axis=1, keepdims=True))
    gaps = np.minimum(
        np.sqrt(2.0 * threshold / (weights[:, None] * rates)), windows[:, None] / likely
    )
    gaps = np.maximum(np.minimum(gaps, policy.max_interval), floors[:, None])
    return float((DAY / gaps).mean(axis=1).sum())
