"""Is one story two?"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dedupe.stories.cells import TOLD
from dedupe.stories.columns import Columns
from dedupe.stories.comparing import beside_strand
from dedupe.stories.merging import MERGING, ease, late_features, with_ease
from dedupe.stories.reading import Reading, rows_of
from dedupe.stories.scorer import logistic
from dedupe.stories.sparse import Ids, Rows, Vector, dots, total
from dedupe.stories.story import CENTROID_TERMS, Member, Story, Strand

SMALLEST_HALF: Final = 2
_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Halves:
    """The documents that would leave (the smaller half), and how probably both halves are one."""

    moved: tuple[str, ...]
    probability: float
    features: dict[str, float]


def halves(story: Story, told: Mapping[str, int]) -> Halves | None:
    """The best cut of a story in two by 2-means on its largest strand; None if it is too small.

    ``told`` counts the stories in each language: what merges more easily is not cut more easily.
    Looked at only when the number of reports is 4, 8, 16, ...: a story is cut open log n times.
    """
    if not story.strands:
        return None
    language, strand = max(story.strands.items(), key=lambda row: row[1].reports)
    reports = strand.reports
    if reports < 2 * SMALLEST_HALF or reports & (reports - 1):
        return None
    members = [m for m in story.members.values() if not m.copy_of and m.strand == language]
    rows = rows_of([member.packed for member in members])
    sides = _two_means([member.id for member in members], rows, strand.total.body)
    parts = [np.flatnonzero(sides == side).astype(np.int32) for side in (False, True)]
    parts.sort(key=lambda part: (part.size, members[part[0]].id if part.size else ""))
    if parts[0].size < SMALLEST_HALF:
        return None
    small, large = ([members[k] for k in part.tolist()] for part in parts)
    one, two = _story(small, rows, parts[0], 0), _story(large, rows, parts[1], 1)
    columns = Columns()
    first, second = (columns.put(half, language) for half in (one, two))
    columns.facts[first, :TOLD] = one.told
    columns.facts[second, :TOLD] = two.told
    others, bars = np.array([second], np.int32), (math.inf, -1.0)
    _, matrix, odds = beside_strand.run(columns.memory.given, first, others, bars, MERGING.compared)
    late = late_features(one, two)
    eased = ease(language, told.get(language, 0))
    probability = logistic(float(odds[0]) + eased + MERGING.late(late))
    ids = {member.id for member in small}
    moved = [m.id for m in story.members.values() if m.id in ids or m.copy_of in ids]
    features = with_ease(MERGING.named(matrix[0].tolist(), late), eased)
    return Halves(tuple(moved), probability, features)


def _story(members: list[Member], rows: Rows, chosen: Ids, born: int) -> Story:
    story = Story("", born)
    for member in members:
        story.note(member)
    sums = [total(rows, chosen, part, most)[:2] for part, most in enumerate(CENTROID_TERMS)]
    story.reports = len(members)
    whole = Reading.of(*(Vector(*part) for part in sums))
    story.strands[members[0].strand] = Strand.of(whole, len(members))
    return story


def _two_means(ids: list[str], rows: Rows, whole: Vector) -> NDArray[np.bool_]:
    """On which side each row is: spherical 2-means on the first parts, begun with the row farthest
    from the whole and its opposite."""
    seed = _farthest(ids, rows, whole)
    other = _farthest(ids, rows, _body(rows, seed))
    centres = [_body(rows, seed), _body(rows, other)]
    sides = np.empty(0, bool)
    for _ in range(_ROUNDS):
        now: NDArray[np.bool_] = dots(centres[0], rows) < dots(centres[1], rows)
        if np.array_equal(now, sides):
            break
        sides = now
        if now.all() or not now.any():
            break
        centres = [_centre(rows, now == side) for side in (False, True)]
    return sides


def _farthest(ids: list[str], rows: Rows, vector: Vector) -> int:
    toward = dots(vector, rows).tolist()
    return min(range(len(ids)), key=lambda k: (toward[k], ids[k]))


def _body(rows: Rows, row: int) -> Vector:
    begin = rows[2][row, 0]
    end = begin + rows[3][row, 0]
    return Vector(rows[0][begin:end], rows[1][begin:end])


def _centre(rows: Rows, chosen: NDArray[np.bool_]) -> Vector:
    here = np.flatnonzero(chosen).astype(np.int32)
    ids, weights, length = total(rows, here, 0, CENTROID_TERMS[0])
    return Vector(ids, weights / max(length, 1e-9))
