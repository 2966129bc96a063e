"""The names of all countries in a language, as CLDR has them (by Babel), with their endings.

The lexicon knows the countries that news is most often about, and their adjectives; the other two
hundred are known by these.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError

from dedupe.stories.lexicon import UNSPACED
from dedupe.stories.words import fold

_TOKEN: Final = re.compile(r"[^\W_]+")
_CODE: Final = re.compile(r"[A-Z]{2}")
_NO_COUNTRIES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_PEOPLE: Final = frozenset({"chad", "georgia", "jersey", "jordan", "jordania", "guernsey"})
"""As often a person or another place."""
_SHORT_NAMES: Final = {"vi": {"Mỹ": "US", "Úc": "AU", "Nhật": "JP"}}
"""What headlines call a country whose name CLDR gives in full."""
_KATAKANA: Final = re.compile(r"[\u30a1-\u30ff]")
_SHORTEST_STEM: Final = 5
_CUT: Final = 2
_SHORTEST: Final = 4
"""A name of fewer letters has no forms but itself."""
_LONGEST_ENDING: Final = 4


class Countries:
    """Looks countries up; each is answered as a place of the lexicon: ``"p:MA"``."""

    def __init__(self, names: dict[str, str]) -> None:
        """``names`` in one language to ISO 3166-1 codes."""
        self._whole: dict[str, str] = {}
        self._unspaced: list[tuple[str, str]] = []
        stems: dict[str, set[tuple[str, int]]] = {}
        for name, code in names.items():
            if UNSPACED.match(name):
                self._unspaced.append((name, code))
                continue
            words = [fold(token.lower()) for token in _TOKEN.findall(name)]
            word = words[0] if len(words) == 1 else ""
            if len(words) <= 2 and word not in _PEOPLE:
                self._whole["_".join(words)] = f"p:{code}"
            if len(word) >= _SHORTEST and word not in _PEOPLE:
                stem = word[: max(_SHORTEST_STEM, len(word) - _CUT)]
                stems.setdefault(stem, set()).add((f"p:{code}", len(word)))
        self._stems = {stem: next(iter(found)) for stem, found in stems.items() if len(found) == 1}
        self._ends: dict[str, tuple[int, ...]] = {}
        for length in sorted({len(stem) for stem in self._stems}, reverse=True):
            for opening in {stem[:_SHORTEST] for stem in self._stems if len(stem) == length}:
                self._ends[opening] = (*self._ends.get(opening, ()), length)
        self.seconds: dict[str, set[str]] = {}
        """First words of the names of two words, and what letters the second ones begin with."""
        for opener, _, second in (name.partition("_") for name in self._whole if "_" in name):
            self.seconds.setdefault(opener, set()).add(second[:1])

    def word(self, low: str) -> tuple[str, ...]:
        """The country of a lower-case word, whatever its ending."""
        word = fold(low)
        found = self._whole.get(word)
        if found is not None:
            return (found,)
        for end in self._ends.get(word[:_SHORTEST], ()):
            stem = self._stems.get(word[:end]) if end < len(word) else None
            if stem is not None:
                return (stem[0],) if len(word) <= stem[1] + _LONGEST_ENDING else ()
        return ()

    def pair(self, first: str, second: str) -> tuple[str, ...]:
        """The country that two lower-case words name together."""
        found = self._whole.get(f"{fold(first)}_{fold(second)}")
        return () if found is None else (found,)

    def run(self, text: str) -> list[str]:
        """The countries in a run of an unspaced script; no part of a longer word in katakana."""
        found = []
        for name, code in self._unspaced:
            at = text.find(name)
            if at >= 0 and not (_katakana(name[-1]) and _katakana(text[at + len(name) :][:1])):
                found.append(f"p:{code}")
        return found


def _katakana(letter: str) -> bool:
    return _KATAKANA.match(letter) is not None


def country_names(language: str) -> Iterator[tuple[str, str]]:
    """ISO 3166-1 codes and names in a language (ISO 639-1), Chinese ones in both scripts."""
    for tag in (language, f"{language}_Hant") if language == "zh" else (language,):
        try:
            named = Locale.parse(tag).territories
        except (UnknownLocaleError, ValueError):  # no language, or one that CLDR has no names in
            continue
        for code, name in named.items():
            if _CODE.fullmatch(code) and code not in _NO_COUNTRIES:
                yield code, name.partition("(")[0].partition("\uff08")[0].strip()


@cache
def countries(language: str) -> Countries:
    """The countries by their names in a language (ISO 639-1); none where CLDR does not know it."""
    named = {name: code for code, name in country_names(language)}
    return Countries(named | _SHORT_NAMES.get(language, {}))
