"""What keeps series apart: the daily puzzle, the weather of the day, the numbered column.

Their items look more alike than any two reports of one event. So a join within one outlet needs
more than one between outlets, and two items of a series whose number or date differ are never one
happening: those of one outlet, and of any where headlines name the day that the report is of. Of
all pairs of reports of one happening on eleven judged days one named two such days.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from dedupe.stories.dates import days_named
from dedupe.stories.words import fold

_NUMBER: Final = re.compile(r"(?:#|\bno?\.?\s|\bnr\.?\s|\bday\s|\bepisode\s|\bfolge\s)(\d+)")
_DIGIT: Final = re.compile(r"\d")
_OF_THE_DAY: Final = "@"
"""Begins the mark of a day that is that of the report, or near it."""
_NEAR: Final = 2
"""Days: tomorrow's weather is of the day after in another zone; a strike in a week is no series."""
_EPOCH: Final = date(1970, 1, 1).toordinal()
_SECONDS: Final = 86_400.0


def series_marks(title: str, language: str, at: float) -> frozenset[str]:
    """Numbers and dates that name an item of a series: ``"Wordle #670"`` has ``"670"``.

    A day near ``at`` (epoch seconds) is marked as such, too.
    """
    if _DIGIT.search(title) is None:
        return frozenset()
    marks = set(_NUMBER.findall(fold(title.lower())))
    days = set(days_named(title, language))
    marks.update(f"{day}.{month}" for month, day in days)
    if days:
        marks.update(f"{_OF_THE_DAY}{day}.{month}" for month, day in days & _days_near(at))
    return frozenset(marks)


def _days_near(at: float) -> set[tuple[int, int]]:
    told = _EPOCH + int(at // _SECONDS)
    near = range(max(told - _NEAR, 1), min(told + _NEAR, date.max.toordinal()) + 1)
    return {(day.month, day.day) for day in map(date.fromordinal, near)}


def of_days(marks: Iterable[str]) -> frozenset[str]:
    """The marks of days that are those of the reports."""
    return frozenset(mark for mark in marks if mark[0] == _OF_THE_DAY)


def conflict(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both are of a series and of different items of it."""
    return bool(one) and bool(other) and one.isdisjoint(other)
