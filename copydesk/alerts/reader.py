"""The reader of the change log that matches what is new against the saved searches.

It needs no engine and knows none: a search hears the same on every one of them.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import structlog

from copydesk.alerts import later, searches
from copydesk.alerts.searches import READER, SavedSearch
from copydesk.documents import EngineWrites, engine_writes
from copydesk.record import changelog
from copydesk.record.database import Record
from copydesk.record.reading_stories import merged_of
from indexer.engines.protocol import Put, Remove
from indexer.errors import QueryError
from indexer.projection import UnfitError
from indexer.query.ast import Node
from indexer.query.match import Sight, matches
from indexer.query.parser import parse
from indexer.query.plan import Plan, plan
from indexer.query.stories import stories_named

# Changes at once, fewer where many searches listen: the desk waits for each batch.
_BATCH, _LEAST_BATCH, _PAIRS = 500, 20, 200_000

log = structlog.get_logger()


class _Read(NamedTuple):
    search: SavedSearch
    tree: Node
    stories: frozenset[str]


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
        read = _read(saved)
        # Of the same moment as the documents, which name the stories that there are then.
        named = {story for each in read for story in each.stories}
        merged = dict(merged_of(connection, named))
    at = now()
    found = _found(projected, _plans(read, merged, at=at))
    changed = {change.id: change.seq for change in changes if change.kind == "article"}
    with record.writing() as connection:
        later.note(connection, changed, at=at)
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
    projected: EngineWrites, plans: Sequence[tuple[SavedSearch, Plan]]
) -> list[tuple[int, str, int]]:
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


def _read(saved: Sequence[SavedSearch]) -> list[_Read]:
    read: list[_Read] = []
    for search in saved:
        try:
            tree = parse(search.query)
            read.append(_Read(search, tree, stories_named(tree, search.kind)))
        except QueryError as error:
            _warn(search, error)
    return read


def _plans(
    read: Sequence[_Read], merged: Mapping[str, str], *, at: float
) -> list[tuple[SavedSearch, Plan]]:
    plans: list[tuple[SavedSearch, Plan]] = []
    for search, tree, _ in read:
        try:
            made = plan(tree, search.kind, now=round(at * 1e6), merged=merged)
        except QueryError as error:
            _warn(search, error)
        else:
            plans.append((search, made))
    return plans


def _warn(search: SavedSearch, error: QueryError) -> None:
    log.warning(f"the saved search “{search.name}” cannot be read any more: {error}")
