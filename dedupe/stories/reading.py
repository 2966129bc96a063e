"""A document as the story desk reads it: three vectors, from the whole to the headline."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Final, NamedTuple

from dedupe.document import Document
from dedupe.stories.common import common_words
from dedupe.stories.sparse import EMPTY, Vector
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.words import Stemmer, language_of, words

BODY_WORDS: Final = 300
"""News tells its happening first; what follows is background, shared with other stories."""
HEAD_WORDS: Final = 40
TITLE_COUNT: Final = 2.0
BODY_TERMS: Final = 96
HEAD_TERMS: Final = 32
GRAM_TERMS: Final = 64
_GRAM: Final = 4


class Reading(NamedTuple):
    """Unit vectors: ``body`` of title and text, ``head`` of title and lead, ``grams`` of title.

    A headline shares few whole words with another; its groups of four letters share more.
    """

    body: Vector
    head: Vector
    grams: Vector


NOTHING: Final = Reading(EMPTY, EMPTY, EMPTY)


def read(document: Document, stemmer: Stemmer, vocabulary: Vocabulary) -> Reading:
    """Read a document and let the vocabulary learn its terms."""
    language = language_of(document.language)
    common = common_words(language)

    def stems(text: str, limit: int | None = None) -> list[str]:
        taken = islice(words(text), limit)
        return [stemmer.stem(word, language) for word in taken if word not in common]

    title = stems(document.title)
    text = stems(document.text, BODY_WORDS)
    at = document.at
    return Reading(
        vocabulary.vector(_count(title, text), at, BODY_TERMS, learn=True),
        vocabulary.vector(_count(title, text[:HEAD_WORDS]), at, HEAD_TERMS, learn=False),
        vocabulary.vector(_grams(title), at, GRAM_TERMS, learn=True),
    )


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
