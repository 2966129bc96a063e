"""The names of copy groups, and how many members each has."""

import itertools

import numpy as np
import numpy.typing as npt
import xxhash

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # base32, RFC 4648
_TRIPLES = ["".join(three) for three in itertools.product(_ALPHABET, repeat=3)]


def group_id(document: str, attempt: int = 0) -> str:
    """The id of the copy group that starts with this document.

    A later ``attempt`` is needed when a revision makes the first document leave its own group.
    """
    name = f"{document}#{attempt}" if attempt else document
    n = xxhash.xxh3_64_intdigest(name.encode("utf-8", "replace")) >> 4
    three = _TRIPLES
    return f"c{three[n >> 45]}{three[n >> 30 & 32767]}{three[n >> 15 & 32767]}{three[n & 32767]}"


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

    def mint(self, document: str) -> int:
        """A new group that starts with this document; its number follows the last one's."""
        attempt = 0
        while (name := group_id(document, attempt)) in self._numbers:
            attempt += 1
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
