"""What the reports of a story in one language say of it: its headline and its key words."""

import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from functools import lru_cache
from heapq import heappop, heappush
from math import inf
from sys import intern

import msgspec

from copydesk.headline_forms import is_aside
from copydesk.ranking import Leaders
from dedupe.stories.common import common_words
from dedupe.stories.words import language_of

_MAX_TERMS = 12
_SHORTEST_WORD = 3
_ROUNDING = 1e-9
# A headline of few words shares a larger part of them, and says less.
_SMOOTHING = 6
_FEWEST_WORDS = 3
# What a question, a live blog or "The fight for Holm" is worth, of what a plain report would be.
_ASIDE = 0.7
# Those that were compared last are compared next: in stories of which each text is printed once.
_TITLES = 4096
# Texts that compete by lot, and by how many outlets printed them. Were all of them to compete, in
# stories of thousands that read alike each would be compared again at each report.
_DRAWN = 128
_PRINTED_MOST = 16
_POSSESSIVE = re.compile(r"['’]s?$")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


class Report(msgspec.Struct, frozen=True):
    """One article of a story, as far as the story's facts need it. ``at`` in epoch seconds."""

    id: str
    outlet: str
    language: str
    country: str
    at: float
    copy_group: str
    title: str
    summary: str = ""
    status: str = "usable"


class _Text:
    """One text: its first report, and once there is a second, who printed it."""

    __slots__ = ("first", "outlets", "words", "worth")

    def __init__(self, first: Report) -> None:
        self.first, self.worth = first, _worth(first.title)
        self.outlets: set[str] = set()
        self.words: set[str] = set()

    def printed(self) -> int:
        """By how many outlets."""
        return len(self.outlets) or 1

    def add(self, report: Report) -> int:
        """Another report, whose words are not counted yet; how many more outlets printed it."""
        if not self.outlets:  # most texts are printed once: what is kept of them is little
            self.outlets.add(self.first.outlet or self.first.id)
            self.words.update(word for word, _ in telling_words(self.first.title, report.language))
        before = len(self.outlets)
        self.outlets.add(report.outlet or report.id)
        if (report.at, report.id) < (self.first.at, self.first.id):
            self.first, self.worth = report, _worth(report.title)
        return len(self.outlets) - before


class _Form:
    """How often a word is spelt so, and where first."""

    __slots__ = ("at", "id", "place", "seen")

    def __init__(self, at: float, id_: str, place: int) -> None:
        self.seen, self.at, self.id, self.place = 1, at, id_, place

    def count(self, at: float, id_: str, place: int) -> None:
        self.seen += 1
        if at <= self.at and (at, id_, place) < (self.at, self.id, self.place):
            self.at, self.id, self.place = at, id_, place

    def rank(self) -> tuple[int, float, str, int]:
        return -self.seen, self.at, self.id, self.place


class Headlines:
    """The headlines of a story in one language; each is read once, however large the story.

    How typical a title is changes with every report, by no more than that has in common with
    earlier ones: of the texts only those are compared again that have a new report, or may have
    caught up with the best since they last were.
    """

    __slots__ = (
        "_again",
        "_drawn",
        "_forms",
        "_front",
        "_printed",
        "_rise",
        "_shared",
        "_spelt",
        "_texts",
    )

    def __init__(self) -> None:
        self._texts: dict[str, _Text] = {}
        # The groups that compete by lot: those that come first, as their ids are digests.
        self._drawn: list[str] = []
        self._printed = Leaders(_PRINTED_MOST)  # groups by the outlets beyond the first
        # By how much a title may have become more typical, since the first report.
        self._rise = 0.0
        # A heap of drawn texts: the rise when last compared, less what it scored; and its group.
        self._front: list[tuple[float, str]] = []
        self._shared: dict[str, int] = {}  # in how many titles each word is
        self._spelt: dict[str, tuple[str, ...]] = {}  # the forms of every word
        self._again = Leaders(_MAX_TERMS)  # words of a second text, and of more
        self._forms: dict[str, _Form] = {}

    def add(self, report: Report) -> None:
        """Read one more."""
        text = self._texts.get(report.copy_group)
        known: set[str] = set()  # words of this text that are counted
        if text is None:
            text = self._texts[report.copy_group] = _Text(report)
            self._draw(report.copy_group)
        else:
            for _ in range(text.add(report)):
                self._printed.add(report.copy_group)
            known = text.words
        if self._is_drawn(report.copy_group):
            heappush(self._front, (-inf, report.copy_group))
        again = 0
        for word in _long_words(report.title):
            seen = self._shared.get(word, 0)
            self._shared[word] = seen + 1
            again += seen > 0
        self._rise += again / (again + _SMOOTHING)
        for place, (folded, word) in enumerate(telling_words(report.title, report.language)):
            if folded not in known:
                known.add(folded)
                if folded in self._spelt:
                    self._again.add(folded)
            form = self._forms.get(word)
            if form is None:
                self._forms[word] = _Form(report.at, report.id, place)
                self._spelt[folded] = (*self._spelt.get(folded, ()), word)
            else:
                form.count(report.at, report.id, place)

    def headline(self) -> Report:
        """The first report of the text whose headline stands best for the story.

        That is the one whose words most other headlines share: what many desks chose to tell is
        the best headline known without reading. Every other outlet that printed the text counts
        like a headline with all its words. A question, live blog or comment counts less. Of more
        than 128 texts that many compete, drawn by lot, and the 16 that most outlets printed.
        """
        if len(self._texts) == 1:
            return self._texts[self._drawn[0]].first
        scores = {
            group: self._score(group) for group in self._printed.all() if not self._is_drawn(group)
        }
        best = max(scores.values(), default=-inf)
        compared: set[str] = set()
        while self._front and self._rise - self._front[0][0] >= best - _ROUNDING:
            _, group = heappop(self._front)
            if group not in compared and self._is_drawn(group):  # it may stand here twice
                compared.add(group)
                scores[group] = self._score(group)
                best = max(best, scores[group])
        for group in compared:
            heappush(self._front, (self._rise - scores[group], group))
        equals = [self._texts[group].first for group, score in scores.items() if score == best]
        return min(equals, key=lambda first: (first.at, first.id))

    def key_words(self) -> tuple[str, ...]:
        """The words that most texts have in their headlines, as most of them write them.

        A word of one headline only says little of the story, unless it is the only one.
        """
        if len(self._texts) > 1:
            return tuple(map(self._spelling, self._again.all()))
        return tuple(map(self._spelling, sorted(self._spelt)[:_MAX_TERMS]))

    def _draw(self, group: str) -> None:
        insort(self._drawn, group)
        del self._drawn[_DRAWN:]

    def _is_drawn(self, group: str) -> bool:
        place = bisect_left(self._drawn, group)
        return place < len(self._drawn) and self._drawn[place] == group

    def _score(self, group: str) -> float:
        text = self._texts[group]
        words = _long_words(text.first.title)
        shared = sum(map(self._shared.__getitem__, words)) - len(words)
        return text.worth * shared / (len(words) + _SMOOTHING) + text.printed() - 1

    def _spelling(self, folded: str) -> str:
        """The most frequent of its forms, the first of equals."""
        spelt = self._spelt[folded]
        if len(spelt) == 1:
            return spelt[0]
        return min(spelt, key=lambda word: self._forms[word].rank())


def key_words_of_one(report: Report) -> tuple[str, ...]:
    """What :meth:`Headlines.key_words` says of a story with this report alone."""
    spelt: dict[str, list[str]] = {}
    for folded, word in telling_words(report.title, report.language):
        spelt.setdefault(folded, []).append(word)
    return tuple([max(spelt[word], key=spelt[word].count) for word in sorted(spelt)[:_MAX_TERMS]])


def telling_words(title: str, language: str) -> Iterator[tuple[str, str]]:
    """The words of a headline that tell something, folded and as it spells them.

    Without possessives, and without what every text has.
    """
    common = common_words(language_of(language))
    for match in _WORD.findall(title):
        word = _POSSESSIVE.sub("", match) if "'" in match or "’" in match else match
        folded = word.casefold()
        if len(folded) >= _SHORTEST_WORD and folded not in common:
            yield intern(folded), intern(word)


@lru_cache(_TITLES)
def _long_words(title: str) -> frozenset[str]:
    return frozenset([intern(word) for word in title.casefold().split() if len(word) > 3])


def _worth(title: str) -> float:
    return _ASIDE if len(_long_words(title)) < _FEWEST_WORDS or is_aside(title) else 1.0
