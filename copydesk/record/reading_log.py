"""Read the change log and count what there is."""

from sqlalchemy import Connection, FromClause, func, select

from copydesk.record.reading_rows import Change, Counts
from copydesk.record.reading_sources import source_outcomes
from copydesk.record.reading_stories import LIVE, head
from copydesk.record.schema import (
    articles,
    change_log,
    copy_groups,
    dead_letters,
    inbox,
    sources,
    stories,
)


def list_changes(connection: Connection, since: int, limit: int) -> tuple[Change, ...]:
    """The changes after position ``since``, in order."""
    query = (
        select(change_log).where(change_log.c.seq > since).order_by(change_log.c.seq).limit(limit)
    )
    return tuple(Change(**row) for row in connection.execute(query).mappings())


def counts(connection: Connection) -> Counts:
    """How much of everything the record holds; merged and emptied stories do not."""
    return Counts(
        articles=_count(connection, articles),
        stories=connection.scalar(select(func.count()).select_from(stories).where(LIVE)) or 0,
        copy_groups=_count(connection, copy_groups),
        inbox=_count(connection, inbox),
        dead_letters=_count(connection, dead_letters),
        sources=_count(connection, sources),
        outcomes=source_outcomes(connection),
        log_head=head(connection),
    )


def _count(connection: Connection, table: FromClause) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0
