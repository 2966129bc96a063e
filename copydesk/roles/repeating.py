"""Another try for what the engine refused, when a person asks for it."""

from collections.abc import Callable

from copydesk.documents import engine_writes
from copydesk.record.database import Record
from copydesk.record.deadletters import bury_rejected, resolve_indexed
from copydesk.record.retrying import asked_again
from indexer.engines.protocol import Engine, Rejected
from indexer.errors import OneFaultError

_BATCH = 1000


def repeat_refused(
    record: Record, engine: Engine, *, position: int, now: Callable[[], float]
) -> None:
    """Show the engine the present state of what it refused, under the version it has in the log.

    What changed after the engine's ``position`` comes by itself, in its order: written before its
    turn, it would be taken for the end of all that lies between.
    """
    with record.reading() as connection:
        asked = asked_again(connection, limit=_BATCH)
        changes = [change for change in asked if change.seq <= position]
        if not changes:
            return
        projected = engine_writes(connection, changes)
    try:
        refused = engine.write([write for write in projected.writes if write.version]).rejected
        engine.refresh()
    except OneFaultError as error:
        # That many refused for one reason are letters still: what is new went through before.
        refused = tuple(
            Rejected(kind=change.kind, id=change.id, version=change.seq, reason=error.what)
            for change in changes
        )
    with record.writing() as connection:
        resolve_indexed(connection, (f"{change.kind} {change.id}" for change in changes))
        bury_rejected(connection, (*projected.damaged, *refused), at=now())
