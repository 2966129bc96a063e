"""XXH3-64 (Yann Collet, xxHash 0.8) of up to 64 bytes, for use inside kernels.

Equal to ``xxhash.xxh3_64_intdigest``; a test compares them at every length.
"""

import numpy as np
import numpy.typing as npt

from dedupe.kernels import U64, inner
from dedupe.machine import product, word_at

LONGEST = 64

# The first 128 bytes of the default secret of the specification, read as little-endian words.
_SECRET = np.frombuffer(
    bytes.fromhex(
        "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
        "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    ),
    dtype="<u8",
)
_FLIP_1TO3 = np.uint64((int(_SECRET[0]) & 0xFFFFFFFF) ^ (int(_SECRET[0]) >> 32))
_FLIP_4TO8 = _SECRET[1] ^ _SECRET[2]
_FLIP_LOW = _SECRET[3] ^ _SECRET[4]
_FLIP_HIGH = _SECRET[5] ^ _SECRET[6]
_S0, _S1, _S2, _S3, _S4, _S5, _S6, _S7 = _SECRET

_PRIME64_1 = np.uint64(0x9E3779B185EBCA87)
_PRIME64_2 = np.uint64(0xC2B2AE3D27D4EB4F)
_PRIME64_3 = np.uint64(0x165667B19E3779F9)
_PRIME_MX1 = np.uint64(0x165667919E3779F9)
_PRIME_MX2 = np.uint64(0x9FB21C651E98DF25)
# Unsigned offsets: a signed index costs numba a test for negative ones at every access.
_U1, _U2, _U3, _U4 = (np.uint64(n) for n in (1, 2, 3, 4))
_U8, _U15, _U16, _U24, _U28 = (np.uint64(n) for n in (8, 15, 16, 24, 28))
_U29, _U32, _U33, _U35, _U37 = (np.uint64(n) for n in (29, 32, 33, 35, 37))
_U40, _U49, _U56, _U64 = (np.uint64(n) for n in (40, 49, 56, 64))
_BYTE = np.uint64(0xFF)


@inner
def _read32(data: npt.NDArray[np.uint8], at: U64) -> U64:
    return (
        np.uint64(data[at])
        | np.uint64(data[at + _U1]) << _U8
        | np.uint64(data[at + _U2]) << _U16
        | np.uint64(data[at + _U3]) << _U24
    )


@inner
def _swap64(x: U64) -> U64:
    x = ((x & np.uint64(0x00FF00FF00FF00FF)) << _U8) | ((x >> _U8) & np.uint64(0x00FF00FF00FF00FF))
    x = ((x & np.uint64(0x0000FFFF0000FFFF)) << _U16) | (
        (x >> _U16) & np.uint64(0x0000FFFF0000FFFF)
    )
    return (x << _U32) | (x >> _U32)


@inner
def _avalanche(h: U64) -> U64:
    h = (h ^ (h >> _U37)) * _PRIME_MX1
    return h ^ (h >> _U32)


@inner
def hash64(data: npt.NDArray[np.uint8], at: int, length: int) -> U64:
    """XXH3-64, seed 0, of ``data[at : at + length]``, 1 <= length <= 64."""
    first = np.uint64(at)
    n = np.uint64(length)
    end = first + n
    if length <= 3:
        h = (
            np.uint64(data[first]) << _U16
            | np.uint64(data[first + (n >> _U1)]) << _U24
            | np.uint64(data[end - _U1])
            | n << _U8
        ) ^ _FLIP_1TO3
        h = (h ^ (h >> _U33)) * _PRIME64_2
        h = (h ^ (h >> _U29)) * _PRIME64_3
        return h ^ (h >> _U32)
    if length <= 8:
        h = (_read32(data, end - _U4) + (_read32(data, first) << _U32)) ^ _FLIP_4TO8
        h = h ^ ((h << _U49) | (h >> _U15)) ^ ((h << _U24) | (h >> _U40))
        h = h * _PRIME_MX2
        h = (h ^ ((h >> _U35) + n)) * _PRIME_MX2
        return h ^ (h >> _U28)
    if length <= 16:
        return hash_sixteen(word_at(data, first), word_at(data, end - _U8), n)
    h = n * _PRIME64_1
    if length > 32:
        h += product(word_at(data, first + _U16) ^ _S4, word_at(data, first + _U24) ^ _S5)
        h += product(word_at(data, end - _U32) ^ _S6, word_at(data, end - _U24) ^ _S7)
    h += product(word_at(data, first) ^ _S0, word_at(data, first + _U8) ^ _S1)
    h += product(word_at(data, end - _U16) ^ _S2, word_at(data, end - _U8) ^ _S3)
    return _avalanche(h)


@inner
def hash_eight(word: U64, n: U64) -> U64:
    """XXH3-64 of 1 to 8 bytes in a register, the earliest lowest; what lies beyond is zero.

    Both forms are computed and one is taken, so that a loop over words compiles to vectors.
    """
    last = word << (_U64 - (n << _U3))
    h = ((last >> _U32) + (word << _U32)) ^ _FLIP_4TO8
    h = h ^ ((h << _U49) | (h >> _U15)) ^ ((h << _U24) | (h >> _U40))
    h = h * _PRIME_MX2
    h = (h ^ ((h >> _U35) + n)) * _PRIME_MX2
    middle = h ^ (h >> _U28)
    h = (
        (word & _BYTE) << _U16
        | (word >> (n >> _U1 << _U3) & _BYTE) << _U24
        | (last >> _U56)
        | n << _U8
    ) ^ _FLIP_1TO3
    h = (h ^ (h >> _U33)) * _PRIME64_2
    h = (h ^ (h >> _U29)) * _PRIME64_3
    return middle if n >= _U4 else h ^ (h >> _U32)


@inner
def hash_sixteen(first: U64, last: U64, n: U64) -> U64:
    """XXH3-64 of 9 to 16 bytes: the first eight, the earliest lowest, and the last eight."""
    low = first ^ _FLIP_LOW
    high = last ^ _FLIP_HIGH
    return _avalanche(n + _swap64(low) + high + product(low, high))
