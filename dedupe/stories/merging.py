"""Are two stories one?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dedupe.stories.conflict import Told, scene_features, template_conflict
from dedupe.stories.guards import conflict
from dedupe.stories.scorer import FAINTEST, logistic, score
from dedupe.stories.sparse import dot, dot_shared
from dedupe.stories.story import Story, Strand
from dedupe.stories.weights import MERGE

_DAY: Final = 86_400.0
MANY: Final = 5
"""Shared terms beyond this many say no more: one shared word is an accident, five are not."""
MERGE_THRESHOLD: Final = 0.6
"""Above the bar to join (0.5): a story that formed apart needs better reasons to end."""
SPLIT_THRESHOLD: Final = 0.15
"""Halves less likely to be one than this are parted; between the two bars nothing moves."""


@dataclass(frozen=True, slots=True)
class Union:
    """Two stories and how probably they are one."""

    older: Story
    younger: Story
    probability: float
    features: dict[str, float]


def strand_features(a: Strand, b: Strand) -> dict[str, float]:
    """Likeness of two strands: cosines of the centroids, mean cosine of their reports' pairs."""
    names = ("body", "head", "grams")
    features: dict[str, float] = {}
    for name, x, y, m, n in zip(names, a.total, b.total, a.lengths, b.lengths, strict=False):
        product, shared = dot_shared(x, y)
        if name == "body":
            features["shared"] = min(shared, MANY) / MANY
        features[name] = product / (m * n) if m and n else 0.0
        features[name + "_pairs"] = product / (a.reports * b.reports)
    small, large = sorted((a.reports, b.reports))
    features["log_small"] = math.log(small)
    features["body_large"] = features["body"] * features["log_small"]
    features["log_large"] = math.log(large)
    return features


def span_features(a: Story, b: Story) -> dict[str, float]:
    """Distance of two stories in time."""
    gap = max(a.first - b.last, b.first - a.last, 0.0) / _DAY
    mean_gap = abs(a.mean - b.mean) / _DAY
    return {
        "recent": math.exp(-gap / 0.5),
        "near_mean": math.exp(-mean_gap * mean_gap / 18.0),
    }


def _of_one_outlet(a: Story, b: Story) -> bool:
    return any(a.share_of(outlet) == b.share_of(outlet) == 1.0 for outlet in a.outlets)


def template_features(a: Story, b: Story, strand: str, terms: Sequence[str]) -> dict[str, float]:
    """Whether an outlet's titles in the two stories are one template, by its share of a story."""
    one, two = a.strands[strand].total.body, b.strands[strand].total.body
    shares = (
        max(a.share_of(outlet), b.share_of(outlet))
        * template_conflict(Told(a.titles[outlet], one), Told(b.titles[outlet], two), terms, strand)
        for outlet in a.titles.keys() & b.titles.keys()
    )
    return {"template_conflict": max(shares, default=0.0)}


def union(a: Story, b: Story, terms: Sequence[str]) -> Union | None:
    """The stories beside each other, by the strands that agree best; None without a shared one."""
    if a.marks and b.marks and _of_one_outlet(a, b) and conflict(a.series(), b.series()):
        return None
    times = span_features(a, b) | scene_features(a.scenes, b.scenes)
    best: Union | None = None
    older, younger = (a, b) if a.born < b.born else (b, a)
    for language in sorted(a.strands.keys() & b.strands.keys()):
        one, two = a.strands[language], b.strands[language]
        if dot(one.total.body, two.total.body) < FAINTEST * one.lengths[0] * two.lengths[0]:
            continue
        features = strand_features(one, two) | times
        features |= template_features(a, b, language, terms)
        probability = logistic(score(MERGE, features))
        if best is None or probability > best.probability:
            best = Union(older, younger, probability, features)
    return best
