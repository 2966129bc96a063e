"""Sparse vectors: sorted int32 term numbers beside float32 weights, and the arithmetic on them.

Compiled, because one arrival needs a few dozen products of about 100 by 256 terms: 0.3 us each
here, 20 us over Python dictionaries.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.kernels import inner, kernel

Ids = NDArray[np.int32]
Weights = NDArray[np.float32]
Floats = NDArray[np.float64]


Sizes = tuple[int, int, int, int]
"""Of four vectors one after another."""
Rows = tuple[Ids, Weights, NDArray[np.int64], NDArray[np.int32]]
"""Cells of many rows of four vectors; where each begins and its size."""


class Vector(NamedTuple):
    """``ids`` ascending and unique, ``weights`` of the same length."""

    ids: Ids
    weights: Weights


EMPTY = Vector(np.empty(0, np.int32), np.empty(0, np.float32))


@inner
def _product(a: Ids, x: Weights, b: Ids, y: Weights) -> float:  # pragma: no cover - compiled
    i, j, total = 0, 0, 0.0
    while i < a.size and j < b.size:
        if a[i] < b[j]:
            i += 1
        elif a[i] > b[j]:
            j += 1
        else:
            total += float(x[i] * y[j])  # a float32, summed in double also where not compiled
            i += 1
            j += 1
    return total


@kernel()
def _dot(a: Ids, x: Weights, b: Ids, y: Weights) -> float:  # pragma: no cover - compiled
    return _product(a, x, b, y)


@kernel()
def _add(
    a: Ids, x: Weights, b: Ids, y: Weights, sign: float
) -> tuple[Ids, Weights]:  # pragma: no cover - compiled
    ids = np.empty(a.size + b.size, np.int32)
    weights = np.empty(a.size + b.size, np.float32)
    i, j, n = 0, 0, 0
    while i < a.size or j < b.size:
        if j == b.size or (i < a.size and a[i] < b[j]):
            ids[n], weights[n] = a[i], x[i]
            i += 1
        elif i == a.size or b[j] < a[i]:
            ids[n], weights[n] = b[j], sign * y[j]
            j += 1
        else:
            ids[n], weights[n] = a[i], x[i] + sign * y[j]
            i += 1
            j += 1
        if weights[n] > 1e-6:
            n += 1
    return ids[:n].copy(), weights[:n].copy()


@kernel()
def _shared(a: Ids, x: Weights, b: Ids, y: Weights) -> Ids:  # pragma: no cover - compiled
    most = min(a.size, b.size)
    found, products = np.empty(most, np.int32), np.empty(most, np.float32)
    i, j, n = 0, 0, 0
    while i < a.size and j < b.size:
        if a[i] < b[j]:
            i += 1
        elif a[i] > b[j]:
            j += 1
        else:
            found[n], products[n] = a[i], x[i] * y[j]
            n += 1
            i += 1
            j += 1
    return found[np.argsort(-products[:n], kind="mergesort")]


@inner
def _merge(
    left: tuple[Ids, Weights],
    right: tuple[Ids, Weights],
    sign: float,
    limit: int,
    out: tuple[Ids, Weights],
) -> Any:  # pragma: no cover - compiled
    """Write ``left + sign * right``, cut to its ``limit`` heaviest terms; how many, and how long
    (Euclidean)."""
    ids, weights = out
    i, j, n = 0, 0, 0
    while i < left[0].size or j < right[0].size:
        if j == right[0].size or (i < left[0].size and left[0][i] < right[0][j]):
            ids[n], weights[n] = left[0][i], left[1][i]
            i += 1
        elif i == left[0].size or right[0][j] < left[0][i]:
            ids[n], weights[n] = right[0][j], np.float32(sign) * right[1][j]
            j += 1
        else:
            ids[n] = left[0][i]
            weights[n] = left[1][i] + np.float32(sign) * right[1][j]
            i += 1
            j += 1
        if weights[n] > 1e-6:
            n += 1
    if n > limit:
        kept = np.argsort(-weights[:n], kind="mergesort")[:limit]
        kept.sort()
        for k in range(kept.size):
            ids[k], weights[k] = ids[kept[k]], weights[kept[k]]
        n = limit
    total = 0.0
    for k in range(n):
        total += float(weights[k] * weights[k])
    return n, float(np.sqrt(total))


@kernel()
def merged(
    left: tuple[Ids, Weights],
    left_sizes: Sizes,
    right: tuple[Ids, Weights],
    right_sizes: Sizes,
    sign: float,
    limits: Sizes,
) -> Any:  # pragma: no cover - compiled
    """``left + sign * right`` of four vectors at once, each cut to its heaviest terms.

    Gives ids, weights, the four sizes and the four lengths (Euclidean).
    """
    most = left[0].size + right[0].size
    ids, weights = np.empty(most, np.int32), np.empty(most, np.float32)
    sizes, lengths = np.empty(4, np.int64), np.empty(4, np.float64)
    i, j, n = 0, 0, 0
    for part in range(4):
        p, q = i + left_sizes[part], j + right_sizes[part]
        size, lengths[part] = _merge(
            (left[0][i:p], left[1][i:p]),
            (right[0][j:q], right[1][j:q]),
            sign,
            limits[part],
            (ids[n:], weights[n:]),
        )
        sizes[part] = size
        i, j, n = p, q, n + size
    four = int(sizes[0]), int(sizes[1]), int(sizes[2]), int(sizes[3])
    norms = float(lengths[0]), float(lengths[1]), float(lengths[2]), float(lengths[3])
    return ids[:n].copy(), weights[:n].copy(), four, norms


@kernel()
def dots(vector: tuple[Ids, Weights], rows: Rows) -> Any:  # pragma: no cover - compiled
    """The inner product of a vector with the first part of each row."""
    ids, weights, starts, sizes = rows
    found = np.empty(starts.shape[0], np.float64)
    for row in range(starts.shape[0]):
        begin = starts[row, 0]
        end = begin + sizes[row, 0]
        found[row] = _product(vector[0], vector[1], ids[begin:end], weights[begin:end])
    return found


@kernel()
def total(rows: Rows, chosen: Ids, part: int, limit: int) -> Any:  # pragma: no cover - compiled
    """One part of the chosen rows added up in their order, cut to the heaviest terms each time;
    its ids, weights and length (Euclidean)."""
    ids, weights, starts, sizes = rows
    most = limit
    for row in chosen:
        most = max(most, limit + sizes[row, part])
    sums = np.empty(0, np.int32), np.empty(0, np.float32)
    length = 0.0
    for row in chosen:
        begin = starts[row, part]
        end = begin + sizes[row, part]
        out = np.empty(most, np.int32), np.empty(most, np.float32)
        n, length = _merge(sums, (ids[begin:end], weights[begin:end]), 1.0, limit, out)
        sums = out[0][:n], out[1][:n]
    return sums[0].copy(), sums[1].copy(), length


def shared(left: Vector, right: Vector) -> list[int]:
    """The terms of both vectors, the heaviest first by the product of their weights."""
    found: list[int] = _shared(left.ids, left.weights, right.ids, right.weights).tolist()
    return found


def dot(left: Vector, right: Vector) -> float:
    """The inner product."""
    return float(_dot(left.ids, left.weights, right.ids, right.weights))


def add(left: Vector, right: Vector, sign: float = 1.0) -> Vector:
    """``left + sign * right``, without the terms whose weight is not above zero."""
    return Vector(*_add(left.ids, left.weights, right.ids, right.weights, sign))


def norm(vector: Vector) -> float:
    """The Euclidean length."""
    return math.sqrt(dot(vector, vector))


def unit(vector: Vector) -> Vector:
    """The vector scaled to length 1 (the empty one stays empty)."""
    length = norm(vector)
    if length == 0.0:
        return vector
    return Vector(vector.ids, (vector.weights / length).astype(np.float32))
