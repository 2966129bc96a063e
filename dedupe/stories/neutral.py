"""What a report says, without its language: concepts, places, names by sound, numbers.

The bridge between languages that needs no model. A name keeps its consonants when it crosses a
border and an alphabet (Selenskyj, Zelenski, Зеленский), so it is written in Latin letters and
reduced to classes of consonants, in the manner of Soundex but for transliterations.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from anyascii import anyascii

from dedupe.stories.common import common_words
from dedupe.stories.countries import countries
from dedupe.stories.lexicon import COMPOUNDING, UNSPACED, lexicon
from dedupe.stories.memo import make_room
from dedupe.stories.words import Stemmer, tokens

LEAD_WORDS: Final = 30
_WEIGHTS: Final = {"c": 0.8, "p": 1.2, "s": 1.3}
"""Of concepts, places and names in the lexicon."""
_IN_LEAD: Final = 0.7
_NUMBER: Final = 0.8
_SOUND: Final = 1.0
_PLAIN_SOUND: Final = 0.5
"""A word that is not capitalised is less often a name; still many words are international."""
_SHORTEST_SOUND: Final = 3
_KATAKANA: Final = re.compile(r"[\u30a1-\u30fa\u30fc]{3,}")
"""Foreign names in Japanese."""
_LONGEST_SOUND: Final = 5
_REMEMBERED: Final = 100_000
"""Tokens of one language."""

_CLUSTERS: Final = [
    (frozenset(signs), re.compile(pattern), sound)
    for signs, pattern, sound in (
        ("d", r"d(?:zh|sch|j)", ""),
        ("hz", r"shch|tsch|sch|sh|tch|zh|tz|cz|sz", "s"),
        ("s", r"ts", "s"),
        ("hkq", r"kh|gh|ck|ch|qu|cq", "k"),
        ("h", r"ph", "f"),
        ("h", r"th|dh", "t"),
        ("x", r"x", "ks"),
        ("c", r"c(?=[eiy])", "s"),
    )
]
_SOFT: Final = re.compile(r"(?<!s)ch(?![rlnm])"), "s"
_SPELLINGS: Final = {
    **dict.fromkeys(
        ("en", "es", "fr", "pt", "ru", "uk", "be", "bg", "sr", "mk", "hi", "ja"), _SOFT
    ),
    "nl": (re.compile(r"[st]j"), "s"),
    "sv": (re.compile(r"(?:[kt]|s[kt]?)j"), "s"),
    "pl": (re.compile(r"rz"), "r"),
    "hu": (re.compile(r"cs"), "s"),
}
"""What some languages write otherwise than most: Kremenchuk, Krementschuk, Krzemieńczuk."""
_IN_CLUSTERS: Final = frozenset("hqxcz")
"""One of them is in every cluster but ts and dj: half of all words have none."""
_CLASSES: Final = bytes.maketrans(b"rpvwdzgqc", b"lbfftskkk")
_SILENT: Final = bytes({*range(256)} - {*b"abcdefghijklmnopqrstuvwxyz"} | {*b"aeiouyhj"})


def sound(word: str, language: str = "") -> str:
    """The consonant classes of a word in any alphabet: ``"Зеленский"`` gives ``"slnsk"``.

    Some ``language`` (ISO 639-1) writes a hiss as others write a *k*.
    """
    latin = word if word.isascii() else anyascii(word)
    latin = latin.lower()
    spelling = _SPELLINGS.get(language)
    if spelling is not None:
        latin = spelling[0].sub(spelling[1], latin)
    if "\u0600" <= word[:1] <= "\u06ff":
        latin = latin.replace("w", "")  # in Arabic letters a long vowel more often than a consonant
    if "ts" in latin or "dj" in latin or not _IN_CLUSTERS.isdisjoint(latin):
        for signs, cluster, letter in _CLUSTERS:
            if not signs.isdisjoint(latin):
                latin = cluster.sub(letter, latin)
    bare = latin.encode().translate(_CLASSES, _SILENT).decode()
    return "".join(
        [letter for letter, after in zip(bare, f"{bare[1:]} ", strict=False) if letter != after]
    )[:_LONGEST_SOUND]


def legible(term: str) -> str:
    """A term as people read it: ``"p:moscow"`` is moscow; a name reduced to its sound is ""."""
    kind, colon, name = term.partition(":")
    if not colon or kind not in {"c", "p", "n", "t"}:
        return term
    return "" if kind == "t" else name


class _Token(NamedTuple):
    """What a token says in any language: terms with their weights; whether it may begin a pair."""

    terms: tuple[tuple[str, float], ...]
    opens: bool


_SAYS_NOTHING: Final = _Token((), opens=False)


class _Tokens(dict[str, _Token]):
    """The tokens of one language as written; a missing one is read when it is looked up."""

    def __init__(self, language: str, stemmer: Stemmer) -> None:
        super().__init__()
        self._language = language
        self._stems = stemmer.of(language)
        self._common = common_words(language)
        known = lexicon()
        self._countries = countries(language)
        self._opens = known.opens
        self._run = known.run
        self._look = known.parts if language in COMPOUNDING else known.word

    def __missing__(self, token: str) -> _Token:
        make_room(self, _REMEMBERED)
        low = token.lower()
        terms = () if low in self._common else self._terms(token, low)
        opens = self._opens(low) or self._countries.opens(low)
        found = _Token(terms, opens) if terms or opens else _SAYS_NOTHING
        self[token] = found
        return found

    def pair(self, first: str, second: str) -> tuple[str, ...]:
        """What two tokens say together."""
        one, two = first.lower(), second.lower()
        return lexicon().pair(one, two) or self._countries.pair(one, two)

    def _terms(self, token: str, low: str) -> tuple[tuple[str, float], ...]:
        concepts: Sequence[str]
        if not token.isascii() and UNSPACED.match(token):
            concepts = [*self._run(token), *self._countries.run(token)]
        else:
            concepts = self._look(low) or self._countries.word(low)
        found = [(concept, _WEIGHTS[concept[0]]) for concept in dict.fromkeys(concepts)]
        if token[0].isdigit():
            number = token.replace(",", "").replace(".", "")
            year = len(number) == 4 and number[:2] in {"19", "20"}
            if len(number) > 1 and not year:
                found.append((f"n:{number}", _NUMBER))
        elif UNSPACED.match(token):
            for name in _KATAKANA.findall(token):
                heard = sound(name, "ja")
                if len(heard) >= _SHORTEST_SOUND and not self._run(name):
                    found.append((f"t:{heard}", _SOUND))
        elif not concepts:
            heard = sound(self._stems[low], self._language)
            if len(heard) >= _SHORTEST_SOUND:
                found.append((f"t:{heard}", _PLAIN_SOUND if token[0].islower() else _SOUND))
        return tuple(found)


class NeutralReader:
    """Reads language-neutral terms and remembers tokens."""

    def __init__(self, stemmer: Stemmer) -> None:
        self._stemmer = stemmer
        self._tokens: dict[str, _Tokens] = {}

    def terms(self, title: str, text: str, language: str) -> dict[str, float]:
        """Terms of the title and the lead, each with its weight."""
        known = self._tokens.get(language)
        if known is None:
            known = self._tokens[language] = _Tokens(language, self._stemmer)
        counts: dict[str, float] = {}
        lead = " ".join(text.split(maxsplit=LEAD_WORDS)[:LEAD_WORDS])
        self._count(title, known, 1.0, counts)
        self._count(lead, known, _IN_LEAD, counts)
        return counts

    def _count(self, text: str, known: _Tokens, share: float, counts: dict[str, float]) -> None:
        written = tokens(text)[: 2 * LEAD_WORDS]
        read = [known[token] for token in written]
        paired: set[int] = set()
        for i in [i for i, (_, opens) in enumerate(read[:-1]) if opens]:
            for concept in known.pair(written[i], written[i + 1]):
                weight = share * _WEIGHTS[concept[0]]
                counts[concept] = max(weight, counts.get(concept, weight))
                paired |= {i, i + 1}
        for i, (terms, _) in enumerate(read):
            if terms and i not in paired:
                for term, weight in terms:
                    if counts.get(term, 0.0) < share * weight:
                        counts[term] = share * weight
