"""Which stories might a report belong to? Those that share its rare terms."""

from typing import Any, Final

import numpy as np

from dedupe.kernels import inner, kernel
from dedupe.memory import Given, Held, Memory
from dedupe.stories.blocks import longer
from dedupe.stories.cells import (
    AFTER,
    BEFORE,
    BODY,
    BORN,
    COUNT,
    FOUND,
    HEAD,
    HELD,
    LANGUAGE,
    NEUTRAL,
    floats_at,
    numbers_at,
    table_of,
)
from dedupe.stories.sparse import Floats, Ids, Vector, Weights

INDEXED_TERMS: Final = 12
QUERY_TERMS: Final = 12
LONGEST_WALK: Final = 160
"""Postings looked at for one report; rare terms first, young stories first."""
CANDIDATES: Final = 12
_NODES: Final = 2 * INDEXED_TERMS

Told = tuple[float, float, float, float, float]
"""Of a story its running number, reports, first, last and mean time."""
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


@inner
def _postings(given: Given) -> Any:  # pragma: no cover - compiled
    return (
        numbers_at(given, HEAD),
        numbers_at(given, COUNT),
        numbers_at(given, AFTER),
        numbers_at(given, BEFORE),
        numbers_at(given, HELD),
    )


@kernel()
def _post(given: Given, row: int, told: Told) -> None:  # pragma: no cover - compiled
    """Note in a row when its story was told, and make it the first of the postings of the heaviest
    terms of its body and neutral vectors, and of no others'."""
    table, postings = table_of(given), _postings(given)
    for fact in range(5):
        table.facts[row, fact] = told[fact]
    _leave(row, postings)
    head, count, after, before, held = postings
    loads = np.empty(INDEXED_TERMS, np.float32)
    node, n = row * _NODES, 0
    for field in (BODY, NEUTRAL):
        start = table.start[row, field]
        end = start + table.size[row, field]
        n += _top(
            table.ids[start:end], table.weights[start:end], INDEXED_TERMS, held[node + n :], loads
        )
    for fresh in range(node, node + n):
        term = held[fresh]
        before[fresh], after[fresh] = -1, head[term]
        if head[term] >= 0:
            before[head[term]] = fresh
        head[term] = fresh
        count[term] += 1


@kernel()
def _remove(given: Given, row: int) -> None:  # pragma: no cover - compiled
    """Take ``row`` out of all postings."""
    _leave(row, _postings(given))


@inner
def _before(
    row: int, other: int, found: Floats, facts: Floats
) -> bool:  # pragma: no cover - compiled
    if found[row] != found[other]:
        return bool(found[row] > found[other])
    if facts[row, BORN] != facts[other, BORN]:
        return bool(facts[row, BORN] < facts[other, BORN])
    return bool(facts[row, LANGUAGE] < facts[other, LANGUAGE])


@inner
def _best(rows: Ids, found: Floats, facts: Floats) -> Any:  # pragma: no cover - compiled
    """Of these rows those that share the most weight, the first one first; of equals the older."""
    best = np.empty(CANDIDATES, np.int32)
    n = 0
    for row in rows:
        at = n if n < CANDIDATES else n - 1
        if n == CANDIDATES and not _before(row, best[at], found, facts):
            continue
        while at > 0 and _before(row, best[at - 1], found, facts):
            best[at] = best[at - 1]
            at -= 1
        best[at] = row
        if n < CANDIDATES:
            n += 1
    return best[:n]


@inner
def walk(given: Given, ids: Ids, weights: Weights) -> Any:  # pragma: no cover - compiled
    """Up to ``CANDIDATES`` rows that share the most weight with the heaviest of these terms, the
    first one first."""
    head, count, after = numbers_at(given, HEAD), numbers_at(given, COUNT), numbers_at(given, AFTER)
    found = floats_at(given, FOUND)
    terms, loads = np.empty(QUERY_TERMS, np.int32), np.empty(QUERY_TERMS, np.float32)
    n = _top(ids, weights, QUERY_TERMS, terms, loads)
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
    best = _best(touched[:seen], found, table_of(given).facts)
    for k in range(seen):
        found[touched[k]] = 0.0
    return best


@kernel()
def _walk(given: Given, ids: Ids, weights: Weights) -> Any:  # pragma: no cover - compiled
    return walk(given, ids, weights)


class TermIndex:
    """Postings from the heaviest terms of each strand to its row, the last put first."""

    _head = Held(HEAD, np.int32)
    _count = Held(COUNT, np.int32)
    _after = Held(AFTER, np.int32)
    _before = Held(BEFORE, np.int32)
    _held = Held(HELD, np.int32)
    _found = Held(FOUND, np.float64)

    def __init__(self, held_in: Memory) -> None:
        """``held_in`` keeps the columns whose rows are indexed."""
        self.memory = held_in
        self._rows, self._terms = 64, 1024
        self._head = np.full(self._terms, -1, np.int32)
        self._count = np.zeros(self._terms, np.int32)
        self._after = np.full(self._rows * _NODES, -1, np.int32)
        self._before = np.full(self._rows * _NODES, -1, np.int32)
        self._held = np.full(self._rows * _NODES, -1, np.int32)
        self._found = np.zeros(self._rows)

    def put(self, row: int, told: Told, terms: int) -> None:
        """Index (or index anew) a row by the vectors of its strand, whose terms have numbers below
        ``terms``, and note what is known of its story."""
        if row >= self._rows:
            self._rows = row + row // 2 + 1
            self._found = longer(self._found, self._rows)
            self._after = longer(self._after, self._rows * _NODES, -1)
            self._before = longer(self._before, self._rows * _NODES, -1)
            self._held = longer(self._held, self._rows * _NODES, -1)
        if terms > self._terms:
            self._terms = terms + terms // 2
            self._head = longer(self._head, self._terms, -1)
            self._count = longer(self._count, self._terms)
        _post.run(self.memory.given, row, told)

    def remove(self, row: int) -> None:
        """Forget a row."""
        _remove.run(self.memory.given, row)

    def candidates(self, vector: Vector) -> Ids:
        """Up to ``CANDIDATES`` rows, those that share the most weight first.

        Ties go to the story born first, then to the language first by its code.
        """
        rows: Ids = _walk.run(self.memory.given, *vector)
        return rows
