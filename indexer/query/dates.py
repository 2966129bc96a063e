"""Times as people write them: dates of any precision, days by name, and date math from now.

Every value is a span of microseconds since 1970 (UTC), begin included, end excluded: 2023-05 is
a whole month, 2023-05-30T10:15 a minute, ``yesterday`` a day, ``now-24h`` an instant. A time
without an offset is UTC, and so are days.
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
# A large M is left out: it is a month to who knows Elasticsearch's dates, and was a minute here.
_NOW = re.compile(r"(?i:now)((?:[+-]\d{1,6}[smhdwSHDW])*)(?:/([smhdwSHDW]))?", re.ASCII)
_STEP = re.compile(r"([+-]\d+)([smhdw])", re.IGNORECASE | re.ASCII)
_NAMED = re.compile(r"(today|yesterday|tomorrow)((?:[+-]\d{1,6}[dw])*)", re.IGNORECASE | re.ASCII)
_NAMES = {"yesterday": -1, "today": 0, "tomorrow": 1}
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
    if named := named_day(value, now=now):
        return named
    try:
        if found := _DATE.fullmatch(value):
            return _day(found)
        if found := _TIME.fullmatch(value):
            return _clock(found)
    except (ValueError, OverflowError) as error:
        raise _unreadable(value, offset) from error
    raise _unreadable(value, offset)


def named_day(value: str, *, now: int) -> Moment | None:
    """The day that is meant by ``today``, ``yesterday``, ``tomorrow`` or ``today-7d``, if one is.

    ``now`` is in microseconds; days begin at midnight UTC.
    """
    found = _NAMED.fullmatch(value)
    if found is None:
        return None
    day = _UNITS["d"]
    begin = _moved(now // day * day + _NAMES[found[1].lower()] * day, found[2])
    return Moment(begin, begin + day)


def _unreadable(value: str, offset: int) -> QueryError:
    return QueryError(
        f"{value!r} is not a time",
        offset=offset,
        next_step="Write 2023-05-30, 2023-05-30T14:00, 2023-05, today, yesterday, or now-24h "
        "(s, m, h, d, w).",
    )


def _relative(found: re.Match[str], now: int) -> Moment:
    at = _moved(now, found[1])
    if not found[2]:
        return Moment(at, at + 1)
    unit = _UNITS[found[2].lower()]
    origin = _MONDAY if found[2].lower() == "w" else 0
    begin = (at - origin) // unit * unit + origin
    return Moment(begin, begin + unit)


def _moved(at: int, steps: str) -> int:
    """The time so many steps on, such as ``-1d+8h``."""
    at += sum(int(n) * _UNITS[unit.lower()] for n, unit in _STEP.findall(steps))
    return min(max(at, -_FAR), _FAR)


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
