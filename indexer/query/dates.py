"""Times as people write them: dates of any precision, and date math from now.

Every value is a span of microseconds since 1970 (UTC), begin included, end excluded: 2023-05 is
a whole month, 2023-05-30T10:15 a minute, ``now-24h`` an instant. A time without an offset is UTC.
"""

import calendar
import datetime as dt
import re
from typing import NamedTuple

from indexer.errors import QueryError

SECOND = 1_000_000
_UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86_400 * SECOND}
_UNITS["w"] = 7 * _UNITS["d"]
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,6})?(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE | re.ASCII,
)
# ASCII, or "ſ" would pass for an s of another case.
_NOW = re.compile(r"now((?:[+-]\d{1,6}[smhdw])*)(?:/([smhdw]))?", re.IGNORECASE | re.ASCII)
_STEP = re.compile(r"([+-]\d+)([smhdw])", re.IGNORECASE | re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FAR = 10**18  # Microseconds; 31,000 years. No document is so far, and every engine counts so far.
_MONDAY = 4 * _UNITS["d"]  # 1970-01-05, the first Monday: weeks begin on it.


class Moment(NamedTuple):
    """From ``begin`` (included) until ``end`` (excluded), microseconds since 1970 UTC."""

    begin: int
    end: int


def micros(seconds: float) -> int:
    """Epoch seconds as whole microseconds, the precision that all engines share."""
    return round(seconds * SECOND)


def moment(value: str, *, now: int, offset: int) -> Moment:
    """Read one time; ``now`` in microseconds. QueryError if it is none."""
    if found := _NOW.fullmatch(value):
        return _relative(found, now)
    try:
        if found := _DATE.fullmatch(value):
            return _day(found)
        if found := _TIME.fullmatch(value):
            return _clock(found)
    except (ValueError, OverflowError) as error:
        raise _unreadable(value, offset) from error
    raise _unreadable(value, offset)


def _unreadable(value: str, offset: int) -> QueryError:
    return QueryError(
        f"{value!r} is not a time",
        offset=offset,
        next_step="Write 2023-05-30, 2023-05-30T14:00, 2023-05, or now-24h (s, m, h, d, w).",
    )


def _relative(found: re.Match[str], now: int) -> Moment:
    at = now + sum(int(n) * _UNITS[unit.lower()] for n, unit in _STEP.findall(found[1]))
    at = min(max(at, -_FAR), _FAR)
    if not found[2]:
        return Moment(at, at + 1)
    unit = _UNITS[found[2].lower()]
    origin = _MONDAY if found[2].lower() == "w" else 0
    begin = (at - origin) // unit * unit + origin
    return Moment(begin, begin + unit)


def _day(found: re.Match[str]) -> Moment:
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    begin = _since_epoch(dt.datetime(year, month, day, tzinfo=dt.UTC))
    # Counted in days: the calendar has no first day of the year 10000 to end 9999 with.
    if found[3]:
        days = 1
    elif found[2]:
        days = calendar.monthrange(year, month)[1]
    else:
        days = 366 if calendar.isleap(year) else 365
    return Moment(begin, begin + days * _UNITS["d"])


def _clock(found: re.Match[str]) -> Moment:
    zone = (found[5] or "Z").upper()
    begin = _since_epoch(
        dt.datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ''}{found[4] or ''}{zone}")
    )
    if found[4]:
        return Moment(begin, begin + 10 ** (7 - len(found[4])))
    return Moment(begin, begin + (SECOND if found[3] else _UNITS["m"]))


def _since_epoch(at: dt.datetime) -> int:
    return (at - _EPOCH) // dt.timedelta(microseconds=1)
