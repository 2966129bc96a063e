"""A document as the story desk reads it: four vectors of what it says."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice, pairwise
from typing import Final, NamedTuple

import numpy as np

from dedupe.document import Document
from dedupe.stories.boilerplate import Boilerplate
from dedupe.stories.common import common_words
from dedupe.stories.neutral import NeutralReader
from dedupe.stories.sparse import EMPTY, Vector
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.words import Stemmer, words

BODY_WORDS: Final = 300
"""News tells its happening first; what follows is background, shared with other stories."""
HEAD_WORDS: Final = 40
TITLE_COUNT: Final = 2.0
BODY_TERMS: Final = 96
HEAD_TERMS: Final = 32
GRAM_TERMS: Final = 64
NEUTRAL_TERMS: Final = 32
_GRAM: Final = 4


class Reading(NamedTuple):
    """Unit vectors: ``body`` of title and text, ``head`` of title and lead, ``grams`` of title.

    A headline shares few whole words with another; its groups of four letters share more.
    ``neutral`` is what title and lead say in any language.
    """

    body: Vector
    head: Vector
    grams: Vector
    neutral: Vector


NOTHING: Final = Reading(EMPTY, EMPTY, EMPTY, EMPTY)


def pack(reading: Reading) -> bytes:
    """A reading as bytes: a member at rest is one object of 1.5 kB, not fourteen of 3 kB, and
    nothing that the garbage collector must walk through."""
    sizes = np.array([vector.ids.size for vector in reading], "<i4")
    ids = [vector.ids.astype("<i4", copy=False) for vector in reading]
    weights = [vector.weights.astype("<f4", copy=False) for vector in reading]
    return b"".join(part.tobytes() for part in (sizes, *ids, *weights))


def unpack(data: bytes) -> Reading:
    """Undo :func:`pack`."""
    count = len(Reading._fields)
    sizes = np.frombuffer(data, "<i4", count)
    total = int(sizes.sum())
    # Copied, since the compiled arithmetic is compiled anew for arrays that cannot be written.
    ids = np.frombuffer(data, "<i4", total, 4 * count).copy()
    weights = np.frombuffer(data, "<f4", total, 4 * (count + total)).copy()
    ends = [0, *np.cumsum(sizes).tolist()]
    return Reading(*(Vector(ids[a:b], weights[a:b]) for a, b in pairwise(ends)))


class Reader:
    """Turns documents into readings; the vocabulary learns what it reads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.boilerplate = Boilerplate()
        self.stemmer = Stemmer()
        self._neutral = NeutralReader(self.stemmer)

    def read(self, document: Document, language: str) -> Reading:
        """Read a document and count its terms."""
        document = self.boilerplate.strip(document, language)
        common = common_words(language)
        title = self._stems(document.title, language, common)
        text = self._stems(document.text, language, common, BODY_WORDS)
        neutral = self._neutral.terms(document.title, document.text, language, common)
        vector, at = self._vocabulary.vector, document.at
        return Reading(
            vector(_count(title, text), at, BODY_TERMS),
            vector(_count(title, text[:HEAD_WORDS]), at, HEAD_TERMS, learn=False),
            vector(_grams(title), at, GRAM_TERMS),
            vector(neutral, at, NEUTRAL_TERMS, damped=False),
        )

    def _stems(
        self, text: str, language: str, common: frozenset[str], limit: int | None = None
    ) -> list[str]:
        taken = islice(words(text), limit)
        return self.stemmer.stems((word for word in taken if word not in common), language)


def _count(title: Iterable[str], text: Iterable[str]) -> dict[str, float]:
    counts: defaultdict[str, float] = defaultdict(float)
    for stem in title:
        counts[stem] += TITLE_COUNT
    for stem in text:
        counts[stem] += 1.0
    return counts


def _grams(title: Iterable[str]) -> dict[str, float]:
    counts: defaultdict[str, float] = defaultdict(float)
    for stem in title:
        padded = f"#{stem}#"
        for start in range(max(1, len(padded) - _GRAM + 1)):
            counts["~" + padded[start : start + _GRAM]] += 1.0
    return counts
