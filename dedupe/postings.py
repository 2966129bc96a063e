"""From 32-bit keys to the slots that hold them: one open-addressing table of 64-bit cells.

A key has its line of eight cells, one line of the cache, compared at once; what does not fit goes
to the next line.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import memory
from dedupe.errors import SnapshotError
from dedupe.growing import lines
from dedupe.kernels import U64, inner, kernel
from dedupe.machine import ask, tagged, trailing
from dedupe.memory import Memory

Keys = npt.NDArray[np.uint32]
Cells = npt.NDArray[np.uint64]
Places = npt.NDArray[np.uint64]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_U1, _U3, _U32 = np.uint64(1), np.uint64(3), np.uint64(32)
_EMPTY, _LOW = np.uint64(0), np.uint64(0xFFFFFFFF)
_NOWHERE = np.uint64(0)
_CELLS = 8
_SMALLEST = 4096  # lines
_LOAD = 0.75


class Holders(NamedTuple):
    """Slots, behind how many of the keys each is, and in how many stretches of keys in a row."""

    slots: npt.NDArray[np.uint32]
    hits: npt.NDArray[np.int32]
    runs: npt.NDArray[np.int32]


class Postings:
    """A multimap. ``crowd`` bounds how many living slots one key leads to.

    Its cells have their ``place`` in the memory.
    """

    def __init__(
        self, crowd: int, held_in: Memory | None = None, place: int = memory.EXCERPTS
    ) -> None:
        self.crowd = crowd
        self.used = 0
        self._memory = Memory() if held_in is None else held_in
        self._place = place
        self.cells = lines(_SMALLEST * _CELLS, np.uint64)

    @property
    def cells(self) -> Cells:
        """Each a key, and one more than the slot it leads to; or empty."""
        found: Cells = self._memory.arrays[self._place]
        return found

    @cells.setter
    def cells(self, cells: Cells) -> None:
        self._memory.put(self._place, cells)
        self._most = int(len(cells) * _LOAD)

    def load(self, cells: Cells, used: int, slots: int) -> None:
        """Go on with the cells of another table, of so many slots. SnapshotError if it is not."""
        if len(cells) < _CELLS or len(cells) % _CELLS or int((cells & _LOW).max()) > slots:
            raise SnapshotError("the table of excerpts or titles is of other documents")
        self.cells = cells
        self.used = used

    def add(self, keys: Keys, slot: int, alive: npt.NDArray[np.uint8]) -> None:
        """Let every key lead to ``slot``. Cells of slots no longer alive are used again."""
        self.reserve(len(keys))
        self.used += _add(self.cells, alive, keys, slot, self.crowd)

    @property
    def spare(self) -> int:
        """For how many more keys there is room."""
        return self._most - self.used

    def reserve(self, keys: int) -> None:
        """Make room for so many more."""
        if keys > self.spare:
            old = self.cells
            self.cells = _made(2 * (self.used + keys))
            _spread.run(self.cells, old)

    def find(self, keys: Keys, alive: npt.NDArray[np.uint8]) -> Holders:
        """The living slots behind any of the keys."""
        most = len(keys) * self.crowd
        slots = np.empty(most, dtype=np.uint32)
        hits, runs = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32)
        places = np.empty(len(keys), dtype=np.uint64)
        count = _find(self.cells, alive, keys, _LOW, 0xFF, self.crowd, places, slots, hits, runs)
        return Holders(slots[:count], hits[:count], runs[:count])

    def rebuild(self, renumbered: npt.NDArray[np.int64], alive: npt.NDArray[np.uint8]) -> None:
        """Slot i becomes ``renumbered[i]``, or is dropped where that is negative."""
        old = self.cells
        cells = old[old != _EMPTY]
        slots = renumbered[(cells & _LOW).astype(np.int64) - 1]
        kept = slots >= 0
        cells = (cells[kept] & ~_LOW) | (slots[kept].astype(np.uint64) + _U1)
        self.cells = _made(min(self._most, 2 * len(cells)))
        self.used = _refill.run(self.cells, alive, cells, self.crowd)


def _made(most: int) -> Cells:
    least = max(_SMALLEST, int(most / (_CELLS * _LOAD)) + 1)
    return lines(least * _CELLS, np.uint64)


@inner
def _line(key: U64, cells: Cells) -> U64:
    """Where a key's cells begin: in the order of its hash, so that growing is one sweep."""
    lines = np.uint64(len(cells) // _CELLS)
    return (key * _FACTOR >> _U32) * lines >> _U32 << _U3


@inner
def _next(first: U64, cells: Cells) -> U64:
    after = first + np.uint64(_CELLS)
    return after if after < np.uint64(len(cells)) else np.uint64(0)


@inner
def ask_keys(cells: Cells, keys: Keys) -> None:
    """Ask the memory for the lines of all keys before any is looked at."""
    for i in range(len(keys)):
        ask(cells, _line(np.uint64(keys[i]), cells))


@inner
def _put(cells: Cells, alive: npt.NDArray[np.uint8], cell: U64, crowd: int) -> int:
    """Answers how many cells this took: 0 or 1."""
    key = cell >> _U32
    first = _line(key, cells)
    crowded = 0
    while True:
        vacant = tagged(cells, first, 0, _EMPTY)
        same = tagged(cells, first, 32, key) & ~vacant
        while same:
            at = first + np.uint64(trailing(same))
            if alive[np.int64(cells[at] & _LOW) - 1] == 0:
                cells[at] = cell
                return 0
            crowded += 1
            if crowded >= crowd:
                return 0
            same &= same - _U1
        if vacant:
            cells[first + np.uint64(trailing(vacant))] = cell
            return 1
        first = _next(first, cells)


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


@kernel()
def _spread(cells: Cells, old: Cells) -> None:
    """Fill a larger table with all that a smaller one had, in one sweep through both."""
    for i in range(len(old)):
        if old[i] != _EMPTY:
            first = _line(old[i] >> _U32, cells)
            vacant = tagged(cells, first, 0, _EMPTY)
            while not vacant:
                first = _next(first, cells)
                vacant = tagged(cells, first, 0, _EMPTY)
            cells[first + np.uint64(trailing(vacant))] = old[i]


@inner
def put_found(
    cells: Cells, alive: npt.NDArray[np.uint8], keys: Keys, slot: int, crowd: int, places: Places
) -> int:
    """As :func:`add_into`, into the ``places`` that a search for the keys just before told."""
    used = 0
    for i in range(len(keys)):
        if places[i] == _NOWHERE:
            continue
        at = places[i] - _U1
        cell = np.uint64(keys[i]) << _U32 | np.uint64(slot + 1)
        if cells[at] & _LOW == np.uint64(slot + 1):  # another key of the slot was put there
            used += _put(cells, alive, cell, crowd)
        else:
            used += cells[at] == _EMPTY
            cells[at] = cell
    return used


@inner
def find_into(
    cells: Cells, alive: npt.NDArray[np.uint8], keys: Keys, coarse_below: U64, fine: int,
    crowd: int, places: Places, slots: npt.NDArray[np.uint32], hits: npt.NDArray[np.int32],
    runs: npt.NDArray[np.int32],
) -> int:  # fmt: skip
    """How many slots were found, behind how many of the keys each is, and in how many runs.

    A run is a stretch of keys one after the other, of those keys that the slot could have: all
    for slots with the mark ``fine`` in ``alive``, for others those smaller than ``coarse_below``.
    Where each key would be put (one more than the cell, or ``_NOWHERE`` in a crowd) is left in
    ``places`` for :func:`put_found`.
    """
    latest = np.empty(len(slots), dtype=np.int32)  # of the keys that the slot is behind
    count = 0
    coarse = 0
    for i in range(len(keys)):
        key = np.uint64(keys[i])
        coarse += key < coarse_below
        first = _line(key, cells)
        crowded = 0
        free = _NOWHERE
        while True:
            vacant = tagged(cells, first, 0, _EMPTY)
            same = tagged(cells, first, 32, key) & ~vacant
            while same:
                at = first + np.uint64(trailing(same))
                slot = np.int64(cells[at] & _LOW) - 1
                same &= same - _U1
                if alive[slot] == 0:
                    if free == _NOWHERE and crowded < crowd:
                        free = at + _U1
                    continue
                crowded += 1
                number = i if alive[slot] & fine else coarse
                place = 0
                while place < count and slots[place] != slot:
                    place += 1
                if place == count:
                    slots[count] = slot
                    hits[count] = 0
                    runs[count] = 0
                    latest[count] = number - 2
                    count += 1
                hits[place] += 1
                runs[place] += latest[place] < number - 1
                latest[place] = number
            if vacant:
                break
            first = _next(first, cells)
        if free == _NOWHERE and crowded < crowd:
            free = first + np.uint64(trailing(vacant)) + _U1
        places[i] = free
    return count


@inner
def has_key(cells: Cells, key: int) -> bool:
    """Whether a key leads anywhere, were it only to the dead."""
    first = _line(np.uint64(key), cells)
    while True:
        vacant = tagged(cells, first, 0, _EMPTY)
        if tagged(cells, first, 32, np.uint64(key)) & ~vacant:
            return True
        if vacant:
            return False
        first = _next(first, cells)


_add = kernel()(add_into)
_find = kernel()(find_into)
