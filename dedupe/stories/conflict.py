"""What speaks against two reports telling of one happening, as an editor would see it.

A scene: the city where it happens. The words of a raid on Kyiv and of a drone strike on Moscow
are the same, and each report names both cities; but its headline and lead say which one was hit.
A template: one outlet's headlines with one slot filled by another name ("Norvik Foods Q1 profit",
"Halden Semiconductor Q1 profit"), or two names that each begin a headline of the same words with
other figures ("Norvik earned 9.2 m in Q1", "Halden had earned 61 m in Q1"). Both are found once per
report and kept with the story as small counts, so that no comparison looks at the members.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, pairwise, takewhile
from typing import Final, NamedTuple

from dedupe.stories.common import common_words
from dedupe.stories.lexicon import UNSPACED, cities
from dedupe.stories.memo import make_room
from dedupe.stories.sparse import Vector
from dedupe.stories.words import LONGEST_WORD, fold, tokens

SCENE_LEAD: Final = 40
"""Words of the text that are looked at: the lead with its dateline."""
_TOKEN: Final = re.compile(r"[^\W_]+(?:[.,][0-9]+)*")
_CLAUSE: Final = re.compile(r"[;:,.!?]\s|\s[-–—]\s")
"""Who blames whom is said within a clause."""
_IN_TITLE: Final = 3.0
_IN_LEAD: Final = 1.0
_SPEAKING: Final = 0.2
_LEAST: Final = 2.0
"""A scene is named in the title, or twice in the lead (the dateline is one)."""
_CLEAR: Final = 1.5
"""The scene is named this much more than the next city, else there is none."""

_SPEECH: Final = re.compile(
    r"accus|acus|blam|den(?:y|ie|unc)|says?$|said$|claim|condemn|confirm|warn|reject|urge|tell|told"
    r"|points?$|behind$|promis|pledg|aid$|arms$|weapon|support|beschuldig|dementi|bestreit|bestatig"
    r"|macht$|wirft$|sagt$|weist$|waffen|отрица|обвин|заяв|причаст|назва|nie$|demen|niega|culpa"
    r"|afirma|oskarz|zaprzecz|twierdzi|ostrzeg|bound$|flight|vuelo|рейс"
)
"""Beside such a word a city is a government that speaks, is blamed or is sent arms, or where a
flight goes: no scene."""
_OWNING: Final = 0.5
"""Of "Moscow's pundits": as often the state as the city."""
_CLUB: Final = "c:club"
_REMEMBERED: Final = 200_000
"""Tokens."""


def scene(title: str, text: str) -> str:
    """The city in which a report's happening takes place; ``""`` where none or several are named.

    The title counts most, then the lead with its dateline; a city that accuses, denies or is
    blamed hardly counts.
    """
    lead = " ".join(text.split(maxsplit=SCENE_LEAD)[:SCENE_LEAD])
    if not _names_city(title) and not _names_city(lead):
        return ""
    weights: dict[str, float] = {}
    _weigh(title, _IN_TITLE, weights)
    _weigh(lead, _IN_LEAD, weights)
    if not weights:
        return ""
    best, *others = sorted(weights.items(), key=lambda row: (-row[1], row[0]))
    if best[1] < _LEAST or (others and best[1] < _CLEAR * others[0][1]):
        return ""
    return best[0]


class _Hints(dict[str, bool]):
    """Whether a token may be, or begin, the name of a city."""

    def __missing__(self, token: str) -> bool:
        known, low = cities(), token.lower()
        run = not token.isascii() and bool(UNSPACED.match(token) and known.run(token))
        found = run or known.opens(low) or (not token[0].islower() and bool(known.word(low)))
        if len(token) <= LONGEST_WORD:
            make_room(self, _REMEMBERED)
            self[token] = found
        return found


_HINTS: Final = _Hints()


def _names_city(text: str) -> bool:
    """Whether it is worth reading the text clause by clause: four in five are not."""
    written = tokens(text[:1000])
    if not cities().openers.keys().isdisjoint(written):
        return True
    # A small word in ASCII can only open a name: two in three need no place in the table.
    rest = [token for token in written if not (token.islower() and token.isascii())]
    return any(map(_HINTS.__getitem__, rest))


def _weigh(text: str, share: float, weights: dict[str, float]) -> None:
    for clause in _CLAUSE.split(text[:1000]):
        _weigh_clause(clause, share, weights)


def _weigh_clause(clause: str, share: float, weights: dict[str, float]) -> None:
    known = cities()
    tokens = list(islice(_TOKEN.findall(clause), 2 * SCENE_LEAD))
    lowered = [token.lower() for token in tokens]
    for i, token in enumerate(tokens):
        if not _HINTS[token]:
            continue
        if UNSPACED.match(token):
            found: Iterable[str] = known.run(token)
        else:
            after = lowered[i + 1] if i + 1 < len(lowered) else ""
            found = known.pair(lowered[i], after)
            if not found and not token[0].islower():  # an adjective is not the city
                found = known.word(lowered[i])
            if not found:
                continue
            if any(_CLUB in known.word(word) for word in (lowered[i], *lowered[i + 1 : i + 3])):
                continue
        for concept in found:
            weights[concept[2:]] = weights.get(concept[2:], 0.0) + share * _part(lowered, i)


def _part(words: list[str], i: int) -> float:
    near = (*words[max(i - 2, 0) : i], *words[i + 1 : i + 3])
    if any(_SPEECH.match(fold(word)) for word in near):
        return _SPEAKING
    return _OWNING if words[i + 1 : i + 2] == ["s"] else 1.0


def scene_features(one: Mapping[str, int], other: Mapping[str, int]) -> tuple[float, float]:
    """How much the scenes of two counts of reports conflict, and agree, 0..1.

    Both are 0 where either side has no scene, and in between where a side has several: then
    what counts is how much of the reports they have in common.
    """
    left, right = sum(one.values()), sum(other.values())
    if not left or not right:
        return 0.0, 0.0
    shared = sum(min(one[city] / left, other.get(city, 0) / right) for city in sorted(one))
    return max(0.0, 1.0 - 2.0 * shared), max(0.0, 2.0 * shared - 1.0)


_OPENING: Final = 4
_FRAME: Final = 3
"""Small words that two titles must share to be of one frame,"""
_FRAMED: Final = 0.6
"""and the share of those of the title that has fewer."""
_LABEL: Final = re.compile(
    r"puzzle|crossword|ratsel|grille|part|teil|partie|episode|week|woche|round|chapter|volume"
)
_STEM: Final = 5
_ENDING: Final = 3
_COMPASS: Final = frozenset({"north", "south", "east", "west"})
"""Common words, but the only difference between two counties' forecasts."""
Slots = tuple[frozenset[str], frozenset[str]]


def template_slots(one: str, other: str, common: frozenset[str]) -> Slots | None:
    """The different fillers of one slot in two titles of one outlet, or None.

    The slot is at the front (up to four capitalised words) and followed in both by the same two
    words, or in front of a frame with other figures, or it is the number after the same label
    ("puzzle 204"). ``common`` words fill no slot.
    """
    left, right = _TOKEN.findall(one), _TOKEN.findall(other)
    a, b = ([fold(token.lower()) for token in tokens] for tokens in (left, right))
    starts = {(b[j], b[j + 1]): j for j in range(min(_OPENING, len(b) - 2), 0, -1)}
    for i in range(1, min(_OPENING, len(a) - 2) + 1):
        j = starts.get((a[i], a[i + 1]), 0)
        named = j and all(token[0].isupper() for token in (*left[:i], *right[:j]))
        if named and max(len(a[i]), len(a[i + 1])) >= _STEM:
            x, y = frozenset(a[:i]) - common - {*b}, frozenset(b[:j]) - common - {*a}
            if x and y:
                return x, y
    framed = _before_figures(left, right, common)
    if framed is not None:
        return framed
    numbers, others = _numbered(a), _numbered(b)
    for label in numbers.keys() & others.keys():
        if numbers[label] != others[label]:
            return frozenset((numbers[label],)), frozenset((others[label],))
    return None


def _before_figures(
    left: Sequence[str], right: Sequence[str], common: frozenset[str]
) -> Slots | None:
    """What two titles begin with, capitalised, if the same small words follow with other figures.

    Each must have a figure of its own: "At least 10 killed in 7.8 quake" and "Video of 7.8 quake
    where people were killed" are of one happening.
    """
    figures, others = ({word for word in title if word[0].isdigit()} for title in (left, right))
    if figures <= others or others <= figures:
        return None
    a, b = ({word for word in title if word[0].islower()} for title in (left, right))
    if len(a & b) < max(_FRAME, _FRAMED * min(len(a), len(b))):
        return None
    x = _opening(left) - common - _folded(right)
    y = _opening(right) - common - _folded(left)
    return (x, y) if x and y else None


def _opening(title: Sequence[str]) -> frozenset[str]:
    return _folded(takewhile(lambda word: word[0].isupper(), islice(title, _OPENING)))


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(fold(word.lower()) for word in words)


def _numbered(words: Sequence[str]) -> dict[str, str]:
    return {a: b for a, b in pairwise(words) if b.isdigit() and _LABEL.fullmatch(a)}


def tells(vector: Vector, words: Iterable[str], terms: Sequence[str]) -> bool:
    """Whether a summed vector holds one of the words, whatever their endings."""
    sought = [(word[:_STEM], len(word)) for word in words]
    told = (terms[number] for number in vector.ids.tolist())
    return any(
        term.startswith(stem) and abs(len(term) - length) <= _ENDING
        for term in told
        for stem, length in sought
    )


class Told(NamedTuple):
    """A title of an outlet, and what the report (or its story) tells: the summed body vector."""

    title: str
    body: Vector


def template_conflict(one: Told, other: Told, terms: Sequence[str], language: str) -> float:
    """1 where two titles of one outlet fill one slot differently, and neither report (or story)
    tells of what fills the other's; else 0."""
    slots = template_slots(one.title, other.title, common_words(language) - _COMPASS)
    if slots is None:
        return 0.0
    told = tells(one.body, slots[1], terms) or tells(other.body, slots[0], terms)
    return 0.0 if told else 1.0
