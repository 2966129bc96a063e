"""The names of copy groups, and how many members each has."""

import itertools

import numpy as np
import numpy.typing as npt
import xxhash

from dedupe.kernels import available, inner
from dedupe.xxh3 import LONGEST, hash64

NAME = 13  # characters
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # base32, RFC 4648
# All pairs are 60 kB, which stay in the cache between two articles; a table of all triples is 2 MB,
# which do not, and naming a group waited four times for the memory.
_PAIRS = ["".join(two) for two in itertools.product(_ALPHABET, repeat=2)]
_U4, _U5, _U26, _U31 = (np.uint64(n) for n in (4, 5, 26, 31))
_A, _BEFORE_2, _C = np.uint64(ord("a")), np.uint64(ord("2") - 26), np.uint8(ord("c"))


def group_id(document: str, attempt: int = 0) -> str:
    """The id of the copy group that starts with this document.

    A later ``attempt`` is needed when a revision makes the first document leave its own group.
    """
    name = f"{document}#{attempt}" if attempt else document
    n = xxhash.xxh3_64_intdigest(name.encode("utf-8", "replace")) >> 4
    two = _PAIRS
    return (
        f"c{two[n >> 50]}{two[n >> 40 & 1023]}{two[n >> 30 & 1023]}"
        f"{two[n >> 20 & 1023]}{two[n >> 10 & 1023]}{two[n & 1023]}"
    )


def can_name(document: str) -> bool:
    """Whether :func:`name_into` can be given a document's id."""
    return document.isascii() and len(document) <= LONGEST


def plain_name(document: bytes, out: npt.NDArray[np.uint8]) -> None:
    out[:] = np.frombuffer(group_id(document.decode("ascii")).encode("ascii"), dtype=np.uint8)


@inner
def _name_into(document: npt.NDArray[np.uint8], out: npt.NDArray[np.uint8]) -> None:
    rest = hash64(document, 0, len(document)) >> _U4
    out[0] = _C
    for at in range(NAME - 1, 0, -1):
        digit = rest & _U31
        out[at] = digit + (_A if digit < _U26 else _BEFORE_2)
        rest = rest >> _U5


# What is left of group_id when kernels do it: the same letters, into an array of NAME bytes.
name_into = _name_into if available() else plain_name


class Groups:
    """Group names as numbers (0, 1, 2, ...), in order of appearance."""

    def __init__(self, names: list[str] | None = None, sizes: list[int] | None = None) -> None:
        self.names: list[str] = names or []
        self.sizes: list[int] = sizes or []
        self._numbers = {
            name: number for number, name in enumerate(self.names) if self.sizes[number]
        }

    def has(self, name: str) -> bool:
        """Whether the group has members."""
        return name in self._numbers

    def name(self, number: int) -> str:
        """The name of a group."""
        return self.names[number]

    def mint(self, document: str, name: str = "") -> int:
        """A new group that starts with this document; its number follows the last one's.

        ``name`` is :func:`group_id` of the document when that is known.
        """
        attempt = 0
        name = name or group_id(document)
        while name in self._numbers:
            attempt += 1
            name = group_id(document, attempt)
        number = self._numbers[name] = len(self.names)
        self.names.append(name)
        self.sizes.append(0)
        return number

    def number(self, name: str) -> int:
        """The number of a group, old or new."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
            self.sizes.append(0)
        return number

    def leave(self, number: int) -> str:
        """Count one member less; a group without members is forgotten. Answers its name."""
        name = self.names[number]
        self.sizes[number] -= 1
        if not self.sizes[number]:
            del self._numbers[name]
        return name

    def compact(self, used: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        """Renumber so that only groups in ``used`` (one entry per member) remain.

        Answers ``used`` in the new numbers.
        """
        old, renumbered, sizes = np.unique(used, return_inverse=True, return_counts=True)
        self.names = [self.names[number] for number in old.tolist()]
        self.sizes = sizes.tolist()
        self._numbers = {name: number for number, name in enumerate(self.names)}
        return renumbered
