"""XXH3-64 (Yann Collet, xxHash 0.8) of up to 64 bytes, for use inside kernels.

Equal to ``xxhash.xxh3_64_intdigest``; a test compares them at every length.
"""

import numpy as np
import numpy.typing as npt

from dedupe.kernels import U64, inner

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
_LOW32 = np.uint64(0xFFFFFFFF)
# Unsigned offsets: a signed index costs numba a test for negative ones at every access.
_U1, _U2, _U3, _U4 = (np.uint64(n) for n in (1, 2, 3, 4))
_U8, _U15, _U16, _U24, _U28 = (np.uint64(n) for n in (8, 15, 16, 24, 28))
_U29, _U32, _U33, _U35, _U37 = (np.uint64(n) for n in (29, 32, 33, 35, 37))
_U40, _U48, _U49, _U56 = (np.uint64(n) for n in (40, 48, 49, 56))


@inner
def _read32(data: npt.NDArray[np.uint8], at: U64) -> U64:
    return (
        np.uint64(data[at])
        | np.uint64(data[at + _U1]) << _U8
        | np.uint64(data[at + _U2]) << _U16
        | np.uint64(data[at + _U3]) << _U24
    )


@inner
def read64(data: npt.NDArray[np.uint8], at: U64) -> U64:
    """Eight bytes, the earliest lowest."""
    return _read32(data, at) | _read32(data, at + _U4) << _U32


@inner
def _swap64(x: U64) -> U64:
    x = ((x & np.uint64(0x00FF00FF00FF00FF)) << _U8) | ((x >> _U8) & np.uint64(0x00FF00FF00FF00FF))
    x = ((x & np.uint64(0x0000FFFF0000FFFF)) << _U16) | (
        (x >> _U16) & np.uint64(0x0000FFFF0000FFFF)
    )
    return (x << _U32) | (x >> _U32)


@inner
def _fold(a: U64, b: U64) -> U64:
    """The two halves of the 128-bit product, xored."""
    low = (a & _LOW32) * (b & _LOW32)
    cross = (a >> _U32) * (b & _LOW32)
    other = (a & _LOW32) * (b >> _U32)
    middle = (low >> _U32) + (cross & _LOW32) + other
    high = (a >> _U32) * (b >> _U32) + (cross >> _U32) + (middle >> _U32)
    return high ^ ((middle << _U32) | (low & _LOW32))


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
        low = read64(data, first) ^ _FLIP_LOW
        high = read64(data, end - _U8) ^ _FLIP_HIGH
        return _avalanche(n + _swap64(low) + high + _fold(low, high))
    h = n * _PRIME64_1
    if length > 32:
        h += _fold(read64(data, first + _U16) ^ _S4, read64(data, first + _U24) ^ _S5)
        h += _fold(read64(data, end - _U32) ^ _S6, read64(data, end - _U24) ^ _S7)
    h += _fold(read64(data, first) ^ _S0, read64(data, first + _U8) ^ _S1)
    h += _fold(read64(data, end - _U16) ^ _S2, read64(data, end - _U8) ^ _S3)
    return _avalanche(h)


@inner
def hash_short(first: U64, last: U64, length: U64) -> U64:
    """XXH3-64 of 1 to 16 bytes that are in registers, without a way through memory.

    ``first`` holds the first eight bytes, the earliest lowest; ``last`` the last eight, the
    latest highest. What lies outside of a shorter word is zero.
    """
    n = np.uint64(length)
    if length > 8:
        low = first ^ _FLIP_LOW
        high = last ^ _FLIP_HIGH
        return _avalanche(n + _swap64(low) + high + _fold(low, high))
    if length > 3:
        h = ((last >> _U32) + (first << _U32)) ^ _FLIP_4TO8
        h = h ^ ((h << _U49) | (h >> _U15)) ^ ((h << _U24) | (h >> _U40))
        h = h * _PRIME_MX2
        h = (h ^ ((h >> _U35) + n)) * _PRIME_MX2
        return h ^ (h >> _U28)
    byte = np.uint64(0xFF)
    h = (
        (first & byte) << _U16
        | (first >> (n >> _U1 << _U3) & byte) << _U24
        | (last >> _U56)
        | n << _U8
    ) ^ _FLIP_1TO3
    h = (h ^ (h >> _U33)) * _PRIME64_2
    h = (h ^ (h >> _U29)) * _PRIME64_3
    return h ^ (h >> _U32)
