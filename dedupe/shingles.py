"""Shingles: hashes of every four consecutive words.

Four: stretches of three words recur by chance as a corpus grows, and five break too often under
light editing.
"""

import numpy as np
import numpy.typing as npt

from dedupe.kernels import U64, inner, kernel

WIDTH = 4

_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no word's bits are lost
_MIX1 = np.uint64(0xFF51AFD7ED558CCD)  # MurmurHash3's 64-bit finalizer (Austin Appleby)
_MIX2 = np.uint64(0xC4CEB9FE1A85EC53)
_U33 = np.uint64(33)
_EMPTY = np.uint64(0)

Hashes = npt.NDArray[np.uint64]


def shingle(words: Hashes) -> Hashes:
    """The distinct shingles (uint64) of word hashes, in order of first appearance.

    Fewer than four words make one shingle; no words make none.
    """
    out = np.empty(max(len(words) - WIDTH + 1, 1), dtype=np.uint64)
    return out[: _shingle(words, out)]


@inner
def _mix(h: U64) -> U64:
    h = (h ^ (h >> _U33)) * _MIX1
    h = (h ^ (h >> _U33)) * _MIX2
    return h ^ (h >> _U33)


def plain_shingle(words: Hashes, out: Hashes) -> int:
    if not len(words):
        return 0
    width = min(len(words), WIDTH)
    count = len(words) - width + 1
    with np.errstate(over="ignore"):
        h = words[:count].copy()
        for offset in range(1, width):
            h = h * _FACTOR + words[offset : offset + count]
        h = (h ^ (h >> _U33)) * _MIX1
        h = (h ^ (h >> _U33)) * _MIX2
        h = h ^ (h >> _U33)
    h[h == _EMPTY] = _MIX1
    _, first = np.unique(h, return_index=True)
    first.sort()
    out[: len(first)] = h[first]
    return len(first)


@inner
def shingle_into(words: Hashes, out: Hashes) -> int:
    """How many distinct shingles were written."""
    n = len(words)
    if n == 0:
        return 0
    width = min(n, WIDTH)
    size = 16
    while size < 2 * n:
        size *= 2
    mask = np.uint64(size - 1)
    seen = np.zeros(size, dtype=np.uint64)
    count = 0
    for start in range(n - width + 1):
        h = words[start]
        for offset in range(1, width):
            h = h * _FACTOR + words[start + offset]
        h = _mix(h)
        if h == _EMPTY:
            h = _MIX1
        slot = h & mask
        while seen[slot] != _EMPTY and seen[slot] != h:
            slot = (slot + np.uint64(1)) & mask
        if seen[slot] == _EMPTY:
            seen[slot] = h
            out[count] = h
            count += 1
    return count


_shingle = kernel(plain_shingle)(shingle_into)
