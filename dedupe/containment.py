"""Containment: how much of one text is in another, however long the other is.

FracMinHash (Irber et al., "Lightweight compositional analysis of metagenomes with FracMinHash",
2022; the mod-p sketch of Broder 1997): keep the shingles whose hash is in the lowest eighth. The
share of a text's kept shingles that another text also keeps estimates its containment in it,
which Jaccard similarity cannot see when the lengths differ.
"""

import numpy as np
import numpy.typing as npt

from dedupe.kernels import kernel
from dedupe.postings import Keys
from dedupe.shingles import Hashes

ONE_IN = 8

_TOP = np.uint64(61)  # the top three bits are zero in one of eight
_KEY = np.uint64(29)  # the 32 bits below them
_ZERO = np.uint64(0)


def sample(shingles: Hashes) -> Keys:
    """The keys (uint32) of the shingles that stand for the text, in order of appearance."""
    out = np.empty(len(shingles), dtype=np.uint32)
    return out[: _sample(shingles, out)]


def containment(common: int, sampled: int, other_sampled: int) -> float:
    """How much of the smaller text is in the larger, from sample sizes; 0 without samples."""
    smaller = min(sampled, other_sampled)
    return min(common / smaller, 1.0) if smaller else 0.0


def _plain(shingles: Hashes, out: npt.NDArray[np.uint32]) -> int:
    kept = (shingles[shingles >> _TOP == _ZERO] >> _KEY).astype(np.uint32)
    out[: len(kept)] = kept
    return len(kept)


@kernel(_plain)
def _sample(shingles: Hashes, out: npt.NDArray[np.uint32]) -> int:
    count = 0
    for i in range(len(shingles)):
        if shingles[i] >> _TOP == _ZERO:
            out[count] = np.uint32(shingles[i] >> _KEY)
            count += 1
    return count
