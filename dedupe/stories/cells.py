"""The arrays of a story desk that kernels work on, each at its place in one memory of addresses.

See :mod:`dedupe.memory`: unpacking two dozen arrays, call by call, took as long as the comparing.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.kernels import inner
from dedupe.memory import Given, Memory, rows
from dedupe.stories.sparse import Floats, Ids, Weights

FIELDS: Final = 4
"""Vectors of a strand: body, head, grams, neutral."""
BODY, NEUTRAL = 0, 3
BORN, REPORTS, FIRST, LAST, MEAN, STRAND_REPORTS, LANGUAGE = range(7)
"""What ``facts`` holds of each strand, and of the story that it belongs to."""
FACTS_WIDTH: Final = 7
TOLD: Final = 5
"""The first so many of them are of the story."""

# The places, by what keeps the arrays: vocabulary, columns, index, word book.
COUNTS, PRIOR, READ, REFS, MARKS, KINDS, DROPPED = range(7)
IDS, WEIGHTS, START, SIZE, LENGTH, FACTS, RING = range(7, 14)
HEAD, COUNT, AFTER, BEFORE, HELD, FOUND = range(14, 20)
SLOTS, SPELT, ENDS, TERMS, TERM_DROPPED, FILLED = range(20, 26)
LETTER_KINDS, LETTERS, WORDS, MISSES = range(26, 30)
_PLACES: Final = 30

bytes_at, letters_at, numbers_at, weights_at, floats_at = (
    rows(np.int8),
    rows(np.uint8),
    rows(np.int32),
    rows(np.float32),
    rows(np.float64),
)
misses_at: Final = rows(np.int32, 4)
_starts_at, _sizes_at = rows(np.int64, FIELDS), rows(np.int32, FIELDS)
_lengths_at, _facts_at = rows(np.float64, FIELDS), rows(np.float64, FACTS_WIDTH)


def cells() -> Memory:
    """A memory with the places of a story desk."""
    return Memory(_PLACES)


class Table(NamedTuple):
    """Strands row by row. Vector ``k`` of row ``r`` is ``size[r, k]`` cells of ``ids`` and of
    ``weights`` from ``start[r, k]`` on; ``length`` is its norm."""

    ids: Ids
    weights: Weights
    start: NDArray[np.int64]
    size: NDArray[np.int32]
    length: Floats
    facts: Floats


@inner
def table_of(given: Given) -> Any:  # pragma: no cover - compiled
    """The columns, for a kernel."""
    return Table(
        numbers_at(given, IDS),
        weights_at(given, WEIGHTS),
        _starts_at(given, START),
        _sizes_at(given, SIZE),
        _lengths_at(given, LENGTH),
        _facts_at(given, FACTS),
    )
