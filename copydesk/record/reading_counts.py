"""Count what there is."""

from sqlalchemy import Connection, FromClause, func, select

from copydesk.record.changelog import head
from copydesk.record.reading_rows import Counts
from copydesk.record.reading_sources import source_outcomes
from copydesk.record.reading_stories import LIVE
from copydesk.record.schema import (
    articles,
    copy_groups,
    dead_letters,
    inbox,
    sources,
    stories,
)


def counts(connection: Connection) -> Counts:
    """How much of everything the record holds, without merged stories and what was emptied."""
    groups = select(func.count()).select_from(copy_groups).where(copy_groups.c.size > 0)
    return Counts(
        articles=_count(connection, articles),
        stories=connection.scalar(select(func.count()).select_from(stories).where(LIVE)) or 0,
        copy_groups=connection.scalar(groups) or 0,
        inbox=_count(connection, inbox),
        dead_letters=_count(connection, dead_letters),
        sources=_count(connection, sources),
        outcomes=source_outcomes(connection),
        log_head=head(connection),
    )


def waiting_since(connection: Connection) -> float | None:
    """Since when the first in the inbox has waited; None when it is empty."""
    return connection.scalar(select(inbox.c.received).order_by(inbox.c.seq).limit(1))


def _count(connection: Connection, table: FromClause) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0
