"""Is one story two?"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from dedupe.stories.columns import Columns
from dedupe.stories.comparing import beside_strand
from dedupe.stories.merging import MERGING, late_features
from dedupe.stories.scorer import logistic
from dedupe.stories.sparse import dot
from dedupe.stories.story import Member, Story, Strand

SMALLEST_HALF: Final = 2
_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Halves:
    """The documents that would leave (the smaller half), and how probably both halves are one."""

    moved: tuple[str, ...]
    probability: float
    features: dict[str, float]


def halves(story: Story) -> Halves | None:
    """The best cut of a story in two by 2-means on its largest strand; None if it is too small.

    Looked at only when the number of reports is 4, 8, 16, ...: a story is cut open log n times.
    """
    if not story.strands:
        return None
    language, strand = max(story.strands.items(), key=lambda row: row[1].reports)
    reports = strand.reports
    if reports < 2 * SMALLEST_HALF or reports & (reports - 1):
        return None
    members = [m for m in story.members.values() if not m.copy_of and m.strand == language]
    small, large = _two_means(members, strand)
    if len(small) < SMALLEST_HALF:
        return None
    one, two = _story(small, 0), _story(large, 1)
    columns = Columns()
    rows = [columns.put(half, language) for half in (one, two)]
    columns.tell(one, rows[:1])
    columns.tell(two, rows[1:])
    others, bars = np.array(rows[1:], np.int32), (math.inf, -1.0)
    _, matrix, odds = beside_strand(columns.table, rows[0], others, bars, MERGING.compared)
    late = late_features(one, two)
    probability = logistic(float(odds[0]) + MERGING.late(late))
    ids = {member.id for member in small}
    moved = [m.id for m in story.members.values() if m.id in ids or m.copy_of in ids]
    return Halves(tuple(moved), probability, MERGING.named(matrix[0].tolist(), late))


def _story(members: list[Member], born: int) -> Story:
    story = Story("", born)
    for member in members:
        story.take(member)
    return story


def _two_means(members: list[Member], whole: Strand) -> tuple[list[Member], list[Member]]:
    """Spherical 2-means, begun with the member farthest from the whole and its opposite."""
    seed = min(members, key=lambda m: (dot(whole.total.body, m.reading.body), m.id))
    other = min(members, key=lambda m: (dot(seed.reading.body, m.reading.body), m.id))
    centres = [seed.reading.body, other.reading.body]
    sides: list[bool] = []
    for _ in range(_ROUNDS):
        now = [dot(centres[0], m.reading.body) < dot(centres[1], m.reading.body) for m in members]
        if now == sides:
            break
        sides = now
        parts = [
            [m for m, s in zip(members, sides, strict=True) if s is side] for side in (False, True)
        ]
        if not all(parts):
            break
        strands = []
        for part in parts:
            strand = Strand()
            for member in part:
                strand.count(member.reading)
            strands.append(strand)
        centres = [
            type(s.total.body)(s.total.body.ids, s.total.body.weights / max(s.lengths[0], 1e-9))
            for s in strands
        ]
    parts = [
        [m for m, s in zip(members, sides, strict=True) if s is side] for side in (False, True)
    ]
    parts.sort(key=lambda part: (len(part), part[0].id if part else ""))
    return parts[0], parts[1]
