"""What stands above haste: the hours a feed excludes, and patience with what fails."""

from collections.abc import Sequence

from crawler.job import Outcome

_HOUR = 3600.0
_DAY = 86_400.0


def after_skips(due: float, *, hours: Sequence[int], days: Sequence[int]) -> float:
    """The first time from ``due`` on that lies outside ``skipHours`` and ``skipDays`` (UTC).

    Epoch seconds; ``due`` itself when every hour of the week is excluded, which is a mistake.
    """
    for step in range(7 * 24 + 1):
        start = due if step == 0 else (due // _HOUR + step) * _HOUR
        # 1 January 1970 was a Thursday.
        if start // _HOUR % 24 not in hours and (start // _DAY + 3) % 7 not in days:
            return start
    return due


def back_off(
    outcome: Outcome, failures: int, *, shortest: float, longest_good: float, longest: float
) -> tuple[float, str]:
    """Seconds until a source that failed is tried again, and why."""
    if outcome == "robots":
        # Rules are kept for a day (RFC 9309 section 2.4): asking earlier learns nothing.
        return _DAY, "its robots.txt says no; the rules are read again in a day"
    # The first failure is tried again soon: most are momentary. Ten in a row reach the end.
    interval = shortest * 2.0 ** min(failures - 1, 30)
    if outcome == "empty":
        # Some feeds have nothing to say for days: quiet, not broken. Others say so by mistake.
        return min(interval, longest_good), "it has no items now"
    interval = min(interval, longest)
    times = "once" if failures == 1 else f"{failures} times in a row"
    return interval, f"it failed {times} ({outcome})"
