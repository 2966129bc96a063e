"""Terms, their numbers, and how rare each is just now."""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dedupe.stories.common import background
from dedupe.stories.sparse import Vector, weighed

_DAY: Final = 86_400.0
_HALF_LIFE: Final = 30 * _DAY
"""What was common a month ago counts half."""
_PRIOR_DOCUMENTS: Final = 5_000.0
"""Weight of the prior in documents, so that the first hundred do not decide what is rare."""
_LONGEST_INFLATION: Final = 2.0**40


class Vocabulary:
    """Numbers terms densely and keeps an aging count of the documents that hold each.

    Aging is by inflation (a new document counts ``2 ** (t / half-life)``), so nothing is ever
    swept to make it older.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.terms: list[str] = []
        self._counts: NDArray[np.float64] = np.zeros(1024)
        self._prior: NDArray[np.float64] = np.zeros(1024)
        self._shares = background()
        self._documents = 0.0
        self._epoch: float | None = None

    @classmethod
    def of(
        cls, terms: list[str], counts: bytes, documents: float, epoch: float | None
    ) -> "Vocabulary":
        """The vocabulary whose ``terms`` and :meth:`state` these were."""
        made = cls()
        made.terms = list(terms)
        made.numbers = {term: number for number, term in enumerate(terms)}
        made._counts = np.frombuffer(counts, np.float64).copy()
        shares = (made._shares.get(term, 0.0) * _PRIOR_DOCUMENTS for term in terms)
        made._prior = np.zeros(made._counts.size)
        made._prior[: len(terms)] = np.fromiter(shares, np.float64, len(terms))
        made._documents = documents
        made._epoch = epoch
        return made

    def state(self) -> tuple[bytes, float, float | None]:
        """Counts (float64), documents, epoch."""
        return self._counts.tobytes(), self._documents, self._epoch

    def number(self, term: str) -> int:
        """The number of ``term``, given on first sight."""
        found = self.numbers.get(term)
        if found is None:
            found = len(self.terms)
            self.numbers[term] = found
            self.terms.append(term)
            if found >= self._counts.size:
                self._counts = np.concatenate([self._counts, np.zeros(self._counts.size)])
                self._prior = np.concatenate([self._prior, np.zeros(self._prior.size)])
            self._prior[found] = self._shares.get(term, 0.0) * _PRIOR_DOCUMENTS
        return found

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

    def vector(
        self,
        counts: Mapping[str, float],
        at: float,
        limit: int,
        *,
        learn: bool = True,
        damped: bool = True,
    ) -> Vector:
        """The unit vector of the ``limit`` heaviest terms: (1 + log count) times rarity.

        With ``learn`` the document then counts as one that holds these terms. Counts that are not
        ``damped`` are weights already, taken as they are.
        """
        known = self.numbers
        numbers = [known[term] if term in known else self.number(term) for term in counts]
        ids = np.array(numbers, np.int32)
        weights = np.array(list(counts.values()), np.float64)
        if damped:
            weights = 1.0 + np.log(weights)
        inflation = self._inflation(at)
        made = weighed(
            ids,
            weights,
            self._counts,
            self._prior,
            inflation=inflation,
            documents=self._documents / inflation + _PRIOR_DOCUMENTS,
            limit=limit,
        )
        if learn:
            self._counts[ids] += inflation
            self._documents += inflation
        return made
