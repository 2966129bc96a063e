"""Retention: forget what was kept long enough, in small steps between the desk's batches."""

import time
from collections.abc import Callable, Iterator

import structlog
from sqlalchemy import Connection

from config.settings import RetentionSettings
from copydesk.clocks import Every
from copydesk.record import ageing, changelog, deleting, expiring
from copydesk.record.ageing import Place
from copydesk.record.database import Record

_DAY = 86_400.0
_PASS_SECONDS = 3600.0
# One step is one short transaction: readers and the crawl notice nothing.
_ROWS = 200
# Pages of 4 kB given back to the file system in one step (SQLite).
_PAGES = 2000
_THINNING = "thinning"
# A clock that has gone on by more than a day since the last pass is believed after an hour: it may
# be wrong (an empty battery, until the network sets it), and what is forgotten does not come back.
_PASSED = "retention"
# For runs that end sooner than that: a later one believes the clock if it has gone on by an hour at
# least since it was first doubted, and by no more than twice the leap (else it leapt once more).
_DOUBTED = "retention doubts"
_LEAP_SECONDS = _DAY
_DOUBT_SECONDS = 3600.0

# How many things a step forgot, and where the next goes on.
_Walked = tuple[int, Place | None]

log = structlog.get_logger()


class Retention:
    """Works through the rules once an hour, one bounded step a call."""

    def __init__(
        self,
        record: Record,
        settings: RetentionSettings,
        *,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._record = record
        self._settings = settings
        self._now = now
        self._ticks = ticks
        self._doubted: float | None = None
        self._pass: Iterator[int] = iter(())
        self._passes = Every(_PASS_SECONDS)

    def step(self) -> int:
        """Forget a little; returns how many things went, 0 when the pass is over or not due.

        It is 1 when a step came to an end before it found anything.
        """
        forgotten = next(self._pass, 0)
        if forgotten or not self._passes.is_due(self._now()) or not self._believes():
            return forgotten
        self._pass = self._whole_pass()
        return next(self._pass, 0)

    def _believes(self) -> bool:
        """Whether the clock can be trusted to say how old things are; notes it if so."""
        now = self._now()
        with self._record.writing() as connection:
            last = changelog.cursor_time(connection, _PASSED)
            if last is None or now - last <= _LEAP_SECONDS:
                self._doubted = None
            elif self._doubted is None and not _has_gone_on(
                now, changelog.cursor_time(connection, _DOUBTED), last
            ):
                self._doubted = self._ticks()
                changelog.save_cursor(connection, _DOUBTED, 0, at=now)
                log.warning(
                    f"the clock is {(now - last) / _DAY:.0f} days further than when it was last "
                    "looked what has been kept long enough; if it stays so, nothing is forgotten "
                    f"for {_DOUBT_SECONDS / 60:.0f} minutes. Check the clock."
                )
            if self._doubted is not None and self._ticks() - self._doubted < _DOUBT_SECONDS:
                return False
            self._doubted = None
            changelog.save_cursor(connection, _PASSED, 0, at=now)
        return True

    def _whole_pass(self) -> Iterator[int]:
        counted: dict[str, int] = {}
        # What is kept for ever is not looked for; articles may have rules of their sources' own.
        days = self._settings
        for what, steps in (
            ("articles", self._walked(self._articles)),
            ("texts", self._walked(self._texts)),
            *((("revisions", self._repeated(self._revisions)),) if days.revisions else ()),
            *((("fetches", self._repeated(self._fetches)),) if days.fetches else ()),
            *((("dead letters", self._repeated(self._dead_letters)),) if days.dead_letters else ()),
            *((("changes", self._repeated(self._changes)),) if days.changes else ()),
        ):
            for gone in steps:
                if gone:
                    counted[what] = counted.get(what, 0) + gone
                yield gone or 1
        if counted:
            log.info(
                "kept long enough and forgotten: "
                + ", ".join(f"{count} {what}" for what, count in counted.items())
            )
        while pages := self._record.reclaim(_PAGES):
            yield pages

    def _repeated(self, forget: Callable[[Connection], int]) -> Iterator[int]:
        while True:
            with self._record.writing() as connection:
                gone = forget(connection)
            if not gone:
                return
            yield gone

    def _walked(self, forget: Callable[[Connection, Place], _Walked]) -> Iterator[int]:
        place: Place | None = ageing.START
        while place is not None:
            with self._record.writing() as connection:
                gone, place = forget(connection, place)
            if gone or place is not None:
                yield gone

    def _articles(self, connection: Connection, after: Place) -> _Walked:
        age, now = ageing.article_age(connection, self._settings.articles), self._now()
        step = ageing.walk_on(connection, age, after, now=now, limit=_ROWS)
        gone = deleting.request(connection, step.ids, reason=deleting.RETENTION, now=now)
        return gone, step.place

    def _texts(self, connection: Connection, after: Place) -> _Walked:
        age = ageing.text_age(connection, self._settings.texts)
        step = expiring.drop_texts(connection, age, after, now=self._now(), limit=_ROWS)
        return len(step.ids), step.place

    def _revisions(self, connection: Connection) -> int:
        before = self._before(self._settings.revisions)
        return expiring.drop_revisions(connection, before=before, limit=_ROWS)

    def _fetches(self, connection: Connection) -> int:
        before = self._before(self._settings.fetches)
        return expiring.drop_fetches(connection, before=before, limit=_ROWS)

    def _dead_letters(self, connection: Connection) -> int:
        before = self._before(self._settings.dead_letters)
        return expiring.drop_dead_letters(connection, before=before, limit=_ROWS)

    def _changes(self, connection: Connection) -> int:
        before = self._before(self._settings.changes)
        now = self._now()
        position = changelog.load_cursor(connection, _THINNING)
        looked = expiring.thin_changes(
            connection, after=position, before=before, now=now, limit=_ROWS
        )
        if looked:
            changelog.save_cursor(connection, _THINNING, looked[-1], at=now)
        return len(looked)

    def _before(self, days: int) -> float:
        return self._now() - days * _DAY


def _has_gone_on(now: float, doubted: float | None, last: float) -> bool:
    """Whether a clock that an earlier run doubted at ``doubted`` may be believed by now."""
    if doubted is None or doubted <= last:
        return False
    return _DOUBT_SECONDS <= now - doubted <= 2 * (doubted - last)
