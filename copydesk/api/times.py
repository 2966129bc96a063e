"""Times as people and programs write them: RFC 3339, days by name, or epoch seconds."""

import math
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from indexer.query.dates import SECOND, micros, named_day

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_LOWEST, _HIGHEST = (_FIRST - _EPOCH).total_seconds(), (_LAST - _EPOCH).total_seconds()
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?", re.ASCII)
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?)?", re.ASCII
)


def parse_time(text: str, *, clock: Callable[[], float] = time.time) -> float:
    """Epoch seconds out of RFC 3339, a day by name or epoch seconds; what has no offset is UTC.

    A bare date or day (``today``, ``today-7d``) is its first moment. A ``+`` of an offset that
    arrived as a space (an unescaped plus in a query string) is understood. Raises ``ValueError``.
    """
    if text[:1].isalpha() and (day := named_day(text.replace(" ", "+"), now=micros(clock()))):
        return _within(day.begin / SECOND)
    text = re.sub(r" (\d\d:\d\d)$", r"+\1", text) if text.count(":") > 1 else text
    if _NUMBER.fullmatch(text):
        return _within(float(text))
    if not _RFC3339.fullmatch(text):
        raise ValueError("neither RFC 3339 nor epoch seconds")
    parsed = datetime.fromisoformat(text.upper())
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return (aware - _EPOCH).total_seconds()


def _within(seconds: float) -> float:
    if not _LOWEST <= seconds <= _HIGHEST:
        raise ValueError("outside the years 1 to 9999")
    return seconds


def moment(seconds: float) -> datetime:
    """The UTC datetime of epoch seconds; what no calendar holds becomes its nearest end."""
    if math.isnan(seconds):
        return _EPOCH
    return _EPOCH + timedelta(seconds=min(max(seconds, _LOWEST), _HIGHEST))


def maybe_moment(seconds: float | None) -> datetime | None:
    """The same, where there may be no time."""
    return None if seconds is None else moment(seconds)
