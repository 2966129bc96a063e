"""Compiled: from the numbers of a document's terms to its four unit vectors."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dedupe.kernels import inner, kernel
from dedupe.memory import Given
from dedupe.stories.cells import (
    COUNTS,
    KINDS,
    MARKS,
    PRIOR,
    READ,
    REFS,
    bytes_at,
    floats_at,
    numbers_at,
)

BODY_TERMS: Final = 96
HEAD_TERMS: Final = 32
GRAM_TERMS: Final = 64
NEUTRAL_TERMS: Final = 32
HEAD_WORDS: Final = 40
TITLE_COUNT: Final = 2.0

Ids = NDArray[np.int32]
Weights = NDArray[np.float32]
Floats = NDArray[np.float64]
Table = tuple[Floats, Floats, Floats, Ids]
"""Of each term: documents that hold it (inflated), documents it counts beforehand, when it was
last read; and scratch of zeros."""


@inner
def _tally(
    seen: Ids, ids: Ids, count: float, marks: Ids, sums: Floats, n: int
) -> int:  # pragma: no cover - compiled
    """Add ``count`` for each of ``ids``; new ones follow in ``seen`` in order of appearance."""
    for term in ids:
        slot = marks[term]
        if slot == 0:
            seen[n] = term
            sums[n] = count
            n += 1
            marks[term] = n
        else:
            sums[slot - 1] += count
    return n


@inner
def _rare(
    seen: Ids, weights: Floats, n: int, table: Table, age: tuple[float, float]
) -> None:  # pragma: no cover - compiled
    """Multiply each weight by the rarity of its term; wipes the marks."""
    counts, prior, _, marks = table
    inflation, documents = age
    for i in range(n):
        term = seen[i]
        known = counts[term] / inflation + prior[term]
        weights[i] *= max(np.log(documents / (1.0 + known)), 0.0)
        marks[term] = 0


@inner
def _finish(
    seen: Ids, weights: Floats, n: int, limit: int, out: tuple[Ids, Weights], at: int
) -> int:  # pragma: no cover - compiled
    """Write the unit vector of the ``limit`` heaviest terms from ``at`` on; gives its end."""
    kept = np.arange(n)
    if n > limit:
        kept = np.argsort(-weights[:n], kind="mergesort")[:limit]
    kept = kept[np.argsort(seen[kept])]
    length = 0.0
    for i in kept:
        length += weights[i] * weights[i]
    length = np.sqrt(length)
    ids, loads = out
    for i in kept:
        ids[at] = seen[i]
        loads[at] = np.float32(weights[i] / length) if length > 0.0 else np.float32(weights[i])
        at += 1
    return at


@kernel()
def weigh(
    given: Given,
    words: Ids,
    ends: tuple[int, int, int],
    loads: Floats,
    age: tuple[float, float, float, float],
) -> Any:  # pragma: no cover - compiled
    """Vectors of body, head, letter groups of the title and neutral terms, one after another.

    ``words`` are the numbers of the title, the text, the title's letter groups (``ends`` says how
    many of each) and the neutral terms; the last have their ``loads`` already, but for rarity.
    ``age`` is the inflation of counts now, the documents counted (inflated), the documents counted
    beforehand and the document's time. The document then counts as one that holds its terms.
    Gives ids, weights, the four sizes and the documents counted.
    """
    p, q, r = ends[0], ends[0] + ends[1], ends[0] + ends[1] + ends[2]
    title, text, grams, neutral = words[:p], words[p:q], words[q:r], words[r:]
    table = (
        floats_at(given, COUNTS),
        floats_at(given, PRIOR),
        floats_at(given, READ),
        numbers_at(given, MARKS),
    )
    counts, _, read, marks = table
    inflation, documents, prior_documents, at_time = age
    most = max(title.size + text.size, grams.size, neutral.size)
    seen, weights = np.empty(most, np.int32), np.empty(most, np.float64)
    limit = BODY_TERMS + HEAD_TERMS + GRAM_TERMS + NEUTRAL_TERMS
    out = np.empty(limit, np.int32), np.empty(limit, np.float32)
    sizes = np.empty(4, np.int32)

    at, begun = 0, 0
    for part in range(4):
        n = 0
        if part == 0:
            n = _tally(seen, title, TITLE_COUNT, marks, weights, n)
            n = _tally(seen, text, 1.0, marks, weights, n)
        elif part == 1:
            n = _tally(seen, title, TITLE_COUNT, marks, weights, n)
            n = _tally(seen, text[:HEAD_WORDS], 1.0, marks, weights, n)
        elif part == 2:
            n = _tally(seen, grams, 1.0, marks, weights, n)
        else:
            n = _tally(seen, neutral, 0.0, marks, weights, n)
            weights[:n] = loads[:n]
        if part < 3:
            for i in range(n):
                weights[i] = 1.0 + np.log(weights[i])
        _rare(seen, weights, n, table, (inflation, documents / inflation + prior_documents))
        if part != 1:
            for i in range(n):
                counts[seen[i]] += inflation
                read[seen[i]] = max(read[seen[i]], at_time)
            documents += inflation
        limit = (BODY_TERMS, HEAD_TERMS, GRAM_TERMS, NEUTRAL_TERMS)[part]
        at = _finish(seen, weights, n, limit, out, begun)
        sizes[part] = at - begun
        begun = at
    four = int(sizes[0]), int(sizes[1]), int(sizes[2]), int(sizes[3])
    return out[0][:at].copy(), out[1][:at].copy(), four, documents


@kernel()
def refer(given: Given, ids: Ids, sign: int) -> None:  # pragma: no cover - compiled
    """Count one reference more (``sign`` 1) or less (-1) of each of ``ids``."""
    refs = numbers_at(given, REFS)
    for term in ids:
        refs[term] += sign


@kernel()
def drop(
    given: Given, start: int, end: int, count: float, time: float, out: Ids
) -> int:  # pragma: no cover - compiled
    """Wipe what is noted of the terms from ``start`` to before ``end`` that nothing refers to, that
    count no more than ``count`` and were read last before ``time``. Writes these terms, and says
    how many there are; a number without a term counts 0."""
    refs, counts, read = numbers_at(given, REFS), floats_at(given, COUNTS), floats_at(given, READ)
    prior, kinds = floats_at(given, PRIOR), bytes_at(given, KINDS)
    n = 0
    for term in range(start, end):
        if refs[term] == 0 and 0.0 < counts[term] <= count and read[term] < time:
            counts[term] = read[term] = prior[term] = 0.0
            kinds[term] = 0
            out[n] = term
            n += 1
    return n
