"""The append-only change log and its readers' cursors."""

from collections.abc import Iterable
from typing import Literal

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from copydesk.record.rows import many
from copydesk.record.schema import change_log, cursors, log_head

ChangedKind = Literal["article", "story"]
Operation = Literal["put", "remove"]

_LOGGED = insert(change_log).values({c.name: bindparam(c.name) for c in change_log.columns})


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the log."""

    seq: int
    kind: ChangedKind
    id: str
    operation: Operation


def append(
    connection: Connection, changed: Iterable[tuple[ChangedKind, str, Operation]], *, at: float
) -> dict[tuple[ChangedKind, str], int]:
    """Log the changes, each under the next sequence number; returns the numbers given.

    Call it in the transaction that makes the changes. The head's row stays locked until the
    commit, so numbers have no gap and become visible in their order.
    """
    rows = list(dict.fromkeys(changed))
    if not rows:
        return {}
    first = _reserve(connection, len(rows))
    many(
        connection,
        _LOGGED,
        [
            {"seq": first + index, "at": at, "kind": kind, "id": key, "operation": operation}
            for index, (kind, key, operation) in enumerate(rows)
        ],
    )
    return {(kind, key): first + index for index, (kind, key, _) in enumerate(rows)}


def _reserve(connection: Connection, count: int) -> int:
    statement = update(log_head).values(seq=log_head.c.seq + count).returning(log_head.c.seq)
    return int(connection.execute(statement).scalar_one()) - count + 1


def head(connection: Connection) -> int:
    """The last sequence number; 0 for an empty log."""
    return int(connection.execute(select(log_head.c.seq)).scalar_one())


def read(connection: Connection, *, after: int, limit: int) -> list[Change]:
    """At most ``limit`` changes with a higher number than ``after``, in order."""
    statement = (
        select(change_log.c.seq, change_log.c.kind, change_log.c.id, change_log.c.operation)
        .where(change_log.c.seq > after)
        .order_by(change_log.c.seq)
        .limit(limit)
    )
    return [
        Change(seq=seq, kind=kind, id=key, operation=operation)
        for seq, kind, key, operation in connection.execute(statement)
    ]


def save_cursor(connection: Connection, reader: str, seq: int, *, at: float) -> None:
    """Remember how far ``reader`` has come."""
    values = {"seq": seq, "at": at}
    changed = connection.execute(
        update(cursors).where(cursors.c.reader == reader).values(**values)
    ).rowcount
    if not changed:
        connection.execute(insert(cursors).values(reader=reader, **values))


def cursor_time(connection: Connection, reader: str) -> float | None:
    """When ``reader`` last said how far it is; None when it is new."""
    when: float | None = connection.scalar(select(cursors.c.at).where(cursors.c.reader == reader))
    return when


def load_cursor(connection: Connection, reader: str) -> int:
    """How far ``reader`` has come; 0 when it is new."""
    statement = select(func.max(cursors.c.seq)).where(cursors.c.reader == reader)
    return int(connection.execute(statement).scalar_one() or 0)
