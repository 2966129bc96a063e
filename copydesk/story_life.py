"""What a story is about and how it went on: its key names, its places, its moments.

Computed when one story is shown, from its texts (copies count once): lists and the desk never
pay for it. Pure, and the same in whatever order the texts come.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import msgspec

from copydesk.name_kinds import NameKind
from copydesk.places import Place
from copydesk.story_names import Told, named
from dedupe.stories.common import common_words
from dedupe.stories.lexicon import lexicon
from dedupe.stories.words import Stemmer, language_of, words

TEXTS = 200
"""The newest texts of a story that are read: some 50 ms."""
LEDE = 400
"""Characters of a text that are read: whom and what it is about, it says at once."""
HOUR = 3600.0
# A story that many look at is told once for all; 64 of them are 10 MB at most.
_REMEMBERED = 64
_SHOWN = 8
_SHARE = 0.1
_MOMENTS = 6
_NEWS_SHOWN = 5
_SPAN = 3 * HOUR
_BURST = 3
_WORDS_BURST = 5
_NEWS_SHARE = 0.25
_KNOWN_TEXTS = 2
_SHORTEST_WORD = 4


class KeyName(msgspec.Struct, frozen=True, kw_only=True):
    """A name, whose it is as far as that shows, and how many texts have it."""

    name: str
    kind: NameKind
    texts: int


class KeyPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A city or country, and how many texts name it."""

    name: str
    kind: Literal["city", "country"]
    country: str
    texts: int


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A sub-event: the report that tells it best, and the names and words that it brought."""

    at: float
    article: str
    headline: str
    status: str
    new: tuple[str, ...]
    texts: int


class StoryLife(msgspec.Struct, frozen=True, kw_only=True):
    """Key names and places, most shared first; moments in time order.

    ``velocity`` is reports an hour over the three hours that end with the last report,
    ``last_hour`` the reports of the last of them; both count copies.
    """

    velocity: float = 0.0
    last_hour: int = 0
    names: tuple[KeyName, ...] = ()
    places: tuple[KeyPlace, ...] = ()
    moments: tuple[Moment, ...] = ()


class _Term(msgspec.Struct, frozen=True, order=True):
    """A thing that texts share: 0 a name, 1 a place, 2 a word (of one language only)."""

    kind: int
    label: str
    language: str = ""


class _Fresh(msgspec.Struct, frozen=True, kw_only=True):
    """A term that the story took up at once when it first had it."""

    at: float
    term: _Term
    carriers: tuple[int, ...]


@lru_cache(_REMEMBERED)
def story_life(texts: tuple[Told, ...], *, velocity: float = 0.0, last_hour: int = 0) -> StoryLife:
    """The life of a story with these texts, of each only its first report."""
    ordered = sorted(texts, key=lambda text: (text.at, text.id))
    found = named(ordered)
    least = max(min(2, len(ordered)), _SHARE * len(ordered))
    names = Counter(found.labels[form] for forms in found.names for form in forms)
    where: Counter[Place] = Counter(place for seen in found.places for place in seen)
    spoken: dict[int, dict[_Term, str]] = {}
    for i, text in enumerate(ordered):
        terms = {_Term(0, found.labels[form]): found.labels[form] for form in found.names[i]}
        terms |= {_Term(1, place.name): place.name for place in found.places[i]}
        spoken[i] = terms | _words(text)
    return StoryLife(
        velocity=velocity,
        last_hour=last_hour,
        names=tuple(
            KeyName(name=name, kind=found.kinds[name], texts=n)
            for name, n in sorted(names.items(), key=lambda row: (-row[1], row[0]))
            if n >= least
        )[:_SHOWN],
        places=tuple(
            KeyPlace(name=place.name, kind=place.kind, country=place.country, texts=n)
            for place, n in sorted(where.items(), key=lambda row: (-row[1], row[0]))
            if n >= least
        )[:_SHOWN],
        moments=_moments(ordered, spoken),
    )


_STEMMER = Stemmer()


def _words(text: Told) -> dict[_Term, str]:
    """The words of a headline by their stems; places and peoples are found as such."""
    language = language_of(text.language)
    common = common_words(language)
    return {
        _Term(2, _STEMMER.stem(word, language), language): word
        for word in words(text.title)
        if len(word) >= _SHORTEST_WORD
        and word not in common
        and not word[0].isdigit()
        and not any(concept.startswith("p:") for concept in lexicon().word(word))
    }


def _moments(ordered: Sequence[Told], spoken: dict[int, dict[_Term, str]]) -> tuple[Moment, ...]:
    """The moments when a story went on, at most six.

    A name, place or headline word is fresh when no text had it before (a word: no text of its
    language, of which two are known), the story is an hour old, and of the texts of the next
    three hours at least a quarter and two outlets have it. What becomes fresh within one hour is
    one moment, if it has a name or place that brought three texts, or two words and five texts.
    Its report is the one with most of it, the earliest of those.
    """
    fresh = sorted(_fresh(ordered, spoken), key=lambda each: (each.at, each.term))
    groups: list[list[_Fresh]] = []
    for each in fresh:
        if groups and each.at <= groups[-1][0].at + HOUR:
            groups[-1].append(each)
        else:
            groups.append([each])
    found = []
    for group in groups:
        telling = Counter(i for each in group for i in each.carriers)
        plain = all(each.term.kind == 2 for each in group)
        if len(telling) < (_WORDS_BURST if plain else _BURST) or (plain and len(group) < 2):
            continue
        best = min(telling, key=lambda i: (-telling[i], i))
        shown = sorted(group, key=lambda each: (each.term.kind, -len(each.carriers), each.term))
        found.append(
            Moment(
                at=ordered[best].at,
                article=ordered[best].id,
                headline=ordered[best].title,
                status=ordered[best].status,
                new=_news([spoken[each.carriers[0]][each.term] for each in shown]),
                texts=len(telling),
            )
        )
    most = sorted(found, key=lambda moment: (-moment.texts, moment.at, moment.article))[:_MOMENTS]
    return tuple(sorted(most, key=lambda moment: (moment.at, moment.article)))


def _news(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels, names first, without words that a name before them has already."""
    shown: list[str] = []
    for label in labels:
        if label.casefold() not in " ".join(shown).casefold():
            shown.append(label)
    return tuple(shown[:_NEWS_SHOWN])


def _fresh(ordered: Sequence[Told], spoken: dict[int, dict[_Term, str]]) -> list[_Fresh]:
    holders: dict[_Term, list[int]] = defaultdict(list)
    for i, terms in spoken.items():
        for term in terms:
            holders[term].append(i)
    tongues = [language_of(text.language) for text in ordered]
    found = []
    for term, held in holders.items():
        first = ordered[held[0]].at
        known = sum(not term.language or tongue == term.language for tongue in tongues[: held[0]])
        if first < ordered[0].at + HOUR or known < _KNOWN_TEXTS:
            continue
        near = [
            i
            for i, text in enumerate(ordered)
            if first <= text.at <= first + _SPAN and term.language in ("", tongues[i])
        ]
        carriers = tuple(i for i in near if term in spoken[i])
        outlets = {ordered[i].outlet for i in carriers}
        if len(outlets) >= 2 and len(carriers) >= _NEWS_SHARE * len(near):
            found.append(_Fresh(at=first, term=term, carriers=carriers))
    return found
