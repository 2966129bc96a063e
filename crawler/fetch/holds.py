"""Hosts that are left alone for a while, so that one of them cannot cost a whole crawl."""

from dataclasses import dataclass, field
from typing import Literal

from crawler.fetch.errors import FetchError, OnHoldError
from crawler.fetch.urls import host_key
from crawler.job import Outcome

# Seconds, for what a host said without saying until when.
_PAUSES: dict[Outcome, float] = {"rate-limited": 600.0, "blocked": 3600.0}
_DEAD: frozenset[Outcome] = frozenset({"dns", "tls", "timeout", "connection", "server-error"})
# What is the host's, whichever of its addresses was asked. A fault (5xx) may be one feed's own.
_DEAD_FOR_ALL = _DEAD - {"server-error"}
# As many dead ends in a row make a dead host; one or two are stumbles.
_PATIENCE = 4
_DEAD_PAUSE = 600.0
_REMEMBERED = 10_000

Kind = Literal["feed", "page"]


@dataclass(slots=True)
class _Word:
    """What the addresses of one kind of a host said since one of them last answered well."""

    until: float = 0.0
    error: FetchError | None = None
    misses: int = 0
    addresses: set[str] = field(default_factory=set)
    waits: dict[str, float] = field(default_factory=dict)


class Holds:
    """Which hosts are on hold until when, and why. Times are the caller's, in epoch seconds.

    A page speaks for all pages of its host: 429, a bot wall and four dead ends in a row hold them
    all. A feed speaks for itself, on its own schedule, so that one feed that is refused does not
    stop its neighbours; only when a second feed says the same, with no good answer of any in
    between, is it the host that says so, and its feeds and pages wait together.
    """

    def __init__(self) -> None:
        self._words: dict[tuple[str, Kind], _Word] = {}

    def check(self, url: str, kind: Kind, *, now: float) -> None:
        """Raises the error that put the host of ``url`` on hold for this kind, while it is.

        Whatever its outcome, it passes: ``not_before`` says when.
        """
        host = host_key(url)
        for asked in ("feed", kind):
            word = self._words.get((host, asked))
            if word is not None and word.error is not None and word.until > now:
                raise OnHoldError(
                    f"not asked: {host} {word.error.what}",
                    outcome=word.error.outcome,
                    next_step=f"It is asked again in {word.until - now:.0f} s",
                    status=word.error.status,
                    not_before=word.until,
                )

    def succeeded(self, url: str) -> None:
        """An answer of any use came from the host of ``url``."""
        host = host_key(url)
        self._words.pop((host, "feed"), None)
        page = self._words.get((host, "page"))
        if page is not None:
            page.misses = 0

    def failed(self, url: str, kind: Kind, error: FetchError, *, now: float) -> None:
        """Counts a failure; puts the host on hold when it asked for that or seems dead."""
        if error.outcome not in _DEAD and error.outcome not in _PAUSES:
            return
        key = (host_key(url), kind)
        word = self._words.pop(key, None) or _Word()
        if len(self._words) >= _REMEMBERED:
            self._words.pop(next(iter(self._words)))
        self._words[key] = word
        until = (
            _page_says(word, error, now) if kind == "page" else _feed_says(word, url, error, now)
        )
        if until > max(now, word.until):
            word.until, word.error = until, error


def _page_says(word: _Word, error: FetchError, now: float) -> float:
    until = error.not_before or now + _PAUSES.get(error.outcome, 0.0)
    if error.outcome in _DEAD:
        word.misses += 1
        if word.misses >= _PATIENCE:
            word.misses = 0
            until = max(until, now + _DEAD_PAUSE)
    return until


def _feed_says(word: _Word, url: str, error: FetchError, now: float) -> float:
    if error.outcome == "rate-limited" or error.not_before is not None:
        word.waits = {asked: until for asked, until in word.waits.items() if until > now}
        word.waits[url] = error.not_before or now + _PAUSES.get(error.outcome, _DEAD_PAUSE)
        return max(word.waits.values()) if len(word.waits) > 1 else 0.0
    if error.outcome in _DEAD_FOR_ALL:
        word.misses += 1
        word.addresses.add(url)
        if word.misses >= _PATIENCE and len(word.addresses) > 1:
            word.misses = 0
            word.addresses.clear()
            return now + _DEAD_PAUSE
    return 0.0
