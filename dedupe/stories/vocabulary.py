"""Terms, their numbers, and how rare each is just now."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from dedupe.stories.common import background
from dedupe.stories.sparse import Ids, Weights
from dedupe.stories.weighing import idle, refer, weigh

_DAY: Final = 86_400.0
_HALF_LIFE: Final = 30 * _DAY
"""What was common a month ago counts half."""
_PRIOR_DOCUMENTS: Final = 5_000.0
"""Weight of the prior in documents, so that the first hundred do not decide what is rare."""
_LONGEST_INFLATION: Final = 2.0**40
_SWEPT: Final = 64
"""Numbers looked at before each document: more than one brings."""
_FORGOTTEN: Final = 1.01
"""A term that no story in memory holds is dropped once it counts no more than one document,"""
_REMEMBERED: Final = 8 * _DAY
"""and was read last this long ago."""
_KINDS: Final = {"c:": 1, "p:": 2}


class VocabularyState(msgspec.Struct, frozen=True, array_like=True):
    """Terms in the order of their numbers, ``""`` for a free one; ``counts`` and ``read`` are
    float64."""

    terms: list[str]
    counts: bytes
    read: bytes
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

    def __init__(self) -> None:
        self.terms: list[str] = []
        self.numbers: dict[str, int] = _Numbers(self)
        self._free: list[int] = []
        self._hand = 0
        self._counts: NDArray[np.float64] = np.zeros(1024)
        self._prior: NDArray[np.float64] = np.zeros(1024)
        self._read: NDArray[np.float64] = np.zeros(1024)
        self._refs: NDArray[np.int32] = np.zeros(1024, np.int32)
        self._marks: NDArray[np.int32] = np.zeros(1024, np.int32)
        self.kinds: NDArray[np.int8] = np.zeros(1024, np.int8)
        """1 for a concept, 2 for a place, 0 for any other term."""
        self._shares = background()
        self._documents = 0.0
        self._epoch: float | None = None

    def __len__(self) -> int:
        """How many terms have a number."""
        return len(self.numbers)

    @classmethod
    def of(cls, state: VocabularyState) -> "Vocabulary":
        """The vocabulary whose :meth:`state` this was, nothing referring to its terms."""
        made = cls()
        made.terms = list(state.terms)
        made.numbers.update((term, number) for number, term in enumerate(state.terms) if term)
        made._counts = np.frombuffer(state.counts, np.float64).copy()
        made._read = np.frombuffer(state.read, np.float64).copy()
        made._prior = np.zeros(made._counts.size)
        made.kinds = np.zeros(made._counts.size, np.int8)
        for number, term in enumerate(state.terms):
            made.kinds[number] = _KINDS.get(term[:2], 0)
            made._prior[number] = made._shares.get(term, 0.0) * _PRIOR_DOCUMENTS
        made._refs = np.zeros(made._counts.size, np.int32)
        made._marks = np.zeros(made._counts.size, np.int32)
        made._documents, made._epoch = state.documents, state.epoch
        made._free, made._hand = list(state.free), state.hand
        return made

    def state(self) -> VocabularyState:
        """All but the references."""
        return VocabularyState(
            self.terms,
            self._counts.tobytes(),
            self._read.tobytes(),
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
            if found >= self._counts.size:
                self._grow()
        self.numbers[term] = found
        self.kinds[found] = _KINDS.get(term[:2], 0)
        self._prior[found] = self._shares.get(term, 0.0) * _PRIOR_DOCUMENTS
        return found

    def _grow(self) -> None:
        more = self._counts.size // 2
        self._counts = np.concatenate([self._counts, np.zeros(more)])
        self._prior = np.concatenate([self._prior, np.zeros(more)])
        self._read = np.concatenate([self._read, np.zeros(more)])
        self.kinds = np.concatenate([self.kinds, np.zeros(more, np.int8)])
        self._refs = np.concatenate([self._refs, np.zeros(more, np.int32)])
        self._marks = np.concatenate([self._marks, np.zeros(more, np.int32)])

    def refer(self, ids: NDArray[np.int32], sign: int) -> None:
        """Note that a reading with these terms is kept (``sign`` 1) or no longer kept (-1)."""
        refer(self._refs, ids, sign)

    def _sweep(self, inflation: float, at: float) -> None:
        """Drop the next few terms that nobody would miss."""
        end = min(self._hand + _SWEPT, len(self.terms))
        bars = (_FORGOTTEN * inflation, at - _REMEMBERED)
        gone = idle(self._refs, self._counts, self._read, (self._hand, end), bars)
        self._hand = 0 if end == len(self.terms) else end
        for number in gone.tolist():
            del self.numbers[self.terms[number]]
            self.terms[number] = ""
            self._counts[number] = self._read[number] = 0.0
            self._free.append(number)

    def _inflation(self, at: float) -> float:
        if self._epoch is None:
            self._epoch = at
        inflation = math.exp2(max(-20.0, (at - self._epoch) / _HALF_LIFE))
        if inflation > _LONGEST_INFLATION:
            self._counts /= inflation
            self._documents /= inflation
            self._epoch = at
            return 1.0
        return inflation

    def vectors(
        self,
        title: Sequence[str],
        text: Sequence[str],
        grams: Sequence[str],
        neutral: Mapping[str, float],
        at: float,
    ) -> tuple[Ids, Weights, tuple[int, int, int, int]]:
        """Unit vectors of what a document tells (see :mod:`dedupe.stories.weighing`): the heaviest
        terms by (1 + log count) times rarity; ``neutral`` terms have their weights already.

        Gives the term numbers and weights of body, head, grams and neutral after one another.

        The document then counts as one that holds these terms.
        """
        inflation = self._inflation(at)
        self._sweep(inflation, at)
        number = self.numbers.__getitem__
        words = (
            np.array([number(term) for term in title], np.int32),
            np.array([number(term) for term in text], np.int32),
            np.array([number(term) for term in grams], np.int32),
        )
        loads = (
            np.array([number(term) for term in neutral], np.int32),
            np.array(list(neutral.values()), np.float64),
        )
        ids, weights, sizes, self._documents = weigh(
            words,
            loads,
            (self._counts, self._prior, self._read, self._marks),
            (inflation, self._documents, _PRIOR_DOCUMENTS, at),
        )
        body, head, gram, rest = sizes.tolist()
        return ids, weights, (body, head, gram, rest)
