"""Times as files and people write them: ISO 8601, also without hyphens, and epoch seconds."""

import re
from datetime import UTC, datetime

from copydesk.errors import ImportLineError
from indexer.query.dates import SECOND, micros, named_day

# Epoch seconds have 9 digits from March 1973 on. With fewer it is a date or a slip: 2023 or
# 20230530 taken for seconds would be a moment of 1970.
_SECONDS = re.compile(r"-?(\d{9,11}|0)(\.\d+)?", re.ASCII)
# How what ISO 8601 and dumps write without hyphens is read, by the number of digits.
_FORMS = {4: "%Y", 8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def read_day(text: str, *, now: float) -> float | None:
    """The first moment of the day that a person calls today, yesterday or today-7d, in UTC.

    ``None`` for all else: what a file says of its days would be about another now.
    """
    day = named_day(text, now=micros(now))
    return None if day is None else day.begin / SECOND


def read_time(text: str, name: str) -> float:
    """Epoch seconds out of ISO 8601 or epoch seconds; what has no offset is UTC.

    Raises :class:`ImportLineError` naming ``name``.
    """
    if _SECONDS.fullmatch(text):
        return float(text)
    return _read(text, f'"{name}" must be ISO 8601 or epoch seconds')


def read_date(text: str, name: str) -> float:
    """The same out of ISO 8601 alone."""
    return _read(text, f'"{name}" must be a date or time by ISO 8601')


def is_a_date(number: float) -> bool:
    """Whether a number that stands for seconds reads as a date or a year of our time."""
    if not 1970 <= number < 30_000_000 or number != int(number):
        return False
    try:
        return _without_hyphens(str(int(number))).year >= 1970
    except (KeyError, ValueError):
        return False


def _read(text: str, otherwise: str) -> float:
    try:
        if text.isascii() and text.isdigit():
            return _without_hyphens(text).timestamp()
        moment = datetime.fromisoformat(text)
    except (KeyError, ValueError) as error:
        raise ImportLineError(f'{otherwise}, not "{text[:40]}"') from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _without_hyphens(digits: str) -> datetime:
    return datetime.strptime(digits, _FORMS[len(digits)]).replace(tzinfo=UTC)
