"""What stands in a run of capitals beside the name: offices, days, countries.

Israeli Prime Minister Ada Lovelace, Ada Lovelace Tuesday, Francji Emmanuela Macrona.
"""

import re
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError

from copydesk.name_kinds import is_body, is_given_name
from copydesk.places import INFLECTED, place_of
from dedupe.stories.lexicon import lexicon
from dedupe.stories.words import fold

_TITLES = frozenset({"c:president", "c:premier", "c:minister", "c:chancellor", "c:ambassador"})
_MORE_TITLES = frozenset({
    "mayor", "governor", "gov", "king", "queen", "pope", "prince", "princess", "general", "sir",
    "mr", "mrs", "ms", "dr", "senator", "sen", "sens", "rep", "reps", "congressman",
    "congresswoman", "secretary", "speaker", "leader", "chair", "chairman", "chairwoman",
    "commissioner", "attorney", "chief", "judge", "justice", "prosecutor", "sheriff", "officer",
    "sgt", "lt", "col", "capt", "ceo", "director", "spokesman", "spokeswoman", "spokesperson",
    "ayatollah", "cardinal", "archbishop", "consort", "prof", "professor", "reporter", "prime",
    "burgermeister", "gouverneur", "konig", "papst", "maire", "roi", "pape", "alcalde",
    "gobernador", "rey", "szef", "ksiaze", "papiez", "krol", "kard", "abp", "мэр", "губернатор",
    "король", "папа", "мер",
})  # fmt: skip
# Of General Electric and Prime Video they say nothing.
_NO_OFFICE = frozenset(
    ("general", "king", "krol", "ksiaze", "prime", "prince", "princess", "queen", "rey", "roi")
)
# A first name alone is nobody's: what people say is King Charles, and Pope Francis.
_KEPT = frozenset({"general", "king", "pope", "prime", "prince", "princess", "queen"})
_MINISTRIES = ("ministry", "ministeri", "ministerstw", "министерств", "міністерств")
_COUNTRY_BODIES = frozenset({"kremlin", "kreml", "кремль", "hamas", "хамас"})
# Peoples that are neither in the lexicon nor called like their language there.
_PEOPLES = frozenset(
    (
        "afghan", "afghans", "african", "africans", "argentine", "asian", "austrian", "belarusian",
        "belgian", "cuban", "danish", "dutch", "european", "europeans", "filipino",
        "finnish", "greek", "hungarian", "irish", "kenyan", "korea", "korean", "koreans",
        "lebanese", "nigerian", "north", "norwegian", "philippine", "polish", "romanian", "south",
        "swedish", "swiss", "thai", "turkish", "turks", "vietnamese", "welsh",
    )
)  # fmt: skip
# What secretaries are of, and chiefs: Secretary of State Ada Lovelace.
_DEPARTMENTS = frozenset(
    (
        "Agriculture", "Commerce", "Defence", "Defense", "Education", "Energy", "Health", "House",
        "Interior", "Labor", "Staff", "State", "Transportation", "Treasury",
    )
)  # fmt: skip
# Jane Doe, R-Calif.: an American party and state.
_PARTY = re.compile("[DIR]-[A-Z]")
# Letters that a first name takes in other cases.
_ENDINGS = (0, 1, 2)
# Days that have a name: Good Friday, Wielki Piątek.
_FEASTS = frozenset(
    (
        "ash", "black", "bloody", "easter", "good", "holy", "maundy", "palm", "shrove", "super",
        "wielka", "wielki", "wielką", "wielkiej",
    )
)  # fmt: skip


def parted(run: str, language: str) -> tuple[str, str]:
    """The name in a run of capitals, "" when there is none, and the office right before it.

    ``language`` by its ISO 639-1 code.
    """
    words = [word for word in run.split() if not _PARTY.match(word)]
    words = _without_days(words, language)
    titles = [i for i, word in enumerate(words) if _is_title(word)]
    if not titles:
        return " ".join(_without_country(words, language)), ""
    last = titles[-1]
    office = _office(words[last])
    rest = words[last + 1 :]
    kept = last == 0 and office in _KEPT and rest and (len(rest) == 1 or rest[0].islower())
    if rest and (kept or is_body(rest[0])):
        return " ".join(words), ""
    if rest and rest[0].islower():  # Secretary of State, CEO of Holm Works
        office = ""
        rest = rest[next((i for i, word in enumerate(rest) if not word.islower()), len(rest)) :]
        if rest and rest[0] in _DEPARTMENTS:
            office, rest = _office(words[last]), rest[1:]
    return " ".join(rest), office if rest and office not in _NO_OFFICE else ""


def _office(title: str) -> str:
    return fold(title.casefold())


def is_of_a_country(name: str) -> bool:
    """Russian, Ukrainians, North Korean: named by the country already."""
    return all(map(_is_a_people, name.split()))


@lru_cache(8192)
def _is_title(word: str) -> bool:
    """Whether a word says what someone is: all up to it is no name (Israeli Prime Minister ...)."""
    low = word.casefold()
    if low.startswith(_MINISTRIES):
        return False
    return word == "DA" or fold(low) in _MORE_TITLES or not _TITLES.isdisjoint(lexicon().word(low))


@lru_cache(8192)
def _is_a_people(word: str) -> bool:
    low = word.casefold()
    if low in _PEOPLES:
        return True
    country = any(concept.startswith("p:") for concept in lexicon().word(low))
    return country and low not in _COUNTRY_BODIES


def _without_days(words: list[str], language: str) -> list[str]:
    """Days and months at the ends; Good Friday is one name, and so is its agreement."""
    wide, short = _calendar(language)
    if len(words) == 1:
        return [] if words[0].casefold() in wide | short else words
    while words and words[0].casefold() in wide:
        words = words[1:]
    while words and words[-1].casefold() in wide:
        if len(words) > 1 and words[-2].casefold() in _FEASTS:
            break
        words = words[:-1]
    while words and words[-1].islower():  # Fourth of July
        words = words[:-1]
    return words


def _without_country(words: list[str], language: str) -> list[str]:
    """Without the country whose office it is, where that stands between (prezydent Francji ...),
    and without the one after it, where every word has a capital (Cyclone Gabrielle New Zealand).

    One word that begins a sentence before a genitive is no name either (Obywatele Norwegii).
    """
    for length in (2, 1):
        rest = words[length:]
        if len(rest) > 1 and _is_country(words[:length], language) and _called(rest[0], language):
            return rest
        rest = words[:-length]
        if len(rest) == 1 and language in INFLECTED and _is_country(words[1:], language):
            return words if is_body(rest[0]) else []
        if len(rest) > 1 and not rest[-1].islower() and _is_country(words[-length:], language):
            return rest
    return words


def _is_country(words: list[str], language: str) -> bool:
    place = place_of(" ".join(words), language)
    return place is not None and place.kind == "country"


def _called(word: str, language: str) -> bool:
    """Whether it is a first name, in any case (Emmanuela, Andrzejem)."""
    endings = _ENDINGS if language in INFLECTED else (0,)
    return any(is_given_name(word[: len(word) - cut]) for cut in endings)


@cache
def _calendar(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names of months and weekdays, and what they are cut to."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):  # no language, or one without a calendar in CLDR
        return frozenset(), frozenset()

    def named(width: str) -> frozenset[str]:
        both = (locale.months["format"][width], locale.days["format"][width])
        return frozenset(word.casefold().strip(".") for each in both for word in each.values())

    return named("wide"), named("abbreviated")
