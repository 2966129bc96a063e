"""How probable is it that a report tells of the same happening as a story?"""

import math
from collections.abc import Mapping
from typing import Final

_DAY: Final = 86_400.0

JOIN_THRESHOLD: Final = 0.5
JOIN: Final[Mapping[str, float]] = {
    "constant": -6.29,
    "cosine": 2.90,
    "mean_cosine": 7.19,
    "recent": 1.60,
    "near": -0.62,
    "near_mean": 3.67,
    "young": -0.45,
    "log_reports": -0.09,
    "single": 0.85,
    "margin": 2.27,
}


def logistic(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """The probability of a logistic model; ``weights["constant"]`` is its intercept."""
    score = weights["constant"] + sum(weights[name] * value for name, value in features.items())
    return 1.0 / (1.0 + math.exp(-score)) if score > -700 else 0.0


def distance(at: float, first: float, last: float) -> float:
    """Seconds between ``at`` and the span ``first..last``; 0 inside it."""
    return max(first - at, at - last, 0.0)


def join_features(
    *,
    cosine: float,
    mean_cosine: float,
    at: float,
    first: float,
    last: float,
    mean: float,
    reports: int,
    margin: float,
) -> dict[str, float]:
    """Named features of joining: times in epoch seconds, ``margin`` over the next best story."""
    gap = distance(at, first, last) / _DAY
    mean_gap = abs(at - mean) / _DAY
    age = max(at - first, 0.0) / _DAY
    return {
        "cosine": cosine,
        "mean_cosine": mean_cosine,
        "recent": math.exp(-gap / 0.5),
        "near": math.exp(-gap * gap / 18.0),
        "near_mean": math.exp(-mean_gap * mean_gap / 18.0),
        "young": math.exp(-age / 2.0),
        "log_reports": math.log(max(reports, 1)),
        "single": 1.0 if reports == 1 else 0.0,
        "margin": margin,
    }
