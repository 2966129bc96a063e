"""Whether the desk and the crawler stand still although work waits for them.

A role that is frozen still holds its lock and its process still lives: only that nothing comes of
it, told by the record, shows it.
"""

import time
from collections.abc import Mapping
from typing import Literal

from copydesk.alerts.deliveries import Standing, State
from copydesk.alerts.webhook import LONG
from copydesk.record.reading_progress import AHEAD_SECONDS, Backlog
from copydesk.record.standstill import Standstill

# A desk takes some seconds for a batch, half a minute for its first start on a machine.
DESK_SECONDS = 120.0
# A fetch may take minutes where pages wait for the turn of their host.
CRAWL_SECONDS = 900.0


def stands(
    role: str, backlog: Backlog, *, held_since: float | None, patience: float, now: float
) -> tuple[Literal["good", "note", "wrong"], str]:
    """A verdict and a sentence about a role whose lock was taken at ``held_since`` here, if at all.

    It stands still when for ``patience`` seconds something waited, nothing was done, and it was
    there to do it. Times that lie ahead are of a clock that was set back, and tell nothing.
    """
    if backlog.waits_since is None:
        return "good", "nothing waits for it"
    times = (backlog.waits_since, backlog.last_done or 0.0, held_since or 0.0)
    passed = [at for at in times if at <= now + AHEAD_SECONDS]
    if backlog.waits_since not in passed:
        ahead = (backlog.waits_since - now) / 60
        return "note", (
            f"what waits for it came {ahead:.0f} minutes from now: the clock was set back, and "
            "whether it stands still cannot be told. Check the clock, and look into its log"
        )
    begun = max(passed)
    if now - begun < patience:
        return "good", "at work"
    waits = "work waits for it"
    if backlog.waits_since:  # a source that was never polled is due since 1970
        waits += f" since {(now - backlog.waits_since) / 60:.0f} minutes"
    if len(passed) < len(times):
        waits = f"the clock was set back; {waits}"
    if held_since is None:
        return "note", f"{waits}; none runs in this data directory"
    return "wrong", (
        f"{waits}, but it has done nothing for {(now - begun) / 60:.0f} minutes although it runs. "
        f"Look into its log; if it is frozen, end it, and `copydesk {role}` or `run` goes on."
    )


def standing_of_engine(
    kind: str, behind: int, still: Standstill | None, *, now: float
) -> tuple[Literal["good", "note", "wrong"], str]:
    """A verdict and a sentence about an index that answers, so many changes behind the record.

    ``still`` is what keeps the desk from writing it, or kept one that tries no more.
    """
    lag = f"{kind}, {behind} changes behind" if behind else f"{kind}, up to date"
    if still is not None and still.lasts(now):
        return "wrong", (
            f"{lag}; since {_clock(still.since)} the desk cannot write it: {still.words}"
        )
    if not behind:
        return "good", lag
    if still is not None:
        return "note", (
            f"{lag}; no desk tries to write it now. At {_clock(still.said)} one could not: "
            f"{still.words}"
        )
    return "note", f"{lag}; the desk catches up"


def _clock(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(at))


def standing_of_receivers(
    found: Mapping[State, Standing], *, now: float
) -> tuple[Literal["good", "note", "wrong"], str]:
    """A verdict and a sentence about those who are told of matches."""
    every = sum(each.receivers for each in found.values())
    if not every:
        return "good", "nobody is told of matches"
    why = "`copydesk alerts list` says why"
    stopped, failing, active = (found[state] for state in ("stopped", "failing", "active"))
    if stopped.receivers:
        return "wrong", (
            f"{stopped.receivers} of {every} are told of matches no more, {stopped.waiting} wait; "
            f"{why}, `copydesk alerts resume` tries one again."
        )
    if failing.receivers:
        lasted = now - (failing.failing_since or now)
        return "wrong" if lasted >= LONG else "note", (
            f"{failing.receivers} of {every} do not take matches, the first of them for "
            f"{lasted / 60:.0f} minutes, {failing.waiting} wait; {why}"
        )
    if active.waiting_since is not None and now - active.waiting_since >= DESK_SECONDS:
        waits = (now - active.waiting_since) / 60
        return "note", (
            f"{active.waiting} matches wait to be told, the first for {waits:.0f} minutes; a "
            "running desk tells them, and so does `copydesk desk --once`"
        )
    return "good", f"{every}, all told of matches"
