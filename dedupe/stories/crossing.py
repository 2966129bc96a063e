"""Does a report tell in another language what a story tells? By what both say in any language."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from dedupe.stories.cells import KINDS, TOLD
from dedupe.stories.columns import Columns
from dedupe.stories.comparing import across_strands
from dedupe.stories.homes import homes_apart
from dedupe.stories.merging import Union, bar_of, late_features
from dedupe.stories.reading import Reading
from dedupe.stories.scorer import Scorer, logistic
from dedupe.stories.searching import told_elsewhere
from dedupe.stories.sparse import EMPTY, Ids, Vector, add
from dedupe.stories.story import Story, Strand
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.weights import CROSS, CROSS_FEATURES

CROSS_THRESHOLD: Final = 0.7
"""Above the bar within a language: a full day holds more stories of one country and concept than
the headlines learnt from. At 0.5 (merges 0.65) the dev half of ``benchmarks/stories_world`` has a
BCubed F1 of .793, not .778, and the happenings of judged days a purity of .933, not .937."""
CROSS_MERGE_THRESHOLD: Final = 0.65
"""Below the bar to join: two stories show more than a report does. At 0.7 headlines of the world
have a F1 of .780, not .787, and days that no weights are fitted on .850, not .851; at 0.6 as here,
with more strangers (docs/decisions.md)."""
CROSS_WINDOW: Final = 2.5 * 86_400.0
"""Names and places recur within days; across languages there is little else to tell by."""
CROSSING: Final = Scorer(CROSS, CROSS_FEATURES)


def accidental(features: Mapping[str, float]) -> bool:
    """Whether no more than one term is shared: two reports that both name Turkey are no pair."""
    return features["concepts"] + features["places"] + features["names"] < 2


def neutral_sum(story: Story) -> Vector:
    """The neutral vectors of all strands together."""
    first, *others = story.strands.values()
    total = first.total.neutral
    for strand in others:
        total = add(total, strand.total.neutral)
    return total


def cross_unions(
    story: Story, rows: Ids, columns: Columns, vocabulary: Vocabulary, least: float
) -> list[Union]:
    """A story beside those of other rows by their neutral terms; those at least ``least`` probable.

    Only stories of which each has a language that the other has not.
    """
    others = {other.born: other for other in map(columns.story, rows.tolist())}.values()
    found: list[Union | None] = []
    plain: list[int] = []
    for other in others:
        if other.rows.keys() <= story.rows.keys() or story.rows.keys() <= other.rows.keys():
            continue
        if len(story.rows) > 1 or len(other.rows) > 1:
            found.append(_whole(story, other, vocabulary))
        else:
            plain += other.rows.values()
    if plain:
        (row,) = story.rows.values()
        near = across_strands.run(
            columns.memory.given,
            row,
            np.array(plain, np.int32),
            CROSS_WINDOW,
            CROSSING.compared,
        )
        found += [
            _union(story, columns.story(beside), compared, odds, vocabulary.terms)
            for beside, compared, odds in zip(*(part.tolist() for part in near), strict=True)
            if odds >= bar_of(least, CROSSING.slack)
        ]
    return [both for both in found if both is not None and both.probability >= least]


def plain_unions(
    story: Story, columns: Columns, terms: Sequence[str], least: float
) -> list[Union] | None:
    """What :func:`cross_unions` finds among the stories near one by its neutral terms; None where
    it or one of them has several languages, so that their strands must be added up."""
    if len(story.rows) > 1:
        return None
    (row,) = story.rows.values()
    bar, given = bar_of(least, CROSSING.slack), columns.memory.given
    near = told_elsewhere.run(given, row, CROSS_WINDOW, CROSSING.compared, bar)
    if near is None:
        return []
    plain, *parts = near
    if not plain:
        return None
    found = [
        _union(story, columns.story(beside), compared, odds, terms)
        for beside, compared, odds in zip(*(part.tolist() for part in parts), strict=True)
    ]
    return [both for both in found if both.probability >= least]


def _whole(story: Story, other: Story, vocabulary: Vocabulary) -> Union | None:
    """Two stories of which one has several languages, all its strands taken together."""
    columns = Columns()
    columns.memory.put(KINDS, vocabulary.kinds)
    rows = []
    for one in (story, other):
        apart = Story(one.id, one.born)
        total = Reading.of(EMPTY, EMPTY, EMPTY, neutral_sum(one))
        apart.strands[""] = Strand.of(total, one.reports)
        rows.append(columns.put(apart, ""))
        columns.facts[rows[-1], :TOLD] = one.told
    others = np.array(rows[1:], np.int32)
    _, matrix, odds = across_strands.run(
        columns.memory.given, rows[0], others, CROSS_WINDOW, CROSSING.compared
    )
    if not len(matrix):
        return None
    return _union(story, other, matrix[0].tolist(), float(odds[0]), vocabulary.terms)


def _union(
    story: Story, other: Story, compared: list[float], odds: float, terms: Sequence[str]
) -> Union:
    older, younger = (story, other) if story.born < other.born else (other, story)
    told = {language: strand.total.neutral for language, strand in story.strands.items()}
    late = late_features(story, other, apart=homes_apart(told, other.strands, terms))
    probability = logistic(odds + CROSSING.late(late))
    return Union(older, younger, probability, CROSSING.named(compared, late))
