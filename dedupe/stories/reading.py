"""A document as the story desk reads it: its terms, counted."""

from collections import defaultdict
from itertools import islice
from typing import Final

from dedupe.document import Document
from dedupe.stories.common import common_words
from dedupe.stories.words import Stemmer, language_of, words

TEXT_WORDS: Final = 300
"""News tells its happening first; what follows is background, shared with other stories."""
TITLE_WEIGHT: Final = 2.0


def term_counts(document: Document, stemmer: Stemmer) -> dict[str, float]:
    """Stems of the title (counted twice) and of the first 300 words of the text."""
    language = language_of(document.language)
    common = common_words(language)
    counts: defaultdict[str, float] = defaultdict(float)
    for word in words(document.title):
        if word not in common:
            counts[stemmer.stem(word, language)] += TITLE_WEIGHT
    for word in islice(words(document.text), TEXT_WORDS):
        if word not in common:
            counts[stemmer.stem(word, language)] += 1.0
    return counts
