"""Read sources and how fetching them goes."""

from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from copydesk.record.reading_rows import SourceRow
from copydesk.record.schema import source_state, sources
from crawler.fetch.urls import redact

_FLAGS = ("paused", "retired")
# A source that was never scheduled has no row of state.
_DEFAULTS: dict[str, object] = {
    "due": 0.0,
    "due_reason": "",
    "interval": 0.0,
    "failures": 0,
    "last_outcome": "",
    "last_error": "",
    "retired": 0,
}
_COLUMNS = [
    (sources.c if name in sources.c else source_state.c)[name].label(name)
    for name in SourceRow.__struct_fields__
]


def list_sources(
    connection: Connection, *, after: str = "", limit: int | None = None
) -> tuple[SourceRow, ...]:
    """The sources by id, those greater than ``after``; all of them without a limit."""
    query = (
        select(*_COLUMNS)
        .outerjoin_from(sources, source_state, source_state.c.source == sources.c.id)
        .where(sources.c.id > after)
        .order_by(sources.c.id)
        .limit(limit)
    )
    return tuple(_source_row(row) for row in connection.execute(query).mappings())


def one_source(connection: Connection, source: str) -> SourceRow | None:
    """A source; None when it is not registered (any more)."""
    query = (
        select(*_COLUMNS)
        .outerjoin_from(sources, source_state, source_state.c.source == sources.c.id)
        .where(sources.c.id == source)
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _source_row(row)


def source_outcomes(connection: Connection) -> dict[str, int]:
    """How many sources that are neither paused nor retired ended their last fetch how.

    ``never`` counts those not fetched yet.
    """
    outcome = func.coalesce(func.nullif(source_state.c.last_outcome, ""), "never")
    query = (
        select(outcome, func.count())
        .outerjoin_from(sources, source_state, source_state.c.source == sources.c.id)
        .where(sources.c.paused == 0, func.coalesce(source_state.c.retired, 0) == 0)
        .group_by(outcome)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _source_row(row: RowMapping) -> SourceRow:
    known = {name: value for name, value in row.items() if value is not None}
    found: dict[str, Any] = {**dict.fromkeys(SourceRow.__struct_fields__), **_DEFAULTS, **known}
    found |= {name: bool(found[name]) for name in _FLAGS}
    # What is read here is shown: addresses of feeds may hold keys.
    return SourceRow(**found | {"url": redact(str(found["url"]))})
