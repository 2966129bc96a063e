"""The names that a story's texts share: capitals find them, consonants join their spellings.

A run of capitals in a sentence is a candidate (:mod:`copydesk.names`); a headline with a capital
on every word makes none, nor does a single German noun. A candidate then counts in every text
where it stands, whatever the alphabet and the case ending, because words are compared by their
consonants (Putin, Путина). A surname alone counts for the full name that most texts have.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import msgspec
from anyascii import anyascii
from babel import Locale, UnknownLocaleError

from copydesk.name_kinds import NameKind, kind_of
from copydesk.names import names
from copydesk.places import Place, place_of, places
from dedupe.stories.lexicon import lexicon
from dedupe.stories.neutral import sound
from dedupe.stories.words import fold, language_of

_WORD = re.compile(r"[^\W\d_][\w-]*")
_CAPITALS_SHARE = 0.6
_LEAST_WORDS = 4
_SURE_SOUND = 3
_VOWELS = "aeiouy'"
# Letters that one name begins with in different languages: Zelensky, Selenskyj.
_FIRST = str.maketrans("zwcqyj", "svkkii")
_TITLES = frozenset({"c:president", "c:premier", "c:minister", "c:chancellor", "c:ambassador"})
_MORE_TITLES = frozenset({
    "mayor", "governor", "gov", "king", "queen", "pope", "prince", "general", "sir", "mr", "mrs",
    "ms", "dr", "senator", "sen", "rep", "secretary", "prime", "burgermeister", "gouverneur",
    "konig", "papst", "maire", "roi", "pape", "alcalde", "gobernador", "rey", "мэр", "губернатор",
    "король", "папа", "мер",
})  # fmt: skip
# Of General Electric and Prime Video they say nothing.
_NO_OFFICE = frozenset({"general", "prime", "king", "roi", "rey", "queen"})
_MINISTRIES = ("ministry", "ministeri", "ministerstw", "министерств", "міністерств")
_COUNTRY_BODIES = frozenset({"kremlin", "kreml", "кремль", "hamas", "хамас"})
_FULL_SHARE = 0.1
# So many texts name a place for sure, then a name that sounds like it is it: Georgia, Hamburgu.
_SURE_PLACE = 2
Form = tuple[str, ...]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One text of a story: its first report there. ``at`` in epoch seconds; ``lede`` begins it."""

    id: str
    at: float
    title: str
    lede: str
    language: str
    outlet: str
    credit: str = ""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What each text of a story names; both lists run beside the texts, kinds are of labels."""

    labels: dict[Form, str]
    kinds: dict[str, NameKind]
    names: list[frozenset[Form]]
    places: list[frozenset[Place]]


def named(texts: Sequence[Told]) -> Named:
    """The names and places of each text.

    ``labels`` spell a name as most texts do, in the language of most texts where they have it.
    """
    publishers = {_form(each) for text in texts for each in (text.outlet, text.credit) if each}
    spoken = Counter(language_of(text.language) for text in texts)
    main = min(spoken, key=lambda tongue: (-spoken[tongue], tongue), default="")
    spelt: dict[Form, Counter[str]] = defaultdict(Counter)
    own: set[str] = set()
    introduced = Counter[Form]()
    for text in texts:
        for name, office in _candidates(text):
            form = _form(name)
            if form and form not in publishers:
                spelt[form][name] += 1
                introduced[form] += bool(office)
                if language_of(text.language) == main:
                    own.add(name)
    whole = _joined(spelt)
    openers: dict[str, list[Form]] = defaultdict(list)
    for form in spelt:
        openers[form[0]].append(form)
    held = [{whole[form] for form in _standing(text, openers)} for text in texts]
    where = [
        {*places(text.title, text.language), *places(text.lede, text.language)} for text in texts
    ]
    sure = Counter(place for seen in where for place in seen)
    by_form = {_form(place.name): place for place, n in sorted(sure.items()) if n >= _SURE_PLACE}
    for forms, seen in zip(held, where, strict=True):
        seen.update(by_form[form] for form in forms if form in by_form)
        forms.difference_update(by_form)
    counts = Counter(form for forms in held for form in forms)
    groups: dict[Form, list[Form]] = defaultdict(list)
    for form, root in whole.items():
        groups[root].append(form)
    labels = {root: _label(groups[root], spelt, own, counts[root]) for root in counts}
    return Named(
        labels=labels,
        kinds={label: _kind(groups[root], spelt, introduced) for root, label in labels.items()},
        names=[frozenset(forms) for forms in held],
        places=[frozenset(seen) for seen in where],
    )


def _candidates(text: Told) -> Iterator[tuple[str, str]]:
    """Names, and the office that stands right before each (President, Mr)."""
    tongue = language_of(text.language)
    read = text.lede if _titled(text.title) else f"{text.title}.\n{text.lede}"
    calendar = _calendar(tongue)
    for found in dict.fromkeys(names(read, text.language)):
        words = [word for word in found.split() if word.casefold() not in calendar]
        titles = [i for i, word in enumerate(words) if _is_title(word)]
        office = fold(words[titles[-1]].casefold()) if titles else ""
        words = words[titles[-1] + 1 :] if titles else words
        name = " ".join(words)
        if not words or place_of(name, text.language) is not None:
            continue
        if len(words) > 1 or not _of_a_country(name):
            yield name, "" if office in _NO_OFFICE else office


def _titled(headline: str) -> bool:
    """Whether a headline has a capital on nearly every word, so that capitals name nothing."""
    words = [word for word in _WORD.findall(headline) if len(word) >= _LEAST_WORDS]
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= _LEAST_WORDS and capitals > _CAPITALS_SHARE * len(words)


@lru_cache(8192)
def _is_title(word: str) -> bool:
    """Whether a word says what someone is: all up to it is no name (Israeli Prime Minister ...)."""
    low = word.casefold()
    if low.startswith(_MINISTRIES):
        return False
    return fold(low) in _MORE_TITLES or not _TITLES.isdisjoint(lexicon().word(low))


@lru_cache(8192)
def _of_a_country(word: str) -> bool:
    """Russian, Ukrainians: named by the country already."""
    low = word.casefold()
    country = any(concept.startswith("p:") for concept in lexicon().word(low))
    return country and low not in _COUNTRY_BODIES


@cache
def _calendar(language: str) -> frozenset[str]:
    """The names of months and weekdays."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):  # no language, or one without a calendar in CLDR
        return frozenset()
    wide = (locale.months["format"]["wide"], locale.days["format"]["wide"])
    return frozenset(word.casefold() for each in wide for word in each.values())


def _form(name: str) -> Form:
    return tuple(_key(word) for word in _WORD.findall(name))


@lru_cache(32_768)
def _key(word: str) -> str:
    """What a word of a name has in common in all spellings: its first letter and consonants.

    Few consonants say little: then all Latin letters but an ending (Igor, Игоря).
    """
    heard, latin = sound(word), anyascii(word).lower()
    if len(heard) >= _SURE_SOUND:
        return latin[:1].translate(_FIRST) + heard
    bare = latin.rstrip(_VOWELS)
    return bare if len(bare) >= _SURE_SOUND else latin


def _joined(spelt: dict[Form, Counter[str]]) -> dict[Form, Form]:
    """Each form with the fullest one that it is the end of: Putin with Vladimir Putin."""
    longer: dict[Form, list[Form]] = defaultdict(list)
    for form in spelt:
        for end in range(1, len(form)):
            longer[form[end:]].append(form)

    def often(form: Form) -> tuple[int, int, Form]:
        return -sum(spelt[form].values()), len(form), form

    above = {form: min(longer[form], key=often) for form in spelt if form in longer}
    whole = {}
    for form in spelt:
        root = form
        while root in above:
            root = above[root]
        whole[form] = root
    return whole


def _standing(text: Told, openers: dict[str, list[Form]]) -> Iterator[Form]:
    """The forms that stand in a text; of Gulf and Gulf Cartel at one place the longer."""
    words = _WORD.findall(f"{text.title} \n {text.lede}")
    keys = [_key(word) for word in words]
    i = 0
    while i < len(words):
        found: Form = ()
        if not words[i][0].islower():
            for form in openers.get(keys[i], ()):
                if len(form) > len(found) and tuple(keys[i : i + len(form)]) == form:
                    found = form
        if found:
            yield found
        i += len(found) or 1


def _kind(
    forms: Sequence[Form], spelt: dict[Form, Counter[str]], introduced: Counter[Form]
) -> NameKind:
    spellings = Counter[str]()
    for form in forms:
        spellings.update(spelt[form])
    return kind_of(spellings, introduced=sum(introduced[form] for form in forms))


def _label(
    forms: Sequence[Form], spelt: dict[Form, Counter[str]], own: set[str], texts: int
) -> str:
    """The commonest spelling, a full name before a surname unless it is rare."""
    counts = Counter[str]()
    for form in forms:
        counts.update(spelt[form])
    least = min(max(2, _FULL_SHARE * texts), max(counts.values()))
    full = [name for name in counts if " " in name and counts[name] >= least] or counts
    return min(full, key=lambda name: (name not in own, -counts[name], len(name), name))
