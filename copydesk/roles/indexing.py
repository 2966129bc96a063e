"""Bring an engine up to date from the change log."""

import time
from collections.abc import Callable, Sequence
from math import inf
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from copydesk.documents import engine_writes
from copydesk.record import changelog, timelines
from copydesk.record.database import Record
from copydesk.record.deadletters import bury_rejected, resolve_indexed
from copydesk.record.retrying import ask_again
from copydesk.record.timelines import Timelines
from copydesk.roles.notify import beat
from copydesk.roles.repeating import repeat_refused
from indexer.engines.protocol import Engine, Rejected, Write, WriteReport
from indexer.errors import EngineMismatchError, OneFaultError

# Documents read and written at once; the caller's time is looked at between.
_BATCH = 2000
# Changes after which the engine commits at the latest. What changed several times among them is
# written once, and few large commits leave little to merge: of 20,000 generated articles the
# embedded engine took 300 us each with a commit every 2,000 changes, 170 us with this.
_WINDOW = 10_000
READER = "engine"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the engine has come: log positions, and how many changes that is, and of how many."""

    position: int
    head: int
    done: int
    whole: int


class Writable(Protocol):
    """The half of an engine, or of one that is being rebuilt, that is written."""

    def follow(self, timeline: str) -> None:
        """Note with a position that it is one of this log."""

    def write(self, batch: Sequence[Write]) -> WriteReport:
        """Apply the batch in order."""

    def refresh(self) -> None:
        """Make what was written durable and visible."""


def apply_next(
    record: Record,
    engine: Writable,
    *,
    timeline: str,
    after: int,
    now: Callable[[], float],
    until: float = inf,
) -> Progress | None:
    """Apply the next changes of the log and commit them; None when nothing is left.

    ``timeline`` is the name of the record that the engine holds so far; if a backup was restored
    meanwhile, :class:`EngineMismatchError` is raised.

    From ``until`` on (a time of :func:`time.monotonic`) no further batch is begun; one always is.
    What the engine refuses for good becomes a dead letter.
    """
    with record.reading() as connection:
        lives = _same(connection, timeline)
        changes = changelog.read(connection, after=after, limit=_WINDOW)
    # Each thing once, at its last change: one that was left out comes again, whatever stops us.
    last = {(change.kind, change.id): change for change in changes}
    ordered = sorted(last.values(), key=lambda change: change.seq)
    if not ordered:
        return None
    refused: list[Rejected] = []
    for start in range(0, len(ordered), _BATCH):
        some = ordered[start : start + _BATCH]
        with record.reading() as connection:
            engine.follow(_same(connection, timeline).tag)
            projected = engine_writes(connection, some)
        try:
            outcome = engine.write(projected.writes)
        except OneFaultError as error:
            # Letters were written of them; they are shown again when this batch has gone through.
            with record.writing() as connection:
                ask_again(connection, error.refused)
            raise
        refused += (*projected.damaged, *outcome.rejected)
        beat()
        if time.monotonic() >= until:
            break
    engine.refresh()
    position = some[-1].seq
    done = (f"{change.kind} {change.id}" for change in ordered if change.seq <= position)
    with record.writing() as connection:
        resolve_indexed(connection, done)
        bury_rejected(connection, refused, at=now())
    return _progress(lives, position)


def catch_up(
    record: Record,
    engine: Engine,
    *,
    now: Callable[[], float],
    report: Callable[[Progress], None] = lambda _progress: None,
    seconds: float = inf,
) -> Progress:
    """Apply the changes that the engine lacks; returns how far it came.

    After ``seconds`` no further batch is begun, so that an index that is far behind does not keep
    its caller from other work. Where it stopped is the engine's own word: a crash between writing
    and remembering costs a repetition, never a gap.
    """
    end = time.monotonic() + seconds
    noted = engine.noted()
    with record.reading() as connection:
        lives = timelines.read(connection)
    if objection := lives.objection(noted.timeline, noted.position):
        raise EngineMismatchError(
            f"the index {objection}",
            next_step="`copydesk reindex` makes it anew from the record.",
        )
    engine.follow(lives.tag)
    reached = _progress(lives, noted.position)
    while progress := apply_next(
        record, engine, timeline=lives.name, after=reached.position, now=now, until=end
    ):
        reached = progress
        with record.writing() as connection:
            changelog.save_cursor(connection, READER, reached.position, at=now())
        report(reached)
        if time.monotonic() >= end:
            break
    # At the end, or what is refused again would keep from the engine what is new.
    repeat_refused(record, engine, position=reached.position, now=now)
    return reached


def _same(connection: Connection, timeline: str) -> Timelines:
    """The record's lives, the last of which is still this one."""
    lives = timelines.read(connection)
    if lives.name != timeline:
        raise EngineMismatchError(
            "a backup was restored while the index was written",
            next_step="`copydesk reindex` makes it anew from the record.",
        )
    return lives


def _progress(lives: Timelines, position: int) -> Progress:
    done, whole = lives.changes(position), lives.changes(lives.head)
    return Progress(position=position, head=lives.head, done=done, whole=whole)
