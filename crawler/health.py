"""How a source fares, in one word and one sentence that a person understands.

Computed from what is remembered of its fetches alone; nothing is asked and nothing stored.
"""

from typing import Literal

import msgspec

from crawler.fetch.urls import redact
from crawler.job import Outcome
from crawler.schedule.history import GOOD, SourceHistory
from crawler.schedule.rhythm import DAY, HOUR
from crawler.silence import silence

State = Literal[
    "well", "new", "empty", "stale", "silent", "overflow", "moved", "gone", "not-found",
    "dns", "tls", "unreachable", "timeout", "server-error", "rate-limited", "refused",
    "challenge", "soft-block", "robots", "parse", "too-large", "forbidden-address", "offline",
    "failed",
]  # fmt: skip
Grade = Literal["good", "note", "wrong"]

# One failed poll is weather: three in a row over an hour are not.
_FAILURES = 3
_FAILING = HOUR
# Two months without an item, where a news source is read for news.
_STALE = 60 * DAY
_OVERFLOW_SHOWN = 3 * DAY

_FAILED: dict[Outcome, tuple[State, str]] = {
    "gone": ("gone", "its server says that it is gone for good (HTTP 410)"),
    "not-found": ("not-found", "there is nothing at its address"),
    "refused": ("refused", "its server refuses us"),
    "robots": ("robots", "its robots.txt does not let us in, or cannot be read"),
    "rate-limited": ("rate-limited", "its server asks us to come less often (HTTP 429)"),
    "server-error": ("server-error", "its server has a fault"),
    "dns": ("dns", "its name has no address (DNS)"),
    "tls": ("tls", "there is no secure connection (TLS)"),
    "timeout": ("timeout", "its server does not answer in time"),
    "connection": ("unreachable", "its server cannot be reached"),
    "too-large": ("too-large", "its answer is larger than allowed"),
    "not-a-feed": ("parse", "what it answers cannot be read as a feed"),
    "forbidden-address": ("forbidden-address", "its address is not public, so we keep away"),
    "failed": ("failed", "it cannot be fetched"),
}


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """A ``state``, how bad it is, a ``reason`` in words, and since when (epoch seconds)."""

    state: State
    grade: Grade
    reason: str
    since: float | None = None


def health(history: SourceHistory, *, now: float) -> Health:
    """How a source fares by what is remembered of it."""
    outcome = history.last_outcome
    if outcome is None:
        return Health(state="new", grade="good", reason="it was not fetched yet")
    if outcome == "offline":
        return Health(
            state="offline", grade="note", reason="this machine seems to be offline",
            since=history.last_good,
        )  # fmt: skip
    if outcome == "empty":
        return Health(
            state="empty", grade="note", reason="it answers, but its feed has no items",
            since=history.failing_since,
        )  # fmt: skip
    if outcome not in GOOD:
        return _failing(history, outcome, now=now)
    return _answering(history, now=now)


def _failing(history: SourceHistory, outcome: Outcome, *, now: float) -> Health:
    state, words = _FAILED.get(outcome, ("failed", "it cannot be fetched"))
    if outcome == "blocked":
        if 200 <= history.last_status < 300:
            state, words = "soft-block", "a bot wall's page comes instead of its feed (soft block)"
        else:
            state, words = "challenge", "a bot wall stops us with a challenge"
    if outcome in ("blocked", "refused", "not-found") and history.last_status >= 400:
        words = f"{words} (HTTP {history.last_status})"
    since = history.failing_since
    lasting = since is not None and now - since >= _FAILING and history.failures >= _FAILURES
    times = "once" if history.failures == 1 else f"{history.failures} times in a row"
    return Health(
        state=state,
        grade="wrong" if lasting or outcome == "gone" else "note",
        reason=f"{words}; failed {times}",
        since=since,
    )


def _answering(history: SourceHistory, *, now: float) -> Health:
    found = silence(history, now=now)
    if found is not None and found.alarm:
        days = (now - found.since) / DAY
        return Health(
            state="silent", grade="wrong", since=found.since,
            reason=f"it answers, but had no new item for {days:.1f} days, "
            f"where about {found.expected:.0f} would be usual",
        )  # fmt: skip
    last = history.last_item
    if last is not None and now - last > _STALE:
        return Health(
            state="stale", grade="note", since=last,
            reason=f"its newest item is {(now - last) / DAY:.0f} days old",
        )  # fmt: skip
    if history.moved_to:
        return Health(
            state="moved", grade="note", since=history.moved_since,
            reason=f"it answers from another address: {redact(history.moved_to)}",
        )  # fmt: skip
    if history.overflowed is not None and now - history.overflowed < _OVERFLOW_SHOWN:
        return Health(
            state="overflow", grade="note", since=history.overflowed,
            reason=f"all its {history.window} items were new at once, so some may be lost; "
            "it is polled more often now",
        )  # fmt: skip
    return Health(state="well", grade="good", reason="all is well", since=history.last_good)
