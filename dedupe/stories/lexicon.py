"""What news says the same way in every language: concepts, places and names by their words."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from dedupe.stories.memo import make_room
from dedupe.stories.words import LONGEST_WORD, fold

UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")
_HANGUL: Final = re.compile(r"[\uac00-\ud7af]")
_ARABIC_PREFIXES: Final = ("وال", "بال", "لل", "ال", "و", "ب")
_HEBREW_PREFIXES: Final = ("וה", "שה", "מה", "כש", "ה", "ב", "ל", "מ", "ו", "ש", "כ")
_SHORTEST_COMPOUND: Final = 10
_SHORTEST_TAIL: Final = 5
"""What a compound ends with is known by an entry of so many letters."""
COMPOUNDING: Final = frozenset({"da", "de", "fi", "nb", "nl", "nn", "no", "sv"})


def _shortest_prefix(word: str) -> int:
    """From how many letters on an entry stands for all words that begin with it."""
    letter = word[0]
    if "\uac00" <= letter <= "\ud7af":  # Hangul syllables, particles follow
        return 2
    if "\u0590" <= letter <= "\u0dff":  # Hebrew, Arabic, Indic: vowels are marks
        return 3
    return 4


def _opening(word: str) -> str:
    """What all entries that ``word`` begins with have in common; most words open none."""
    if word.isascii():
        return word[:4]
    return word[: _shortest_prefix(word)] if word else ""


def bare_forms(word: str) -> Iterator[str]:
    """``word`` without the articles and prepositions that Arabic and Hebrew join to it."""
    prefixes: tuple[str, ...] = ()
    if "\u0600" <= word[:1] <= "\u06ff":
        prefixes = _ARABIC_PREFIXES
    elif "\u0590" <= word[:1] <= "\u05ff":
        prefixes = _HEBREW_PREFIXES
    for prefix in prefixes:
        if word.startswith(prefix) and len(word) > len(prefix) + 2:
            yield word[len(prefix) :]


class Lexicon:
    """Looks words up; ``entries`` are the lines of the files of ``concepts``."""

    def __init__(self, entries: list[str]) -> None:
        self._exact: dict[str, tuple[str, ...]] = {}
        self._prefix: dict[str, tuple[str, ...]] = {}
        self._found: dict[str, tuple[str, ...]] = {}
        self.openers: dict[str, tuple[int, ...]] = {}
        """First words of the entries of two or three, and how long those are, longest first."""
        self.seconds: dict[str, set[str]] = {}
        """By the same first words, what the second ones begin with: a letter, or "" for any."""
        self._lengths: dict[str, tuple[int, ...]] = {}
        """How long the entries in unspaced scripts are, by their first sign, longest first."""
        self._compounds: dict[str, tuple[str, ...]] = {}
        self._ends: dict[str, tuple[int, ...]] = {}
        for line in entries:
            if line.startswith("#"):
                continue
            concept, *listed = line.split()
            names = [name if ":" in name else f"c:{name}" for name in concept.split("+")]
            for word in listed:
                for name in names:
                    self._add(fold(word.lower()), name)
        for entry in self._exact.keys() & self._prefix.keys():
            more = (name for name in self._prefix[entry] if name not in self._exact[entry])
            self._exact[entry] = (*self._exact[entry], *more)
        for entry in sorted(self._prefix, key=len, reverse=True):
            opening = _opening(entry)
            ends = self._ends.get(opening, ())
            if len(entry) not in ends:
                self._ends[opening] = (*ends, len(entry))

    def _add(self, word: str, name: str) -> None:
        bare = word.rstrip(".")
        whole = word.endswith(".") or len(bare) < _shortest_prefix(bare)
        unspaced = UNSPACED.match(bare) is not None
        table = self._exact if whole or unspaced else self._prefix
        known = table.get(bare, ())
        if name not in known:
            table[bare] = (*known, name)
        if "_" in bare:
            opener, second = bare.split("_", 1)
            _measure(self.openers, opener, bare)
            self.seconds.setdefault(opener, set()).add(second[:1])
        elif unspaced:
            _measure(self._lengths, bare[0], bare)

    def word(self, word: str) -> tuple[str, ...]:
        """The concepts of a lower-case word, by its longest entry."""
        found = self._found.get(word)
        if found is None:
            if len(word) > LONGEST_WORD:
                return self.word(word[:LONGEST_WORD])
            make_room(self._found, 200_000)
            found = self._found[word] = self.look(word)
        return found

    def look(self, word: str) -> tuple[str, ...]:
        """As :meth:`word`, for a caller that remembers the answer itself."""
        return self._look(fold(word))

    def entries(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """All words and beginnings of words, and what each stands for."""
        yield from self._exact.items()
        yield from self._prefix.items()

    def opens(self, word: str) -> bool:
        """Whether an entry of two or three words begins with this lower-case word."""
        return fold(word) in self.openers

    def pair(self, first: str, second: str) -> tuple[str, ...]:
        """The concepts of two words together; none where only one of them has an entry."""
        return self.phrase(first, second)[0]

    def phrase(self, first: str, *others: str) -> tuple[tuple[str, ...], int]:
        """The concepts of the longest entry of several words that the words begin with, and of how
        many words it is."""
        opener = fold(first)
        lengths = self.openers.get(opener, ())
        if lengths:
            whole = "_".join([opener, *map(fold, others)])
            for end in lengths:
                found = self._exact.get(whole[:end]) or self._prefix.get(whole[:end])
                if found is not None and end <= len(whole):
                    return found, whole.count("_", 0, end) + 1
        return (), 0

    def _look(self, word: str) -> tuple[str, ...]:
        found = self._exact.get(word)
        if found is not None:
            return found
        for end in self._ends.get(_opening(word), ()):
            found = self._prefix.get(word[:end])
            if found is not None:
                return found
        if word.isascii():
            return ()
        if _HANGUL.match(word):
            return self._within(word)
        for bare in bare_forms(word):
            found = self._look(bare)
            if found:
                return found
        return ()

    def _within(self, word: str) -> tuple[str, ...]:
        """The concepts in a Korean compound, whose parts begin anywhere."""
        found: dict[str, None] = {}
        start = 1
        while start < len(word) - 1:
            tail = word[start:]
            ends = self._ends.get(_opening(tail), ())
            end = next((end for end in ends if tail[:end] in self._prefix), 1)
            found.update(dict.fromkeys(self._prefix.get(tail[:end], ())))
            start += end
        return tuple(found)

    def parts(self, word: str) -> tuple[str, ...]:
        """The concepts of a compound: ``"drohnenangriff"`` is a drone and an attack."""
        found = self.word(word)
        if len(word) < _SHORTEST_COMPOUND:
            return found
        known = self._compounds.get(word)
        if known is None:
            if len(word) > LONGEST_WORD:
                return self.parts(word[:LONGEST_WORD])
            known = found
            for start in range(4, len(word) - 4):
                tail = self._longest(fold(word[start:]))
                if tail:
                    known = (*found, *(concept for concept in tail if concept not in found))
                    break
            make_room(self._compounds, 200_000)
            self._compounds[word] = known
        return known

    def ends(self, tail: str, ending: int) -> bool:
        """Whether an entry of five letters or more is all of a folded ``tail`` but an ending of so
        many letters."""
        for end in self._ends.get(_opening(tail), ()):
            if _SHORTEST_TAIL <= end <= len(tail) <= end + ending and tail[:end] in self._prefix:
                return True
        return False

    def _longest(self, word: str) -> tuple[str, ...]:
        for end in self._ends.get(_opening(word), ()):
            if _SHORTEST_TAIL <= end <= len(word) and word[:end] in self._prefix:
                return self._prefix[word[:end]]
        return ()

    def run(self, text: str) -> list[str]:
        """The concepts found in a run of an unspaced script, the longest entries first."""
        found: list[str] = []
        start = 0
        while start < len(text):
            for length in self._lengths.get(text[start], ()):
                concepts = self._exact.get(text[start : start + length])
                if concepts is not None:
                    found += concepts
                    start += length
                    break
            else:
                start += 1
        return found


def _measure(lengths: dict[str, tuple[int, ...]], key: str, entry: str) -> None:
    lengths[key] = tuple(sorted({*lengths.get(key, ()), len(entry)}, reverse=True))


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with Copydesk."""
    parts = sorted(files(__package__).joinpath("concepts").iterdir(), key=lambda part: part.name)
    return Lexicon([line for part in parts for line in part.read_text("utf-8").splitlines()])


@cache
def cities() -> Lexicon:
    """The cities that are scenes of news, and what makes a club of one."""
    text = files(__package__).joinpath("cities.txt").read_text("utf-8")
    return Lexicon(text.splitlines())
