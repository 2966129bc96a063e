"""What a report says, without its language: concepts, places, names by sound, numbers.

The bridge between languages that needs no model. A name keeps its consonants when it crosses a
border and an alphabet (Selenskyj, Zelenski, Зеленский), so it is written in Latin letters and
reduced to classes of consonants, in the manner of Soundex but for transliterations.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice, pairwise
from typing import Final

from anyascii import anyascii

from dedupe.stories.lexicon import COMPOUNDING, UNSPACED, lexicon
from dedupe.stories.words import Stemmer

LEAD_WORDS: Final = 30
_TOKEN: Final = re.compile(r"[^\W_]+(?:[.,][0-9]+)*")
_NAME: Final = 1.3
_PLACE: Final = 1.2
_CONCEPT: Final = 0.8
_NUMBER: Final = 0.8
_SOUND: Final = 1.0
_PLAIN_SOUND: Final = 0.5
"""A word that is not capitalised is less often a name; still many words are international."""
_SHORTEST_SOUND: Final = 3
_LONGEST_SOUND: Final = 5

_CLUSTERS: Final = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"d(?:zh|sch|j)", ""),
        (r"shch|tsch|sch|sh|tch|zh|tz|ts|cz|sz", "s"),
        (r"kh|gh|ck|ch|qu|cq", "k"),
        (r"ph", "f"),
        (r"th|dh", "t"),
        (r"x", "ks"),
        (r"c(?=[eiy])", "s"),
    )
]
_CLASSES: Final = str.maketrans(
    {"p": "b", "v": "f", "w": "f", "d": "t", "z": "s", "g": "k", "q": "k", "c": "k"}
    | dict.fromkeys("aeiouyhj", "")
)
_SAME: Final = re.compile(r"(.)\1+")


def sound(word: str) -> str:
    """The consonant classes of a word in any alphabet: ``"Зеленский"`` gives ``"slnsk"``."""
    latin = anyascii(word).lower()
    if "\u0600" <= word[:1] <= "\u06ff":
        latin = latin.replace("w", "")  # in Arabic letters a long vowel more often than a consonant
    for cluster, letter in _CLUSTERS:
        latin = cluster.sub(letter, latin)
    bare = "".join(c for c in latin if "a" <= c <= "z").translate(_CLASSES)
    return _SAME.sub(r"\1", bare)[:_LONGEST_SOUND]


def legible(term: str) -> str:
    """A term as people read it: ``"p:moscow"`` is moscow; a name reduced to its sound is ""."""
    kind, colon, name = term.partition(":")
    if not colon or kind not in {"c", "p", "n", "t"}:
        return term
    return "" if kind == "t" else name


class NeutralReader:
    """Reads language-neutral terms and remembers the sounds of words."""

    def __init__(self, stemmer: Stemmer) -> None:
        self._stemmer = stemmer
        self._lexicon = lexicon()
        self._sounds: dict[tuple[str, str], str] = {}

    def terms(
        self, title: str, text: str, language: str, common: frozenset[str]
    ) -> dict[str, float]:
        """Terms of the title and the lead, each with its weight."""
        counts: defaultdict[str, float] = defaultdict(float)
        lead = " ".join(text.split(maxsplit=LEAD_WORDS)[:LEAD_WORDS])
        self._count(title, language, common, 1.0, counts)
        self._count(lead, language, common, 0.7, counts)
        return counts

    def _count(
        self,
        text: str,
        language: str,
        common: frozenset[str],
        share: float,
        counts: defaultdict[str, float],
    ) -> None:
        tokens = list(islice(_TOKEN.findall(text), 2 * LEAD_WORDS))
        lowered = [token.lower() for token in tokens]
        paired: set[int] = set()
        look = self._lexicon.parts if language in COMPOUNDING else self._lexicon.word
        for i, (first, second) in enumerate(pairwise(lowered)):
            for concept in self._lexicon.pair(first, second):
                _heavier(counts, concept, share)
                paired |= {i, i + 1}
        for i, (token, low) in enumerate(zip(tokens, lowered, strict=True)):
            if i in paired or low in common:
                continue
            if UNSPACED.match(token):
                found: Iterable[str] = self._lexicon.run(token)
            else:
                found = look(low)
            for concept in found:
                _heavier(counts, concept, share)
            if token[0].isdigit():
                _number(counts, token, share)
            elif not found:
                self._sound(token, low, language, share, counts)

    def _sound(
        self, token: str, low: str, language: str, share: float, counts: defaultdict[str, float]
    ) -> None:
        known = self._sounds.get((language, low))
        if known is None:
            if len(self._sounds) > 200_000:
                self._sounds.clear()
            known = sound(self._stemmer.stem(low, language))
            self._sounds[language, low] = known
        if len(known) >= _SHORTEST_SOUND:
            plain = token[0].islower()
            weight = share * (_PLAIN_SOUND if plain else _SOUND)
            counts[f"t:{known}"] = max(counts[f"t:{known}"], weight)


def _number(counts: defaultdict[str, float], token: str, share: float) -> None:
    number = token.replace(",", "").replace(".", "")
    year = len(number) == 4 and number[:2] in {"19", "20"}
    if len(number) > 1 and not year:
        counts[f"n:{number}"] = max(counts[f"n:{number}"], share * _NUMBER)


def _heavier(counts: defaultdict[str, float], concept: str, share: float) -> None:
    weight = {"c": _CONCEPT, "p": _PLACE, "s": _NAME}[concept[0]]
    counts[concept] = max(counts[concept], share * weight)
