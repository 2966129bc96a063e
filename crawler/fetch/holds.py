"""Hosts whose pages are left alone for a while, so that one of them cannot cost a whole crawl."""

from crawler.fetch.errors import FetchError
from crawler.job import Outcome

# Seconds, for what a host said without saying until when.
_PAUSES: dict[Outcome, float] = {"rate-limited": 600.0, "blocked": 3600.0}
_DEAD: frozenset[Outcome] = frozenset({"dns", "tls", "timeout", "connection", "server-error"})
# As many dead ends in a row make a dead host; one or two are stumbles.
_PATIENCE = 4
_DEAD_PAUSE = 600.0
_REMEMBERED = 10_000


class Holds:
    """Which hosts are on hold until when, and why. Times are the caller's, in epoch seconds.

    Only for pages: every feed of a host is asked on its own schedule, so that one feed that is
    refused does not stop its neighbours.
    """

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, FetchError]] = {}
        self._misses: dict[str, int] = {}

    def check(self, host: str, *, now: float) -> None:
        """Raises the error that put ``host`` on hold, while it is."""
        held = self._until.get(host)
        if held is None:
            return
        until, error = held
        if until <= now:
            del self._until[host]
            return
        raise FetchError(
            f"not asked: {host} {error.what}",
            outcome=error.outcome,
            next_step=f"Its pages are asked for again in {until - now:.0f} s",
            status=error.status,
            not_before=until,
        )

    def succeeded(self, host: str) -> None:
        """An answer of any use came from ``host``."""
        self._misses.pop(host, None)

    def failed(self, host: str, error: FetchError, *, now: float) -> None:
        """Counts a failure; puts the host on hold when it asked for that or seems dead."""
        until = error.not_before or now + _PAUSES.get(error.outcome, 0.0)
        if error.outcome in _DEAD:
            misses = self._misses[host] = self._misses.get(host, 0) + 1
            if misses >= _PATIENCE:
                until = max(until, now + _DEAD_PAUSE)
                self._misses.pop(host)
        if until <= now:
            return
        for table in (self._until, self._misses):
            if len(table) >= _REMEMBERED:
                table.pop(next(iter(table)))
        self._until[host] = (until, error)
