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
    "constant": -10.055,
    "body": 4.867,
    "body_pairs": 16.167,
    "head": 3.61,
    "head_pairs": -0.044,
    "grams": 3.231,
    "grams_pairs": -0.654,
    "log_small": -0.591,
    "log_large": -0.014,
    "recent": 1.195,
    "near_mean": 5.32,
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
