"""The names that a story's texts share: capitals find them, consonants join their spellings.

A run of capitals in a sentence is a candidate (:mod:`copydesk.names`); a headline with a capital
on every word makes none, nor does a single German noun. A candidate then counts in every text
where it stands, whatever the alphabet and the case ending, because words are compared by their
consonants (Putin, Путина). A surname alone counts for the full name that most texts have.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec
from anyascii import anyascii

from copydesk.name_kinds import NameKind, is_given_name, kind_of
from copydesk.name_parts import is_of_a_country, parted
from copydesk.names import names
from copydesk.places import Place, place_of, places
from copydesk.publishers import is_publisher, publishers
from dedupe.stories.neutral import sound
from dedupe.stories.words import language_of

_WORD = re.compile(r"[^\W\d_][\w-]*")
# Hyphens come and go: Yoon Suk-yeol, Yoon Suk Yeol.
_PART = re.compile(r"[^\W_]+")
_CAPITALS_SHARE = 0.6
_LEAST_WORDS = 4
_SURE_SOUND = 3
_VOWELS = "aeiouy'"
# Letters that one name begins with in different languages: Zelensky, Selenskyj.
_FIRST = str.maketrans("zwcqyj", "svkkii")
_FULL_SHARE = 0.1
# So many texts name a place for sure, then a name that sounds like it is it: Georgia, Hamburgu.
_SURE_PLACE = 2
# Of the texts with a word in capitals, a larger share than this with it in lower case, and it is
# no name.
_LOWER_SHARE = 1 / 3
_LONGEST_PERSON = 3
_OF = frozenset({"of", "the"})
# So many times as often as other people of that first name.
_CLEARLY = 4
Form = tuple[str, ...]
_Words = tuple[list[str], list[str]]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One text of a story: its first report there. ``at`` in epoch seconds; ``lede`` begins it."""

    id: str
    at: float
    title: str
    lede: str
    language: str
    outlet: str
    credit: str = ""
    status: str = "usable"


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
    spoken = Counter(language_of(text.language) for text in texts)
    main = min(spoken, key=lambda tongue: (-spoken[tongue], tongue), default="")
    spelt: dict[Form, Counter[str]] = defaultdict(Counter)
    own: set[str] = set()
    introduced = Counter[Form]()
    for text in texts:
        for name, office in _candidates(text):
            form = _form(name)
            if form:
                spelt[form][name] += 1
                introduced[form] += bool(office)
                if language_of(text.language) == main:
                    own.add(name)
    words = [(_PART.findall(text.title), _PART.findall(text.lede)) for text in texts]
    for form in {*_generic(texts, words, spelt), *_pairs(spelt)}:
        del spelt[form]
    whole = _joined(spelt, introduced)
    held = [{whole[form] for form in forms} for forms in _stated(texts, words, spelt)]
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
    for found in dict.fromkeys(names(read, text.language)):
        name, office = parted(found, tongue)
        if name and place_of(name, text.language) is None and not is_of_a_country(name):
            yield name, office


def _titled(headline: str) -> bool:
    """Whether a headline has a capital on nearly every word, so that capitals name nothing."""
    words = [word for word in _WORD.findall(headline) if len(word) >= _LEAST_WORDS]
    capitals = sum(word[0].isupper() for word in words)
    return len(words) >= _LEAST_WORDS and capitals > _CAPITALS_SHARE * len(words)


def _form(name: str) -> Form:
    return tuple(_key(word) for word in _PART.findall(name))


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


def _generic(
    texts: Sequence[Told], words: Sequence[_Words], spelt: dict[Form, Counter[str]]
) -> list[Form]:
    """What texts write in lower case too: Police, Secret, the Channel. Tags and links do not."""
    alone = {name.casefold(): form for form in spelt if len(form) == 1 for name in spelt[form]}
    capital, lower = Counter[Form](), Counter[Form]()
    for text, (title, lede) in zip(texts, words, strict=True):
        for word in {*title, *lede}:
            form = alone.get(word.casefold())
            if form is None:
                continue
            if not word.islower():
                capital[form] += 1
            elif f" {word}" in text.title or f" {word}" in text.lede:
                lower[form] += 1
    return [form for form, n in lower.items() if n > _LOWER_SHARE * capital[form]]


def _pairs(spelt: dict[Form, Counter[str]]) -> Iterator[Form]:
    """Runs of two names, each of which stands alone as often: Boris Johnson Covid, Google Bard."""
    for form, spellings in spelt.items():
        often = spellings.total()
        for end in range(1, len(form)):
            first, second = spelt.get(form[:end]), spelt.get(form[end:])
            if not first or not second or min(first.total(), second.total()) < often:
                continue
            if end > 1 or not any(map(is_given_name, first)):
                yield form
                break


def _joined(spelt: dict[Form, Counter[str]], introduced: Counter[Form]) -> dict[Form, Form]:
    """Each form with the fullest one that it is the end of: Putin with Vladimir Putin.

    And a word with the one person whose name it begins: Tsai with Tsai Ing-wen.
    """

    def often(form: Form) -> tuple[int, int, Form]:
        return -spelt[form].total(), len(form), form

    longer: dict[Form, list[Form]] = defaultdict(list)
    for form in spelt:
        for end in range(1, len(form)):
            if form[end - 1] not in _OF:  # the Capitol is not its architect
                longer[form[end:]].append(form)
    above = {form: min(longer[form], key=often) for form in spelt if form in longer}
    whole = {}
    for form in spelt:
        root = form
        while root in above:
            root = above[root]
        whole[form] = root
    people = _people(sorted(spelt, key=often), spelt, introduced)
    for form in [form for form, root in whole.items() if form == root and len(form) == 1]:
        person, *others = people.get(form[0], [form])
        if not others or spelt[person].total() >= _CLEARLY * spelt[others[0]].total():
            whole[form] = whole[person]
    return whole


def _people(
    forms: Sequence[Form], spelt: dict[Form, Counter[str]], introduced: Counter[Form]
) -> dict[str, list[Form]]:
    """The full names of people, by what they begin with."""
    found: dict[str, list[Form]] = defaultdict(list)
    for form in forms:
        if 1 < len(form) <= _LONGEST_PERSON and _kind((form,), spelt, introduced) == "person":
            found[form[0]].append(form)
    return found


def _stated(
    texts: Sequence[Told], words: Sequence[_Words], spelt: dict[Form, Counter[str]]
) -> Iterator[set[Form]]:
    """The forms that each text states: a publisher's name only in the headline of another."""
    openers: dict[str, list[Form]] = defaultdict(list)
    for form in spelt:
        openers[form[0]].append(form)
    everybody = publishers(each for text in texts for each in (text.outlet, text.credit))
    publishing = {form for form in spelt if _published(spelt[form], everybody)}
    for text, (title, lede) in zip(texts, words, strict=True):
        above = set(_standing(title, openers))
        found = above | set(_standing(lede, openers))
        own = publishers((text.outlet, text.credit))
        yield {
            form
            for form in found
            if form not in publishing or (form in above and not _published(spelt[form], own))
        }


def _published(spellings: Counter[str], by: frozenset[str]) -> bool:
    return any(is_publisher(name, by) for name in spellings)


def _standing(words: Sequence[str], openers: dict[str, list[Form]]) -> Iterator[Form]:
    """The forms that stand in a text; of Gulf and Gulf Cartel at one place the longer."""
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
