"""What is kept of every placed document: one slot each, in arrays that grow together."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.boilerplate import DIGEST_WORDS
from dedupe.document import Document
from dedupe.errors import SnapshotError
from dedupe.particulars import SIZE
from dedupe.reading import Reading

CARD = np.dtype(
    [
        ("at", "<f8"),
        ("group", "<i8"),
        ("source", "<u4"),
        ("outlet", "<u4"),
        ("credit", "<u4"),
        ("words", "<u4"),
        ("evidence", "<u4"),
        ("keys", "<u4"),
        ("coarse", "<u4"),
        ("title", "<u4"),
        ("title_words", "<u4"),
    ]
)
_SMALLEST = 1024


class Names:
    """Strings that many documents share (sources, outlets, credits), as small numbers."""

    def __init__(self, names: list[str] | None = None) -> None:
        self.names = [""] if names is None else names
        self._numbers = {name: number for number, name in enumerate(self.names)}

    def number(self, name: str) -> int:
        """The number of a name, given on first sight."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
        return number


class Card(NamedTuple):
    """The numbers kept of one document, see :data:`CARD`."""

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
    """Cards, sketches and digests by slot."""

    def __init__(self) -> None:
        self.count = 0
        self.cards: npt.NDArray[np.void] = np.zeros(_SMALLEST, dtype=CARD)
        self.sketches: npt.NDArray[np.uint16] = np.empty((_SMALLEST, SIZE), dtype=np.uint16)
        self.digests: npt.NDArray[np.uint64] = np.empty((_SMALLEST, DIGEST_WORDS), np.uint64)
        self.names = Names()

    def card(self, slot: int) -> Card:
        """The card of a slot."""
        return Card(*self.cards[slot].item())

    def draw_up(self, document: Document, reading: Reading) -> Card:
        """The card of a document that has no group yet."""
        number = self.names.number
        return Card(
            document.at, -1, number(document.source), number(document.outlet or document.source),
            number(document.credit), reading.words, reading.evidence, len(reading.keys),
            reading.coarse, reading.title, reading.title_words,
        )  # fmt: skip

    def add(self, card: Card, group: int, reading: Reading) -> None:
        """Keep what was read under the next slot."""
        if self.count == len(self.cards):
            self._resize(2 * self.count, np.arange(self.count))
        self.cards[self.count] = (card.at, group, *card[2:])
        self.sketches[self.count] = reading.sketch
        self.digests[self.count] = reading.digest
        self.count += 1

    def load(
        self,
        cards: npt.NDArray[np.void],
        sketches: npt.NDArray[np.uint16],
        digests: npt.NDArray[np.uint64],
        names: list[str],
    ) -> None:
        """Go on with the arrays of another shelf. SnapshotError when they do not fit together."""
        if not len(cards) == len(sketches) == len(digests):
            raise SnapshotError("cards, sketches and digests are not of the same documents")
        self.cards, self.sketches, self.digests = cards, sketches, digests
        self.names = Names(names)
        self.count = len(cards)
        self._resize(max(_SMALLEST, self.count), np.arange(self.count))

    def rebuild(self, keep: npt.NDArray[np.int64]) -> None:
        """Renumber: slot i becomes what ``keep[i]`` was."""
        self._resize(max(_SMALLEST, len(keep)), keep)
        self.count = len(keep)

    def _resize(self, size: int, keep: npt.NDArray[np.int64]) -> None:
        for name in ("cards", "sketches", "digests"):
            old: npt.NDArray[np.void] = getattr(self, name)
            new = np.zeros((size, *old.shape[1:]), dtype=old.dtype)
            new[: len(keep)] = old[keep]
            setattr(self, name, new)
