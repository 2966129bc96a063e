"""Locality-sensitive hashing: which signatures share a band with this one.

Indyk and Motwani (1998); Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", ch. 3. Two
texts of Jaccard similarity s share one of b bands of r values with probability 1 - (1 - s^r)^b:
for 42 bands of 3, .29 at s = .20, .73 at .30, .995 at .50. The answers are those of
``datasketch.MinHashLSH`` with the same ``params`` (a test compares); for the form of the table see
:mod:`dedupe.bands`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import memory
from dedupe.bands import (
    ALIVE,
    CELLS,
    INDEXED,
    Flags,
    Slots,
    find_into,
    hash_bands,
    put,
    put_found,
)
from dedupe.errors import SnapshotError
from dedupe.growing import SMALLEST, lines, room
from dedupe.kernels import kernel
from dedupe.memory import Given, Held, Memory, rows
from dedupe.minhash import PERMUTATIONS, Signature

BANDS, ROWS = 42, 3
UNLIMITED = 1 << 40
_LOAD = 0.8  # a line of sixteen then overflows once in six times
SLOT_BITS, _ROWS, _CROWD, _FRESH = range(4)  # the shape
_AHEAD = 4  # slots whose lines are asked for ahead when the table is filled anew

_bytes, _numbers, _counts = rows(np.uint8), rows(np.uint32), rows(np.int32)
_signatures, _shape = rows(np.uint32, PERMUTATIONS), rows(np.int64)
_hashes = rows(np.uint64)


class Found(NamedTuple):
    """Slots that share a band, and how many of the 128 values of each are equal."""

    slots: npt.NDArray[np.uint32]
    equal: npt.NDArray[np.int32]


_NOTHING = Found(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.int32))


class BandedIndex:
    """Signatures by slot (0, 1, 2, ...) and the table of their bands.

    ``crowd`` bounds how many slots one value of one band leads to: the templates of one outlet
    would else fill a band with thousands. Signatures of removed slots stay until
    :meth:`rebuild`; ``alive`` has the marks of those that
    count, and zero for the others.
    """

    table = Held(memory.TABLE, np.uint32)
    signatures = Held(memory.SIGNATURES, np.uint32)
    alive = Held(memory.ALIVE, np.uint8)
    _found = Held(memory.FOUND, np.uint32)
    _equal = Held(memory.EQUAL, np.int32)
    # Bits of a slot, rows, crowd; and whether what follows is fresh: the signature searched
    # last, the hashes of its bands, and the places that the search told for them.
    _shape = Held(memory.SHAPE, np.int64)
    _asked = Held(memory.ASKED, np.uint32)
    _hashes = Held(memory.HASHES, np.uint64)
    _told = Held(memory.TOLD, np.uint64)

    def __init__(
        self,
        bands: int = BANDS,
        rows: int = ROWS,
        crowd: int = UNLIMITED,
        held_in: Memory | None = None,
    ) -> None:
        if bands < 1 or rows < 1 or bands * rows > PERMUTATIONS:
            raise ValueError(f"{bands} bands of {rows} do not fit {PERMUTATIONS} values")
        self.bands, self.rows, self.crowd = bands, rows, crowd
        self.memory = Memory() if held_in is None else held_in
        self.count = 0
        self._room = SMALLEST
        self.signatures = np.zeros((SMALLEST, PERMUTATIONS), dtype=np.uint32)
        self.alive = np.zeros(SMALLEST, dtype=np.uint8)
        self._shape = np.array([0, rows, crowd, False], dtype=np.int64)
        self._asked = np.zeros(PERMUTATIONS, dtype=np.uint32)
        self._hashes = np.zeros(bands, dtype=np.uint64)
        self._told = np.zeros(bands, dtype=np.uint64)
        self._take(self._made(SMALLEST))

    def add(self, signature: Signature) -> int:
        """Give the signature the next slot."""
        slot = self.count
        if slot == self._room or slot == self._most:
            self.reserve()
        _add.run(self.memory.given, slot, signature)
        self.count = slot + 1
        return slot

    def reserve(self) -> int:
        """Make room for one more, and answer its slot; the caller fills it and counts it."""
        slot = self.count
        if slot == self._room:
            self.signatures = room(self.signatures, slot)
            self.alive = room(self.alive, slot)
            self._room = len(self.alive)
        if slot == self._most:
            self._refill(2 * slot)
        return slot

    @property
    def until(self) -> int:
        """The first slot for which :meth:`reserve` has to make room."""
        return min(self._room, self._most)

    def remove(self, slot: int) -> None:
        """The slot is never found again."""
        self.alive[slot] = 0
        self._shape[_FRESH] = False

    def find(self, signature: Signature) -> Found:
        """All living slots that share at least one band, in no particular order."""
        count = _find.run(self.memory.given, signature)
        if not count:
            return _NOTHING
        return Found(self._found[:count].copy(), self._equal[:count].copy())

    def rebuild(self, keep: npt.NDArray[np.int64]) -> None:
        """Renumber: slot i becomes what ``keep[i]`` was; newest first where a band is crowded."""
        self.signatures = self.signatures[keep]
        self.alive = self.alive[keep]
        self.count = self._room = len(keep)
        self._refill(min(self._most, 2 * self.count))

    def load(self, signatures: Signature, alive: Flags, table: Slots) -> None:
        """Go on with the arrays of another index of the same bands.

        Raises :class:`SnapshotError` when the table is not one of so many signatures.
        """
        self.count = self._room = len(signatures)
        self.signatures, self.alive = signatures, alive
        if len(alive) != self.count or len(table) < CELLS or len(table) % CELLS:
            raise SnapshotError("the table of bands has another size")
        self._take(table)
        slots = table & np.uint32((1 << self.slot_bits) - 1)
        if self._most < self.count or int(slots.max()) > self.count:
            raise SnapshotError("the table of bands is of other signatures")

    def _made(self, slots: int) -> Slots:
        """An empty table with room for so many slots."""
        least = int(max(slots, SMALLEST) * self.bands / (CELLS * _LOAD)) + 1
        return lines(least * CELLS, np.uint32)

    def _take(self, table: Slots) -> None:
        self.table = table
        self._most = int(len(table) * _LOAD) // self.bands
        self.slot_bits = self._shape[SLOT_BITS] = self._most.bit_length()
        self._shape[_FRESH] = False
        most = min(self._most, self.bands * self.crowd)
        self._found = np.empty(most, dtype=np.uint32)
        self._equal = np.empty(most, dtype=np.int32)

    def _refill(self, slots: int) -> None:
        self._take(self._made(slots))
        _refill.run(
            self.table, self.slot_bits, self.signatures, self.alive, self.count, self.bands,
            self.rows, self.crowd,
        )  # fmt: skip


@kernel()
def _add(given: Given, slot: int, signature: Signature) -> None:
    shape = _shape(given, memory.SHAPE)
    slot_bits, rows, crowd = shape[SLOT_BITS], shape[_ROWS], shape[_CROWD]
    table = _numbers(given, memory.TABLE)
    signatures = _signatures(given, memory.SIGNATURES)
    alive = _bytes(given, memory.ALIVE)
    hashes = _hashes(given, memory.HASHES)
    signatures[slot] = signature
    alive[slot] = ALIVE | INDEXED
    asked = _numbers(given, memory.ASKED)
    same = 0
    for at in range(PERMUTATIONS):
        same += asked[at] == signature[at]
    if shape[_FRESH] and same == PERMUTATIONS:
        told = _hashes(given, memory.TOLD)
        put_found(table, slot_bits, signatures, alive, slot, hashes, told, rows, crowd)
    else:
        hash_bands(table, signature, rows, hashes)
        put(table, slot_bits, signatures, alive, slot, hashes, rows, crowd)
    shape[_FRESH] = False


@kernel()
def _refill(
    table: Slots, slot_bits: int, signatures: Signature, alive: Flags, count: int, bands: int,
    rows: int, crowd: int,
) -> None:  # fmt: skip
    ahead = np.empty((_AHEAD, bands), dtype=np.uint64)
    for step in range(count + _AHEAD):
        coming = count - 1 - step
        slot = coming + _AHEAD
        if slot < count and alive[slot] & INDEXED:
            put(table, slot_bits, signatures, alive, slot, ahead[slot % _AHEAD], rows, crowd)
        if coming >= 0 and alive[coming] & INDEXED:
            hash_bands(table, signatures[coming], rows, ahead[coming % _AHEAD])


@kernel()
def _find(given: Given, signature: Signature) -> int:
    shape = _shape(given, memory.SHAPE)
    count = find_into(
        _numbers(given, memory.TABLE), shape[SLOT_BITS], _signatures(given, memory.SIGNATURES),
        _bytes(given, memory.ALIVE), signature, shape[_ROWS], shape[_CROWD],
        _hashes(given, memory.HASHES), _hashes(given, memory.TOLD),
        _numbers(given, memory.FOUND), _counts(given, memory.EQUAL),
    )  # fmt: skip
    _numbers(given, memory.ASKED)[:] = signature
    shape[_FRESH] = True
    return count
