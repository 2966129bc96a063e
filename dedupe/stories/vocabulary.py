"""Terms, their numbers, and how rare each is just now."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from dedupe.memory import Held
from dedupe.stories.blocks import longer
from dedupe.stories.cells import COUNTS, DROPPED, KINDS, MARKS, PRIOR, READ, REFS, cells
from dedupe.stories.rarity import COUNTED, counted, share_of
from dedupe.stories.sparse import Floats, Ids, Weights
from dedupe.stories.weighing import drop, refer, weigh

_DAY: Final = 86_400.0
_HALF_LIFE: Final = 30 * _DAY
"""What was common a month ago counts half."""
_PRIOR_DOCUMENTS: Final = 5_000.0
"""Weight of the prior in documents, so that the first hundred do not decide what is rare."""
_LONGEST_INFLATION: Final = 2.0**40
_LONGEST_AGE: Final = 1000.0
"""Half-lives; of what is as old as that nothing is left."""
_SWEPT: Final = 64
"""Numbers looked at before each document: more than one brings."""
_FORGOTTEN: Final = 1.01
"""A term that no story in memory holds is dropped once it counts no more than one document,"""
_REMEMBERED: Final = 8 * _DAY
"""and was read last this long ago."""
_WORDINGS: Final = 4
"""A document may have been read in so many before it was taken out."""
_KINDS: Final = {"c:": 1, "p:": 2}


class VocabularyState(msgspec.Struct, frozen=True, array_like=True):
    """Terms in the order of their numbers, ``""`` for a free one; ``counts``, ``read`` and
    ``prior`` are float64."""

    terms: list[str]
    counts: bytes
    read: bytes
    prior: bytes
    documents: float
    epoch: float | None
    free: list[int]
    hand: int


class _Numbers(dict[str, int]):
    """The number of each term, given on first sight."""

    def __init__(self, vocabulary: "Vocabulary") -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, term: str) -> int:
        return self._vocabulary.enrol(term)


class Vocabulary:
    """Numbers terms densely and keeps an aging count of the documents that hold each.

    Aging is by inflation (a new document counts ``2 ** (t / half-life)``), so nothing is ever
    swept to make it older. Readings kept elsewhere are counted as references of their terms: a
    rare term that nothing refers to is dropped in time, and its number given to another.
    """

    _counts = Held(COUNTS, np.float64)
    _prior = Held(PRIOR, np.float64)
    _read = Held(READ, np.float64)
    _refs = Held(REFS, np.int32)
    _marks = Held(MARKS, np.int32)
    kinds = Held(KINDS, np.int8)
    """1 for a concept, 2 for a place, 0 for any other term."""
    dropped = Held(DROPPED, np.int32)
    """How often a number's term was dropped: what was noted of a term holds while that stays."""

    def __init__(self) -> None:
        self.terms: list[str] = []
        self.numbers: dict[str, int] = _Numbers(self)
        self._free: list[int] = []
        self._hand = 0
        self._gone: Ids = np.zeros(_SWEPT, np.int32)
        self.memory = cells()
        self._hold(np.zeros(1024), np.zeros(1024))
        self.language = ""
        """Of the words that come next: those of some languages were counted."""
        self._documents = 0.0
        self._epoch: float | None = None
        self._now = 1.0, 0.0

    def __len__(self) -> int:
        """How many terms have a number."""
        return len(self.numbers)

    @classmethod
    def of(cls, state: VocabularyState) -> "Vocabulary":
        """The vocabulary whose :meth:`state` this was, nothing referring to its terms."""
        made = cls()
        made.terms = list(state.terms)
        made.numbers.update((term, number) for number, term in enumerate(state.terms) if term)
        counts = np.frombuffer(state.counts, np.float64)
        made._hold(counts.copy(), np.frombuffer(state.read, np.float64).copy())
        for number, term in enumerate(state.terms):
            made.kinds[number] = _KINDS.get(term[:2], 0)
        made._prior[: len(made.terms)] = np.frombuffer(state.prior, np.float64)
        made._documents, made._epoch = state.documents, state.epoch
        made._free, made._hand = list(state.free), state.hand
        return made

    def state(self) -> VocabularyState:
        """All but the references."""
        return VocabularyState(
            self.terms,
            self._counts.tobytes(),
            self._read.tobytes(),
            self._prior[: len(self.terms)].tobytes(),
            self._documents,
            self._epoch,
            self._free,
            self._hand,
        )

    def enrol(self, term: str) -> int:
        """Give a new term its number."""
        if self._free:
            found = self._free.pop()
            self.terms[found] = term
        else:
            found = len(self.terms)
            self.terms.append(term)
            if found >= self.room:
                self._grow()
        self.numbers[term] = found
        # Nothing is noted of a number that is free, and of most terms there is nothing to note.
        if kind := _KINDS.get(term[:2]):
            self.kinds[found] = kind
        known = counted if self.language in COUNTED else share_of
        if share := known(term):
            self._prior[found] = share * _PRIOR_DOCUMENTS
        return found

    def _hold(self, counts: Floats, read: Floats) -> None:
        self.room = counts.size
        """How many terms there is room for."""
        self._counts, self._read = counts, read
        self._prior = np.zeros(self.room)
        self._refs = np.zeros(self.room, np.int32)
        self._marks = np.zeros(self.room, np.int32)
        self.kinds = np.zeros(self.room, np.int8)
        self.dropped = np.zeros(self.room, np.int32)

    def _grow(self) -> None:
        self.room += self.room // 2
        self._counts, self._prior = longer(self._counts, self.room), longer(self._prior, self.room)
        self._read, self.kinds = longer(self._read, self.room), longer(self.kinds, self.room)
        self._refs, self._marks = longer(self._refs, self.room), longer(self._marks, self.room)
        self.dropped = longer(self.dropped, self.room)

    def refer(self, ids: NDArray[np.int32], sign: int) -> None:
        """Note that a reading with these terms is kept (``sign`` 1) or no longer kept (-1)."""
        refer.run(self.memory.given, ids, sign)

    def _sweep(self, inflation: float, at: float) -> None:
        """Drop the next few terms that nobody would miss."""
        end = min(self._hand + _SWEPT, len(self.terms))
        gone = drop.run(
            self.memory.given, self._hand, end, _FORGOTTEN * inflation, at - _REMEMBERED, self._gone
        )
        self._hand = 0 if end == len(self.terms) else end
        for number in self._gone[:gone].tolist() if gone else ():
            self._free_number(number)

    def _free_number(self, number: int) -> None:
        del self.numbers[self.terms[number]]
        self.terms[number] = ""
        self.dropped[number] += 1
        self._free.append(number)

    def forget(self, told: Sequence[Ids]) -> None:
        """Drop what only documents that were taken out told (for each its terms).

        That is what no story in memory holds, and what counts no more than these documents do.
        """
        if not told or self._epoch is None:
            return
        terms, holders = np.unique(np.concatenate(list(map(np.unique, told))), return_counts=True)
        # Of when each was read last, not of now: a desk made from a snapshot does not know it yet.
        age = np.clip((self._read[terms] - self._epoch) / _HALF_LIFE, -20.0, _LONGEST_AGE)
        few = self._counts[terms] <= holders * _WORDINGS * np.exp2(age)
        gone = terms[few & (self._refs[terms] == 0)]
        self._counts[gone] = self._read[gone] = self._prior[gone] = 0.0
        self.kinds[gone] = 0
        for number in gone.tolist():
            self._free_number(number)

    def _inflation(self, at: float) -> float:
        if self._epoch is None:
            self._epoch = at
        age = (at - self._epoch) / _HALF_LIFE
        inflation = math.exp2(min(max(-20.0, age), _LONGEST_AGE))
        if inflation > _LONGEST_INFLATION:
            self._counts /= inflation
            self._documents /= inflation
            self._epoch = at
            return 1.0
        return inflation

    def advance(self, at: float) -> None:
        """Let the time of the next document come, epoch seconds: terms age and are dropped."""
        self._now = self._inflation(at), at
        self._sweep(*self._now)

    def numbered(self, terms: Iterable[str]) -> Ids:
        """The numbers of these terms; new ones are given theirs."""
        return np.array(list(map(self.numbers.__getitem__, terms)), np.int32)

    def vectors(
        self, told: Ids, sizes: tuple[int, int, int], neutral: Iterable[float]
    ) -> tuple[Ids, Weights, tuple[int, int, int, int]]:
        """Unit vectors of what a document tells (see :mod:`dedupe.stories.weighing`): the heaviest
        terms by (1 + log count) times rarity.

        ``told`` are the numbers of the terms of its title, its text, its title's letter groups (so
        many each as ``sizes`` says) and its neutral terms, which have their weights already. Gives
        the term numbers and weights of body, head, grams and neutral after one another.

        The document then counts as one that holds these terms, at the time last advanced to.
        """
        inflation, at = self._now
        loads = np.array(list(neutral), np.float64)
        age = inflation, self._documents, _PRIOR_DOCUMENTS, at
        ids, weights, four, self._documents = weigh.run(self.memory.given, told, sizes, loads, age)
        return ids, weights, four
