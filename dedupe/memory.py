"""The arrays that kernels work on, handed over as one.

Unpacking an array costs a compiled function 0.3 to 0.4 µs, which for the two dozen arrays of the
copy finder is as long as reading an article takes. So every array has its place in a
:class:`Memory`, and a kernel is given one array of addresses. Where kernels are interpreted they
are given the arrays themselves.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

import numpy as np
import numpy.typing as npt

from dedupe.kernels import available, inner, numba
from dedupe.machine import pointer

# The places, by what keeps the arrays: bands, excerpts and titles, shelf, boilerplate, reader.
TABLE, SIGNATURES, ALIVE, FOUND, EQUAL = range(5)
EXCERPTS, TITLES = range(5, 7)
TIMES, CARDS, SKETCHES, DIGESTS = range(7, 11)
CELLS = 11
RAW, INFO, LOWER, PERMUTED, WORDS, LETTERS = range(12, 18)
SHINGLES, KEYS, SIGNATURE, DIGEST, SKETCH, COUNTS, NEAR, NOTHING = range(18, 26)
SHAPE, ASKED, HASHES, TOLD = range(26, 30)  # of the table of bands: see dedupe.lsh
MATCH, NAME = range(30, 32)  # what study answers: see dedupe.study
_PLACES = 32

Given = Any  # what a kernel is given: addresses and lengths when compiled, arrays when not

_Cell = TypeVar("_Cell", bound=np.generic)


class Memory:
    """Arrays by place. They stay where they are until another is put there."""

    def __init__(self, places: int = _PLACES) -> None:
        self.arrays: list[Any] = [None] * places
        self.given: Given = np.zeros((places, 2), np.uint64) if available() else self.arrays

    def put(self, place: int, array: npt.NDArray[Any]) -> None:
        """Let a place hold another array, whose cells must be in a row."""
        if not array.flags.c_contiguous:
            raise ValueError("only an array whose cells are in a row can be given to kernels")
        self.arrays[place] = array
        if self.given is not self.arrays:
            # the same address as that of array.ctypes, five times as fast
            self.given[place] = array.__array_interface__["data"][0], len(array)


class Held(Generic[_Cell]):
    """An attribute whose array has its place in the ``memory`` of the object."""

    def __init__(self, place: int, kind: type[_Cell]) -> None:
        self._place = place
        self._kind = np.dtype(kind)

    @overload
    def __get__(self, owner: None, kind: type) -> "Held[_Cell]": ...

    @overload
    def __get__(self, owner: Any, kind: type) -> npt.NDArray[_Cell]: ...

    def __get__(self, owner: Any, kind: type) -> "npt.NDArray[_Cell] | Held[_Cell]":
        if owner is None:
            return self
        array: npt.NDArray[_Cell] = owner.memory.arrays[self._place]
        return array

    def __set__(self, owner: Any, array: npt.NDArray[_Cell]) -> None:
        if array.dtype != self._kind:
            raise ValueError(f"kernels read {self._kind} here, not {array.dtype}")
        owner.memory.put(self._place, array)


def _interpreted(given: Given, place: int) -> Any:
    return given[place]


def _flat(kind: type[np.generic]) -> Callable[[Given, int], Any]:
    def array(given: Given, place: int) -> Any:
        return numba.carray(pointer(given[place, 0]), (np.int64(given[place, 1]),), kind)

    return inner(array) if available() else _interpreted


def _wide(kind: type[np.generic], width: int) -> Callable[[Given, int], Any]:
    def array(given: Given, place: int) -> Any:
        return numba.carray(pointer(given[place, 0]), (np.int64(given[place, 1]), width), kind)

    return inner(array) if available() else _interpreted


def rows(kind: type[np.generic], width: int = 1) -> Callable[[Given, int], Any]:
    """What a kernel calls for the array at a place: one of cells, or of rows of such ``width``."""
    return _flat(kind) if width == 1 else _wide(kind, width)
