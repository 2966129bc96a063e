"""What keeps series apart: the daily puzzle, the weather of the day, the numbered column.

Their items look more alike than any two reports of one event, and all come from one outlet. So
a join within one outlet needs more than one between outlets, and two items of a series whose
number or date differ are never one happening.
"""

import re
from typing import Final

from dedupe.stories.words import fold

_MONTHS: Final = (
    "jan|feb|fev|mar|apr|avr|abr|kwi|mai|maj|may|mag|jun|juin|giu|cze|jul|juil|lug|lip|aug|aou|"
    "ago|sie|sep|set|wrz|oct|okt|out|paz|nov|lis|dec|dez|dic|gru"
)
_MARK: Final = re.compile(
    r"(?:#|\bno?\.?\s|\bnr\.?\s|\bday\s|\bepisode\s|\bfolge\s)(?P<number>\d+)"
    rf"|\b(?P<month>{_MONTHS})[a-z]*\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"
    rf"|\b(?P<first>\d{{1,2}})(?:st|nd|rd|th|\.|er)?\s(?:de\s)?(?P<then>{_MONTHS})[a-z]*\b"
)

_DIGIT: Final = re.compile(r"\d")


def series_marks(title: str) -> frozenset[str]:
    """Numbers and dates that name an item of a series: ``"Wordle #670"`` has ``"670"``."""
    if _DIGIT.search(title) is None:
        return frozenset()
    marks = set()
    for match in _MARK.finditer(fold(title.lower())):
        found = match.groupdict()
        if found["number"]:
            marks.add(found["number"])
        elif found["day"]:
            marks.add(found["day"] + found["month"])
        else:
            marks.add(found["first"] + found["then"])
    return frozenset(marks)


def conflict(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both are of a series and of different items of it."""
    return bool(one) and bool(other) and one.isdisjoint(other)
