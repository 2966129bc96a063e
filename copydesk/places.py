"""Countries and cities that a text names, in any language: lists, no model.

Countries by their names in the text's own language (CLDR, as Babel has them) and by the short
forms below; cities by the list that keeps stories apart. What is on no list is not found, and what
is as often a person or another place (Jordan, Georgia) is left out: a place given here is sure.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

import msgspec
from babel import Locale

from dedupe.stories.countries import country_names
from dedupe.stories.lexicon import UNSPACED, cities
from dedupe.stories.words import fold, language_of

_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+")
_LONGEST_NAME = 4
_AMBIGUOUS = {"en": frozenset({"chad", "georgia", "jersey", "jordan"})}
# Their nouns take endings of one or two letters in place of their last vowels.
INFLECTED = frozenset({
    "be", "bg", "bs", "cs", "et", "fi", "hr", "hu", "lt", "lv", "mk", "pl", "ro", "ru", "sk", "sl",
    "sr", "tr", "uk",
})  # fmt: skip
_ENDING = "aeiouyаеёиоуыьэюяйєії"
_LONGEST_ENDING = 2
_SHORTEST_STEM = 4
# No name that takes endings has half as many letters; a text may hold a word of a million.
_LONGEST_WORD = 40
# So much of a name's first word finds those that may stand there.
_OPENING = 2
# ISO 3166-2: Northern Ireland is no other country than its own, whatever its second word.
_ULSTER = "GB-NIR"
# What news in these languages says and CLDR does not.
_CASED = {
    "cs": ((_ULSTER, "Severní Irsko"),),
    "pl": ((_ULSTER, "Irlandia Północna"),),
    "ru": ((_ULSTER, "Северная Ирландия"), ("KP", "Северная Корея"), ("KR", "Южная Корея")),
    "uk": ((_ULSTER, "Північна Ірландія"),),
}
# Letters that change before an ending: Republika, Republice.
_SOFTENED = "kgкг"
_CLITICS = ("وال", "بال", "لل", "ال", "و", "ب", "ل")
# What the news says and CLDR does not, folded; capitals are matched as they stand. Under "" is
# what only looks like a place.
_SHORT = {
    "AE": "UAE emirates",
    "BA": "bosnia bosnien bosnie",
    "CD": "congo kongo",
    "CZ": "czech_republic tschechische_republik",
    "DE": "niemczech niemiec",
    "DK": "danii дании данию",
    "EG": "egipcie египта египте",
    "GB": "UK britain grossbritannien grande_bretagne gran_bretana gran_bretagna gra_bretanha",
    _ULSTER: "northern_ireland nordirland irlande_du_nord irlanda_del_norte irlanda_do_norte",
    "HU": "wegrzech wegier",
    "IN": "indii indiach индии индию",
    "IT": "wloszech",
    "KP": "кндр",
    "PL": "polsce",
    "PS": "palestine palestina palastina فلسطين 巴勒斯坦 パレスチナ",
    "RU": "РФ",
    "SY": "syrii сирии сирию",
    "TR": "turkey",
    "US": "US USA EEUU США 美國 アメリカ 米国",
    "": "new_mexico gulf_of_mexico south_china nouveau_mexique nuevo_mexico nowy_meksyk "
    "paris_hilton paris_jackson london_breed sydney_sweeney israel_adesanya",
}
_CITIES = {
    "AF": "kabul", "AR": "buenos_aires", "AT": "vienna", "AU": "sydney melbourne",
    "BD": "dhaka", "BR": "rio_de_janeiro sao_paulo brasilia", "BY": "minsk",
    "CA": "ottawa toronto montreal vancouver", "CN": "shanghai wuhan", "CO": "bogota",
    "CU": "havana", "CZ": "prague", "DE": "berlin hamburg munich frankfurt cologne dresden "
    "leipzig stuttgart", "DZ": "algiers", "EG": "cairo", "ES": "madrid barcelona valencia",
    "ET": "addis_ababa", "FR": "paris marseille lyon", "GB": "london manchester liverpool "
    "birmingham glasgow edinburgh belfast", "GR": "athens", "HK": "hong_kong",
    "HT": "port-au-prince", "HU": "budapest", "ID": "jakarta", "IE": "dublin",
    "IL": "tel_aviv jerusalem",
    "IN": "delhi mumbai kolkata", "IQ": "baghdad", "IR": "tehran", "IT": "rome milan naples",
    "JP": "tokyo osaka hiroshima", "KE": "nairobi", "KP": "pyongyang", "KR": "seoul",
    "LB": "beirut", "LK": "colombo", "LY": "tripoli", "MX": "mexico_city ciudad_juarez tijuana",
    "NE": "niamey", "NG": "lagos abuja", "NZ": "auckland", "PE": "lima", "PH": "manila",
    "PK": "islamabad lahore karachi peshawar", "PL": "warsaw", "PS": "gaza jenin nablus huwara "
    "hebron", "PT": "lisbon", "RO": "bucharest", "RS": "belgrade", "RU": "moscow belgorod "
    "bryansk saint_petersburg", "SD": "khartoum", "SO": "mogadishu", "SY": "aleppo damascus",
    "TH": "bangkok", "TN": "tunis", "TR": "istanbul ankara antakya gaziantep kahramanmaras",
    "TW": "taipei", "UA": "kyiv kharkiv kherson odesa lviv dnipro zaporizhzhia mariupol bakhmut "
    "sevastopol melitopol donetsk luhansk kramatorsk avdiivka", "US": "new_york los_angeles "
    "chicago houston dallas philadelphia atlanta boston san_francisco seattle denver detroit "
    "miami las_vegas nashville memphis louisville minneapolis milwaukee baltimore pittsburgh "
    "cleveland cincinnati indianapolis kansas_city new_orleans phoenix portland sacramento "
    "san_diego san_antonio east_palestine east_lansing monterey_park half_moon_bay",
    "VE": "caracas", "VN": "hanoi", "ZA": "johannesburg cape_town",
}  # fmt: skip
CITY_COUNTRY = {city: code for code, named in _CITIES.items() for city in named.split()}
_CLUB = "c:club"
_SMALL = frozenset({"de", "of"})


class Place(msgspec.Struct, frozen=True, order=True):
    """A place by its English name; ``country`` is an ISO 3166-1 code, of a city its country's."""

    name: str
    kind: Literal["city", "country"]
    country: str


def places(text: str, language: str) -> tuple[Place, ...]:
    """The places that ``text`` names, each once, in order of appearance."""
    return tuple(dict.fromkeys(place for place, _ in _found(_tokens(text), language_of(language))))


def place_of(name: str, language: str) -> Place | None:
    """The place that ``name`` is, all of it; None for anything else, "Moscow Times" too."""
    tokens = _tokens(name)
    found = list(_found(tokens, language_of(language)))
    return found[0][0] if len(found) == 1 and found[0][1] == len(tokens) else None


def _tokens(text: str) -> list[str]:
    return [token.replace(".", "") for token in _TOKEN.findall(text)]


def _found(tokens: Sequence[str], language: str) -> Iterator[tuple[Place, int]]:
    """Places, each with how many tokens it takes."""
    known = _countries(language)
    i = 0
    while i < len(tokens):
        if UNSPACED.match(tokens[i]):
            for within in _in_run(tokens[i], known):
                yield within, 1
            i += 1
            continue
        place, length = _at(tokens, i, known)
        if place is not None:
            yield place, length
        i += length


def _at(tokens: Sequence[str], i: int, known: "_Countries") -> tuple[Place | None, int]:
    token = tokens[i]
    if token[0] != token[0].upper():  # a script without capitals has one form only
        return None, 1
    if token in known.capitals:
        return country(known.capitals[token]), 1
    folded = [fold(each.lower()) for each in tokens[i : i + _LONGEST_NAME]]
    for length in range(len(folded), 1, -1):
        phrase = " ".join(folded[:length])
        if phrase in known.whole:
            code = known.whole[phrase]
            return country(code) if code else None, length
    code, length = known.inflected(folded)
    if code:
        return country(code), length
    lowered = [each.lower() for each in tokens[i : i + 3]]
    if any(_CLUB in cities().word(each) for each in lowered[1:]):
        return None, 1
    pair = cities().pair(lowered[0], lowered[1]) if len(lowered) > 1 else ()
    if pair:
        return _city(pair), 2
    code = known.single(folded[0])
    return (country(code), 1) if code else (_city(cities().word(lowered[0])), 1)


def _in_run(token: str, known: "_Countries") -> Iterator[Place]:
    for name, code in known.unspaced:
        if name in token:
            yield country(code)
    for concept in cities().run(token):
        city = _city((concept,))
        if city is not None:
            yield city


def _city(concepts: Sequence[str]) -> Place | None:
    name = concepts[0][2:] if concepts else ""
    code = CITY_COUNTRY.get(name)
    if code is None:
        return None
    words = (each if each in _SMALL else each.title() for each in name.split("_"))
    return Place(" ".join(words), "city", code)


@cache
def country(code: str) -> Place:
    """The country of an ISO 3166-1 code, or Northern Ireland."""
    if code == _ULSTER:
        return Place("Northern Ireland", "country", "GB")
    return Place(Locale("en").territories[code], "country", code)


class _Countries(msgspec.Struct, frozen=True):
    """The names of countries in one language, folded; ``stems`` also begin longer forms, and
    ``phrases`` those of names of several words, by how the first of them begins."""

    whole: dict[str, str]
    stems: dict[str, tuple[str, int]]
    phrases: dict[str, list[tuple[tuple[tuple[str, int], ...], str]]]
    capitals: dict[str, str]
    unspaced: list[tuple[str, str]]

    def inflected(self, folded: Sequence[str]) -> tuple[str, int]:
        """The country whose name of several words begins here in some case, and how many."""
        for words, code in self.phrases.get(folded[0][:_OPENING], ()):
            if len(words) <= len(folded) and all(
                word.startswith(stem) and len(word) <= longest
                for word, (stem, longest) in zip(folded, words, strict=False)
            ):
                return code, len(words)
        return "", 1

    def single(self, word: str) -> str:
        """The country of one folded word, "" when it is none."""
        bare = [word[len(c) :] for c in _CLITICS if word.startswith(c) and len(word) > len(c) + 2]
        for form in (word, word.removesuffix("s"), *bare):
            if form in self.whole:
                return self.whole[form]
        for end in range(min(len(word), _LONGEST_WORD), _SHORTEST_STEM - 1, -1):
            code, longest = self.stems.get(word[:end], ("", 0))
            if len(word) <= longest:
                return code
        return ""


@cache
def _countries(language: str) -> _Countries:
    named = [(name, code) for code, short in _SHORT.items() for name in short.split()]
    capitals = {name: code for name, code in named if name.isupper()}
    whole = {name.replace("_", " "): code for name, code in named if not name.isupper()}
    unspaced = [(name, code) for name, code in named if UNSPACED.match(name)]
    stems: dict[str, tuple[str, int]] = {}
    phrases: dict[str, list[tuple[tuple[tuple[str, int], ...], str]]] = {}
    for code, name in (*country_names(language), *_CASED.get(language, ())):
        if UNSPACED.match(name):
            unspaced.append((name, code))
            continue
        folded = " ".join(fold(token.lower()) for token in _TOKEN.findall(name))
        if folded in _AMBIGUOUS.get(language, ()):
            continue
        whole[folded] = code
        if language not in INFLECTED:
            continue
        stem, *others = map(_stem, folded.split())
        if others:
            softened = (each.rstrip(_SOFTENED) for each in (stem, *others))
            longest = (len(word) + _LONGEST_ENDING for word in folded.split())
            words = tuple(zip(softened, longest, strict=True))
            phrases.setdefault(words[0][0][:_OPENING], []).append((words, code))
        elif len(stem) >= _SHORTEST_STEM:
            stems[stem] = (code, len(folded) + _LONGEST_ENDING)
    unspaced.sort(key=lambda row: -len(row[0]))
    return _Countries(whole, stems, phrases, capitals, unspaced)


def _stem(word: str) -> str:
    """What a word keeps in all cases; what is as short as "new" or "and" has none but itself."""
    if len(word) < _SHORTEST_STEM:
        return word
    bare = word.rstrip(_ENDING)
    return word[: max(len(bare), len(word) - _LONGEST_ENDING)]
