"""The days that a headline names, however its language writes them: ``"18.4"``."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError

from dedupe.stories.common import LISTED
from dedupe.stories.words import fold

_ORDINAL: Final = r"(?:st|nd|rd|th|er|\.)?"
_NUMERIC: Final = re.compile(
    # 18.04.2023, and 18.04. before a space: 10.05 is a number.
    r"(?<![\w.,$£€-])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?:20\d\d\b|(?=\s|$))"
    r"|\b20\d\d-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)\b"
    r"|(?<!\d)(?P<sign_month>\d{1,2})\s?[月월]\s?(?P<sign_day>\d{1,2})(?!\d)"
)
_DAY_FIRST: Final = re.compile(rf"\b(\d{{1,2}}){_ORDINAL}\s(?:de\s)?([^\W\d_]{{3,}})")
_MONTH_FIRST: Final = re.compile(
    rf"(?<![^\W\d_])([^\W\d_]{{3,}})\.?\s(\d{{1,2}}){_ORDINAL}(?![\d%]|[.,:]\d)"
)
_LANGUAGES: Final = 128
"""Whose names are kept at hand: a feed may claim any language."""
_MONTHS: Final = 12
_DAYS: Final = 31
_LONG: Final = 4
"""Letters: Malay "Mac" is March, and 5 Mac tips are no day."""


def _named(language: str) -> Iterator[tuple[str, int]]:
    """The months of a language by their names as CLDR has them (by Babel), without marks.

    Short forms only where months have capitals: elsewhere "mar" is a sea, "set" a part of a match.
    """
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month, name in locale.months[context][width].items():
                if width == "wide" or name[0].isupper():
                    yield fold(name.removesuffix(".")), month


@cache
def _anywhere() -> dict[str, int]:
    """Longer names that are those of one month only in all languages with a list of words."""
    months: dict[str, set[int]] = {}
    for language in LISTED:
        for name, month in _named(language):
            if len(name) >= _LONG:
                months.setdefault(name, set()).add(month)
    return {name: found.pop() for name, found in months.items() if len(found) == 1}


@lru_cache(_LANGUAGES)
def _months(language: str) -> dict[str, int]:
    """The names of months in a headline: those of its language count first, but feeds err."""
    return _anywhere() | dict(_named(language))


def days_named(title: str, language: str) -> Iterator[tuple[int, int]]:
    """Month and day of each date in a headline.

    The name of a month counts as its language writes it, since "10 may be dead" names no day.
    """
    bare, months = fold(title), _months(language)
    named = [(months.get(name, 0), int(day)) for day, name in _DAY_FIRST.findall(bare)]
    named += [(months.get(name, 0), int(day)) for name, day in _MONTH_FIRST.findall(bare)]
    for found in _NUMERIC.finditer(title):
        month = found["month"] or found["iso_month"] or found["sign_month"]
        named.append((int(month), int(found["day"] or found["iso_day"] or found["sign_day"])))
    for month, day in named:
        if 1 <= month <= _MONTHS and 1 <= day <= _DAYS:
            yield month, day
