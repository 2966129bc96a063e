"""Why a fetch did not give what was asked for."""

from crawler.errors import CrawlError
from crawler.job import Outcome


class FetchError(CrawlError):
    """A fetch that ended without a usable answer; ``outcome`` classifies it.

    ``status`` is the HTTP status, 0 when there was none. ``not_before`` is the epoch second before
    which the server does not want to be asked again, ``None`` when it said nothing.
    """

    def __init__(
        self,
        what: str,
        *,
        outcome: Outcome,
        where: str = "",
        next_step: str = "",
        status: int = 0,
        not_before: float | None = None,
    ) -> None:
        super().__init__(what, where=where, next_step=next_step)
        self.outcome: Outcome = outcome
        self.status = status
        self.not_before = not_before


class OnHoldError(FetchError):
    """The host wants to be left alone until ``not_before``; it was not asked."""


class StoppedError(CrawlError):
    """The crawler is stopping or was never started."""
