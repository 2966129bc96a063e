"""Which crawl process has which source in hand: a lease per row, with an end.

Any number of crawl processes share one record. Each takes sources that are due and free, passing
over rows that another is just taking (``FOR UPDATE SKIP LOCKED`` on PostgreSQL; SQLite has one
writer). A process that dies leaves leases that end by themselves, by the database's clock.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from copydesk.record.registry import SourceRow, joined, ready, source_row
from copydesk.record.rows import chunked
from copydesk.record.schema import source_state

# A dead process' sources wait this long; a living one renews long before.
LEASE_SECONDS = 60.0


def lease_due(connection: Connection, worker: str, *, now: float, limit: int) -> list[SourceRow]:
    """Take sources that are due and free, the longest overdue first; ``now`` in epoch seconds.

    Call it in :meth:`copydesk.record.database.Record.claiming`.
    """
    clock = database_clock(connection, now)
    statement = (
        joined()
        .where(ready(now), _free(worker, clock))
        .order_by(source_state.c.due, source_state.c.source)
        .limit(limit)
        .with_for_update(of=source_state, skip_locked=True)
    )
    found = [source_row(row) for row in connection.execute(statement)]
    _hold(connection, worker, [row.id for row in found], until=clock + LEASE_SECONDS)
    return found


def lease(
    connection: Connection, worker: str, source: SourceRow, *, now: float
) -> SourceRow | None:
    """Take this source whether due or not.

    None when another has it in hand, has polled it since ``source`` was read, or it is gone.
    """
    clock = database_clock(connection, now)
    same_poll = source_state.c.last_fetch.is_not_distinct_from(source.last_fetch)
    statement = (
        joined()
        .where(source_state.c.source == source.id, same_poll, _free(worker, clock))
        .with_for_update(of=source_state, skip_locked=True)
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    _hold(connection, worker, [source.id], until=clock + LEASE_SECONDS)
    return source_row(row)


def renew(connection: Connection, worker: str, *, now: float) -> None:
    """Hold on to all that is still under way; a lease that another took meanwhile stays lost."""
    connection.execute(
        update(source_state)
        .where(source_state.c.leased_by == worker)
        .values(leased_until=database_clock(connection, now) + LEASE_SECONDS)
    )


def release(connection: Connection, worker: str) -> None:
    """Give back everything, for a process that ends with fetches under way."""
    connection.execute(
        update(source_state)
        .where(source_state.c.leased_by == worker)
        .values(leased_by="", leased_until=0.0)
    )


def database_clock(connection: Connection, now: float) -> float:
    """Epoch seconds on the clock that all processes share: PostgreSQL's; else our own, ``now``."""
    if connection.dialect.name != "postgresql":
        return now
    return float(
        connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one()
    )


def _free(worker: str, clock: float) -> ColumnElement[bool]:
    until = source_state.c.leased_until
    return and_(
        source_state.c.leased_by != worker,
        # A lease far longer than any was given by a clock that has been set back since. (A little
        # longer is one that was given while this transaction waited for its turn.)
        or_(until <= clock, until > clock + 2 * LEASE_SECONDS),
    )


def _hold(connection: Connection, worker: str, ids: Sequence[str], *, until: float) -> None:
    for some in chunked(ids):
        connection.execute(
            update(source_state)
            .where(source_state.c.source.in_(some))
            .values(leased_by=worker, leased_until=until)
        )
