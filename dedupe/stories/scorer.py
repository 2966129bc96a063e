"""How probable is it that a report tells of the same happening as a story?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Final

import numpy as np

from dedupe.stories.conflict import Told, scene_features, template_conflict
from dedupe.stories.guards import conflict, of_days
from dedupe.stories.homes import homes_apart
from dedupe.stories.story import Member, Story
from dedupe.stories.weights import JOIN, JOIN_FEATURES

JOIN_THRESHOLD: Final = 0.5
FAINTEST: Final = 0.05
"""Stories below this cosine are not scored: none in training was joined below 0.08."""
LATE: Final = ("same_outlet", "scene_conflict", "scene_same", "homes_apart", "template_conflict")
"""Features that are looked up only for stories near enough for them to matter."""
NO_SCENE: Final = (0.0, 0.0)
Row = tuple[tuple[Story, str], list[float], float]
Rows = tuple[list[tuple[Story, str]], list[list[float]], list[float]]
"""Stories with a strand each, what was compared, and the log-odds by that."""


@dataclass(frozen=True, slots=True)
class Match:
    """A story that a report might join, by which of its strands, and how probably."""

    story: Story
    strand: str
    probability: float
    features: dict[str, float]


class Scorer:
    """A logistic model: the ``compared`` features by compiled code, the late ones one by one."""

    def __init__(self, weights: Mapping[str, float], compared: Sequence[str]) -> None:
        self.names = (*compared, *LATE)
        self.compared = np.array([weights.get(name, 0.0) for name in ("constant", *compared)])
        self.late_weights = [weights.get(name, 0.0) for name in LATE]
        self.slack = sum(max(weight, 0.0) for weight in self.late_weights)
        """What the late features can add at most."""

    def late(self, features: Sequence[float]) -> float:
        """What the late features add to the log-odds."""
        return float(sum(map(mul, self.late_weights, features)))

    def named(self, compared: Sequence[float], late: Sequence[float]) -> dict[str, float]:
        """All features by their names."""
        return dict(zip(self.names, (*compared, *late), strict=True))


def logistic(value: float) -> float:
    """From log-odds to probability."""
    return 1.0 / (1.0 + math.exp(-value)) if value > -700 else 0.0


def filler(story: Story, strand: str, member: Member, terms: Sequence[str]) -> float:
    """1 where the report and the story fill one template of the report's outlet differently."""
    title = story.titles.get(member.outlet)
    if title is None:
        return 0.0
    one = Told(title, story.strands[strand].total.body)
    return template_conflict(one, Told(member.title, member.reading.body), terms, strand)


def scenes(story: Story, member: Member) -> tuple[float, float]:
    """Whether the scenes of a report and a story conflict, and whether they are the same."""
    if not member.scene or not story.scenes:
        return NO_SCENE
    against, same = scene_features(story.scenes, {member.scene: 1})
    return against * story.placed, same


def excluded(story: Story, member: Member) -> bool:
    """Whether the report is another item of the series that the story is made of."""
    if not member.marks or not story.marks:
        return False
    if conflict(of_days(member.marks), story.days()):
        return True
    return story.share_of(member.outlet) == 1.0 and conflict(member.marks, story.series())


JOINING: Final = Scorer(JOIN, JOIN_FEATURES)


def foremost(
    scorer: Scorer,
    rows: Rows,
    member: Member,
    terms: Sequence[str],
    *,
    least: float = JOIN_THRESHOLD,
) -> list[Match]:
    """The most probable of the stories beside a report, of equals the oldest; none of none.

    Stories that cannot be it any more are left alone. Templates speak only against, so they are
    looked for only above ``least``.
    """
    best: Match | None = None
    for row in sorted(zip(*rows, strict=True), key=_by_odds):
        if best is not None and logistic(row[2] + scorer.slack) < best.probability:
            break
        match = matched(scorer, row, member, terms, least)
        if best is None or (match.probability, -match.story.born) > (
            best.probability,
            -best.story.born,
        ):
            best = match
    return [] if best is None else [best]


def _by_odds(row: Row) -> float:
    return -row[2]


def matched(scorer: Scorer, row: Row, member: Member, terms: Sequence[str], least: float) -> Match:
    """A report beside one story, all features looked up."""
    (story, strand), compared, odds = row
    apart = 0.0
    if member.strand != strand:
        apart = homes_apart({member.strand: member.reading.neutral}, story.strands, terms)
    late = [story.share_of(member.outlet), *scenes(story, member), apart, 0.0]
    probability = logistic(odds + scorer.late(late))
    if probability >= least and member.outlet in story.titles:
        late[-1] = filler(story, strand, member, terms)
        probability = logistic(odds + scorer.late(late))
    return Match(story, strand, probability, scorer.named(compared, late))
