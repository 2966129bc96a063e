"""Where news happens that names no place: in the country whose language it is told in.

A Swedish headline on a mine in Kiruna and a Turkish one on a mine in Zonguldak have everything in
common that is said alike in all languages. Whoever tells of a thing abroad says where it was.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from babel.languages import get_territory_language_info

from dedupe.stories.countries import country_names
from dedupe.stories.sparse import Vector
from dedupe.stories.story import Story, Strand

_OFFICIAL: Final = frozenset({"official", "de_facto_official"})
_LEAST_SHARE: Final = 35.0
"""Percent of a country's people who speak a language that is official there: French in Belgium has
38, Swedish in Finland 44."""
_BESIDE: Final = {
    "am": ("ET",), "az": ("AZ",), "be": ("BY",), "bn": ("IN",), "ca": ("ES",), "eu": ("ES",),
    "fr": ("CA",), "ga": ("IE",), "gl": ("ES",), "nn": ("NO",), "ta": ("IN", "LK"), "ur": ("IN",),
    "uz": ("UZ",),
}  # fmt: skip
"""Where fewer speak it, or it is official in a part, or CLDR does not say how many they are."""
_WORLDWIDE: Final = frozenset({"en"})
"""Agencies tell in English of any country, to readers of any."""
_CONCEPT, _PLACE = "c:", "p:"
NAMED_ALIKE: Final = 0.25
"""How far apart two homes count where a name by its sound or a number is shared: they are so by
chance as well, but seldom."""


@cache
def _countries() -> dict[str, frozenset[str]]:
    found = {language: {*homes} for language, homes in _BESIDE.items()}
    for country in {code for code, _ in country_names("en")}:
        for tag, told in get_territory_language_info(country).items():
            language = tag.partition("_")[0]
            share = float(told["population_percent"] or 0.0)
            if told["official_status"] in _OFFICIAL and share >= _LEAST_SHARE:
                found.setdefault(language, set()).add(country)
    return {
        language: frozenset(f"{_PLACE}{country}" for country in countries)
        for language, countries in found.items()
        if language not in _WORLDWIDE
    }


def home(language: str) -> frozenset[str]:
    """The countries where a language (ISO 639-1) is at home, as places of the lexicon (``"p:SE"``);
    none where that is not known, or is everywhere."""
    return _countries().get(language, frozenset())


def _homes(languages: Iterable[str]) -> frozenset[str]:
    found = [home(language) for language in languages]
    return frozenset().union(*found) if all(found) else frozenset()


def _said(neutral: Iterable[Vector], terms: Sequence[str]) -> set[str]:
    return {terms[number] for vector in neutral for number in vector.ids.tolist()}


def in_one_place(one: Story, other: Story, terms: Sequence[str]) -> float:
    """The cosine of the places that two stories name; 1 where either names none."""
    mine, theirs = _places(one, terms), _places(other, terms)
    lengths = math.hypot(*mine.values()) * math.hypot(*theirs.values())
    if not lengths:
        return 1.0
    # In the order of one of them: that of a set differs from process to process, and so would sums.
    return sum(load * theirs[place] for place, load in mine.items() if place in theirs) / lengths


def _places(story: Story, terms: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for strand in story.strands.values():
        neutral = strand.total.neutral
        for number, weight in zip(neutral.ids.tolist(), neutral.weights.tolist(), strict=True):
            if terms[number].startswith(_PLACE):
                found[terms[number]] = found.get(terms[number], 0.0) + weight
    return found


def homes_apart(
    one: Mapping[str, Vector], strands: Mapping[str, Strand], terms: Sequence[str]
) -> float:
    """Whether a report or a story happens at home in one country and another story in another.

    ``one`` is what is said in any language, by each that it is told in. 1 where they share no more
    than concepts, :data:`NAMED_ALIKE` where also a name or number, 0 where a place is shared, one
    names a home of the other, or one may be at home anywhere.
    """
    if not one.keys().isdisjoint(strands):
        return 0.0
    mine, theirs = _homes(one), _homes(strands)
    if not mine or not theirs or mine & theirs:
        return 0.0
    told = _said(one.values(), terms)
    beside = _said((strand.total.neutral for strand in strands.values()), terms)
    shared = told & beside
    if mine & beside or theirs & told or any(term.startswith(_PLACE) for term in shared):
        return 0.0
    return 1.0 if all(term.startswith(_CONCEPT) for term in shared) else NAMED_ALIKE
