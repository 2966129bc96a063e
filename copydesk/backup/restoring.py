"""Restore a backup: checked whole first, then put in place in one transaction or not at all."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    update,
)

from copydesk.backup.frames import FORMAT, Header, Rows, frames
from copydesk.backup.taking import NUMBERED, TABLES, last_number
from copydesk.errors import BackupError
from copydesk.record import changelog, deleting, journal, migrate, timelines
from copydesk.record.database import Record
from copydesk.record.keys import fits, fitting
from copydesk.record.rows import upsert
from copydesk.record.schema import articles, deletions, leadership, log_head

# Columns of articles that are indexed and come from outside.
_CUT = ("guid", "url", "source", "outlet", "country", "language")
# Alembic's table: at which migration the others are.
_REVISION = "alembic_version"

Report = Callable[[int, int], None]


def _silent(_done: int, _all: int) -> None:
    """Nobody watches."""


def _nothing() -> None:
    """Nothing was made from the record."""


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What was put back; ``to_delete`` articles were deleted since and go again.

    They are not known, ``None``, where the record that was replaced could not be read. One that was
    damaged is kept in the file ``damaged``.
    """

    made: float
    rows: int
    articles: int
    to_delete: int | None
    damaged: str = ""


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What the record that is replaced knew, and the restored one is to go on from."""

    deleted: list[tuple[str, str]]
    term: int
    head: int
    number: int
    given: dict[str, int]


def check(file: Path, *, report: Report = _silent) -> Header:
    """Read the whole file and answer its header; raises :class:`BackupError` if it is not whole."""
    header: Header | None = None
    counted: dict[str, int] = {}
    for frame in _open(file):
        if isinstance(frame, Header):
            header = frame
            if frame.format != FORMAT or not migrate.knows(frame.schema):
                raise BackupError(
                    f"this backup was made by a newer Copydesk ({frame.program})",
                    where=str(file),
                    next_step="Restore it with that version.",
                )
            continue
        counted[frame.table] = counted.get(frame.table, 0) + len(frame.rows)
        report(sum(counted.values()), sum(header.tables.values()) if header else 0)
    if header is None or {name: n for name, n in header.tables.items() if n} != counted:
        raise BackupError(
            "this backup cannot be used: rows are missing",
            where=str(file),
            next_step="Take another backup; this one is of no use.",
        )
    return header


def holds_anything(record: Record) -> bool:
    """Whether the record has articles or sources that a restore would replace."""
    with record.reading() as connection:
        there = set(inspect(connection).get_table_names())
        return any(
            connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() is not None  # noqa: S608
            for name in ("articles", "inbox", "sources")
            if name in there
        )


def known_before(connection: Connection, *, now: float) -> Before:
    """Read what the record knows, of whatever version it is."""
    head = _head(connection)
    return Before(
        deleted=_deleted(connection),
        term=_term(connection),
        head=head,
        number=_last_number(connection),
        given=_given(connection, head, now=now),
    )


def restore(
    record: Record,
    file: Path,
    *,
    now: float,
    before: Before | None = None,
    report: Report = _silent,
    last: Callable[[], None] = _nothing,
) -> Restored:
    """Replace everything in the record by the backup; call :func:`check` first.

    What people had deleted from the replaced record is deleted from the restored one too: a
    backup must not bring it back. What retention forgot comes back. The desk's term goes on from
    the higher of the two, and the log above either, under a new name: nothing made from the
    replaced record is taken for the restored one's. ``before`` is what a record knew that lies
    elsewhere; without it, what ``record`` does.

    ``last`` is called when all is in place but the commit, and is to remove what was made from the
    replaced record: whoever is killed after it has at worst to make that anew.
    """
    with record.writing() as connection:
        old = before or known_before(connection, now=now)
        _reflected(connection).drop_all(connection)
        stream = _open(file)
        header = next(stream)
        assert isinstance(header, Header)  # noqa: S101 - check() has seen it
        migrate.to(connection, header.schema)
        try:
            rows = _load(connection, stream, sum(header.tables.values()), report)
        except (ValueError, OverflowError) as error:
            raise BackupError(
                f"this backup cannot be used: {error}",
                where=str(file),
                next_step="Take another backup; this one is of no use.",
            ) from error
        migrate.to(connection, "head")
        _set_numbers(connection, header.numbers, old.given)
        reached = timelines.begin(connection, beyond=old.head, at=now)
        # A memory of the moment of the backup is as good as ever.
        journal.aside(connection, before=reached, now=now)
        to_delete = _delete_again(connection, old.deleted, now=now)
        _raise_term(connection, old.term, now=now)
        ahead = update(log_head).where(log_head.c.number < old.number)
        connection.execute(ahead.values(number=old.number))
        count = int(connection.scalar(select(func.count()).select_from(articles)) or 0)
        last()
    return Restored(made=header.made, rows=rows, articles=count, to_delete=to_delete)


def _open(file: Path) -> Iterator[Header | Rows]:
    try:
        with file.open("rb") as stream:
            yield from frames(stream, where=str(file))
    except OSError as error:
        raise BackupError(
            f"the backup cannot be read: {error.strerror}",
            where=str(file),
            next_step="Check the name and the rights.",
        ) from error


def _deleted(connection: Connection) -> list[tuple[str, str]]:
    if not inspect(connection).has_table(deletions.name):
        return []
    # Not what retention forgot: a backup is to undo a mistaken rule too, and a right one finds its
    # articles again.
    by_people = deletions.c.reason != deleting.RETENTION
    statement = select(deletions.c.article, deletions.c.reason).where(by_people)
    return [(article, reason) for article, reason in connection.execute(statement)]


def _term(connection: Connection) -> int:
    if not inspect(connection).has_table(leadership.name):
        return 0
    return int(connection.scalar(select(func.max(leadership.c.term))) or 0)


def _head(connection: Connection) -> int:
    if not inspect(connection).has_table(log_head.name):
        return 0
    return changelog.head(connection)


def _last_number(connection: Connection) -> int:
    """The last number that an article was given: readers of the replaced record know it."""
    there = inspect(connection)
    if not there.has_table(log_head.name):
        return 0
    kept = {each["name"] for each in there.get_columns(log_head.name)}
    column = log_head.c.number if "number" in kept else articles.c.number
    return int(connection.scalar(select(func.max(column))) or 0)


def _given(connection: Connection, head: int, *, now: float) -> dict[str, int]:
    """The last numbers that the tables of the replaced record gave.

    Receivers pass over a match whose number they know. Of a record that was lost nobody knows how
    far it came: its matches go on from the clock's seconds, and would need one a second to be here.
    """
    there = inspect(connection)
    given = {name: last_number(connection, name) for name in NUMBERED if there.has_table(name)}
    return given if head else {**given, "search_matches": int(now)}


def _reflected(connection: Connection) -> MetaData:
    """Our tables as they are there; a database on a server may hold those of other programs too."""
    there = MetaData()
    there.reflect(connection, only=lambda name, _: name in TABLES.tables or name == _REVISION)
    return there


def _load(
    connection: Connection, stream: Iterable[Header | Rows], total: int, report: Report
) -> int:
    # As the backup's own revision has them, not as this program would.
    there = _reflected(connection)
    for table in there.tables.values():
        if table.name != _REVISION:
            # The first migration fills log_head; the backup has its own row.
            connection.execute(table.delete())
    done = 0
    for frame in stream:
        if isinstance(frame, Rows):
            into = there.tables.get(frame.table)
            # The file names no tables or columns of its own, nor says which migration it is at.
            if into is None or into.name == _REVISION:
                raise ValueError("it has a table that this record has not")
            if set(frame.columns) - set(into.columns.keys()):
                raise ValueError(f"its columns are not those of the table {into.name}")
            named = [dict(zip(frame.columns, row, strict=True)) for row in frame.rows]
            for row in named if into.name == articles.name else ():
                row.update(_fitted(row))
            connection.execute(insert(into), named)
            done += len(named)
            report(done, total)
    return done


def _fitted(row: dict[str, Any]) -> dict[str, str]:
    """What an older program wrote into SQLite, whose indexes take anything."""
    texts = {name: row[name] for name in _CUT if isinstance(row.get(name), str)}
    cut = {name: "" if name == "url" else fitting(text) for name, text in texts.items()}
    return {name: text for name, text in cut.items() if not fits(texts[name])}


def _set_numbers(connection: Connection, numbers: dict[str, int], given: dict[str, int]) -> None:
    """Have every table go on counting where the backup stopped, or the replaced record did."""
    there = _reflected(connection)
    if connection.dialect.name == "sqlite":
        for name, column in NUMBERED.items():
            top = int(connection.scalar(select(func.max(there.tables[name].c[column]))) or 0)
            number = max(top, numbers.get(name, 0), given.get(name, 0))
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            connection.exec_driver_sql(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, number)
            )
        return
    for table in there.tables.values():
        for name in _serials(table):
            top = int(connection.scalar(select(func.max(table.c[name]))) or 0)
            last = max(top, numbers.get(table.name, 0), given.get(table.name, 0))
            if last:
                sequence = func.pg_get_serial_sequence(table.name, name)
                connection.execute(select(func.setval(sequence, last)))


def _serials(table: Table) -> list[str]:
    return [
        column.name
        for column in table.primary_key
        if isinstance(column.type, Integer | BigInteger) and column.server_default is not None
    ]


def _delete_again(connection: Connection, deleted: list[tuple[str, str]], *, now: float) -> int:
    by_reason: dict[str, list[str]] = {}
    for article, reason in deleted:
        by_reason.setdefault(reason, []).append(article)
    return sum(
        deleting.request(connection, ids, reason=reason, now=now)
        for reason, ids in by_reason.items()
    )


def _raise_term(connection: Connection, term: int, *, now: float) -> None:
    here = _term(connection)
    if term > here:
        row = {"role": "desk", "term": term, "holder": "a restored backup", "since": now}
        upsert(connection, leadership, [row])
