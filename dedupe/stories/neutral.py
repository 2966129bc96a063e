"""What a report says, without its language: concepts, places, names by sound, numbers.

The bridge between languages that needs no model. A name keeps its consonants when it crosses a
border and an alphabet (Selenskyj, Zelenski, Зеленский), so it is written in Latin letters and
reduced to classes of consonants, in the manner of Soundex but for transliterations.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import Final

from anyascii import anyascii

from dedupe.stories.common import function_words
from dedupe.stories.countries import countries
from dedupe.stories.lexicon import COMPOUNDING, UNSPACED, bare_forms, lexicon
from dedupe.stories.memo import make_room
from dedupe.stories.words import LONGEST_WORD, Stemmer, fold, tokens

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
_LONGEST_RUN: Final = 2000
"""Letters of a sentence without spaces that are read: half a million of them took .7 s."""
_REMEMBERED: Final = 250_000
"""Tokens of one language."""

_CLUSTERS: Final = tuple(
    (tuple(seen.split()), re.compile(pattern), letter)
    for seen, pattern, letter in (
        ("dzh dsch dj", r"d(?:zh|sch|j)", ""),
        ("sh sch tch zh tz cz sz", r"shch|tsch|sch|sh|tch|zh|tz|cz|sz", "s"),
        ("ts", r"ts", "s"),
        ("kh gh ck ch qu cq", r"kh|gh|ck|ch|qu|cq", "k"),
        ("ph", r"ph", "f"),
        ("th dh", r"th|dh", "t"),
        ("x", r"x", "ks"),
        ("ce ci cy", r"c(?=[eiy])", "s"),
    )
)
"""Letters that are one sound: what to look for first, since searching by pattern costs 0.6 us."""
_SOFT: Final = "ch", re.compile(r"(?<!s)ch(?![rlnm])"), "s"
_SPELLINGS: Final = {
    **dict.fromkeys(
        ("en", "es", "fr", "pt", "ru", "uk", "be", "bg", "sr", "mk", "hi", "ja"), _SOFT
    ),
    "nl": ("j", re.compile(r"[st]j"), "s"),
    "sv": ("j", re.compile(r"(?:[kt]|s[kt]?)j"), "s"),
    "pl": ("rz", re.compile(r"rz"), "r"),
    "hu": ("cs", re.compile(r"cs"), "s"),
}
"""What some languages write otherwise than most: Kremenchuk, Krementschuk, Krzemieńczuk."""
_CLASSES: Final = bytes.maketrans(b"rpvwdzgqc", b"lbfftskkk")
_SILENT: Final = bytes({*range(256)} - {*b"abcdefghijklmnopqrstuvwxyz"} | {*b"aeiouyhj"})


def sound(word: str, language: str = "") -> str:
    """The consonant classes of a word in any alphabet: ``"Зеленский"`` gives ``"slnsk"``.

    Some ``language`` (ISO 639-1) writes a hiss as others write a *k*.
    """
    latin = word if word.isascii() else anyascii(word)
    latin = latin.lower()
    spelling = _SPELLINGS.get(language)
    if spelling is not None and spelling[0] in latin:
        latin = spelling[1].sub(spelling[2], latin)
    if "\u0600" <= word[:1] <= "\u06ff":
        latin = latin.replace("w", "")  # in Arabic letters a long vowel more often than a consonant
    for seen, cluster, letter in _CLUSTERS:
        for letters in seen:
            if letters in latin:
                latin = cluster.sub(letter, latin)
                break
    heard = last = ""
    for letter in latin.encode().translate(_CLASSES, _SILENT).decode():
        if letter != last:
            heard += letter
            last = letter
    return heard[:_LONGEST_SOUND]


def legible(term: str) -> str:
    """A term as people read it: ``"p:moscow"`` is moscow; a name reduced to its sound is ""."""
    kind, colon, name = term.partition(":")
    if not colon or kind not in {"c", "p", "n", "t"}:
        return term
    return "" if kind == "t" else name


Said = tuple[tuple[str, float], ...]
"""Terms with their weights."""


def _follows(letters: frozenset[str], word: str) -> bool:
    return fold(word.lower())[:1] in letters or "" in letters


def _is_run(token: str) -> bool:
    return not token.isascii() and UNSPACED.match(token) is not None


class _Tokens(dict[str, Said]):
    """What tokens of one language, as written, say in any; a missing one is read when looked up."""

    def __init__(self, language: str, stemmer: Stemmer) -> None:
        super().__init__()
        self._language = language
        self._stems = stemmer.of(language)
        self._common = function_words(language)
        known = lexicon()
        self._countries = countries(language)
        self._seconds, self._of_countries = known.seconds, self._countries.seconds
        self._run = known.run
        self._look = known.parts if language in COMPOUNDING else known.look
        self.opening: dict[str, frozenset[str]] = {}
        """Those that may begin a pair, and what its second word begins with: "" is anything."""

    def __missing__(self, token: str) -> Said:
        low = token.lower()
        if len(token) > LONGEST_WORD:
            # A sentence without spaces says something all through, and is hardly met again.
            run = _is_run(token)
            return self._terms(token[:_LONGEST_RUN], low) if run else self[token[:LONGEST_WORD]]
        make_room(self, _REMEMBERED)
        bare = fold(low)
        if bare in self._seconds or bare in self._of_countries:
            letters = self._seconds.get(bare, ()), self._of_countries.get(bare, ())
            self.opening[token] = frozenset(chain.from_iterable(letters))
        found = () if low in self._common else self._terms(token, low)
        self[token] = found
        return found

    def openers(self, written: Sequence[str]) -> list[int]:
        """Where a phrase may begin, by its first word and the beginning of the next: one in eight
        of the first words."""
        opening = self.opening
        return [
            i
            for i, (token, after) in enumerate(pairwise(written))
            if token in opening and _follows(opening[token], after)
        ]

    def phrase(self, written: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """What two or three tokens say together, and how many of them say it."""
        low = [token.lower() for token in written]
        found, length = lexicon().phrase(*low)
        return (found, length) if found else (self._countries.pair(low[0], low[1]), 2)

    def _country(self, low: str) -> tuple[str, ...]:
        found = self._countries.word(low)
        if low.isascii():
            return found
        bare = bare_forms(low)
        while not found and (form := next(bare, "")):
            found = self._countries.word(form)
        return found

    def _terms(self, token: str, low: str) -> Said:
        run = _is_run(token)
        concepts: Iterable[str]
        if run:
            concepts = dict.fromkeys([*self._run(token), *self._countries.run(token)])
        else:
            concepts = self._look(low) or self._country(low)
            if self._language == "vi":  # a syllable without its tone is any of a dozen words
                concepts = [concept for concept in concepts if not concept.startswith("c:")]
        found = tuple([(concept, _WEIGHTS[concept[0]]) for concept in dict.fromkeys(concepts)])
        if token[0].isdigit():
            number = token.replace(",", "").replace(".", "")
            year = len(number) == 4 and number[:2] in {"19", "20"}
            return found if len(number) < 2 or year else (*found, (f"n:{number}", _NUMBER))
        if run:
            return (*found, *self._foreign(token))
        if found:
            return found
        heard = sound(self._stems[low], self._language)
        if len(heard) < _SHORTEST_SOUND:
            return ()
        return ((f"t:{heard}", _PLAIN_SOUND if token[0].islower() else _SOUND),)

    def _foreign(self, run: str) -> Said:
        """The foreign names in Japanese that the lexicon lacks."""
        names = [name for name in _KATAKANA.findall(run) if not self._run(name)]
        heard = [sound(name, "ja") for name in names]
        return tuple([(f"t:{name}", _SOUND) for name in heard if len(name) >= _SHORTEST_SOUND])


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
        said = list(map(known.__getitem__, written))
        if not known.opening.keys().isdisjoint(written):
            paired: set[int] = set()
            for i in known.openers(written):
                concepts, length = known.phrase(written[i : i + 3])
                for concept in concepts:
                    weight = share * _WEIGHTS[concept[0]]
                    counts[concept] = max(weight, counts.get(concept, weight))
                    paired.update(range(i, i + length))
            for i in paired:
                said[i] = ()
        for term, weight in chain.from_iterable(filter(None, said)):
            shared = share * weight
            if counts.get(term, 0.0) < shared:
                counts[term] = shared
