"""What a story shows of itself, computed from its reports."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from sys import intern

import msgspec

from dedupe.stories.common import common_words

_MAX_TERMS = 12
_SHORTEST_WORD = 3
# A story that grows is told anew from all its headlines each time. At 100,000 articles a day some
# 20,000 of them are of stories that grow: with room for 8,192 every one was read anew, which cost
# as much as all else in the record. Full, this takes some 50 MB.
_TITLES = 32_768
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


class StoryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A story's headline, span and breadth. Lists are ordered by how often each occurs."""

    headline: str
    headline_article: str
    summary: str
    first_report: float
    last_report: float
    articles: int
    copy_groups: int
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    terms: tuple[str, ...]


def story_facts(reports: Sequence[Report]) -> StoryFacts:
    """The facts of a story with these reports (at least one), the same in whatever order."""
    ordered = sorted(reports, key=lambda report: (report.at, report.id))
    head = _headline(ordered)
    return StoryFacts(
        headline=head.title,
        headline_article=head.id,
        summary=head.summary,
        first_report=ordered[0].at,
        last_report=ordered[-1].at,
        articles=len(ordered),
        copy_groups=len({report.copy_group for report in ordered}),
        outlets=_ranked(report.outlet for report in ordered),
        languages=_ranked(report.language for report in ordered),
        countries=_ranked(report.country for report in ordered),
        terms=_key_words([r for r in ordered if r.language == head.language]),
    )


def _headline(ordered: Sequence[Report]) -> Report:
    """The first report of the text that most outlets printed, in the story's main language.

    What many desks chose to print is the best single headline known without reading; among texts
    printed equally often the one whose words most other headlines share stands for the story.
    """
    if len(ordered) == 1:  # most stories, most of the time
        return ordered[0]
    language = _ranked(report.language for report in ordered)[:1]
    candidates = [report for report in ordered if (report.language,) == language] or list(ordered)
    texts: dict[str, list[Report]] = {}
    words: Counter[str] = Counter()
    for report in candidates:
        texts.setdefault(report.copy_group, []).append(report)
        words.update(_words(report.title))

    def typical(report: Report) -> float:
        mine = _words(report.title)
        return (sum(map(words.__getitem__, mine)) - len(mine)) / (len(mine) + 2)

    def weight(text: Sequence[Report]) -> tuple[int, float, float]:
        printed = len({report.outlet or report.id for report in text})
        return printed, max(map(typical, text)), -text[0].at

    return max(texts.values(), key=weight)[0]


@lru_cache(_TITLES)
def _words(title: str) -> frozenset[str]:
    return frozenset(intern(word) for word in title.casefold().split() if len(word) > 3)


def _read(title: str, language: str) -> dict[str, tuple[str, ...]]:
    """How a headline spells each of its telling words, by the word folded, without possessives."""
    common = common_words(language)
    found: dict[str, tuple[str, ...]] = {}
    for match in _WORD.findall(title):
        word = intern(_POSSESSIVE.sub("", match))
        folded = intern(word.casefold())
        if len(folded) >= _SHORTEST_WORD and folded not in common:
            found[folded] = (*found.get(folded, ()), word)
    return found


# Of stories that grow; those of one report would push them out.
_spelt = lru_cache(_TITLES)(_read)


def _key_words(reports: Sequence[Report]) -> tuple[str, ...]:
    """The words that most texts have in their headlines, as most of them write them.

    A word of one headline only says little of the story, unless it is the only one.
    """
    texts: dict[str, set[str]] = {}
    read = _spelt if len(reports) > 1 else _read
    spelt = [read(report.title, report.language) for report in reports]
    for report, words in zip(reports, spelt, strict=True):
        texts.setdefault(report.copy_group, set()).update(words)
    counted = Counter(chain.from_iterable(texts.values()))
    least = min(2, len(texts))
    telling = [(-count, word) for word, count in counted.items() if count >= least]
    return tuple(
        _spelling([each for words in spelt for each in words.get(word, ())])
        for _, word in sorted(telling)[:_MAX_TERMS]
    )


def _spelling(seen: Sequence[str]) -> str:
    """The most frequent of these, the first of equals."""
    if 2 * seen.count(seen[0]) >= len(seen):
        return seen[0]
    return Counter(seen).most_common(1)[0][0]


def _ranked(values: Iterable[str]) -> tuple[str, ...]:
    # Most stories have one report: a Counter would take longer than the counting.
    counted: dict[str, int] = {}
    for value in values:
        if value:
            counted[value] = counted.get(value, 0) + 1
    if len(counted) < 2:
        return tuple(counted)
    return tuple(sorted(counted, key=lambda value: (-counted[value], value)))
