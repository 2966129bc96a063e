"""The language of a document whose feed does not say: by script, then by its function words.

Only as sure as stemming and strands need it; the crawler knows better where it has the page.
"""

from collections import Counter
from functools import cache, lru_cache
from itertools import islice
from typing import Final

from dedupe.document import Document
from dedupe.stories.common import common_words
from dedupe.stories.countries import country_names
from dedupe.stories.words import STEMMED, language_of, words

_SCRIPTS: Final = (
    ("\u3040", "\u30ff", "ja"),
    ("\uac00", "\ud7af", "ko"),
    ("\u4e00", "\u9fff", "zh"),
    ("\u0370", "\u03ff", "el"),
    ("\u0590", "\u05ff", "he"),
    ("\u0e00", "\u0e7f", "th"),
    ("\u0900", "\u097f", "hi"),
)
_LETTERS: Final = (("پچژگ", "fa"), ("іїєґ", "uk"), ("ў", "be"), ("ђћљњ", "sr"))
_BY_SCRIPT: Final = (("\u0600", "\u06ff", "ar"), ("\u0400", "\u04ff", "ru"))
_VOTERS: Final = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi",
    "cs", "sk", "sl", "hr", "ro", "hu", "tr", "id", "vi", "ca", "ru", "bg", "uk",
)  # fmt: skip
_LATIN: Final = frozenset(_VOTERS) - {"ru", "bg", "uk"}
_WORDS_HEARD: Final = 60
_OVERRULING: Final = 2.5
"""Votes; a word that several languages share gives each its part."""


@cache
def _votes() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for language in _VOTERS:
        for word in common_words(language):
            table[word] = (*table.get(word, ()), language)
    return table


@cache
def _known(language: str) -> frozenset[str]:
    """Common words of a language that no other of the voters has."""
    return frozenset(
        word for word in common_words(language) if _votes().get(word, ()) in {(), (language,)}
    )


def _heard(text: str) -> Counter[str]:
    votes: Counter[str] = Counter()
    for word in islice(words(text), _WORDS_HEARD):
        speakers = _votes().get(word, ())
        for language in speakers:
            votes[language] += 1.0 / len(speakers)  # type: ignore[assignment]
    return votes


def _by_letters(text: str) -> str:
    if text.isascii():
        return ""
    for letters, language in _LETTERS:
        if any(letter in text for letter in letters):
            return language
    for first, last, language in _SCRIPTS:
        if sum(first <= c <= last for c in text) * 4 > len(text):
            return language
    return ""


def spoken(document: Document) -> str:
    """ISO 639-1 code of a document's language: what its feed says unless the words say other.

    Feeds err (whole Polish feeds call themselves ``en-US``), so a feed is overruled when another
    language has three common words there and its own hardly any. ``""`` when nothing speaks.
    """
    title, text = document.title, document.text[:300]
    declared = language_of(document.language)
    if declared:
        known = _known(declared)
        if not known.isdisjoint(title.lower().split()):
            return declared
        if not known.isdisjoint(text.lower().split()):
            return declared
    text = f"{title} {text}"
    script = _by_letters(text)
    if script:
        return declared if declared and declared not in _LATIN else script
    if declared and declared not in _VOTERS:
        return declared
    votes = _heard(text)
    best = max(_VOTERS, key=lambda language: votes[language]) if votes else ""
    if declared:
        overruled = votes[best] >= _OVERRULING and votes[best] > 3 * votes[declared]
        return best if overruled else declared
    for first, last, language in _BY_SCRIPT:
        if not best and any(first <= c <= last for c in text):
            return language
    return best or ("en" if text.isascii() and text.strip() else "")


@lru_cache(maxsize=1000)
def read_as(language: str) -> str:
    """The language as whose words are read and remembered: ``""`` for one that nothing is known of.

    A feed may claim any of 18,000 codes, and what is remembered for each takes 150 kB.
    """
    known = language in STEMMED or common_words(language) or any(country_names(language))
    return language if known else ""
