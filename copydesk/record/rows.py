"""Small helps for many rows at once, alike on SQLite and PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Insert, Table, Update, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

T = TypeVar("T")

# SQLite's oldest limit of bound variables is 999 and Python may be linked with any version.
CHUNK = 900
# More than there are, for two databases in one process.
_STATEMENTS = 64


def chunked(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in runs short enough for one IN list."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def many(
    connection: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement that is made once for each row, whose names its parameters (two at least)
    have.

    Straight by the driver: of 27 columns and 200 rows the toolkit makes 5,400 parameters, which
    takes longer than storing them. Fits where no column needs converting, as none of ours does.
    """
    if not rows:
        return
    compiled = _compiled(statement, connection.dialect)
    names = compiled.positiontup
    connection.exec_driver_sql(
        compiled.string,
        list(map(itemgetter(*names), rows)) if names else list(map(dict, rows)),
    )


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keep: Sequence[str] = (),
) -> None:
    """Insert the rows; of those whose primary key is there already update all but ``keep``."""
    if rows:
        names = tuple(rows[0])
        many(connection, _upsert(table, names, tuple(keep), connection.dialect.name), rows)


@lru_cache(_STATEMENTS)
def _upsert(table: Table, names: tuple[str, ...], keep: tuple[str, ...], dialect: str) -> Insert:
    keys = [column.name for column in table.primary_key]
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = build(table).values({name: bindparam(name) for name in names})
    changed = {name: statement.excluded[name] for name in names if name not in (*keys, *keep)}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


@lru_cache(_STATEMENTS)
def _compiled(statement: Insert | Update, dialect: Dialect) -> SQLCompiler:
    return statement.compile(dialect=dialect)
