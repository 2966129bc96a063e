"""Does a report tell in another language what a story tells? By what both say in any language."""

from collections.abc import Mapping, Sequence
from typing import Final

from dedupe.stories.conflict import scene_features
from dedupe.stories.merging import Union
from dedupe.stories.scorer import Match, conflict_features, distance, logistic, score, time_features
from dedupe.stories.sparse import Vector, add, dot, norm, shared, unit
from dedupe.stories.story import Member, Story
from dedupe.stories.weights import CROSS

CROSS_THRESHOLD: Final = 0.4
"""Below the bar within a language: half of the words have no entry in the lexicon."""
CROSS_MERGE_THRESHOLD: Final = 0.65
CROSS_WINDOW: Final = 2.5 * 86_400.0
"""Names and places recur within days; across languages there is little else to tell by."""


def likeness(
    centroid: Vector, reports: int, report: Vector, terms: Sequence[str]
) -> dict[str, float]:
    """Named likenesses of a report's unit ``neutral`` vector and a sum of ``reports`` such."""
    product = dot(centroid, report)
    length = norm(centroid)
    kinds = [terms[number][0] for number in shared(centroid, report)]
    concepts = min(kinds.count("c"), 3)
    places = min(kinds.count("p"), 2)
    names = min(len(kinds) - kinds.count("c") - kinds.count("p"), 3)
    return {
        "neutral": product / length if length else 0.0,
        "neutral_mean": product / reports,
        "concepts": float(concepts),
        "places": float(places),
        "names": float(names),
        "kinds": float((concepts > 0) + (places > 0) + (names > 0)),
        "few": 1.0 / (1.0 + report.ids.size),
    }


def accidental(features: Mapping[str, float]) -> bool:
    """Whether no more than one term is shared: two reports that both name Turkey are no pair."""
    return features["concepts"] + features["places"] + features["names"] < 2


def cross_features(
    story: Story, strand: str, member: Member, terms: Sequence[str]
) -> dict[str, float]:
    """Named features of a report beside a story of other languages."""
    side = story.strands[strand]
    found = likeness(side.total.neutral, side.reports, member.reading.neutral, terms)
    against = conflict_features(story, strand, member, terms)
    return found | time_features(member.at, story) | against


def ranked(rows: Sequence[tuple[Story, str, dict[str, float]]]) -> list[Match]:
    """Matches, the most probable first; the margin over the next best story is a feature."""
    matches = []
    for story, strand, features in rows:
        others = (other["neutral"] for rival, _, other in rows if rival is not story)
        features["margin"] = features["neutral"] - max(others, default=0.0)
        matches.append(Match(story, strand, logistic(score(CROSS, features)), features))
    matches.sort(key=lambda match: (-match.probability, match.story.born))
    return matches


def neutral_sum(story: Story) -> tuple[Vector, int]:
    """The neutral vectors of all strands together, and how many reports that is."""
    strands = list(story.strands.values())
    total = strands[0].total.neutral
    for strand in strands[1:]:
        total = add(total, strand.total.neutral)
    return total, story.reports


def cross_union(a: Story, b: Story, terms: Sequence[str]) -> Union | None:
    """Two stories beside each other by their neutral terms, the smaller taken for a report."""
    if not a.strands or not b.strands:
        return None
    older, younger = (a, b) if a.born < b.born else (b, a)
    small, large = (a, b) if a.reports < b.reports else (b, a)
    if distance(small.mean, large.first, large.last) > CROSS_WINDOW:
        return None
    centroid, reports = neutral_sum(large)
    features = likeness(centroid, reports, unit(neutral_sum(small)[0]), terms)
    features |= time_features(small.mean, large) | {"margin": features["neutral"] / 3}
    features |= scene_features(a.scenes, b.scenes)
    return Union(older, younger, logistic(score(CROSS, features)), features)
