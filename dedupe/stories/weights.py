"""The weights of the story scorers."""

from typing import Final

JOIN: Final[dict[str, float]] = {
    "constant": -6.29,
    "body": 2.90,
    "body_mean": 7.19,
    "recent": 1.60,
    "near": -0.62,
    "near_mean": 3.67,
    "young": -0.45,
    "log_reports": -0.09,
    "single": 0.85,
    "margin": 2.27,
    "same_outlet": -1.0,
}

MERGE: Final[dict[str, float]] = {
    "constant": -8.748,
    "body": 3.983,
    "body_pairs": 16.137,
    "head": 2.098,
    "head_pairs": -0.315,
    "grams": -0.659,
    "grams_pairs": -1.333,
    "log_small": -0.645,
    "body_large": 1.545,
    "log_large": 0.26,
    "recent": 0.8,
    "near_mean": 3.983,
    "shared": 0.037,
}

CROSS: Final[dict[str, float]] = {
    "constant": -5.517,
    "neutral": 4.981,
    "neutral_mean": 3.0,
    "concepts": 0.18,
    "places": -0.172,
    "names": -0.057,
    "kinds": 0.433,
    "few": 0.025,
    "recent": 1.202,
    "near": 0.027,
    "near_mean": 1.551,
    "young": 0.205,
    "log_reports": -0.398,
    "single": 0.096,
    "margin": 3.065,
}
