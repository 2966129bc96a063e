"""A document as the story desk reads it: four vectors of what it says."""

from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from dedupe.document import Document
from dedupe.stories.boilerplate import Boilerplate
from dedupe.stories.compounds import Compounds
from dedupe.stories.memo import make_room
from dedupe.stories.neutral import NeutralReader
from dedupe.stories.sparse import EMPTY, Ids, Rows, Vector, Weights
from dedupe.stories.tongue import read_as
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.wordbook import Wordbook
from dedupe.stories.words import Stemmer, undotted, words

_GRAM: Final = 4
_REMEMBERED: Final = 100_000
"""Stems of titles."""


class Reading(NamedTuple):
    """Four sparse vectors one after another: all term numbers, all weights, the four sizes."""

    ids: Ids
    weights: Weights
    sizes: tuple[int, int, int, int]

    @classmethod
    def of(cls, body: Vector, head: Vector, grams: Vector, neutral: Vector) -> "Reading":
        """The reading with these vectors."""
        parts = (body, head, grams, neutral)
        return cls(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.weights for part in parts]),
            (body.ids.size, head.ids.size, grams.ids.size, neutral.ids.size),
        )

    def _part(self, which: int) -> Vector:
        start = sum(self.sizes[:which])
        end = start + self.sizes[which]
        return Vector(self.ids[start:end], self.weights[start:end])

    @property
    def body(self) -> Vector:
        """Title and text."""
        return self._part(0)

    @property
    def head(self) -> Vector:
        """Title and lead."""
        return self._part(1)

    @property
    def grams(self) -> Vector:
        """The title by groups of four letters: headlines share more of them than whole words."""
        return self._part(2)

    @property
    def neutral(self) -> Vector:
        """What title and lead say in any language."""
        return self._part(3)


NOTHING: Final = Reading(EMPTY.ids, EMPTY.weights, (0, 0, 0, 0))


def pack(reading: Reading) -> bytes:
    """A reading as bytes: a member at rest is one object of 1.5 kB, and nothing that the garbage
    collector must walk through."""
    sizes = np.array(reading.sizes, "<i4")
    ids = reading.ids.astype("<i4", copy=False)
    weights = reading.weights.astype("<f4", copy=False)
    return b"".join((sizes.tobytes(), ids.tobytes(), weights.tobytes()))


def unpack(data: bytes) -> Reading:
    """Undo :func:`pack`."""
    one, two, three, four = np.frombuffer(data, "<i4", 4).tolist()
    # Copied, since the compiled arithmetic is compiled anew for arrays that cannot be written.
    ids = terms_of(data).copy()
    weights = np.frombuffer(data, "<f4", ids.size, 16 + 4 * ids.size).copy()
    return Reading(ids, weights, (one, two, three, four))


def terms_of(data: bytes) -> Ids:
    """The terms of a packed reading, those of the four vectors after one another; read-only."""
    return np.frombuffer(data, "<i4", (len(data) - 16) // 8, 16)


def rows_of(packed: Sequence[bytes]) -> Rows:
    """Many packed readings as compiled code walks over them."""
    sizes = np.frombuffer(b"".join([data[:16] for data in packed]), "<i4").reshape(-1, 4).copy()
    ends = sizes.cumsum(dtype=np.int64).reshape(-1, 4)
    terms = [terms_of(data) for data in packed]
    loads = [np.frombuffer(data, "<f4", offset=(len(data) + 16) // 2) for data in packed]
    return np.concatenate(terms), np.concatenate(loads), ends - sizes, sizes


class Reader:
    """Turns documents into readings; the vocabulary learns what it reads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.boilerplate = Boilerplate()
        self.stemmer = Stemmer()
        self._neutral = NeutralReader(self.stemmer)
        self._wordbook = Wordbook(vocabulary, self.stemmer)
        self._compounds = Compounds()
        self._grams = _Grams()

    def read(self, document: Document, language: str) -> Reading:
        """Read a document and count its terms."""
        language = read_as(language)
        document = self.boilerplate.strip(document, language)
        title_told, text_told = undotted(document.title), undotted(document.text)
        title = self.stemmer.telling(words(self._compounds.parted(title_told, language)), language)
        grams = list(chain.from_iterable(map(self._grams.__getitem__, title)))
        neutral = self._neutral.terms(title_told, text_told, language)
        vocabulary = self._vocabulary
        vocabulary.advance(document.at)
        vocabulary.language = language
        head = vocabulary.numbered(title)  # first, since terms are numbered as they come
        text = self._wordbook.terms(self._compounds.parted(text_told, language), language)
        rest = vocabulary.numbered(chain(grams, neutral))
        sizes = head.size, text.size, len(grams)
        told = np.concatenate((head, text, rest))
        return Reading(*vocabulary.vectors(told, sizes, neutral.values()))


class _Grams(dict[str, tuple[str, ...]]):
    """The groups of four letters of each stem."""

    def __missing__(self, stem: str) -> tuple[str, ...]:
        make_room(self, _REMEMBERED)
        padded = f"#{stem}#"
        found = tuple(
            "~" + padded[start : start + _GRAM] for start in range(max(1, len(padded) - _GRAM + 1))
        )
        self[stem] = found
        return found
