"""The reader of the change log that matches what is new against the saved searches.

It needs no engine and knows none: a search hears the same on every one of them.
"""

import time
from collections.abc import Callable, Sequence

import structlog

from copydesk.alerts import searches
from copydesk.alerts.searches import READER, SavedSearch
from copydesk.documents import EngineWrites, engine_writes
from copydesk.record import changelog
from copydesk.record.database import Record
from indexer.engines.protocol import Put, Remove
from indexer.errors import QueryError
from indexer.projection import UnfitError
from indexer.query.match import Sight, matches, read_query
from indexer.query.plan import Plan

# Changes at once, fewer where many searches listen: the desk waits for each batch.
_BATCH, _LEAST_BATCH, _PAIRS = 500, 20, 200_000

log = structlog.get_logger()


def match_new(record: Record, *, now: Callable[[], float], seconds: float) -> None:
    """Match what is new in the log, for about so long at most; the rest waits for the next call."""
    until = time.monotonic() + seconds
    while match_next(record, now=now) and time.monotonic() < until:
        pass


def match_next(record: Record, *, now: Callable[[], float]) -> bool:
    """Match the next changes of the log; False when there is nothing (more) to do.

    Its place in the log and what it found are written in one transaction: a crash repeats a
    batch, and what is noted already is not noted again.
    """
    with record.reading() as connection:
        saved = searches.listening(connection)
        if not saved:
            return False
        position = changelog.load_cursor(connection, READER)
        limit = max(_LEAST_BATCH, min(_BATCH, _PAIRS // len(saved)))
        changes = changelog.read(connection, after=position, limit=limit)
        if not changes:
            return False
        projected = engine_writes(connection, changes)
    at = now()
    found = _found(projected, saved, at=at)
    with record.writing() as connection:
        for kind in ("article", "story"):
            gone = [w.id for w in projected.writes if isinstance(w, Remove) and w.kind == kind]
            searches.drop_gone(connection, kind, gone)
        # A search may have been removed meanwhile.
        still = {search.id for search in searches.listening(connection)}
        noted = searches.note(connection, [row for row in found if row[0] in still], at=at)
        changelog.save_cursor(connection, READER, changes[-1].seq, at=at)
    if noted:
        log.info(f"saved searches: {noted} new matches")
    return True


def _found(
    projected: EngineWrites, saved: Sequence[SavedSearch], *, at: float
) -> list[tuple[int, str, int]]:
    plans = _plans(saved, at=at)
    found: list[tuple[int, str, int]] = []
    for write in projected.writes:
        if not isinstance(write, Put):
            continue
        try:
            sight = Sight.of(write.document)
        except UnfitError:
            continue  # the engine refuses it with a dead letter; nobody can find it
        found += [
            (search.id, write.document.id, write.version)
            for search, plan in plans
            if search.kind == sight.kind and write.version > search.since and matches(plan, sight)
        ]
    return found


def _plans(saved: Sequence[SavedSearch], *, at: float) -> list[tuple[SavedSearch, Plan]]:
    plans: list[tuple[SavedSearch, Plan]] = []
    for search in saved:
        try:
            plans.append((search, read_query(search.query, search.kind, now=round(at * 1e6))))
        except QueryError as error:
            log.warning(f"the saved search “{search.name}” cannot be read any more: {error}")
    return plans
