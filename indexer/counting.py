"""What is counted: the values of a field, and hours or days of a time zone, alike on every engine.

The edges of the bars are computed here, so that days of 23 and 25 hours are the same everywhere.
"""

import datetime as dt
import zoneinfo
from itertools import pairwise

from indexer.engines.protocol import FacetsRequest, Kind, TimelineRequest, Unit
from indexer.errors import CountError
from indexer.projection import TIME_LIMIT
from indexer.query import fields

MAX_VALUES = 1000  # Of a field, in one answer.
# Each engine collects so many values a field and index before it cuts; counts are exact up to here.
COLLECTED = 10_000
MAX_BARS = 2000  # Hours of 83 days.
_HOUR = 3600.0
_STORY_FACETS = ("outlet", "language", "country")


def facets_of(kind: Kind) -> tuple[str, ...]:
    """What documents of a kind can be counted by."""
    return tuple(fields.FACETS) if kind == "article" else _STORY_FACETS


def check_facets(request: FacetsRequest) -> None:
    """CountError for a field that cannot be counted, or too many values."""
    known = facets_of(request.kind)
    for name in request.fields:
        if name not in known:
            kind = "stories" if request.kind == "story" else "articles"
            raise CountError(
                f"{kind} cannot be counted by {name!r}",
                about="field",
                next_step=f"Count by {', '.join(known)}.",
            )
    if not 1 <= request.limit <= MAX_VALUES:
        raise CountError(
            f"{request.limit} values",
            about="limit",
            next_step=f"Ask for 1 to {MAX_VALUES} a field.",
        )


def edges(request: TimelineRequest) -> tuple[float, ...]:
    """Where bars begin, and where the last one ends: epoch seconds, ascending, at least two.

    The first bar holds ``since``, the last one the moment before ``until``. CountError for a
    zone that is not known, or too many bars.
    """
    zone = _zone(request.zone)
    if not -TIME_LIMIT <= request.since < request.until <= TIME_LIMIT:
        raise CountError(
            "the time span is empty or beyond all calendars",
            about="span",
            next_step="Begin before the end.",
        )
    found = [_floor(request.since, request.by, zone)]
    while found[-1] < request.until:
        if len(found) > MAX_BARS:
            raise CountError(
                f"more than {MAX_BARS} bars of one {request.by}",
                about="span",
                next_step="Take a shorter time, or longer bars.",
            )
        found.append(_next(found[-1], request.by, zone))
    return tuple(found)


def back(until: float, by: Unit, zone: str, bars: int) -> float:
    """The begin of the first of so many bars that end with the one before ``until``.

    CountError for a zone that is not known, or a moment beyond all calendars.
    """
    known = _zone(zone)
    if not -TIME_LIMIT <= until <= TIME_LIMIT:
        raise CountError(
            "the time is beyond all calendars", about="span", next_step="Take a nearer one."
        )
    at = _floor(until - 0.000001, by, known)
    for _ in range(bars - 1):
        at = _floor(at - 1.0, by, known)
    return at


def spans(found: tuple[float, ...]) -> list[tuple[float, float]]:
    """Begin and end of each bar."""
    return list(pairwise(found))


def _zone(name: str) -> dt.tzinfo:
    if name.upper() in ("UTC", "Z"):
        return dt.UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CountError(
            f"there is no time zone {name[:60]!r}",
            about="zone",
            next_step="Write for example Europe/Berlin.",
        ) from error


def _local(at: float, zone: dt.tzinfo) -> dt.datetime:
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=at)
    return moment.astimezone(zone)


def _floor(at: float, by: Unit, zone: dt.tzinfo) -> float:
    local = _local(at, zone)
    if by == "hour":
        # ``fold`` stays: the hour that comes twice in autumn is two hours.
        return local.replace(minute=0, second=0, microsecond=0).timestamp()
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if by == "week":
        day -= dt.timedelta(days=day.weekday())
    elif by == "month":
        day = day.replace(day=1)
    return day.timestamp()


def _next(begin: float, by: Unit, zone: dt.tzinfo) -> float:
    """The next bar's begin. The longest local units are 25 hours, 7 days and one, 31 days and one;
    in the middle of the following one, all clocks agree that it is the following one."""
    if by == "hour":
        # Where clocks go by half hours, one bar is short.
        step = _floor(begin + _HOUR, by, zone)
        return step if step > begin else begin + _HOUR
    if by == "day":
        return _floor(begin + 36 * _HOUR, by, zone)
    if by == "week":
        return _floor(begin + 10 * 24 * _HOUR, by, zone)
    return _floor(begin + 45 * 24 * _HOUR, by, zone)
