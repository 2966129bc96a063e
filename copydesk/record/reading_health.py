"""Read how sources fare: the crawler's judgement of what the record remembers of them."""

import msgspec
from sqlalchemy import Connection, select

from copydesk.record.reading_rows import SourceRow
from copydesk.record.reading_sources import list_sources
from copydesk.record.registry import BY_THE_CONFIGURATION
from copydesk.record.schema import fetches, source_state, sources
from crawler.health import Grade, Health, health
from crawler.schedule import SourceHistory


class SourceHealth(msgspec.Struct, frozen=True, kw_only=True):
    """A source, its health in one word and one sentence, and what its last fetch said.

    ``state`` is one of :data:`crawler.health.State`, or ``paused``. Times are epoch seconds.
    """

    id: str
    outlet: str
    state: str
    grade: Grade
    reason: str
    since: float | None
    last_fetch: float | None
    last_new_item: float | None
    failures: int
    error: str


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """One fetch of a source: when, how long (seconds), and what came of it."""

    at: float
    elapsed: float
    outcome: str
    status: int
    items: int
    new_items: int
    bytes: int
    error: str


_FETCH = [fetches.c[name] for name in Fetch.__struct_fields__]
# The fetch that brought an article began at most this long before the article was seen, seconds.
_FETCH_REACH = 3600.0


def last_fetches(connection: Connection, source: str, *, limit: int = 20) -> list[Fetch]:
    """The newest fetches of a source, the newest first."""
    rows = connection.execute(
        select(*_FETCH)
        .where(fetches.c.source == source)
        .order_by(fetches.c.at.desc(), fetches.c.id.desc())
        .limit(limit)
    )
    return [Fetch(**row._mapping) for row in rows]


def fetch_that_brought(connection: Connection, source: str, *, seen: float) -> Fetch | None:
    """The last fetch that began within the hour before ``seen`` and had something new."""
    query = (
        select(*_FETCH)
        .where(
            fetches.c.source == source,
            fetches.c.at.between(seen - _FETCH_REACH, seen),
            fetches.c.new_items > 0,
        )
        .order_by(fetches.c.at.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Fetch(**row._mapping)


def history_of(packed: bytes | None) -> SourceHistory:
    """What was remembered of a source, also by an earlier version."""
    return msgspec.msgpack.decode(packed, type=SourceHistory) if packed else SourceHistory()


def source_health(connection: Connection, *, now: float, after: str = "") -> list[SourceHealth]:
    """All sources by id, those greater than ``after``."""
    query = (
        select(sources.c.id, sources.c.paused, source_state.c.history)
        .outerjoin_from(sources, source_state, source_state.c.source == sources.c.id)
        .where(sources.c.id > after)
    )
    known = {row.id: row for row in connection.execute(query)}
    return [
        _fares(source, history_of(known[source.id].history), known[source.id].paused, now=now)
        for source in list_sources(connection, after=after)
    ]


def _fares(source: SourceRow, history: SourceHistory, paused: int, *, now: float) -> SourceHealth:
    found = health(history, now=now)
    state: str = found.state
    if paused:
        who = (
            "the configuration pauses it" if paused & BY_THE_CONFIGURATION else "a person paused it"
        )
        found = Health(state="well", grade="good", reason=who)
        state = "paused"
    return SourceHealth(
        id=source.id,
        outlet=source.outlet,
        state=state,
        grade=found.grade,
        reason=found.reason,
        since=found.since,
        last_fetch=source.last_fetch,
        last_new_item=source.last_new_item,
        failures=source.failures,
        error=source.last_error,
    )


def health_counts(connection: Connection, *, now: float) -> dict[str, int]:
    """How many sources are in each state; states without any are left out."""
    counts: dict[str, int] = {}
    for source in source_health(connection, now=now):
        counts[source.state] = counts.get(source.state, 0) + 1
    return counts
