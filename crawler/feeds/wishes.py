"""How often a feed wants to be asked: ttl, sy:updatePeriod, skipHours, skipDays.

feedparser keeps only the last ``<hour>`` of ``skipHours``, so the raw bytes are read here.
"""

import re

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0,
            "yearly": 31536000.0}  # fmt: skip
# A feed of an outlet that asks for more patience than a day means "I set no value".
_LONGEST = 86400.0
_HOURS_BLOCK = re.compile(rb"<skipHours>(.{0,4000}?)</skipHours>", re.DOTALL | re.IGNORECASE)
_DAYS_BLOCK = re.compile(rb"<skipDays>(.{0,4000}?)</skipDays>", re.DOTALL | re.IGNORECASE)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*([A-Za-z]{6,9})\s*</day>", re.IGNORECASE)


def minimum_interval(ttl: str, period: str, frequency: str) -> float | None:
    """Seconds between polls from ``ttl`` (minutes) and ``sy:updatePeriod / updateFrequency``.

    The longer of the two when both are given, at most a day; ``None`` when neither makes sense.
    """
    wishes: list[float] = []
    if ttl.strip().isdecimal() and int(ttl[:9]) > 0:
        wishes.append(int(ttl[:9]) * 60.0)
    if (seconds := _PERIODS.get(period.strip().lower())) is not None:
        times = int(frequency[:6]) if frequency.strip().isdecimal() else 1
        wishes.append(seconds / max(times, 1))
    return min(max(wishes), _LONGEST) if wishes else None


def skip_hours(body: bytes) -> tuple[int, ...]:
    """Hours of the day (UTC, 0..23) in which the channel asks not to be polled."""
    block = _HOURS_BLOCK.search(body)
    hours = {int(hour) % 24 for hour in _HOUR.findall(block.group(1))} if block else set()
    # All 24 would mean never; that is a mistake and no wish.
    return tuple(sorted(hours)) if len(hours) < 24 else ()


def skip_days(body: bytes) -> tuple[int, ...]:
    """Weekdays (Monday 0) on which the channel asks not to be polled."""
    block = _DAYS_BLOCK.search(body)
    names = {day.decode().lower() for day in _DAY.findall(block.group(1))} if block else set()
    days = tuple(index for index, name in enumerate(_DAYS) if name in names)
    return days if len(days) < 7 else ()
