"""When a server wants to be asked again. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

# A server that says "in a month" means "go away"; it is asked once a week.
_LONGEST_RETRY = 7 * 86_400.0
# Content networks put hours on feeds that change by the minute; an hour honours the intention.
_LONGEST_FRESH = 3_600.0
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_FRESH = re.compile(r"(?:^|[\s,])(no-cache|no-store)\b", re.IGNORECASE)


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """The epoch second of ``Retry-After`` (RFC 9110 section 10.2.3), in seconds or as a date.

    At most a week from ``now``; ``None`` when absent, unreadable or in the past.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}(\.\d*)?", value):
        until = now + float(value)
    else:
        date = http_date(value)
        if date is None:
            return None
        until = date
    return min(until, now + _LONGEST_RETRY) if until > now else None


def fresh_until(headers: Mapping[str, str], *, now: float) -> float | None:
    """The epoch second until which an answer is fresh: ``Cache-Control``, else ``Expires``.

    RFC 9111 section 4.2, with ``Age`` taken off and at most an hour; ``None`` when not fresh.
    """
    control = headers.get("cache-control", "")
    if _NOT_FRESH.search(control):
        return None
    if match := _MAX_AGE.search(control):
        age = headers.get("age", "").strip()
        lifetime = float(match.group(1)) - (float(age) if age.isdecimal() and len(age) < 10 else 0)
    else:
        expires = http_date(headers.get("expires", ""))
        if expires is None:
            return None
        # Against the server's own clock, which may be wrong.
        lifetime = expires - (http_date(headers.get("date", "")) or now)
    return now + min(lifetime, _LONGEST_FRESH) if lifetime > 0 else None


def http_date(value: str) -> float | None:
    """Epoch seconds of an HTTP date in any of its three forms; ``None`` when it is none."""
    try:
        moment = parsedate_to_datetime(value)
        # The form of C's asctime() names no zone; all HTTP dates are in UTC (RFC 9110 5.6.7).
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
