"""What a story shows of itself, counted report by report."""

from collections.abc import Iterable
from math import inf

import msgspec

from copydesk.ranking import Ranking
from copydesk.story_headlines import Headlines, Report, key_words_of_one
from dedupe.stories.words import language_of


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


class Tally:
    """A story's reports, counted: one more costs about the same however many there are.

    The facts are the same in whatever order the reports come. None can be taken back: a story that
    loses one (by a revision, a split, a deletion) is counted anew.
    """

    __slots__ = (
        "_cancelled",
        "_countries",
        "_first",
        "_groups",
        "_headlines",
        "_languages",
        "_last",
        "_only",
        "_outlets",
        "reports",
    )

    def __init__(self, reports: Iterable[Report]) -> None:
        self.reports = 0
        self._only: Report | None = None
        self._first, self._last = inf, -inf
        self._groups: set[str] = set()
        self._outlets, self._languages, self._countries = Ranking(), Ranking(), Ranking()
        # By language. What was cancelled is told apart: it heads a story that has nothing else.
        self._headlines: dict[str, Headlines] = {}
        self._cancelled: dict[str, Headlines] = {}
        self.add(reports)

    def add(self, reports: Iterable[Report]) -> None:
        """Count some more."""
        for report in reports:
            self.reports += 1
            if self.reports == 1:  # most stories, most of the time: nothing is to be compared
                self._only = report
                continue
            if self._only is not None:
                self._count(self._only)
                self._only = None
            self._count(report)

    def facts(self) -> StoryFacts:
        """The facts of the story with these reports, of which there is at least one."""
        if self._only is not None:
            return _facts_of_one(self._only)
        languages = self._languages.all()
        headlines = self._heading(languages)
        head = headlines.headline()
        return StoryFacts(
            headline=head.title,
            headline_article=head.id,
            summary=head.summary,
            first_report=self._first,
            last_report=self._last,
            articles=self.reports,
            copy_groups=len(self._groups),
            outlets=self._outlets.all(),
            languages=languages,
            countries=self._countries.all(),
            terms=headlines.key_words(),
        )

    def _heading(self, languages: tuple[str, ...]) -> Headlines:
        """The headlines that the story's is one of: of its first language that has any in use."""
        spoken = [*map(language_of, languages), ""]
        told = self._headlines or self._cancelled
        return told[next(language for language in spoken if language in told)]

    def _count(self, report: Report) -> None:
        self._first, self._last = min(self._first, report.at), max(self._last, report.at)
        self._groups.add(report.copy_group)
        if report.outlet:
            self._outlets.add(report.outlet)
        if report.language:
            self._languages.add(report.language)
        if report.country:
            self._countries.add(report.country)
        told = self._cancelled if report.status == "cancelled" else self._headlines
        language = language_of(report.language)
        headlines = told.get(language)
        if headlines is None:
            headlines = told[language] = Headlines()
        headlines.add(report)


def _facts_of_one(report: Report) -> StoryFacts:
    return StoryFacts(
        headline=report.title,
        headline_article=report.id,
        summary=report.summary,
        first_report=report.at,
        last_report=report.at,
        articles=1,
        copy_groups=1,
        outlets=(report.outlet,) if report.outlet else (),
        languages=(report.language,) if report.language else (),
        countries=(report.country,) if report.country else (),
        terms=key_words_of_one(report),
    )
