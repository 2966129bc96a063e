"""Which stories might a report belong to? Those that share its rare terms."""

from collections import defaultdict
from itertools import islice
from typing import Final

import numpy as np

from dedupe.stories.sparse import Vector, heaviest

INDEXED_TERMS: Final = 12
QUERY_TERMS: Final = 12
LONGEST_WALK: Final = 160
"""Postings looked at for one report; rare terms first, young stories first."""
CANDIDATES: Final = 12


Key = tuple[int, str]
"""A strand: the story's ``born`` number and the strand's language."""


class TermIndex:
    """Postings from the heaviest terms of each strand to the strand."""

    def __init__(self) -> None:
        self._postings: defaultdict[int, dict[Key, None]] = defaultdict(dict)
        self._terms: dict[Key, frozenset[int]] = {}

    def put(self, key: Key, total: Vector) -> None:
        """Index (or index anew) a strand by its summed vector."""
        fresh = frozenset(heaviest(total, INDEXED_TERMS).ids.tolist())
        stale = self._terms.get(key, frozenset())
        for term in stale - fresh:
            self._leave(term, key)
        for term in fresh - stale:
            self._postings[term][key] = None
        self._terms[key] = fresh

    def _leave(self, term: int, key: Key) -> None:
        posting = self._postings[term]
        del posting[key]
        if not posting:
            del self._postings[term]

    def remove(self, key: Key) -> None:
        """Forget a strand."""
        for term in self._terms.pop(key, frozenset()):
            self._leave(term, key)

    def candidates(self, vector: Vector) -> list[Key]:
        """Up to ``CANDIDATES`` strands, those that share the most weight first."""
        found: dict[Key, float] = {}
        order = np.argsort(-vector.weights, kind="stable")[:QUERY_TERMS]
        left = LONGEST_WALK
        terms, weights = vector.ids[order].tolist(), vector.weights[order].tolist()
        for term, weight in zip(terms, weights, strict=True):
            posting = self._postings.get(term)
            if posting is None:
                continue
            for key in islice(reversed(posting), left):
                found[key] = found.get(key, 0.0) + weight
            left -= len(posting)
            if left <= 0:
                break
        best = sorted([(-weight, key) for key, weight in found.items()])[:CANDIDATES]
        return [key for _, key in best]
