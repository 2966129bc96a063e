"""What a poll may cost and how much each source matters now, looked up anew from time to time."""

import time
from collections.abc import Callable, Mapping

import msgspec
import structlog

from copydesk.clocks import Every
from copydesk.record import registry
from copydesk.record.database import Record
from copydesk.record.reading_growth import growing_shares
from copydesk.record.reading_health import history_of
from crawler.schedule import SchedulePolicy, solve_threshold

# Rates move by the day, stories by the hour. Ten thousand sources take three seconds to solve.
_EVERY_SECONDS = 600.0
# An item of a source that reports nothing but growing stories counts three times.
_MOST_EXTRA = 2.0

log = structlog.get_logger()


class Pace:
    """The policy by which sources are polled, at so many polls a source and day on average."""

    def __init__(
        self,
        record: Record,
        bounds: SchedulePolicy,
        polls_per_day: float,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._record = record
        self._polls_per_day = polls_per_day
        self._now = now
        self._looks = Every(_EVERY_SECONDS)
        self.policy = bounds
        self.weights: Mapping[str, float] = {}

    def refresh(self) -> None:
        """Solves the threshold and weighs the sources anew, when it is time. Reads the record."""
        now = self._now()
        if not self._looks.is_due(now):
            return
        with self._record.reading() as connection:
            shares = growing_shares(connection, now=now)
            # Folders are looked at by another clock and cost no poll.
            folders = {source.id for source in registry.drops(connection)}
            sources = [each for each in registry.active(connection) if each.id not in folders]
        self.weights = {source: 1.0 + _MOST_EXTRA * share for source, share in shares.items()}
        histories = [history_of(source.history) for source in sources]
        self.policy = msgspec.structs.replace(
            self.policy,
            threshold=solve_threshold(
                histories,
                self.policy,
                polls_per_day=self._polls_per_day * len(sources),
                weights=[self.weight(source.id) for source in sources],
            ),
        )
        log.debug(
            f"{len(sources)} sources, a poll is worth {self.policy.threshold:.0f} item-seconds",
            growing=len(self.weights),
        )

    def weight(self, source: str) -> float:
        """How much an item of the source matters now; 1 is usual."""
        return self.weights.get(source, 1.0)
