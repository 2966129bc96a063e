"""Memory of the indexes: rows for every slot, and tables in lines of the cache."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

SMALLEST = 1024  # rows

_LINE = 64  # bytes

_Row = TypeVar("_Row", bound=np.generic)


def room(rows: npt.NDArray[_Row], count: int) -> npt.NDArray[_Row]:
    """The first ``count`` rows, and room for more after them.

    The memory is extended where the array owns it: large blocks are moved by the system without
    being copied, so that no moment needs twice the memory. No view of the old rows may be kept.
    """
    size = max(SMALLEST, count + count // 8)
    if rows.flags.owndata and rows.flags.c_contiguous and rows.flags.writeable:
        rows.resize((size, *rows.shape[1:]), refcheck=False)
        return rows
    out = np.zeros((size, *rows.shape[1:]), dtype=rows.dtype)
    out[:count] = rows[:count]
    return out


def lines(cells: int, dtype: type[_Row]) -> npt.NDArray[_Row]:
    """So many zero cells, from the beginning of a line of the cache on."""
    size = np.dtype(dtype).itemsize
    made = np.zeros(cells + _LINE // size, dtype=dtype)
    first = -made.ctypes.data % _LINE // size
    return made[first : first + cells]
