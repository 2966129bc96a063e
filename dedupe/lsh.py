"""Locality-sensitive hashing: which signatures share a band with this one.

Indyk and Motwani (1998); Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", ch. 3. Two
texts of Jaccard similarity s share one of b bands of r values with probability 1 - (1 - s^r)^b:
for 42 bands of 3, .29 at s = .20, .73 at .30, .995 at .50. The answers are those of
``datasketch.MinHashLSH`` with the same ``params`` (a test compares); the form is one
open-addressing table of 32-bit cells, each a slot number and as many bits of the band's hash as
are left over.
"""

from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from datasketch import MinHash

from dedupe.errors import SnapshotError
from dedupe.kernels import U64, inner, kernel
from dedupe.minhash import PERMUTATIONS, Signature, from_datasketch

BANDS, ROWS = 42, 3
UNLIMITED = 1 << 40
ALIVE, FINE, INDEXED = 1, 2, 4  # FINE is for the caller; it marks the rate of a text's sample

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xFF51AFD7ED558CCD)
_U1, _U32 = np.uint64(1), np.uint64(32)
_EMPTY = np.uint32(0)
_SMALLEST = 1024

Slots = npt.NDArray[np.uint32]


class Found(NamedTuple):
    """Slots that share a band, and how many of the 128 values of each are equal."""

    slots: npt.NDArray[np.uint32]
    equal: npt.NDArray[np.int32]


class BandedIndex:
    """Signatures by slot (0, 1, 2, ...) and the table of their bands.

    ``crowd`` bounds how many slots one value of one band leads to: the templates of one outlet
    would else fill a band with thousands. Signatures of removed slots stay until
    :meth:`rebuild`; ``alive`` has the marks of those that
    count, and zero for the others.
    """

    def __init__(self, bands: int = BANDS, rows: int = ROWS, crowd: int = UNLIMITED) -> None:
        if bands < 1 or rows < 1 or bands * rows > PERMUTATIONS:
            raise ValueError(f"{bands} bands of {rows} do not fit {PERMUTATIONS} values")
        self.bands, self.rows, self.crowd = bands, rows, crowd
        self.count = 0
        self.signatures: Signature = np.empty((_SMALLEST, PERMUTATIONS), dtype=np.uint32)
        self.alive: npt.NDArray[np.uint8] = np.zeros(_SMALLEST, dtype=np.uint8)
        self.table: Slots = np.zeros(0, dtype=np.uint32)
        self._make_table()

    def add(self, signature: Signature) -> int:
        """Give the signature the next slot."""
        slot = self.reserve()
        self.signatures[slot] = signature
        self.alive[slot] = ALIVE | INDEXED
        self._insert(slot)
        return slot

    def reserve(self) -> int:
        """Make room for one more, and answer its slot; the caller fills it."""
        if self.count == len(self.signatures):
            self._grow()
        self.count += 1
        return self.count - 1

    def remove(self, slot: int) -> None:
        """The slot is never found again."""
        self.alive[slot] = 0

    def find(self, signature: Signature) -> Found:
        """All living slots that share at least one band, in no particular order."""
        count = _find(
            self.table, self.shift, self.slot_bits, self.signatures, self.alive, self.seen,
            signature, self.bands, self.rows, self._found, self._equal,
        )  # fmt: skip
        return Found(self._found[:count].copy(), self._equal[:count].copy())

    def rebuild(self, keep: npt.NDArray[np.int64]) -> None:
        """Renumber: slot i becomes what ``keep[i]`` was; newest first where a band is crowded."""
        self.signatures = _sized(self.signatures[keep])
        self.alive = _sized(self.alive[keep])
        self.count = len(keep)
        self._refill()

    def load(self, signatures: Signature, alive: npt.NDArray[np.uint8], table: Slots) -> None:
        """Go on with the arrays of another index of the same bands.

        Raises :class:`SnapshotError` when the table is not one of so many signatures.
        """
        self.count = len(signatures)
        self.signatures = _sized(signatures)
        self.alive = _sized(alive)
        self._make_table()
        if len(table) != len(self.table):
            raise SnapshotError("the table of bands has another size")
        self.table = table

    def _grow(self) -> None:
        self.signatures = _sized(self.signatures, self.count + 1)
        self.alive = _sized(self.alive, self.count + 1)
        self._refill()

    def _refill(self) -> None:
        self._make_table()
        _refill(
            self.table, self.shift, self.slot_bits, self.signatures, self.alive, self.count,
            self.bands, self.rows, self.crowd,
        )  # fmt: skip

    def _make_table(self) -> None:
        capacity = len(self.signatures)
        self.slot_bits = capacity.bit_length()
        bits = (capacity * self.bands * 4 // 3).bit_length()  # load 1/3 to 2/3 when full
        self.shift = np.uint64(64 - bits)
        self.table = np.zeros(1 << bits, dtype=np.uint32)
        self.seen = np.zeros(capacity, dtype=np.uint8)
        most = min(capacity, self.bands * self.crowd)
        self._found = np.empty(most, dtype=np.uint32)
        self._equal = np.empty(most, dtype=np.int32)

    def _insert(self, slot: int) -> None:
        _insert(
            self.table, self.shift, self.slot_bits, self.signatures, self.alive, slot,
            self.bands, self.rows, self.crowd,
        )  # fmt: skip


_Row = TypeVar("_Row", bound=np.generic)


def _sized(rows: npt.NDArray[_Row], least: int = 0) -> npt.NDArray[_Row]:
    """The rows with room up to the next power of two; memory is taken when it is used."""
    size = _SMALLEST
    while size < max(len(rows), least):
        size *= 2
    out = np.zeros((size, *rows.shape[1:]), dtype=rows.dtype)
    out[: len(rows)] = rows
    return out


@inner
def _band(signature: Signature, band: int, rows: int) -> U64:
    h = np.uint64(band + 1)
    for row in range(rows):
        h = (h ^ np.uint64(signature[band * rows + row])) * _FACTOR
        h = h ^ (h >> _U32)
    return h * _MIX1


@inner
def _same(signatures: Signature, slot: U64, signature: Signature, first: int, rows: int) -> bool:
    for at in range(first, first + rows):  # noqa: SIM110 - kernels have no generators
        if signatures[slot, at] != signature[at]:
            return False
    return True


@inner
def put(
    table: Slots, shift: U64, slot_bits: int, signatures: Signature,
    alive: npt.NDArray[np.uint8], slot: int, bands: int, rows: int, crowd: int,
) -> None:  # fmt: skip
    mask = np.uint64(len(table) - 1)
    slot_mask = (1 << slot_bits) - 1
    tag_mask = np.uint64((1 << (32 - slot_bits)) - 1)
    signature = signatures[slot]
    for band in range(bands):
        h = _band(signature, band, rows)
        at = h >> shift
        tag = np.int64(h & tag_mask)
        crowded = 0
        while table[at] != _EMPTY:
            entry = np.int64(table[at])
            if entry >> slot_bits == tag:
                other = (entry & slot_mask) - 1
                if _same(signatures, other, signature, band * rows, rows):
                    if alive[other] == 0:
                        break
                    crowded += 1
                    if crowded >= crowd:
                        break
            at = (at + _U1) & mask
        if crowded < crowd:
            table[at] = np.uint32(tag << slot_bits | (slot + 1))


@kernel()
def _refill(
    table: Slots, shift: U64, slot_bits: int, signatures: Signature,
    alive: npt.NDArray[np.uint8], count: int, bands: int, rows: int, crowd: int,
) -> None:  # fmt: skip
    for slot in range(count - 1, -1, -1):
        if alive[slot] & INDEXED:
            put(table, shift, slot_bits, signatures, alive, slot, bands, rows, crowd)


@inner
def find_into(
    table: Slots, shift: U64, slot_bits: int, signatures: Signature,
    alive: npt.NDArray[np.uint8], seen: npt.NDArray[np.uint8], signature: Signature,
    bands: int, rows: int, slots: Slots, equal: npt.NDArray[np.int32],
) -> int:  # fmt: skip
    mask = np.uint64(len(table) - 1)
    slot_mask = (1 << slot_bits) - 1
    tag_mask = np.uint64((1 << (32 - slot_bits)) - 1)
    count = 0
    # All bands' cells are asked for before any is looked at: the memory answers them together.
    hashes = np.empty(bands, dtype=np.uint64)
    entries = np.empty(bands, dtype=np.int64)
    for band in range(bands):
        hashes[band] = _band(signature, band, rows)
    for band in range(bands):
        entries[band] = np.int64(table[hashes[band] >> shift])
    for band in range(bands):
        at = hashes[band] >> shift
        tag = np.int64(hashes[band] & tag_mask)
        entry = entries[band]
        while entry:
            if entry >> slot_bits == tag:
                other = (entry & slot_mask) - 1
                if (
                    alive[other]
                    and seen[other] == 0
                    and _same(signatures, other, signature, band * rows, rows)
                ):
                    seen[other] = 1
                    slots[count] = other
                    count += 1
            at = (at + _U1) & mask
            entry = np.int64(table[at])
    for i in range(count):
        seen[slots[i]] = 0
        same = 0
        for at in range(len(signature)):
            same += signatures[slots[i], at] == signature[at]
        equal[i] = same
    return count


_insert = kernel()(put)
_find = kernel()(find_into)

_Key = TypeVar("_Key", bound=Hashable)


class CompactLSH(Generic[_Key]):
    """The face of ``datasketch.MinHashLSH`` over a :class:`BandedIndex`.

    Takes ``datasketch.MinHash`` (affine32, seed 1, 128 permutations; ValueError otherwise).
    """

    def __init__(self, params: tuple[int, int] = (BANDS, ROWS)) -> None:
        self._index = BandedIndex(*params)
        self._keys: list[_Key] = []
        self._slots: dict[_Key, int] = {}

    def insert(self, key: _Key, minhash: MinHash) -> None:
        """ValueError when the key is here already."""
        if key in self._slots:
            raise ValueError("The given key already exists")
        self._slots[key] = self._index.add(from_datasketch(minhash))
        self._keys.append(key)

    def query(self, minhash: MinHash) -> list[_Key]:
        """The keys whose signatures share a band with this one."""
        return [self._keys[slot] for slot in self._index.find(from_datasketch(minhash)).slots]

    def remove(self, key: _Key) -> None:
        """ValueError when the key is not here."""
        if key not in self._slots:
            raise ValueError("The given key does not exist")
        self._index.remove(self._slots.pop(key))

    def __contains__(self, key: _Key) -> bool:
        return key in self._slots

    def __len__(self) -> int:
        return len(self._slots)
