"""The decision by itself."""

from typing import Any

import pytest

from dedupe.judgement import (
    CONTAINMENT,
    MINHASH,
    NO_COPY,
    Headline,
    Likeness,
    judge,
    judge_headline,
    similarity_threshold,
)
from dedupe.particulars import Agreement, Agreements

AGREE = Agreements(Agreement(8, 10), Agreement(5, 5), Agreement(1, 8))
LIKENESS = Likeness(
    similarity=0.4,
    contained=0.7,
    shared=200,
    smaller=300,
    samples=25,
    runs=3,
    agreements=AGREE,
    same_source=False,
    gap=3600.0,
)
NAMES = {NO_COPY: "", MINHASH: "minhash", CONTAINMENT: "containment"}
HEADLINE = Headline(words=9, text_words=(30, 0), same_source=False, recurring=False, gap=3600.0)


def method(**changes: Any) -> str:
    return NAMES[judge(LIKENESS._replace(**changes)).method]


def test_short_texts_must_be_more_alike() -> None:
    thresholds = [similarity_threshold(n, False) for n in (8, 25, 60, 120, 900)]
    assert thresholds == sorted(thresholds, reverse=True)
    assert (thresholds[0], thresholds[-1]) == (0.5, 0.2)
    assert similarity_threshold(900, True) == 0.5


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "minhash"),
        ({"similarity": 0.19}, "containment"),
        ({"similarity": 0.19, "contained": 0.4}, ""),
        ({"similarity": 0.25, "contained": 0.4, "runs": 2}, ""),
        ({"similarity": 0.25, "contained": 0.4, "runs": 3}, "minhash"),
        ({"similarity": 0.12, "contained": 0.2, "runs": 8}, "containment"),
        ({"similarity": 0.12, "contained": 0.2, "runs": 2}, ""),
        ({"smaller": 7, "similarity": 1.0}, ""),
        ({"shared": 30, "similarity": 0.1}, ""),
        ({"same_source": True}, ""),
        ({"same_source": True, "similarity": 0.9}, "minhash"),
        ({"agreements": AGREE._replace(numbers=Agreement(0, 6), names=Agreement(2, 8))}, ""),
        ({"agreements": AGREE._replace(numbers=Agreement(0, 6))}, "minhash"),
        ({"agreements": AGREE._replace(names=Agreement(1, 9), numbers=Agreement(0, 0))}, ""),
    ],
)
def test_each_rule(changes: dict[str, Any], expected: str) -> None:
    assert method(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "copy"),
    [
        ({}, True),
        ({"words": 5}, False),
        ({"words": 6}, True),
        ({"words": 6, "text_words": (30, 25)}, False),
        ({"words": 8, "text_words": (30, 25)}, True),
        ({"text_words": (400, 300)}, False),
        ({"text_words": (400, 5)}, True),
        ({"recurring": True}, False),
        ({"same_source": True}, False),
        ({"gap": 80 * 3600.0}, False),
    ],
)
def test_each_rule_for_headlines(changes: dict[str, Any], copy: bool) -> None:
    assert (judge_headline(HEADLINE._replace(**changes)).method != NO_COPY) is copy
