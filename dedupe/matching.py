"""Of all that shares something with a new text, what it is a copy of: the best that is judged so.

Candidates come as rows of numbers, see :data:`COLUMNS`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.containment import Size, containment
from dedupe.judgement import LEAST_SHINGLES, NO_COPY, Likeness, judge
from dedupe.kernels import inner
from dedupe.minhash import PERMUTATIONS
from dedupe.particulars import Agreement, Agreements

WINDOW = 90 * 86400.0
COLUMNS = 10  # of a candidate: slot, equal values, samples, runs, three agreements

_MOST_COMPARED = 32
_TAKEN = -1  # instead of the equal values

Table = npt.NDArray[np.int64]


class Piece(NamedTuple):
    """What of a text takes part in the comparison with another."""

    at: float
    source: int
    outlet: int
    evidence: int
    keys: int
    coarse: int


class Match(NamedTuple):
    """What a text is a copy of, by which method; ``NO_MATCH`` when it is of nothing."""

    method: int
    slot: int
    similarity: float
    contained: float
    shared: int
    threshold: float


NO_MATCH = Match(NO_COPY, -1, 0.0, 0.0, 0, 0.0)


@inner
def best_match(
    found: Table, count: int, mine: Piece, times: npt.NDArray[np.float64],
    cards: npt.NDArray[np.uint32],
) -> Match:  # fmt: skip
    """The most alike first, then the earliest placed. The candidates are used up by it."""
    best = NO_MATCH
    for _ in range(min(count, _MOST_COMPARED)):
        row = found[_next(found, count)]
        similarity = row[1] / PERMUTATIONS
        row[1] = _TAKEN
        if best.method != NO_COPY and (similarity < best.similarity or best.contained >= 1.0):
            break  # no other can be better
        card = cards[row[0]]
        other = Piece(
            times[row[0]], int(card[1]), int(card[2]), int(card[5]), int(card[6]), int(card[7])
        )
        match = _compare(mine, other, row, similarity)
        if match.method != NO_COPY and (
            best.method == NO_COPY
            or match.similarity > best.similarity
            or (match.similarity == best.similarity and match.contained > best.contained)
        ):
            best = match
    return best


@inner
def _next(found: Table, count: int) -> int:
    """The row of the most equal values, then samples, then the lowest slot."""
    best = 0
    for at in range(1, count):
        if found[at, 1] != found[best, 1]:
            better = found[at, 1] > found[best, 1]
        elif found[at, 2] != found[best, 2]:
            better = found[at, 2] > found[best, 2]
        else:
            better = found[at, 0] < found[best, 0]
        if better:
            best = at
    return best


@inner
def _compare(mine: Piece, other: Piece, row: npt.NDArray[np.int64], similarity: float) -> Match:
    smaller = min(mine.evidence, other.evidence)
    gap = abs(other.at - mine.at)
    if gap > WINDOW or smaller < LEAST_SHINGLES:
        return NO_MATCH
    by_similarity = similarity * (mine.evidence + other.evidence) / (1 + similarity)
    by_samples = containment(row[2], Size(mine.keys, mine.coarse), Size(other.keys, other.coarse))
    contained = max(by_samples, min(by_similarity / smaller, 1.0))
    shared = round(contained * smaller)
    verdict = judge(
        Likeness(
            similarity,
            contained,
            shared,
            smaller,
            row[2],
            row[3],
            Agreements(
                Agreement(row[4], row[5]), Agreement(row[6], row[7]), Agreement(row[8], row[9])
            ),
            mine.source == other.source or mine.outlet == other.outlet,
            gap,
        )
    )
    return Match(verdict.method, row[0], similarity, contained, shared, verdict.threshold)
