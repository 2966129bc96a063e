"""When an article was published: reading dates, and choosing between those that disagree.

Feed, JSON-LD, HTML, URL and HTTP each claim a date, each wrong in its own way: feeds re-date and
mislabel zones, JSON-LD is missing, an URL has no time, HTTP dates the copy. :func:`fuse` weighs
them and lets those that agree strengthen each other. Nothing is ever dated after ``now``.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import dateparser
import msgspec
from dateparser.data.languages_info import language_order

from crawler.article import DateOrigin
from crawler.language import primary

# 1990-01-01: no outlet on the web published before; 1970 and 0001 are what programs write for
# "unknown".
_EARLIEST = 631152000.0
# Local time labelled UTC is at most 14 hours ahead (UTC+14, Kiribati).
_ZONE_ERROR = 14 * 3600.0
_DAY = 86400.0

# RFC 5322 knows only North American names; feeds use these too. Hours east of UTC.
_ZONES = {
    "WET": 0, "WEST": 1, "BST": 1, "WAT": 1, "CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "CAT": 2,
    "EET": 2, "SAST": 2, "EEST": 3, "MSK": 3, "TRT": 3, "EAT": 3, "IDT": 3, "AST": -4, "IST": 5.5,
    "PKT": 5, "NPT": 5.75, "WIB": 7, "ICT": 7, "WITA": 8, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8,
    "AWST": 8, "WIT": 9, "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13, "NDT": -2.5, "NST": -3.5, "BRT": -3, "ART": -3, "UYT": -3, "CLT": -4,
    "BOT": -4, "VET": -4, "COT": -5, "PET": -5, "AKDT": -8, "AKST": -9, "HST": -10,
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_ZONE_NAME = re.compile(r"\s\(?([A-Z]{3,4})\)?$")
# Java's Date.toString() and Ruby put the year last: "Tue May 30 11:05:00 CEST 2023".
_YEAR_LAST = re.compile(r"(:\d{2})\s([A-Z]{3,4}|[+-]\d{4})\s(\d{4})$")
# Thai feeds count from the Buddha's death, 543 years earlier: 1990 to 2057 are 2533 to 2600.
_BUDDHIST_YEAR = re.compile(r"(?<![\d+])(?<!:\d\d\.)(?:253[3-9]|25[4-9]\d|2600)(?!\d)")
_BUDDHIST_ERA = 543
# In America CST is six hours behind UTC, in China and on Taiwan eight before it.
_CST = re.compile(r"\s\(?CST\)?$")
_CST_IS_CHINESE = frozenset({"zh", "yue"})
# Like "11:05 UTC+3" and JavaScript's "11:05:00 GMT+0200 (Central European Summer Time)".
_OFFSET = re.compile(
    r"(:\d{2}(?:[.,]\d{1,9})?)\s*(?:GMT|UTC?|Z)?\s*([+-])(0?\d|1[0-4])(?::?([0-5]\d))?"
    r"(?:\s*\([^()]*\))?$",
    re.IGNORECASE,
)
_HALF_DAY = re.compile(r"\b(\d{1,2})(:\d{2}(?::\d{2})?)\s*([ap])\.?\s?m\b\.?", re.IGNORECASE)
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[T\s]\s?(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?(?:\[[\w/+-]{1,40}\])?$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
# Like "05/06/2023", "5.6.23" and "Mon, 05-06-2023": the year comes last.
_OF_NUMBERS = re.compile(
    r"(?:[^\W\d_]{1,12}[.,]{0,2}\s)?(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)"
)
# Who writes English or Filipino may put the month first; nobody else does when the year is last.
_MONTH_FIRST = frozenset({"en", "tl"})
_WRITTEN_OUT: Any = {
    "TIMEZONE": "UTC",
    "RETURN_AS_TIMEZONE_AWARE": True,
    "REQUIRE_PARTS": ["day", "month", "year"],
    "PARSERS": ["absolute-time"],  # never "yesterday": nobody knows when that was written
}
# Written languages that dateparser has under another name.
_IN_DATEPARSER = {"no": "nb"}
_URL_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?P<sep>[/_.-]?)(0[1-9]|1[0-2]|" + "|".join(_MONTHS) + r")(?P=sep)"
    r"(0[1-9]|[12]\d|3[01])(?!\d)",
    re.IGNORECASE,
)


class Stamp(msgspec.Struct, frozen=True):
    """A date that was read: epoch seconds, whether it has a time of day, whether a zone."""

    at: float
    precise: bool
    zoned: bool


class DateEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """One claim about the date of publication; ``weight`` in 0..1 is how far it is believed."""

    at: float
    origin: DateOrigin
    weight: float
    precise: bool = True


class FusedDate(msgspec.Struct, frozen=True, kw_only=True):
    """The date chosen (epoch seconds or ``None``), where it comes from and 0..1."""

    at: float | None
    origin: DateOrigin
    confidence: float


# How far each origin is believed alone, with a time of day and a zone.
_WEIGHTS: dict[DateOrigin, float] = {
    "jsonld": 0.9, "feed": 0.85, "import": 0.95, "html": 0.7, "url": 0.6, "http": 0.2,
    "unknown": 0.1,
}  # fmt: skip


def parse_date(text: str) -> Stamp | None:
    """Read ISO 8601 and its relatives, RFC 5322 and epoch seconds or milliseconds.

    A time without a zone is taken for UTC and said to be ``zoned=False``. ``None`` when nothing
    sensible can be read, or the date is before 1990.
    """
    plain = _plain(text)
    if not plain:
        return None
    moment = _epoch(plain) or _iso(plain) or _rfc5322(plain)
    if moment is None:
        return None
    value, zoned = moment
    precise = bool(_CLOCK.search(plain)) or "T" in plain or plain.isdecimal()
    return Stamp(value, precise, zoned) if value >= _EARLIEST else None


def read_date(text: str, *, language: str = "") -> Stamp | None:
    """:func:`parse_date`, then dates written out for people in ``language`` or English.

    "Di, 30 Mai 2023 11:05:00 +0200", "30 de mayo de 2023", "2023年5月30日". Slower (about 1 ms), so
    for what is kept only. Of ``05/06/2023`` in English nobody knows the month: ``None``.
    """
    plain, spoken = _plain(text), primary(language)
    if spoken in _CST_IS_CHINESE:
        plain = _CST.sub(" +0800", plain)
    if stamp := parse_date(plain):
        return stamp
    order = _order(plain, spoken)
    if order is None or not any(map(str.isdigit, plain)):
        return None
    settings = {**_WRITTEN_OUT, "DATE_ORDER": order} if order else _WRITTEN_OUT
    try:
        # One after the other: dateparser asks the commoner language first, which is English.
        moment = next(
            filter(None, (dateparser.parse(plain, languages=[name], settings=settings)
                          for name in _languages(spoken))),
            None,
        )  # fmt: skip
    except (ValueError, OverflowError, RecursionError):
        return None
    if moment is None or moment.timestamp() < _EARLIEST:
        return None
    zoned = bool(re.search(r"[+-]\d{2}:?\d{2}$|[A-Z]{3,4}\)?$", plain))
    return Stamp(moment.timestamp(), precise=bool(_CLOCK.search(plain)), zoned=zoned)


def _plain(text: str) -> str:
    """The text in one line, by our years, a clock of 24 hours and an offset as in RFC 5322."""
    whole_day = _HALF_DAY.sub(_by_24_hours, " ".join(text.split())[:80])
    our_year = _BUDDHIST_YEAR.sub(lambda year: str(int(year[0]) - _BUDDHIST_ERA), whole_day)
    return _OFFSET.sub(_as_rfc5322, _YEAR_LAST.sub(r"\1 \3 \2", our_year))


def _by_24_hours(clock: re.Match[str]) -> str:
    hour = int(clock[1])
    if 1 <= hour <= 12:
        hour = hour % 12 + (12 if clock[3] in "pP" else 0)
    return f"{hour}{clock[2]}"


def _as_rfc5322(offset: re.Match[str]) -> str:
    return f"{offset[1]} {offset[2]}{int(offset[3]):02}{offset[4] or '00'}"


def _order(text: str, spoken: str) -> str | None:
    """How a date of numbers is read: "" as the language has it, ``None`` if nobody knows."""
    numbers = _OF_NUMBERS.match(text)
    if numbers is None:
        return ""
    first, second = int(numbers[1]), int(numbers[3])
    if len(numbers[4]) == 4 and max(first, second) > 12:
        return "DMY" if first > 12 else "MDY"
    if first == second or max(first, second) > 12:
        return ""
    if spoken and spoken not in _MONTH_FIRST:
        # Languages that put the year first do so with two digits too: "05.06.23" is theirs to say.
        return "DMY" if len(numbers[4]) == 4 else ""
    return "DMY" if numbers[2] == "." and not spoken else None


def _languages(spoken: str) -> list[str]:
    known = _IN_DATEPARSER.get(spoken, spoken)
    return list(dict.fromkeys((known, "en"))) if known in _written_languages() else ["en"]


@cache
def _written_languages() -> frozenset[str]:
    return frozenset(language_order)


def evidence(stamp: Stamp, origin: DateOrigin) -> DateEvidence:
    """A claim of ``origin``, believed less without a zone and less without a time."""
    weight = _WEIGHTS[origin] * (1.0 if stamp.zoned or not stamp.precise else 0.9)
    weight *= 1.0 if stamp.precise or origin == "url" else 0.8
    return DateEvidence(at=stamp.at, origin=origin, weight=weight, precise=stamp.precise)


def from_url(url: str) -> DateEvidence | None:
    """The date in an address such as ``/2023/05/30/`` or ``-20230530``; UTC midnight."""
    for match in _URL_DATE.finditer(url):
        year, separator, month, day = match.groups()
        if not separator and not month.isdecimal():
            continue
        number = int(month) if month.isdecimal() else _MONTHS.index(month.lower()) + 1
        try:
            moment = datetime(int(year), number, int(day), tzinfo=UTC)
        except ValueError:
            continue
        if moment.timestamp() >= _EARLIEST:
            # Eight digits in a row may be a number that only looks like a date.
            scale = 1.0 if separator else 0.6
            return DateEvidence(
                at=moment.timestamp(), origin="url", weight=_WEIGHTS["url"] * scale, precise=False
            )
    return None


def fuse(claims: Iterable[DateEvidence], *, now: float) -> FusedDate:
    """Choose the date of publication among claims.

    A claim's score is its weight, raised by every claim of another origin that agrees with it
    (the same day, for a claim without a time; within six hours otherwise). A claim at most 14
    hours in the future is a zone error: it becomes ``now`` at half its weight; one further ahead
    is dropped. Of claims that agree, one with a time of day is preferred to one without.
    """
    present = [checked for claim in claims if (checked := _not_future(claim, now)) is not None]
    if not present:
        return FusedDate(at=None, origin="unknown", confidence=0.0)
    best = max(present, key=lambda claim: _score(claim, present))
    confidence = _score(best, present)
    if not best.precise:
        finer = [claim for claim in present if claim.precise and _agree(claim, best)]
        best = max(finer, key=lambda claim: _score(claim, present), default=best)
    return FusedDate(at=best.at, origin=best.origin, confidence=round(min(confidence, 0.99), 3))


def _not_future(claim: DateEvidence, now: float) -> DateEvidence | None:
    if claim.at <= now:
        return claim
    if claim.at > now + _ZONE_ERROR:
        return None
    return msgspec.structs.replace(claim, at=now, weight=claim.weight / 2)


def _score(claim: DateEvidence, claims: list[DateEvidence]) -> float:
    doubt = 1.0 - claim.weight
    for other in claims:
        if other.origin != claim.origin and _agree(claim, other):
            doubt *= 1.0 - other.weight / 2
    return 1.0 - doubt


def _agree(one: DateEvidence, other: DateEvidence) -> bool:
    if one.precise and other.precise:
        return abs(one.at - other.at) <= 6 * 3600.0
    # A day is meant in the outlet's own zone: 14 hours either side of its UTC bounds.
    day, moment = (one, other) if not one.precise else (other, one)
    return day.at - _ZONE_ERROR <= moment.at <= day.at + _DAY + _ZONE_ERROR


def _epoch(text: str) -> tuple[float, bool] | None:
    if text.isdecimal() and text.isascii() and len(text) in {9, 10, 13}:
        return int(text) / (1000.0 if len(text) == 13 else 1.0), True
    return None


def _iso(text: str) -> tuple[float, bool] | None:
    match = _ISO.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    # "24:00" is the end of its day (ISO 8601).
    late = int(hour or 0) == 24
    try:
        moment = datetime(
            int(year), int(month), int(day), 0 if late else int(hour or 0), int(minute or 0),
            min(int(second or 0), 59), tzinfo=_offset(zone),
        )  # fmt: skip
        return moment.timestamp() + late * _DAY, zone is not None
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timezone:
    if zone is None or zone[0] not in "+-":
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(span if zone[0] == "+" else -span)


def _rfc5322(text: str) -> tuple[float, bool] | None:
    named = _ZONE_NAME.search(text)
    hours = _ZONES.get(named.group(1)) if named else None
    if named and hours is not None:
        sign, minutes = ("+" if hours >= 0 else "-"), round(abs(hours) * 60)
        text = f"{text[: named.start()]} {sign}{minutes // 60:02}{minutes % 60:02}"
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    zoned = moment.tzinfo is not None
    try:
        return (moment if zoned else moment.replace(tzinfo=UTC)).timestamp(), zoned
    except (ValueError, OverflowError):
        return None
