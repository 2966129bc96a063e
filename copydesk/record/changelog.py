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


_RESTORED = "restored at "


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


def load_cursor(connection: Connection, reader: str) -> int:
    """How far ``reader`` has come; 0 when it is new."""
    statement = select(func.max(cursors.c.seq)).where(cursors.c.reader == reader)
    return int(connection.execute(statement).scalar_one() or 0)


def leap(connection: Connection, *, beyond: int, at: float) -> int:
    """Go on above ``beyond``, which a replaced record counted, and above what a lost one may have.

    The numbers between belong to those: whatever stands at one of them knows of changes that this
    record never saw. Returns from where.
    """
    before = head(connection)
    # The clock's milliseconds: a record that was restored before, and is lost now, began at those
    # of then and would need 1,000 changes a second ever since to be here.
    connection.execute(update(log_head).values(seq=max(before, beyond, int(at * 1000))))
    # So that readers come to the head although nothing changed: it removes what never was.
    given = append(connection, [("article", _RESTORED, "remove")], at=at)
    save_cursor(connection, f"{_RESTORED}{given['article', _RESTORED]}", before, at=at)
    return before


def leapt(connection: Connection, position: int) -> bool:
    """Whether ``position`` is one that the record leapt over when a backup was restored."""
    statement = select(cursors.c.reader, cursors.c.seq).where(
        cursors.c.reader.startswith(_RESTORED), cursors.c.seq < position
    )
    return any(
        position < int(reader.removeprefix(_RESTORED))
        for reader, _ in connection.execute(statement)
    )
