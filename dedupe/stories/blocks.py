"""Room for many short arrays of changing length within a few long ones.

Compiled code walks over them without an object for each; 50,000 stories with four vectors each
would else be 400,000 arrays of 112 bytes of head.
"""

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from dedupe.memory import Held, Memory
from dedupe.stories.cells import IDS, WEIGHTS

T = TypeVar("T", bound=np.generic)
_SMALLEST: Final = 3
"""The smallest block has 2 ** 3 cells."""
_BEGIN: Final = 1 << 12


class Blocks:
    """Hands out blocks of a power of two of cells; a block given back is the next one taken."""

    ids = Held(IDS, np.int32)
    weights = Held(WEIGHTS, np.float32)

    def __init__(self, held_in: Memory) -> None:
        self.memory = held_in
        self.ids = np.zeros(_BEGIN, np.int32)
        self.weights = np.zeros(_BEGIN, np.float32)
        self._end = 0
        self._free: list[list[int]] = [[] for _ in range(40)]

    @staticmethod
    def room(size: int) -> int:
        """How many cells a block for ``size`` of them has."""
        return 1 << max(_SMALLEST, (size - 1).bit_length())

    def take(self, room: int) -> int:
        """The first cell of a free block of ``room`` cells, a number that :meth:`room` gave."""
        free = self._free[room.bit_length()]
        if free:
            return free.pop()
        start = self._end
        self._end += room
        if self._end > self.ids.size:
            self._grow(max(self._end, self.ids.size + self.ids.size // 2))
        return start

    def give(self, start: int, room: int) -> None:
        """Take a block back."""
        self._free[room.bit_length()].append(start)

    def _grow(self, cells: int) -> None:
        self.ids = longer(self.ids, cells)
        self.weights = longer(self.weights, cells)


def longer(array: NDArray[T], cells: int, filling: int = 0) -> NDArray[T]:
    """The array with ``filling`` behind it (behind each column's end), ``cells`` long."""
    made = np.full((cells, *array.shape[1:]), filling, array.dtype)
    made[: array.shape[0]] = array
    return made
