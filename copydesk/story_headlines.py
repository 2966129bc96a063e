"""What the reports of a story in one language say of it: its headline and its key words."""

import re
from collections.abc import Iterator
from functools import lru_cache
from heapq import heappop, heappush
from math import inf
from sys import intern

import msgspec

from copydesk.ranking import Ranking
from dedupe.stories.common import common_words
from dedupe.stories.words import language_of

_MAX_TERMS = 12
_SHORTEST_WORD = 3
_ROUNDING = 1e-9
# Those that were compared last are compared next: in stories of which each text is printed once.
_TITLES = 4096
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


class _Text:
    """One text: its first report, and once there is a second, who printed it under which titles."""

    __slots__ = ("first", "outlets", "titles", "words")

    def __init__(self, first: Report) -> None:
        self.first = first
        self.outlets: set[str] = set()
        self.titles: tuple[str, ...] = (first.title,)
        self.words: set[str] = set()

    def printed(self) -> int:
        """By how many outlets."""
        return len(self.outlets) or 1

    def add(self, report: Report) -> None:
        """Another report, whose words are not counted yet."""
        if not self.outlets:  # most texts are printed once: what is kept of them is little
            self.outlets.add(self.first.outlet or self.first.id)
            self.words.update(word for word, _ in telling_words(self.first.title, report.language))
        self.outlets.add(report.outlet or report.id)
        if report.title not in self.titles:
            self.titles = (*self.titles, report.title)
        if (report.at, report.id) < (self.first.at, self.first.id):
            self.first = report


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

    How typical a title is changes with every report, by less than one: of the texts in front only
    those are compared again that may have caught up with the best since they last were.
    """

    __slots__ = ("_again", "_forms", "_front", "_most", "_reports", "_shared", "_spelt", "_texts")

    def __init__(self) -> None:
        self._reports = 0
        self._texts: dict[str, _Text] = {}
        self._most = 0  # outlets that printed the texts in front
        # A heap of them: reports when last compared, less how typical it was; and the text's group.
        self._front: list[tuple[float, str]] = []
        self._shared: dict[str, int] = {}  # in how many titles each word is
        self._spelt: dict[str, tuple[str, ...]] = {}  # the forms of every word
        self._again = Ranking()  # words of a second text, and of more
        self._forms: dict[str, _Form] = {}

    def add(self, report: Report) -> None:
        """Read one more."""
        self._reports += 1
        text = self._texts.get(report.copy_group)
        known: set[str] = set()  # words of this text that are counted
        if text is None:
            text = self._texts[report.copy_group] = _Text(report)
        else:
            text.add(report)
            known = text.words
        if text.printed() >= self._most:
            self._put_in_front(report.copy_group, text.printed())
        for word in _long_words(report.title):
            self._shared[word] = self._shared.get(word, 0) + 1
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
        """The first report of the text that most outlets printed.

        What many desks chose to print is the best single headline known without reading; among
        texts printed equally often the one whose words most other headlines share stands for the
        story.
        """
        if len(self._front) == 1:
            return self._texts[self._front[0][1]].first
        compared: dict[str, float] = {}
        best = -inf
        while self._front and self._reports - self._front[0][0] >= best - _ROUNDING:
            _, group = heappop(self._front)
            if group not in compared:  # one whose title is new stands here twice
                compared[group] = max(map(self._typical, self._texts[group].titles))
                best = max(best, compared[group])
        for group, typical in compared.items():
            heappush(self._front, (self._reports - typical, group))
        equals = [self._texts[group].first for group, of in compared.items() if of == best]
        return min(equals, key=lambda first: (first.at, first.id))

    def key_words(self) -> tuple[str, ...]:
        """The words that most texts have in their headlines, as most of them write them.

        A word of one headline only says little of the story, unless it is the only one.
        """
        if len(self._texts) > 1:
            return tuple(map(self._spelling, self._again.most(_MAX_TERMS)))
        return tuple(map(self._spelling, sorted(self._spelt)[:_MAX_TERMS]))

    def _put_in_front(self, group: str, printed: int) -> None:
        if printed > self._most:
            self._most, self._front = printed, []
        heappush(self._front, (-inf, group))

    def _typical(self, title: str) -> float:
        words = _long_words(title)
        return (sum(map(self._shared.__getitem__, words)) - len(words)) / (len(words) + 2)

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
