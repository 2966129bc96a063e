"""Embargoes: what they held waits for the desk like all else once their time has come."""

import time
from collections.abc import Callable

import structlog

from copydesk.clocks import Agreement, Every
from copydesk.record import embargoes
from copydesk.record.database import Record

_WARNING_SECONDS = 300.0

log = structlog.get_logger()


class Lifting:
    """Lifts embargoes by a clock that has not just leapt: what is out cannot be taken back."""

    def __init__(
        self,
        record: Record,
        *,
        batch: int,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._record = record
        self._batch = batch
        self._now = now
        self._ticks = ticks
        self._clock = Agreement()
        self._warnings = Every(_WARNING_SECONDS)

    def step(self) -> int:
        """Lift some of those that are over; returns how many."""
        now = self._now()
        believed = self._clock.holds(now, self._ticks())
        with self._record.reading() as connection:
            if not embargoes.due(connection, now=now):
                return 0
        if not believed:
            if self._warnings.is_due(now):
                log.warning(
                    "the clock has leapt forward; embargoes that are over by it wait until it has "
                    "gone on evenly for some minutes. Check the clock."
                )
            return 0
        with self._record.writing() as connection:
            lifted = embargoes.lift(connection, now=now, limit=self._batch)
        log.info("embargoes are over", articles=lifted)
        return lifted
