"""Which stories might a report belong to? Those that share its rare terms."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dedupe.kernels import inner, kernel
from dedupe.stories.blocks import longer
from dedupe.stories.reading import Reading
from dedupe.stories.sparse import Flat, Ids, Vector, Weights

INDEXED_TERMS: Final = 12
QUERY_TERMS: Final = 12
LONGEST_WALK: Final = 160
"""Postings looked at for one report; rare terms first, young stories first."""
CANDIDATES: Final = 12
_NODES: Final = 2 * INDEXED_TERMS

Postings = tuple[Ids, Ids, Ids, Ids, Ids]
"""Of each term its first node and how many it has; of each node the next, the one before (-1 for
none) and its term. A row has ``_NODES`` nodes, one a term; the postings of a term are a chain."""


@inner
def _top(
    ids: Ids, weights: Weights, count: int, out: Ids, loads: Weights
) -> int:  # pragma: no cover - compiled
    """The heaviest terms and their weights, the heaviest first (ties: the first given)."""
    n = 0
    for k in range(ids.size):
        weight = weights[k]
        if n == count and weight <= loads[n - 1]:
            continue
        at = n if n < count else n - 1
        while at > 0 and loads[at - 1] < weight:
            out[at], loads[at] = out[at - 1], loads[at - 1]
            at -= 1
        out[at], loads[at] = ids[k], weight
        if n < count:
            n += 1
    return n


@inner
def _leave(row: int, postings: Postings) -> None:  # pragma: no cover - compiled
    """Take all nodes of a row out of their chains."""
    head, count, after, before, held = postings
    for node in range(row * _NODES, (row + 1) * _NODES):
        term = held[node]
        if term >= 0:
            if before[node] >= 0:
                after[before[node]] = after[node]
            else:
                head[term] = after[node]
            if after[node] >= 0:
                before[after[node]] = before[node]
            count[term] -= 1
            held[node] = -1


@kernel()
def _put(row: int, total: Flat, postings: Postings) -> None:  # pragma: no cover - compiled
    """Make ``row`` the first of the postings of the heaviest terms of a strand's body and neutral
    vectors, and of no others'."""
    _leave(row, postings)
    head, count, after, before, held = postings
    ids, weights, sizes = total
    loads = np.empty(INDEXED_TERMS, np.float32)
    a, b, node = sizes[0], ids.size - sizes[3], row * _NODES
    n = _top(ids[:a], weights[:a], INDEXED_TERMS, held[node:], loads)
    n += _top(ids[b:], weights[b:], INDEXED_TERMS, held[node + n :], loads)
    for fresh in range(node, node + n):
        term = held[fresh]
        before[fresh], after[fresh] = -1, head[term]
        if head[term] >= 0:
            before[head[term]] = fresh
        head[term] = fresh
        count[term] += 1


@kernel()
def _remove(row: int, postings: Postings) -> None:  # pragma: no cover - compiled
    """Take ``row`` out of all postings."""
    _leave(row, postings)


@inner
def _before(
    row: int,
    other: int,
    found: NDArray[np.float64],
    born: NDArray[np.float64],
    language: NDArray[np.float64],
) -> bool:  # pragma: no cover - compiled
    if found[row] != found[other]:
        return bool(found[row] > found[other])
    if born[row] != born[other]:
        return bool(born[row] < born[other])
    return bool(language[row] < language[other])


@inner
def _best(
    rows: Ids,
    found: NDArray[np.float64],
    order: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Any:  # pragma: no cover - compiled
    """Of these rows those that share the most weight, the first one first."""
    born, language = order
    best = np.empty(CANDIDATES, np.int32)
    n = 0
    for row in rows:
        at = n if n < CANDIDATES else n - 1
        if n == CANDIDATES and not _before(row, best[at], found, born, language):
            continue
        while at > 0 and _before(row, best[at - 1], found, born, language):
            best[at] = best[at - 1]
            at -= 1
        best[at] = row
        if n < CANDIDATES:
            n += 1
    return best[:n]


@kernel()
def _walk(
    query: tuple[Ids, Weights],
    postings: Postings,
    found: NDArray[np.float64],
    order: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Ids:  # pragma: no cover - compiled
    """Rows that share the most weight with the query's heaviest terms; ``found`` is zeros."""
    head, count, after = postings[0], postings[1], postings[2]
    terms, loads = np.empty(QUERY_TERMS, np.int32), np.empty(QUERY_TERMS, np.float32)
    n = _top(query[0], query[1], QUERY_TERMS, terms, loads)
    touched = np.empty(LONGEST_WALK, np.int32)
    seen, left = 0, LONGEST_WALK
    for k in range(n):
        if loads[k] <= 0.0 or left <= 0:
            break
        term = terms[k]
        if term >= head.size:
            continue
        node, steps = head[term], left
        left -= count[term]
        while node >= 0 and steps > 0:
            row = node // _NODES
            if found[row] == 0.0:
                touched[seen] = row
                seen += 1
            found[row] += loads[k]
            node = after[node]
            steps -= 1
    best: Ids = _best(touched[:seen], found, order)
    for k in range(seen):
        found[touched[k]] = 0.0
    return best


class TermIndex:
    """Postings from the heaviest terms of each strand to its row, the last put first."""

    def __init__(self) -> None:
        self._head: Ids = np.full(1024, -1, np.int32)
        self._count: Ids = np.zeros(1024, np.int32)
        self._after: Ids = np.full(64 * _NODES, -1, np.int32)
        self._before: Ids = np.full(64 * _NODES, -1, np.int32)
        self._held: Ids = np.full(64 * _NODES, -1, np.int32)
        self._found = np.zeros(64)

    def _postings(self) -> Postings:
        return self._head, self._count, self._after, self._before, self._held

    def put(self, row: int, total: Reading) -> None:
        """Index (or index anew) a row by the summed vectors of its strand."""
        if row >= self._found.size:
            rows = row + row // 2 + 1
            self._found = longer(self._found, rows)
            self._after = longer(self._after, rows * _NODES, -1)
            self._before = longer(self._before, rows * _NODES, -1)
            self._held = longer(self._held, rows * _NODES, -1)
        largest = int(total.ids.max(initial=0))
        if largest >= self._head.size:
            terms = largest + largest // 2 + 1
            self._head, self._count = longer(self._head, terms, -1), longer(self._count, terms)
        _put(row, total, self._postings())

    def remove(self, row: int) -> None:
        """Forget a row."""
        _remove(row, self._postings())

    def candidates(
        self, vector: Vector, order: tuple[NDArray[np.float64], NDArray[np.float64]]
    ) -> Ids:
        """Up to ``CANDIDATES`` rows, those that share the most weight first.

        Ties go to the row lower by ``order``, two columns.
        """
        rows: Ids = _walk(vector, self._postings(), self._found, order)
        return rows
