"""Shingles: hashes of every four consecutive words.

Four: stretches of three words recur by chance as a corpus grows, and five break too often under
light editing.
"""

import numpy as np
import numpy.typing as npt

from dedupe.kernels import U64, inner, kernel
from dedupe.machine import ask

WIDTH = 4

_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no word's bits are lost
_MIX1 = np.uint64(0xFF51AFD7ED558CCD)  # MurmurHash3's 64-bit finalizer (Austin Appleby)
_MIX2 = np.uint64(0xC4CEB9FE1A85EC53)
_FACTOR2, _FACTOR3 = (np.uint64(int(_FACTOR) ** n & 0xFFFFFFFFFFFFFFFF) for n in (2, 3))
_U1, _U33 = np.uint64(1), np.uint64(33)
_EMPTY = np.uint64(0)
_NOWHERE = np.uint64(63)

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
def shingle_into(words: Hashes, out: Hashes, counts: npt.NDArray[np.uint8], shift: U64) -> int:
    """How many distinct shingles were written. ``out`` has room for all, distinct or not.

    The memory is asked for the cell of ``counts`` of each, which is at its value >> ``shift``.
    """
    n = len(words)
    if n == 0:
        return 0
    width = min(n, WIDTH)
    last = n - width + 1
    if width == WIDTH:
        for i in range(last):  # several at once, in vectors
            h = words[i] * _FACTOR3 + words[i + 1] * _FACTOR2 + words[i + 2] * _FACTOR
            h = _mix(h + words[i + 3])
            out[i] = h or _MIX1
    else:
        h = words[0]
        for offset in range(1, width):
            h = h * _FACTOR + words[offset]
        h = _mix(h)
        out[0] = h or _MIX1
    size = 64
    while size < 4 * n:
        size *= 2
    mask = np.uint64(size - 1)
    places = np.zeros(size, dtype=np.uint32)  # one more than where in out it is
    count = 0
    for i in range(last):
        h = out[i]
        ask(counts, h >> shift)
        at = h & mask
        place = np.int64(places[at])
        while place and out[place - 1] != h:
            at = (at + _U1) & mask
            place = np.int64(places[at])
        if not place:
            out[count] = h
            count += 1
            places[at] = np.uint32(count)
    return count


@inner
def shingle_uncounted(words: Hashes, out: Hashes) -> int:
    """As :func:`shingle_into`, when nothing is counted."""
    return shingle_into(words, out, np.empty(1, dtype=np.uint8), _NOWHERE)


_shingle = kernel(plain_shingle)(shingle_uncounted)
