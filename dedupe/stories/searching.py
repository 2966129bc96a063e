"""Compiled: the stories that might be one with a story, found and compared in one call.

Nine in ten stories that changed are one with no other, and this says so without an object made.
"""

from typing import Any

import numpy as np

from dedupe.kernels import inner, kernel
from dedupe.memory import Given
from dedupe.stories.cells import BODY, LANGUAGE, NEUTRAL, RING, numbers_at, table_of
from dedupe.stories.comparing import across_strands, beside_strand
from dedupe.stories.index import walk
from dedupe.stories.sparse import Floats, Ids

_beside_strand = inner(beside_strand.function)
_across_strands = inner(across_strands.function)


@inner
def _near(given: Given, row: int, field: int) -> Any:  # pragma: no cover - compiled
    """The rows that share the heaviest terms of a row's body or neutral vector."""
    table = table_of(given)
    start = table.start[row, field]
    end = start + table.size[row, field]
    return walk(given, table.ids[start:end], table.weights[start:end])


@inner
def _with_theirs(given: Given, own: Ids) -> Any:  # pragma: no cover - compiled
    """All rows of the stories near one of ``own`` rows by its body, ascending."""
    ring = numbers_at(given, RING)
    found = np.empty(64, np.int32)
    n = 0
    for row in own:
        for near in _near(given, row, BODY):
            other = near
            while True:
                if n == found.size:
                    more = np.empty(2 * n, np.int32)
                    more[:n] = found
                    found = more
                found[n] = other
                n += 1
                other = ring[other]
                if other == near:
                    break
    found = np.sort(found[:n])
    kept = 0
    for k in range(n):
        if k == 0 or found[k] != found[k - 1]:
            found[kept] = found[k]
            kept += 1
    return found[:kept]


@kernel()
def one_with(
    given: Given, own: Ids, bars: tuple[float, float], weights: Floats, least: float
) -> Any:  # pragma: no cover - compiled
    """The rows of other stories beside each of ``own`` rows of one (see
    :func:`dedupe.stories.comparing.beside_strand`) with log-odds of at least ``least``: which of
    ``own`` each is beside, the rows, what was compared, the log-odds; None where there are none."""
    rows = _with_theirs(given, own)
    most = own.size * rows.size
    which, kept = np.empty(most, np.int32), np.empty(most, np.int32)
    compared, odds = np.empty((most, weights.size - 1), np.float64), np.empty(most, np.float64)
    n = 0
    for k in range(own.size):
        near = _beside_strand(given, own[k], rows, bars, weights)
        for i in range(near[0].size):
            if near[2][i] >= least:
                which[n], kept[n], compared[n], odds[n] = k, near[0][i], near[1][i], near[2][i]
                n += 1
    if n == 0:
        return None
    return which[:n], kept[:n], compared[:n], odds[:n]


@kernel()
def told_elsewhere(
    given: Given, own: int, window: float, weights: Floats, least: float
) -> Any:  # pragma: no cover - compiled
    """The rows of stories of one other language beside the one row of a story (see
    :func:`dedupe.stories.comparing.across_strands`) with log-odds of at least ``least``: whether
    all that are near it are of one language each, the rows, what was compared, the log-odds; None
    where there are none."""
    table, ring = table_of(given), numbers_at(given, RING)
    language = table.facts[own, LANGUAGE]
    near = _near(given, own, NEUTRAL)
    n = 0
    plain = True
    for k in range(near.size):
        row = near[k]
        other, mine = row, False
        while True:
            mine = mine or table.facts[other, LANGUAGE] == language
            other = ring[other]
            if other == row:
                break
        if mine:
            continue
        plain = plain and ring[row] == row
        near[n] = row
        n += 1
    if n == 0:
        return None
    kept, compared, odds = _across_strands(given, own, near[: n if plain else 0], window, weights)
    n = 0
    for k in range(kept.size):
        if odds[k] >= least:
            kept[n], compared[n], odds[n] = kept[k], compared[k], odds[k]
            n += 1
    if plain and n == 0:
        return None
    return plain, kept[:n], compared[:n], odds[:n]
