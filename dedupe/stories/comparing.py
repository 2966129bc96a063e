"""Compiled: how a report or a story resembles many others, feature by feature.

One call for all candidates; an object and a call for each pair cost twenty times as much. Rows
are those of :class:`dedupe.stories.cells.Table`; the features stand in their order in
:mod:`dedupe.stories.weights`, and what each means in :mod:`dedupe.stories.scorer`,
:mod:`dedupe.stories.merging` and :mod:`dedupe.stories.crossing`.
"""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dedupe.kernels import inner, kernel
from dedupe.memory import Given
from dedupe.stories.cells import (
    BODY,
    BORN,
    FIRST,
    KINDS,
    LANGUAGE,
    LAST,
    MEAN,
    NEUTRAL,
    REPORTS,
    STRAND_REPORTS,
    Table,
    bytes_at,
    table_of,
)
from dedupe.stories.sparse import Ids, Weights

Matrix = NDArray[np.float64]
_DAY: Final = 86_400.0
_MANY: Final = 5
_CONCEPT, _PLACE = 1, 2
"""Kinds of neutral terms, as :class:`dedupe.stories.vocabulary.Vocabulary` notes them."""


@inner
def _times(at: float, facts: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """When a report was told beside a story: the last six of
    :data:`JOIN_FEATURES` but for the margin."""
    gap = max(facts[FIRST] - at, at - facts[LAST], 0.0) / _DAY
    mean_gap = abs(at - facts[MEAN]) / _DAY
    reports = facts[REPORTS]
    out[0] = math.exp(-gap / 0.5)
    out[1] = math.exp(-gap * gap / 18.0)
    out[2] = math.exp(-mean_gap * mean_gap / 18.0)
    out[3] = math.exp(-max(at - facts[FIRST], 0.0) / _DAY / 2.0)
    out[4] = math.log(max(reports, 1.0))
    out[5] = 1.0 if reports == 1.0 else 0.0


@inner
def _product(
    table: Table, row: int, field: int, ids: Ids, weights: Weights
) -> Any:  # pragma: no cover - compiled
    """Inner product of a row's vector and another, and how many terms they share."""
    i = table.start[row, field]
    end = i + table.size[row, field]
    j, total, shared = 0, 0.0, 0
    while i < end and j < ids.size:
        if table.ids[i] < ids[j]:
            i += 1
        elif table.ids[i] > ids[j]:
            j += 1
        else:
            total += float(table.weights[i] * weights[j])
            shared += 1
            i += 1
            j += 1
    return total, shared


@inner
def _displaced(
    ids: Ids,
    weights: Weights,
    others: Ids,
    loads: Weights,
    kinds: NDArray[np.int8],
    both: float,
) -> float:  # pragma: no cover - compiled
    """How far apart the places of two neutral vectors are, whose inner product by places alone is
    ``both``: one less their cosine, 0 where either names none."""
    one, other = 0.0, 0.0
    for i in range(ids.size):
        if kinds[ids[i]] == _PLACE:
            one += float(weights[i] * weights[i])
    for j in range(others.size):
        if kinds[others[j]] == _PLACE:
            other += float(loads[j] * loads[j])
    return 0.0 if one == 0.0 or other == 0.0 else 1.0 - both / math.sqrt(one * other)


@inner
def _told(
    table: Table, row: int, ids: Ids, weights: Weights, kinds: NDArray[np.int8]
) -> Any:  # pragma: no cover - compiled
    """Cosine of a row's neutral vector and a unit vector, and how far apart their places are."""
    begin = table.start[row, NEUTRAL]
    end = begin + table.size[row, NEUTRAL]
    i, j, product, both = begin, 0, 0.0, 0.0
    while i < end and j < ids.size:
        if table.ids[i] < ids[j]:
            i += 1
        elif table.ids[i] > ids[j]:
            j += 1
        else:
            part = float(table.weights[i] * weights[j])
            product += part
            if kinds[ids[j]] == _PLACE:
                both += part
            i += 1
            j += 1
    length = table.length[row, NEUTRAL]
    apart = _displaced(table.ids[begin:end], table.weights[begin:end], ids, weights, kinds, both)
    return (product / length if length > 0.0 else 0.0), apart


@inner
def _margins(table: Table, rows: Ids, out: Matrix) -> None:  # pragma: no cover - compiled
    """Write into the last column by how much the first exceeds that of the next best story."""
    for i in range(rows.size):
        best = 0.0
        for j in range(rows.size):
            if table.facts[rows[i], BORN] != table.facts[rows[j], BORN]:
                best = max(best, out[j, 0])
        out[i, -1] = out[i, 0] - best


@inner
def _sums(out: Matrix, weights: NDArray[np.float64]) -> Any:  # pragma: no cover - compiled
    sums = np.full(out.shape[0], weights[0])
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            sums[i] += weights[j + 1] * out[i, j]
    return sums


@kernel()
def beside_report(
    given: Given,
    rows: Ids,
    ids: Ids,
    loads: Weights,
    sizes: tuple[int, int, int, int],
    when: tuple[float, float, float],
    weights: NDArray[np.float64],
) -> Any:  # pragma: no cover - compiled
    """The rows told within ``when[1]`` seconds of ``when[0]`` whose body has a cosine of at least
    ``when[2]`` with that of a report; their :data:`JOIN_FEATURES`; and the sums of these by
    ``weights``, behind their intercept."""
    kept, out = np.empty(rows.size, np.int32), np.empty((rows.size, 12), np.float64)
    at, window, faintest = when
    table, kinds = table_of(given), bytes_at(given, KINDS)
    body = ids[: sizes[BODY]], loads[: sizes[BODY]]
    begin = ids.size - sizes[NEUTRAL]
    neutral = ids[begin:], loads[begin:]
    n = 0
    for row in rows:
        facts = table.facts[row]
        if max(facts[FIRST] - at, at - facts[LAST]) > window:
            continue
        product, shared = _product(table, row, BODY, body[0], body[1])
        length = table.length[row, BODY]
        cosine = product / length if length > 0.0 else 0.0
        if cosine < faintest:
            continue
        out[n, 0], out[n, 1] = cosine, product / facts[STRAND_REPORTS]
        out[n, 2], out[n, 4] = _told(table, row, neutral[0], neutral[1], kinds)
        out[n, 3] = min(shared, _MANY) / _MANY
        _times(at, facts, out[n, 5:])
        kept[n] = row
        n += 1
    _margins(table, kept[:n], out[:n])
    return kept[:n], out[:n], _sums(out[:n], weights)


@kernel()
def beside_strand(
    given: Given, one: int, others: Ids, bars: tuple[float, float], weights: NDArray[np.float64]
) -> Any:  # pragma: no cover - compiled
    """The other rows of the same language told within ``bars[0]`` seconds of row ``one``, whose
    body has a cosine of at least ``bars[1]`` with its; the :data:`UNION_FEATURES` of each with it;
    and the sums of these by ``weights``, behind their intercept."""
    kept, out = np.empty(others.size, np.int32), np.empty((others.size, 12), np.float64)
    table = table_of(given)
    n = 0
    mine = table.facts[one]
    for row in others:
        theirs = table.facts[row]
        gap = max(mine[FIRST] - theirs[LAST], theirs[FIRST] - mine[LAST], 0.0)
        if mine[BORN] == theirs[BORN] or mine[LANGUAGE] != theirs[LANGUAGE] or gap > bars[0]:
            continue
        pairs = mine[STRAND_REPORTS] * theirs[STRAND_REPORTS]
        alike = True
        for field in range(NEUTRAL):
            begin = table.start[one, field]
            end = begin + table.size[one, field]
            product, shared = _product(
                table, row, field, table.ids[begin:end], table.weights[begin:end]
            )
            lengths = table.length[one, field] * table.length[row, field]
            if field == BODY:
                alike = product >= bars[1] * lengths
                if not alike:
                    break
                out[n, 0] = min(shared, _MANY) / _MANY
            out[n, 1 + 2 * field] = product / lengths if lengths > 0.0 else 0.0
            out[n, 2 + 2 * field] = product / pairs
        if not alike:
            continue
        small = min(mine[STRAND_REPORTS], theirs[STRAND_REPORTS])
        out[n, 7] = math.log(small)
        out[n, 8] = out[n, 1] * out[n, 7]
        out[n, 9] = math.log(max(mine[STRAND_REPORTS], theirs[STRAND_REPORTS]))
        mean_gap = abs(mine[MEAN] - theirs[MEAN]) / _DAY
        out[n, 10] = math.exp(-gap / _DAY / 0.5)
        out[n, 11] = math.exp(-mean_gap * mean_gap / 18.0)
        kept[n] = row
        n += 1
    return kept[:n], out[:n], _sums(out[:n], weights)


@inner
def _across(
    large: tuple[Ids, Weights, float, float],
    small: tuple[Ids, Weights, float],
    kinds: NDArray[np.int8],
    out: NDArray[np.float64],
) -> None:  # pragma: no cover - compiled
    """Eight likenesses of summed neutral vectors: ``large`` with length and reports, ``small`` with
    its length."""
    i, j, product, concepts, places, names = 0, 0, 0.0, 0, 0, 0
    both = 0.0
    while i < large[0].size and j < small[0].size:
        if large[0][i] < small[0][j]:
            i += 1
        elif large[0][i] > small[0][j]:
            j += 1
        else:
            part = float(large[1][i] * small[1][j])
            product += part
            kind = kinds[large[0][i]]
            if kind == _PLACE:
                both += part
            concepts += kind == _CONCEPT
            places += kind == _PLACE
            names += kind != _CONCEPT and kind != _PLACE
            i += 1
            j += 1
    product = product / small[2] if small[2] > 0.0 else 0.0
    out[0] = product / large[2] if large[2] > 0.0 else 0.0
    out[1] = product / large[3]
    out[2], out[3], out[4] = min(concepts, 3), min(places, 2), min(names, 3)
    out[5] = int(concepts > 0) + int(places > 0) + int(names > 0)
    out[6] = 1.0 / (1.0 + small[0].size)
    out[7] = _displaced(large[0], large[1], small[0], small[1], kinds, both)


@kernel()
def across_report(
    given: Given,
    rows: Ids,
    ids: Ids,
    loads: Weights,
    when: tuple[float, float, float],
    weights: NDArray[np.float64],
) -> Any:  # pragma: no cover - compiled
    """The rows of other languages than ``when[2]``, told within ``when[1]`` seconds of ``when[0]``,
    that share two neutral terms or more with the unit vector of a report; their
    :data:`CROSS_FEATURES`; and the sums of these by ``weights``, behind their intercept."""
    kept, out = np.empty(rows.size, np.int32), np.empty((rows.size, 15), np.float64)
    n = 0
    at, window, language = when
    table, kinds = table_of(given), bytes_at(given, KINDS)
    for row in rows:
        facts = table.facts[row]
        if facts[LANGUAGE] == language or max(facts[FIRST] - at, at - facts[LAST]) > window:
            continue
        begin = table.start[row, NEUTRAL]
        end = begin + table.size[row, NEUTRAL]
        centre = (
            table.ids[begin:end],
            table.weights[begin:end],
            table.length[row, NEUTRAL],
            facts[STRAND_REPORTS],
        )
        shared = _product(table, row, NEUTRAL, ids, loads)[1]
        if shared < 2:
            continue
        _across(centre, (ids, loads, 1.0), kinds, out[n, :8])
        _times(at, facts, out[n, 8:])
        kept[n] = row
        n += 1
    _margins(table, kept[:n], out[:n])
    return kept[:n], out[:n], _sums(out[:n], weights)


@kernel()
def across_strands(
    given: Given,
    one: int,
    others: Ids,
    window: float,
    weights: NDArray[np.float64],
) -> Any:  # pragma: no cover - compiled
    """The other rows told within ``window`` seconds of row ``one``; the :data:`CROSS_FEATURES` of
    each with it, the one of fewer reports taken for the report, a third of their likeness for the
    margin; and the sums of these by ``weights``, behind their intercept."""
    kept, out = np.empty(others.size, np.int32), np.empty((others.size, 15), np.float64)
    table, kinds = table_of(given), bytes_at(given, KINDS)
    n = 0
    for row in others:
        small, large = (
            (one, row)
            if table.facts[one, REPORTS] < table.facts[row, REPORTS]
            else (
                row,
                one,
            )
        )
        at, facts = table.facts[small, MEAN], table.facts[large]
        if max(facts[FIRST] - at, at - facts[LAST]) > window:
            continue
        a, b = table.start[large, NEUTRAL], table.start[small, NEUTRAL]
        p, q = a + table.size[large, NEUTRAL], b + table.size[small, NEUTRAL]
        _across(
            (
                table.ids[a:p],
                table.weights[a:p],
                table.length[large, NEUTRAL],
                facts[STRAND_REPORTS],
            ),
            (table.ids[b:q], table.weights[b:q], table.length[small, NEUTRAL]),
            kinds,
            out[n, :8],
        )
        _times(at, facts, out[n, 8:])
        out[n, 14] = out[n, 0] / 3.0
        kept[n] = row
        n += 1
    return kept[:n], out[:n], _sums(out[:n], weights)
