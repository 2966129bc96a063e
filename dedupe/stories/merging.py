"""Are two stories one?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dedupe.stories.columns import Columns
from dedupe.stories.conflict import Told, scene_features, template_conflict
from dedupe.stories.guards import conflict
from dedupe.stories.homes import in_one_place
from dedupe.stories.rarity import COUNTED
from dedupe.stories.scorer import FAINTEST, NO_SCENE, Scorer, logistic
from dedupe.stories.searching import one_with
from dedupe.stories.story import Story
from dedupe.stories.weights import MERGE, UNION_FEATURES

MERGE_THRESHOLD: Final = 0.7
"""Above the bar to join (0.5): a story that formed apart needs better reasons to end. At 0.6 more
than 3 % of names change late, and two happenings are more often one story."""
SPLIT_THRESHOLD: Final = 0.15
"""Halves less likely to be one than this are parted; between the two bars nothing moves."""
WINDOW: Final = 4 * 86_400.0
"""Stories further apart than this, seconds, are not one."""
MERGING: Final = Scorer(MERGE, UNION_FEATURES)
_MANY_STORIES: Final = 500
_FEW_STORIES: Final = 30
_EASE: Final = 0.6
"""A language whose words were not counted, on its invented headlines: without, stories have a
BCubed F1 of .824, with 0.3 .846, with 0.6 .875, and with 0.8 too many are one. Full texts in
English, which was counted, lose from .917 to .905 by it."""
_SYLLABLES: Final = frozenset({"km", "lo", "my", "th", "vi"})
"""Read by syllables or pairs of letters, which stories share by chance: they look alike enough."""


@dataclass(frozen=True, slots=True)
class Union:
    """Two stories and how probably they are one."""

    older: Story
    younger: Story
    probability: float
    features: dict[str, float]


def _of_one_outlet(a: Story, b: Story) -> bool:
    return any(a.share_of(outlet) == b.share_of(outlet) == 1.0 for outlet in a.outlets)


def of_one_series(a: Story, b: Story) -> bool:
    """Whether both are different items of a series: of two days, or of one outlet's numbers."""
    if not a.marks or not b.marks:
        return False
    if conflict(a.days(), b.days()):
        return True
    return _of_one_outlet(a, b) and conflict(a.series(), b.series())


def _fillers(a: Story, b: Story, strand: str, terms: Sequence[str]) -> float:
    """Whether an outlet's titles in the two stories are one template, by its share of a story."""
    shared = a.titles.keys() & b.titles.keys()
    if not shared:
        return 0.0
    one, two = a.strands[strand].total.body, b.strands[strand].total.body
    return max(
        max(a.share_of(outlet), b.share_of(outlet))
        * template_conflict(Told(a.titles[outlet], one), Told(b.titles[outlet], two), terms, strand)
        for outlet in shared
    )


def _scenes(a: Story, b: Story) -> tuple[float, float]:
    if not a.scenes or not b.scenes:
        return NO_SCENE
    against, same = scene_features(a.scenes, b.scenes)
    return against * min(a.placed, b.placed), same


def with_ease(features: dict[str, float], eased: float) -> dict[str, float]:
    """What a probability is made of; what it was eased by weighs 1."""
    return features | {"few_stories": eased} if eased else features


def ease(language: str, stories: int) -> float:
    """By how much the log-odds of a union rise where a language has few ``stories``.

    Its common words are not known from counts, so stories look less alike than they are; and of
    few stories two are less often look-alikes.
    """
    if language in COUNTED or language in _SYLLABLES:
        return 0.0
    return _EASE * math.log(_MANY_STORIES / min(max(stories, _FEW_STORIES), _MANY_STORIES))


def bar_of(least: float, slack: float) -> float:
    """The log-odds by what is compared below which no union is as probable as ``least``."""
    return -math.inf if least <= 0.0 else math.log(least / (1.0 - least)) - slack


def late_features(a: Story, b: Story, *, apart: float = 0.0) -> list[float]:
    """The late features of two stories, templates aside; in one language they have one home."""
    return [0.0, *_scenes(a, b), apart, 0.0]


def unions(story: Story, columns: Columns, terms: Sequence[str], least: float) -> list[Union]:
    """A story beside those near it, by the strands that agree best; those at least ``least``
    probable.

    What only speaks against a union is looked for only where there would be one.
    """
    eases = [ease(language, columns.told[language]) for language in story.rows]
    bar, bars = bar_of(least, MERGING.slack) - max(eases), (WINDOW, FAINTEST)
    own = np.array([*story.rows.values()], np.int32)
    near = one_with.run(columns.memory.given, own, bars, MERGING.compared, bar)
    if near is None:
        return []
    best: dict[int, Union] = {}
    languages = [*story.rows]
    for which, beside, compared, odds in zip(*(part.tolist() for part in near), strict=True):
        other, language = columns.story(beside), languages[which]
        late = late_features(story, other)
        eased = eases[which] and eases[which] * in_one_place(story, other, terms)
        probability = logistic(odds + eased + MERGING.late(late))
        if probability < least or of_one_series(story, other):
            continue
        late[-1] = _fillers(story, other, language, terms)
        probability = logistic(odds + eased + MERGING.late(late))
        known = best.get(other.born)
        if known is None or probability > known.probability:
            older, younger = (story, other) if story.born < other.born else (other, story)
            features = with_ease(MERGING.named(compared, late), eased)
            best[other.born] = Union(older, younger, probability, features)
    return list(best.values())
