"""How probable is it that a report tells of the same happening as a story?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dedupe.stories.conflict import Told, scene_features, template_conflict
from dedupe.stories.guards import conflict
from dedupe.stories.story import Member, Story
from dedupe.stories.weights import JOIN

_DAY: Final = 86_400.0
JOIN_THRESHOLD: Final = 0.5
FAINTEST: Final = 0.05
"""Stories below this cosine are not scored: none in training was joined below 0.08."""


@dataclass(frozen=True, slots=True)
class Match:
    """A story that a report might join, by which of its strands, and how probably."""

    story: Story
    strand: str
    probability: float
    features: dict[str, float]


def score(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """The linear part of a logistic model; ``weights["constant"]`` is its intercept."""
    return weights["constant"] + sum(
        weight * features[name] for name, weight in weights.items() if name in features
    )


def logistic(value: float) -> float:
    """From log-odds to probability."""
    return 1.0 / (1.0 + math.exp(-value)) if value > -700 else 0.0


def distance(at: float, first: float, last: float) -> float:
    """Seconds between ``at`` and the span ``first..last``; 0 inside it."""
    return max(first - at, at - last, 0.0)


def time_features(at: float, story: Story) -> dict[str, float]:
    """Features of the time of a report beside a story."""
    gap = distance(at, story.first, story.last) / _DAY
    mean_gap = abs(at - story.mean) / _DAY
    return {
        "recent": math.exp(-gap / 0.5),
        "near": math.exp(-gap * gap / 18.0),
        "near_mean": math.exp(-mean_gap * mean_gap / 18.0),
        "young": math.exp(-max(at - story.first, 0.0) / _DAY / 2.0),
        "log_reports": math.log(max(story.reports, 1)),
        "single": 1.0 if story.reports == 1 else 0.0,
    }


def conflict_features(
    story: Story, strand: str, member: Member, terms: Sequence[str]
) -> dict[str, float]:
    """What speaks against a report beside a story: another scene, another filler of a template."""
    title = story.titles.get(member.outlet)
    scenes = scene_features(story.scenes, {member.scene: 1} if member.scene else {})
    if title is None:
        return scenes | {"template_conflict": 0.0}
    one = Told(title, story.strands[strand].total.body)
    found = template_conflict(one, Told(member.title, member.reading.body), terms, strand)
    return scenes | {"template_conflict": found}


def likeness_features(
    story: Story, strand: str, member: Member, terms: Sequence[str]
) -> dict[str, float]:
    """Named features of a report beside a story.

    Head and letter groups of the title were tried here and earned no weight; merges use them.
    """
    cosine, mean_cosine = story.strands[strand].likeness(member.reading)
    features = {
        "body": cosine,
        "body_mean": mean_cosine,
        "same_outlet": story.share_of(member.outlet),
    }
    features |= conflict_features(story, strand, member, terms)
    return features | time_features(member.at, story)


def excluded(story: Story, member: Member) -> bool:
    """Whether the report is another item of the series that the story is made of."""
    if not member.marks or story.share_of(member.outlet) < 1.0:
        return False
    return conflict(member.marks, story.series())


def ranked(rows: Sequence[tuple[Story, str, dict[str, float]]]) -> list[Match]:
    """Matches, the most probable first; the margin over the next best is itself a feature."""
    matches = []
    for story, strand, features in rows:
        others = max((r[2]["body"] for r in rows if r[0] is not story), default=0.0)
        features["margin"] = features["body"] - others
        matches.append(Match(story, strand, logistic(score(JOIN, features)), features))
    matches.sort(key=lambda match: (-match.probability, match.story.born))
    return matches
