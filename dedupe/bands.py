"""The table of bands: 32-bit cells in lines of sixteen, each a slot number and a tag.

The tag is as many bits of the band's hash as are left over beside the slot. A band has its line,
one line of the cache, compared at once; what does not fit goes to the next line. Whether a slot
truly has the band is told by its signature.
"""

import numpy as np
import numpy.typing as npt

from dedupe.kernels import U64, inner
from dedupe.machine import ask, tagged, trailing
from dedupe.minhash import PERMUTATIONS, Signature

CELLS = 16  # of a line
# FINE is for the caller; it marks the rate of a text's sample. SEEN is set only within a search.
ALIVE, FINE, INDEXED, SEEN = 1, 2, 4, 8

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xFF51AFD7ED558CCD)
_U1, _U32 = np.uint64(1), np.uint64(32)
_EMPTY = np.uint32(0)
_NOWHERE = np.uint64(0)

Slots = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]


@inner
def _band(signature: Signature, band: int, rows: int) -> U64:
    h = np.uint64(band + 1)
    for row in range(rows):
        h = (h ^ np.uint64(signature[band * rows + row])) * _FACTOR
        h = h ^ (h >> _U32)
    return h * _MIX1


@inner
def _line(h: U64, table: Slots) -> U64:
    """The first cell of the line of a band's hash."""
    return (h >> _U32) * np.uint64(len(table) // CELLS) >> _U32 << np.uint64(4)


@inner
def _next(first: U64, table: Slots) -> U64:
    after = first + np.uint64(CELLS)
    return after if after < np.uint64(len(table)) else np.uint64(0)


@inner
def _same(signatures: Signature, slot: U64, signature: Signature, first: int, rows: int) -> bool:
    for at in range(first, first + rows):  # noqa: SIM110 - kernels have no generators
        if signatures[slot, at] != signature[at]:
            return False
    return True


@inner
def hash_bands(table: Slots, signature: Signature, rows: int, hashes: Hashes) -> None:
    """Hash all bands, and ask the memory for all lines before any is looked at."""
    for band in range(len(hashes)):
        hashes[band] = _band(signature, band, rows)
    for band in range(len(hashes)):
        ask(table, _line(hashes[band], table))


@inner
def put(
    table: Slots, slot_bits: int, signatures: Signature, alive: Flags, slot: int, hashes: Hashes,
    rows: int, crowd: int,
) -> None:  # fmt: skip
    """Let the bands of a slot, hashed before, lead to it."""
    for band in range(len(hashes)):
        _put(table, slot_bits, signatures, alive, slot, hashes[band], band * rows, rows, crowd)


@inner
def _put(
    table: Slots, slot_bits: int, signatures: Signature, alive: Flags, slot: int, h: U64,
    value: int, rows: int, crowd: int,
) -> None:  # fmt: skip
    slot_mask = np.uint32((1 << slot_bits) - 1)
    tag = np.uint32(h & np.uint64((1 << (32 - slot_bits)) - 1))
    first = _line(h, table)
    signature = signatures[slot]
    crowded = 0
    free = np.uint64(0)
    while True:
        vacant = tagged(table, first, 0, _EMPTY)
        same = tagged(table, first, slot_bits, tag) & ~vacant
        while same and crowded < crowd:
            at = first + np.uint64(trailing(same))
            other = np.int64(table[at] & slot_mask) - 1
            if _same(signatures, other, signature, value, rows):
                if alive[other] == 0:
                    free = at + _U1
                    break
                crowded += 1
            same &= same - _U1
        if free or crowded >= crowd:
            break
        if vacant:
            free = first + np.uint64(trailing(vacant)) + _U1
            break
        first = _next(first, table)
    if free:
        table[free - _U1] = tag << np.uint32(slot_bits) | np.uint32(slot + 1)


@inner
def put_found(
    table: Slots, slot_bits: int, signatures: Signature, alive: Flags, slot: int, hashes: Hashes,
    places: Hashes, rows: int, crowd: int,
) -> None:  # fmt: skip
    """As :func:`put`, into the ``places`` that a search just before told.

    Where two bands of the slot were told the same place, the second looks for another.
    """
    slot_mask = np.uint32((1 << slot_bits) - 1)
    tag_mask = np.uint64((1 << (32 - slot_bits)) - 1)
    for band in range(len(hashes)):
        if places[band] == _NOWHERE:
            continue
        at = places[band] - _U1
        if table[at] & slot_mask == np.uint32(slot + 1):
            _put(table, slot_bits, signatures, alive, slot, hashes[band], band * rows, rows, crowd)
        else:
            tag = np.uint32(hashes[band] & tag_mask)
            table[at] = tag << np.uint32(slot_bits) | np.uint32(slot + 1)


@inner
def find_into(
    table: Slots, slot_bits: int, signatures: Signature, alive: Flags, signature: Signature,
    rows: int, crowd: int, hashes: Hashes, places: Hashes, slots: Slots,
    equal: npt.NDArray[np.int32],
) -> int:  # fmt: skip
    """How many slots were found. They are told apart by a mark in ``alive``, taken off again.

    The bands' ``hashes`` are left for :func:`put_found`, and the ``places`` in the table where the
    signature would be put (one more than the cell, or ``_NOWHERE`` in a crowd).
    """
    slot_mask = np.uint32((1 << slot_bits) - 1)
    tag_mask = np.uint64((1 << (32 - slot_bits)) - 1)
    count = 0
    hash_bands(table, signature, rows, hashes)
    for band in range(len(hashes)):
        tag = np.uint32(hashes[band] & tag_mask)
        first = _line(hashes[band], table)
        crowded = 0
        free = _NOWHERE
        while True:
            vacant = tagged(table, first, 0, _EMPTY)
            same = tagged(table, first, slot_bits, tag) & ~vacant
            while same:
                at = first + np.uint64(trailing(same))
                same &= same - _U1
                other = np.int64(table[at] & slot_mask) - 1
                if not _same(signatures, other, signature, band * rows, rows):
                    continue
                if alive[other] == 0:
                    if free == _NOWHERE and crowded < crowd:
                        free = at + _U1
                    continue
                crowded += 1
                count = _note(alive, other, slots, count)
            if vacant:
                break
            first = _next(first, table)
        if free == _NOWHERE and crowded < crowd:
            free = first + np.uint64(trailing(vacant)) + _U1
        places[band] = free
    for i in range(count):
        alive[slots[i]] ^= SEEN
        equal[i] = equal_values(signatures, slots[i], signature)
    return count


@inner
def _note(alive: Flags, slot: U64, slots: Slots, count: int) -> int:
    """Put a slot among those found unless it is marked as one; answers how many there are."""
    if alive[slot] & SEEN == 0:
        alive[slot] |= SEEN
        slots[count] = slot
        count += 1
    return count


@inner
def equal_values(signatures: Signature, slot: U64, signature: Signature) -> int:
    """How many of the 128 values of a slot are those of the signature."""
    same = 0
    for at in range(PERMUTATIONS):
        same += signatures[slot, at] == signature[at]
    return same
