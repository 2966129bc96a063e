"""Small helps for many rows at once, alike on SQLite and PostgreSQL."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

# SQLite's oldest limit of bound variables is 999 and Python may be linked with any version.
CHUNK = 900


def chunked(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in runs short enough for one IN list."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    *,
    keep: Sequence[str] = (),
) -> None:
    """Insert the rows; of those whose primary key is there already update all but ``keep``."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    build = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = build(table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in (*keys, *keep)}
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed)
        if changed
        else statement.on_conflict_do_nothing(index_elements=keys),
        list(rows),
    )
