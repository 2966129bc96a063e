"""Containment: how much of one text is in another, however long the other is.

FracMinHash (Irber et al., "Lightweight compositional analysis of metagenomes with FracMinHash",
2022; the mod-p sketch of Broder 1997): keep the shingles whose hash is in the lowest eighth, or
in the lowest quarter for texts of which an eighth would be too little. The share of a text's kept
shingles that another text also keeps estimates its containment in it, which Jaccard similarity
cannot see when the lengths differ. Two texts are compared in the coarser of their two samples.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.kernels import U64, inner, kernel
from dedupe.postings import Keys
from dedupe.shingles import Hashes

FINE_BELOW = 300  # shingles

_COARSE, _FINE = np.uint64(61), np.uint64(62)  # the top three, or two, bits are zero
_KEY = np.uint64(30)  # the 32 bits below the top two; the first of them is zero in the coarse ones
COARSE_KEYS = np.uint32(1 << 31)  # those below are in the coarse sample
_ZERO = np.uint64(0)


class Sample(NamedTuple):
    """The keys (uint32) of the shingles that stand for a text, in order of appearance.

    ``coarse`` of them are in the coarse sample: all, unless the text is short.
    """

    keys: Keys
    coarse: int


class Size(NamedTuple):
    """How many keys a text has, and how many of them are in the coarse sample."""

    keys: int
    coarse: int


def sample(shingles: Hashes) -> Sample:
    """Take the sample of a text's shingles."""
    out = np.empty(len(shingles), dtype=np.uint32)
    keys = out[: _sample(shingles, sample_shift(len(shingles)), out)]
    return Sample(keys, int(np.count_nonzero(keys < COARSE_KEYS)))


@inner
def sample_shift(shingles: int) -> U64:
    """By how much a hash is shifted to nothing when it is in the sample of so many shingles."""
    return _FINE if shingles < FINE_BELOW else _COARSE


@inner
def containment(common: int, mine: Size, other: Size) -> float:
    """How much of the smaller text is in the larger; 0 without samples."""
    fine = is_fine(mine) and is_fine(other)
    smaller = min(mine.keys, other.keys) if fine else min(mine.coarse, other.coarse)
    return min(common / smaller, 1.0) if smaller else 0.0


@inner
def is_fine(size: Size) -> bool:
    """Whether the sample is the fine one (or so small that it makes no difference)."""
    return size.keys > size.coarse


def plain_sample(shingles: Hashes, shift: U64, out: npt.NDArray[np.uint32]) -> int:
    kept = (shingles[shingles >> shift == _ZERO] >> _KEY).astype(np.uint32)
    out[: len(kept)] = kept
    return len(kept)


@inner
def sample_into(shingles: Hashes, shift: U64, out: npt.NDArray[np.uint32]) -> int:
    count = 0
    for i in range(len(shingles)):
        out[count] = np.uint32(shingles[i] >> _KEY)
        count += shingles[i] >> shift == _ZERO
    return count


_sample = kernel(plain_sample)(sample_into)
