"""Bring an engine up to date from the change log."""

from collections.abc import Callable

import msgspec

from copydesk.documents import engine_writes
from copydesk.record import changelog
from copydesk.record.database import Record
from copydesk.record.deadletters import bury_rejected, resolve_indexed
from copydesk.roles.repeating import repeat_refused
from indexer.engines.protocol import Engine
from indexer.errors import EngineMismatchError

_BATCH = 2000
READER = "engine"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the engine has come: log positions."""

    position: int
    head: int


def catch_up(
    record: Record,
    engine: Engine,
    *,
    now: Callable[[], float],
    report: Callable[[Progress], None] = lambda _progress: None,
) -> int:
    """Apply every change that the engine lacks; returns the position reached.

    Where it stopped is the engine's own word: a crash between writing and remembering costs a
    repetition, never a gap. What the engine refuses for good becomes a dead letter.
    """
    position = engine.position()
    with record.reading() as connection:
        if position > changelog.head(connection):
            raise EngineMismatchError(
                "the index is ahead of the record, as after restoring a backup",
                next_step="Stop the desk and delete the index; it is rebuilt from the record.",
            )
    repeat_refused(record, engine, now=now)
    while True:
        with record.reading() as connection:
            changes = changelog.read(connection, after=position, limit=_BATCH)
            if not changes:
                return position
            projected = engine_writes(connection, changes)
            head = changelog.head(connection)
        outcome = engine.write(projected.writes)
        engine.refresh()
        position = changes[-1].seq
        with record.writing() as connection:
            resolve_indexed(connection, (f"{change.kind} {change.id}" for change in changes))
            bury_rejected(connection, (*projected.damaged, *outcome.rejected), at=now())
            changelog.save_cursor(connection, READER, position, at=now())
        report(Progress(position=position, head=head))
