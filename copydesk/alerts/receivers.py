"""Receivers of matches in the record: who they are, who is due, how far each is."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, Row, and_, exists, func, insert, not_, select, update

from copydesk.alerts.searches import SavedSearch
from copydesk.alerts.webhook import LONGEST, Receiver, moved, new_key, origin, rekeyed, resumed
from copydesk.errors import SavedSearchError
from copydesk.record.codec import clean
from copydesk.record.schema_hubs import receivers, search_matches

_MINE = receivers.c


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What may be seen of a receiver: of its address the host, of its key nothing.

    ``state`` is "active", "failing" or "stopped"; ``told`` is the last match that it took.
    """

    address: str
    state: str
    told: int
    last_told: float | None
    failures: int
    failing_since: float | None
    next_attempt: float | None
    error: str


def shown(receiver: Receiver) -> Shown:
    """A receiver as it may be seen."""
    going = receiver.state == "active"
    return Shown(
        address=origin(receiver.address),
        state="failing" if going and receiver.failures else receiver.state,
        told=receiver.told,
        last_told=receiver.last_told,
        failures=receiver.failures,
        failing_since=receiver.failing_since,
        next_attempt=receiver.attempt_at if going and receiver.failures else None,
        error=receiver.error,
    )


def add(connection: Connection, receiver: Receiver) -> None:
    """Write down the receiver of a new search."""
    connection.execute(insert(receivers).values(**clean(msgspec.structs.asdict(receiver))))


def save(connection: Connection, receiver: Receiver) -> None:
    """Write down how far a receiver is; nothing where its search was removed meanwhile."""
    values = clean(msgspec.structs.asdict(receiver))
    connection.execute(update(receivers).where(_MINE.search == receiver.search).values(**values))


def name(
    connection: Connection, search: SavedSearch, address: str, *, now: float
) -> tuple[Receiver, str]:
    """Have this address told of a search's matches, instead of the one before if there is one.

    It hears what the one before did not take, or else what is found from now on; then the key
    that was made for it is returned too.
    """
    known = of_search(connection, search.id)
    if known is not None:
        other = moved(known, address, now=now)
        save(connection, other)
        return other, ""
    last = last_match(connection, search.id)
    made = Receiver(search=search.id, address=address, key=new_key(), told=last, attempt_at=now)
    add(connection, made)
    return made, made.key


def renew_key(connection: Connection, search: SavedSearch, *, now: float) -> Receiver:
    """Have a new key sign; the one before goes on beside it for a while.

    Raises :class:`SavedSearchError` where nobody is told.
    """
    renewed = rekeyed(_told(connection, search), new_key(), now=now)
    save(connection, renewed)
    return renewed


def resume(connection: Connection, search: SavedSearch, *, now: float) -> Receiver:
    """Have a receiver told again. Raises :class:`SavedSearchError` where there is none."""
    again = resumed(_told(connection, search), now=now)
    save(connection, again)
    return again


def _told(connection: Connection, search: SavedSearch) -> Receiver:
    known = of_search(connection, search.id)
    if known is None:
        raise SavedSearchError(
            f"nobody is told what “{search.name}” matches",
            next_step="`copydesk alerts notify` names an address for it.",
        )
    return known


def of_search(connection: Connection, search: int) -> Receiver | None:
    """The receiver of a search, if it has one."""
    row = connection.execute(select(receivers).where(_MINE.search == search)).one_or_none()
    return None if row is None else _read(row)


def by_search(connection: Connection) -> Mapping[int, Receiver]:
    """All receivers by the number of their search."""
    return {row.search: _read(row) for row in connection.execute(select(receivers))}


def due(connection: Connection, *, now: float, limit: int) -> list[Receiver]:
    """Receivers that are to be told something now: those that took the last message first."""
    something = exists().where(
        search_matches.c.search == _MINE.search, search_matches.c.id > _MINE.told
    )
    # As webhook.is_due has it.
    waits = and_(_MINE.failures > 0, _MINE.attempt_at > now, _MINE.attempt_at <= now + LONGEST)
    statement = (
        select(receivers)
        .where(_MINE.state == "active", not_(waits), something)
        .order_by(_MINE.failures, _MINE.attempt_at)
        .limit(limit)
    )
    return [_read(row) for row in connection.execute(statement)]


def last_match(connection: Connection, search: int) -> int:
    """The number of a search's last match; 0 when there is none."""
    newest = select(func.max(search_matches.c.id)).where(search_matches.c.search == search)
    return connection.scalar(newest) or 0


def _read(row: Row[tuple[object, ...]]) -> Receiver:
    return Receiver(**row._mapping)
