"""How the work goes, read from the record for the engine's operations index."""

import msgspec
from sqlalchemy import Connection, select

from copydesk.record.reading_sources import list_sources
from copydesk.record.retrying import list_letters
from copydesk.record.schema import articles, fetches, sources
from indexer.operations import DeadLetter, Fetch, SourceState

# A source is stale when it is silent for this long and for so many of its own intervals.
STALE_SECONDS = 86_400.0
STALE_INTERVALS = 3
MOST_LETTERS = 1000


class Searchable(msgspec.Struct, frozen=True, kw_only=True):
    """Articles that are searchable now and were not yet measured: up to which ``number``, and
    the times of publication of those that can be called late."""

    number: int
    published: tuple[float, ...]


def newly_searchable(
    connection: Connection, *, after: int, position: int, limit: int
) -> Searchable:
    """The articles behind ``after`` that the engine holds, having come to ``position`` in the log.

    Only what was published after its source was added can be late: a new source's backlog and an
    imported archive are not.
    """
    statement = (
        select(articles.c.number, articles.c.changed, articles.c.published, sources.c.added_at)
        .outerjoin(sources, sources.c.id == articles.c.source)
        .where(articles.c.number > after)
        .order_by(articles.c.number)
        .limit(limit)
    )
    published: list[float] = []
    for number, changed, at, added_at in connection.execute(statement):
        if changed > position:
            break
        after = number
        if at is not None and added_at is not None and at >= added_at:
            published.append(at)
    return Searchable(number=after, published=tuple(published))


def fetches_after(connection: Connection, after: int, *, since: float, limit: int) -> list[Fetch]:
    """The fetches behind number ``after`` that began at ``since`` or later, oldest first."""
    statement = (
        select(fetches, sources.c.outlet)
        .join(sources, sources.c.id == fetches.c.source)
        .where(fetches.c.id > after, fetches.c.at >= since)
        .order_by(fetches.c.id)
        .limit(limit)
    )
    return [
        Fetch(
            id=str(row.id),
            at=row.at,
            source=row.source,
            outlet=row.outlet,
            outcome=row.outcome,
            status=row.status,
            items=row.items,
            new_items=row.new_items,
            page_failures=row.page_failures,
            bytes=row.bytes,
            seconds=row.elapsed,
            error=row.error,
        )
        for row in connection.execute(statement)
    ]


def source_states(connection: Connection, *, now: float) -> list[SourceState]:
    """How every source stands that is neither paused nor retired."""
    states: list[SourceState] = []
    for source in list_sources(connection):
        if source.paused or source.retired:
            continue
        silent = now - (source.last_success or source.added_at)
        patience = max(STALE_SECONDS, STALE_INTERVALS * source.interval)
        states.append(
            SourceState(
                id=source.id,
                at=now,
                source=source.id,
                outlet=source.outlet,
                outcome=source.last_outcome or "never",
                failures=source.failures,
                silent_hours=silent / 3600,
                stale=int(silent > patience),
            )
        )
    return states


def open_letters(connection: Connection) -> list[DeadLetter]:
    """The newest dead letters."""
    return [
        DeadLetter(
            id=str(letter.number),
            at=letter.at,
            stage=letter.stage,
            subject=f"{letter.kind} {letter.id}",
            reason=letter.reason,
        )
        for letter in list_letters(connection, limit=MOST_LETTERS)
    ]
