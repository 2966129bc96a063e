"""Which stories might a report belong to? Those that share its rare terms."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dedupe.kernels import inner, kernel
from dedupe.stories.blocks import Blocks, longer
from dedupe.stories.reading import Reading
from dedupe.stories.sparse import Flat, Ids, Vector, Weights

INDEXED_TERMS: Final = 12
QUERY_TERMS: Final = 12
LONGEST_WALK: Final = 160
"""Postings looked at for one report; rare terms first, young stories first."""
CANDIDATES: Final = 12
_NONE: Final = -1

Postings = tuple[Ids, NDArray[np.int64], Ids, Ids]
"""Cells; of each term: first cell, number of rows, room."""


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
def _leave(row: int, term: int, postings: Postings) -> None:  # pragma: no cover - compiled
    cells, start, size, _ = postings
    first, end = start[term], start[term] + size[term]
    at = end - 1
    while at >= first and cells[at] != row:
        at -= 1
    if at >= first:
        for k in range(at, end - 1):
            cells[k] = cells[k + 1]
        size[term] -= 1


@inner
def _empty(held: Ids, postings: Postings) -> Any:  # pragma: no cover - compiled
    found = np.empty(held.size, np.int32)
    n = 0
    for term in held:
        if term >= 0 and postings[2][term] == 0:
            found[n] = term
            n += 1
    return found[:n]


@kernel()
def _put(
    row: int, total: Flat, held: Ids, postings: Postings
) -> Any:  # pragma: no cover - compiled
    """Make ``row`` the last of the postings of the heaviest terms of a strand's body and neutral
    vectors, and of no others'.

    Gives the terms whose postings are full: then nothing was done; and those that are empty now.
    """
    cells, start, size, room = postings
    ids, weights, sizes = total
    fresh = np.full(held.size, -1, np.int32)
    loads = np.empty(INDEXED_TERMS, np.float32)
    a, b = sizes[0], ids.size - sizes[3]
    _top(ids[:a], weights[:a], INDEXED_TERMS, fresh[:INDEXED_TERMS], loads)
    _top(ids[b:], weights[b:], INDEXED_TERMS, fresh[INDEXED_TERMS:], loads)
    full = np.empty(fresh.size, np.int32)
    n = 0
    for term in fresh:
        if term >= 0 and size[term] == room[term]:
            known = False
            for old in held:
                known = known or old == term
            if not known:
                full[n] = term
                n += 1
    if n > 0:
        return full[:n], full[:0]
    for term in held:
        if term >= 0:
            _leave(row, term, postings)
    for term in fresh:
        if term >= 0:
            cells[start[term] + size[term]] = row
            size[term] += 1
    empty = _empty(held, postings)
    held[:] = fresh
    return full[:0], empty


@kernel()
def _remove(row: int, held: Ids, postings: Postings) -> Any:  # pragma: no cover - compiled
    """Take ``row`` out of all postings; gives the terms whose postings are empty now."""
    for term in held:
        if term >= 0:
            _leave(row, term, postings)
    empty = _empty(held, postings)
    held[:] = -1
    return empty


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
    cells, start, size, _ = postings
    terms, loads = np.empty(QUERY_TERMS, np.int32), np.empty(QUERY_TERMS, np.float32)
    n = _top(query[0], query[1], QUERY_TERMS, terms, loads)
    touched = np.empty(LONGEST_WALK, np.int32)
    seen, left = 0, LONGEST_WALK
    for k in range(n):
        term = terms[k]
        if loads[k] <= 0.0:
            break
        if term >= size.size:
            continue
        end = start[term] + size[term]
        for at in range(end - 1, max(start[term], end - left) - 1, -1):
            row = cells[at]
            if found[row] == 0.0:
                touched[seen] = row
                seen += 1
            found[row] += loads[k]
        left -= size[term]
        if left <= 0:
            break
    best: Ids = _best(touched[:seen], found, order)
    for k in range(seen):
        found[touched[k]] = 0.0
    return best


class TermIndex:
    """Postings from the heaviest terms of each strand to its row, the last put last."""

    def __init__(self) -> None:
        self._blocks = Blocks()
        self._start = np.zeros(1024, np.int64)
        self._size = np.zeros(1024, np.int32)
        self._room = np.zeros(1024, np.int32)
        self._held = np.full((64, 2 * INDEXED_TERMS), _NONE, np.int32)
        self._found = np.zeros(64)

    def _postings(self) -> Postings:
        return self._blocks.ids, self._start, self._size, self._room

    def put(self, row: int, total: Reading) -> None:
        """Index (or index anew) a row by the summed vectors of its strand."""
        if row >= self._found.size:
            rows = row + row // 2 + 1
            held = np.full((rows, 2 * INDEXED_TERMS), _NONE, np.int32)
            held[: self._held.shape[0]] = self._held
            self._held, self._found = held, longer(self._found, rows)
        largest = int(total.ids.max(initial=0))
        if largest >= self._size.size:
            terms = largest + largest // 2 + 1
            self._start, self._size = longer(self._start, terms), longer(self._size, terms)
            self._room = longer(self._room, terms)
        full, empty = _put(row, total, self._held[row], self._postings())
        if full.size:
            for term in full.tolist():
                self._widen(term)
            _, empty = _put(row, total, self._held[row], self._postings())
        self._give_back(empty)

    def _give_back(self, empty: Ids) -> None:
        for term in empty.tolist():
            if self._room[term]:  # a term of both vectors is told twice
                self._blocks.give(int(self._start[term]), int(self._room[term]))
                self._room[term] = 0

    def _widen(self, term: int) -> None:
        start, size, room = int(self._start[term]), int(self._size[term]), int(self._room[term])
        wider = self._blocks.room(room + 1)
        fresh = self._blocks.take(wider)
        cells = self._blocks.ids
        cells[fresh : fresh + size] = cells[start : start + size]
        if room:
            self._blocks.give(start, room)
        self._start[term], self._room[term] = fresh, wider

    def remove(self, row: int) -> None:
        """Forget a row."""
        self._give_back(_remove(row, self._held[row], self._postings()))

    def candidates(
        self, vector: Vector, order: tuple[NDArray[np.float64], NDArray[np.float64]]
    ) -> Ids:
        """Up to ``CANDIDATES`` rows, those that share the most weight first.

        Ties go to the row lower by ``order``, two columns.
        """
        rows: Ids = _walk(vector, self._postings(), self._found, order)
        return rows
