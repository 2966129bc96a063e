"""What is kept of every placed document: one slot each, in arrays that grow together."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe import memory
from dedupe.boilerplate import DIGEST_WORDS
from dedupe.errors import SnapshotError
from dedupe.growing import SMALLEST, room
from dedupe.memory import Held, Memory
from dedupe.particulars import SIZE

NUMBERS = 10  # of a card, besides its time


class Numbers(dict[str, int]):
    """Strings that many documents share (sources, outlets, credits) as small numbers.

    A name is given its number on first sight.
    """

    def __missing__(self, name: str) -> int:
        number = self[name] = len(self)
        return number


def numbers(names: Sequence[str]) -> Numbers:
    """Names that have numbers already, in order."""
    return Numbers((name, number) for number, name in enumerate(names))


class Card(NamedTuple):
    """The numbers kept of one document, in the order in which the shelf keeps them."""

    at: float
    group: int
    source: int
    outlet: int
    credit: int
    words: int
    evidence: int
    keys: int
    coarse: int
    title: int
    title_words: int


class Shelf:
    """Cards, sketches and digests by slot. The time of a card is apart from its other numbers."""

    times = Held(memory.TIMES, np.float64)
    cards = Held(memory.CARDS, np.uint32)
    sketches = Held(memory.SKETCHES, np.uint16)
    digests = Held(memory.DIGESTS, np.uint64)

    def __init__(self, held_in: Memory) -> None:
        self.memory = held_in
        self.count = 0
        self._room = SMALLEST
        self.times = np.zeros(SMALLEST, dtype=np.float64)
        self.cards = np.zeros((SMALLEST, NUMBERS), dtype=np.uint32)
        self.sketches = np.zeros((SMALLEST, SIZE), dtype=np.uint16)
        self.digests = np.zeros((SMALLEST, DIGEST_WORDS), dtype=np.uint64)
        self.numbers = numbers([""])

    def card(self, slot: int) -> Card:
        """The card of a slot."""
        return Card(self.times.item(slot), *self.cards[slot].tolist())

    def groups(self) -> npt.NDArray[np.uint32]:
        """The numbers of the groups, by slot."""
        return self.cards[: self.count, 0]

    def reserve(self, slot: int) -> None:
        """Make room for a slot; the caller fills it and counts it."""
        if slot == self._room:
            self.times = room(self.times, slot)
            self.cards = room(self.cards, slot)
            self.sketches = room(self.sketches, slot)
            self.digests = room(self.digests, slot)
            self._room = len(self.times)

    @property
    def until(self) -> int:
        """The first slot for which :meth:`reserve` has to make room."""
        return self._room

    def load(
        self,
        times: npt.NDArray[np.float64],
        cards: npt.NDArray[np.uint32],
        sketches: npt.NDArray[np.uint16],
        digests: npt.NDArray[np.uint64],
        names: list[str],
    ) -> None:
        """Go on with the arrays of another shelf. SnapshotError when they do not fit together."""
        if not len(times) == len(cards) == len(sketches) == len(digests):
            raise SnapshotError("cards, sketches and digests are not of the same documents")
        self.times, self.cards, self.sketches, self.digests = times, cards, sketches, digests
        self.numbers = numbers(names)
        self.count = self._room = len(cards)

    def rebuild(self, keep: npt.NDArray[np.int64]) -> None:
        """Renumber: slot i becomes what ``keep[i]`` was."""
        self.times, self.cards = self.times[keep], self.cards[keep]
        self.sketches, self.digests = self.sketches[keep], self.digests[keep]
        self.count = self._room = len(keep)
