"""From 32-bit keys to the slots that hold them: one open-addressing table of 64-bit cells."""

import numpy as np
import numpy.typing as npt

from dedupe.kernels import U64, inner, kernel

Keys = npt.NDArray[np.uint32]
Cells = npt.NDArray[np.uint64]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_U1, _U32 = np.uint64(1), np.uint64(32)
_EMPTY, _LOW = np.uint64(0), np.uint64(0xFFFFFFFF)
_SMALLEST_BITS = 12
_LOAD = 0.7


class Postings:
    """A multimap. ``crowd`` bounds how many living slots one key leads to."""

    def __init__(self, crowd: int) -> None:
        self.crowd = crowd
        self.used = 0
        self.cells: Cells = np.zeros(1 << _SMALLEST_BITS, dtype=np.uint64)

    def load(self, cells: Cells, used: int) -> None:
        """Go on with the cells of another table."""
        self.cells = cells
        self.used = used

    def add(self, keys: Keys, slot: int, alive: npt.NDArray[np.uint8]) -> None:
        """Let every key lead to ``slot``. Cells of slots no longer alive are used again."""
        self.reserve(len(keys), alive)
        self.used += _add(self.cells, alive, keys, slot, self.crowd)

    def reserve(self, keys: int, alive: npt.NDArray[np.uint8]) -> None:
        """Make room for so many more."""
        while self.used + keys > len(self.cells) * _LOAD:
            self._refill(self.cells, 2 * len(self.cells), alive)

    def find(
        self, keys: Keys, alive: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32]]:
        """The living slots behind any of the keys, and behind how many of them each is."""
        most = len(keys) * self.crowd
        slots = np.empty(most, dtype=np.uint32)
        hits = np.empty(most, dtype=np.int32)
        count = _find(self.cells, alive, keys, slots, hits)
        return slots[:count], hits[:count]

    def runs(self, keys: Keys, slot: int) -> int:
        """In how many stretches of consecutive keys the slot is found."""
        return int(_runs(self.cells, keys, slot))

    def rebuild(self, renumbered: npt.NDArray[np.int64], alive: npt.NDArray[np.uint8]) -> None:
        """Slot i becomes ``renumbered[i]``, or is dropped where that is negative."""
        old = self.cells
        cells = old[old != _EMPTY]
        slots = renumbered[(cells & _LOW).astype(np.int64) - 1]
        kept = slots >= 0
        cells = (cells[kept] & ~_LOW) | (slots[kept].astype(np.uint64) + _U1)
        size = 1 << _SMALLEST_BITS
        while size * _LOAD < len(cells):
            size *= 2
        self._refill(cells, size, alive)

    def _refill(self, cells: Cells, size: int, alive: npt.NDArray[np.uint8]) -> None:
        self.cells = np.zeros(size, dtype=np.uint64)
        self.used = _refill(self.cells, alive, cells, self.crowd)


@inner
def place_of(key: U64, cells: Cells) -> U64:
    """Where a key's cells begin: in the order of its hash, so that growing is one sweep."""
    return (key * _FACTOR >> _U32) * np.uint64(len(cells)) >> _U32


@inner
def _put(cells: Cells, alive: npt.NDArray[np.uint8], cell: U64, crowd: int) -> int:
    """Answers how many cells this took: 0 or 1."""
    mask = np.uint64(len(cells) - 1)
    key = cell >> _U32
    at = place_of(key, cells)
    crowded = 0
    while cells[at] != _EMPTY:
        if cells[at] >> _U32 == key:
            if alive[np.int64(cells[at] & _LOW) - 1] == 0:
                cells[at] = cell
                return 0
            crowded += 1
            if crowded >= crowd:
                return 0
        at = (at + _U1) & mask
    cells[at] = cell
    return 1


@inner
def add_into(cells: Cells, alive: npt.NDArray[np.uint8], keys: Keys, slot: int, crowd: int) -> int:
    used = 0
    for i in range(len(keys)):
        cell = np.uint64(keys[i]) << _U32 | np.uint64(slot + 1)
        used += _put(cells, alive, cell, crowd)
    return used


@kernel()
def _refill(cells: Cells, alive: npt.NDArray[np.uint8], old: Cells, crowd: int) -> int:
    used = 0
    for i in range(len(old)):
        if old[i] != _EMPTY:
            used += _put(cells, alive, old[i], crowd)
    return used


@inner
def find_into(
    cells: Cells,
    alive: npt.NDArray[np.uint8],
    keys: Keys,
    slots: npt.NDArray[np.uint32],
    hits: npt.NDArray[np.int32],
) -> int:
    mask = np.uint64(len(cells) - 1)
    count = 0
    for i in range(len(keys)):
        key = np.uint64(keys[i])
        at = place_of(key, cells)
        while cells[at] != _EMPTY:
            if cells[at] >> _U32 == key:
                slot = np.int64(cells[at] & _LOW) - 1
                if alive[slot]:
                    place = 0
                    while place < count and slots[place] != slot:
                        place += 1
                    if place == count:
                        slots[count] = slot
                        hits[count] = 0
                        count += 1
                    hits[place] += 1
            at = (at + _U1) & mask
    return count


@inner
def runs_of(cells: Cells, keys: Keys, slot: int) -> int:
    mask = np.uint64(len(cells) - 1)
    count = 0
    before = False
    for i in range(len(keys)):
        cell = np.uint64(keys[i]) << _U32 | np.uint64(slot + 1)
        at = place_of(np.uint64(keys[i]), cells)
        while cells[at] != _EMPTY and cells[at] != cell:
            at = (at + _U1) & mask
        here = cells[at] == cell
        if here and not before:
            count += 1
        before = here
    return count


@kernel()
def has_key(cells: Cells, keys: Keys) -> bool:
    """Whether the first of the keys leads anywhere, were it only to the dead."""
    mask = np.uint64(len(cells) - 1)
    key = np.uint64(keys[0])
    at = place_of(key, cells)
    while cells[at] != _EMPTY:
        if cells[at] >> _U32 == key:
            return True
        at = (at + _U1) & mask
    return False


_add = kernel()(add_into)
_find = kernel()(find_into)
_runs = kernel()(runs_of)
