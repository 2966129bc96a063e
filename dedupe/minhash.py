"""MinHash signatures, bit-identical to ``datasketch.MinHash(scheme="affine32")``.

Andrei Broder, "On the resemblance and containment of documents" (1997). The share of equal
values in two signatures estimates the Jaccard similarity of their sets without bias; its standard
deviation with 128 values is at most .044. What enters is the low half of each 64-bit shingle.
"""

import functools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dedupe.kernels import U64, inner, kernel
from dedupe.shingles import Hashes

if TYPE_CHECKING:
    from datasketch import MinHash  # with it comes scipy: .3 s and 30 MB that no desk needs

PERMUTATIONS = 128
SEED = 1

Signature = npt.NDArray[np.uint32]

_U13, _U16 = np.uint32(13), np.uint32(16)
_MIX1, _MIX2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)  # MurmurHash3, as datasketch does
_MOST = np.uint32(0xFFFFFFFF)


@functools.cache
def permutations() -> npt.NDArray[np.uint32]:
    """datasketch's factors (odd, so that nothing collides) and offsets, shape (2, 128).

    ``RandomState`` is what it draws from; numpy has promised never to change that stream (NEP 19).
    """
    chance = np.random.RandomState(SEED)
    factors = chance.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2)
    offsets = chance.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)
    return np.array([factors + np.uint32(1), offsets])


def sign(shingles: Hashes) -> Signature:
    """The signature (uint32, 128 values) of a set of shingles; all ones for the empty set."""
    out = np.full(PERMUTATIONS, _MOST, dtype=np.uint32)
    factors, offsets = permutations()
    _sign(shingles, factors, offsets, out)
    return out


def to_datasketch(signature: Signature) -> "MinHash":
    """The signature as datasketch's own type. Updates to it take 32-bit integers."""
    from datasketch import MinHash  # see above

    return MinHash(
        seed=SEED,
        hashfunc=low32,
        hashvalues=signature,
        permutations=permutations(),
        scheme="affine32",
    )


def from_datasketch(minhash: "MinHash") -> Signature:
    """The signature in datasketch's type; ValueError unless affine32, seed 1, 128 values."""
    if (minhash.scheme, minhash.seed, len(minhash)) != ("affine32", SEED, PERMUTATIONS):
        raise ValueError(
            f"a MinHash of affine32, seed {SEED} and {PERMUTATIONS} permutations is needed, "
            f"this one has {minhash.scheme}, {minhash.seed} and {len(minhash)}"
        )
    return np.ascontiguousarray(minhash.hashvalues, dtype=np.uint32)


def low32(shingle: int) -> int:
    """The hash function that makes datasketch compute what :func:`sign` computes."""
    return int(shingle) & 0xFFFFFFFF


def plain_sign(shingles: Hashes, factors: Signature, offsets: Signature, out: Signature) -> None:
    if not len(shingles):
        return
    h = shingles.astype(np.uint32)
    with np.errstate(over="ignore"):
        h = (h ^ (h >> _U16)) * _MIX1
        h = (h ^ (h >> _U13)) * _MIX2
        h = h ^ (h >> _U16)
        for start in range(0, len(h), 1024):  # bounds the intermediate matrix to 512 kB
            block = h[start : start + 1024, None] * factors + offsets
            np.minimum(out, block.min(axis=0), out=out)


@inner
def _mix(shingle: U64) -> U64:
    h = np.uint32(shingle)
    h = np.uint32((h ^ (h >> _U16)) * _MIX1)
    h = np.uint32((h ^ (h >> _U13)) * _MIX2)
    return np.uint32(h ^ (h >> _U16))


@inner
def sign_into(shingles: Hashes, factors: Signature, offsets: Signature, out: Signature) -> None:
    """Lower ``out`` to the minima over the shingles."""
    last = len(shingles) - 1
    for i in range(0, last + 1, 4):  # four at a time: a quarter of the loads and stores of out
        h0 = _mix(shingles[i])
        h1 = _mix(shingles[min(i + 1, last)])
        h2 = _mix(shingles[min(i + 2, last)])
        h3 = _mix(shingles[min(i + 3, last)])
        for k in range(len(out)):
            f = factors[k]
            o = offsets[k]
            low = min(np.uint32(f * h0 + o), np.uint32(f * h1 + o))
            other = min(np.uint32(f * h2 + o), np.uint32(f * h3 + o))
            out[k] = min(out[k], low, other)


_sign = kernel(plain_sign)(sign_into)
