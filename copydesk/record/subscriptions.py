"""Subscriptions at hubs (WebSub) in the record, and what a push does: the source is due now."""

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update

from copydesk.record.rows import upsert
from copydesk.record.schema import source_state, sources
from copydesk.record.schema_hubs import subscriptions
from crawler.websub import Subscription

# A hub that pushes more often than this, in seconds, is heard, but causes no more polls.
PUSH_GAP = 30.0
_IN_HAND = 120.0


def of_source(connection: Connection, source: str) -> Subscription | None:
    """The subscription of a source, if it has one."""
    return _one(connection, subscriptions.c.source == source)


def of_token(connection: Connection, token: str) -> Subscription | None:
    """The subscription whose callback address ends in ``token``."""
    return _one(connection, subscriptions.c.token == token)


def take(connection: Connection, *, now: float, limit: int) -> list[Subscription]:
    """Subscriptions whose hub is to be told something now, those waiting longest first.

    They are out of other crawlers' sight for two minutes, by when the hub has been told.
    """
    statement = (
        select(subscriptions)
        .where(subscriptions.c.attempt_at <= now)
        .order_by(subscriptions.c.attempt_at)
        .limit(limit)
    )
    found = [_read(row) for row in connection.execute(statement)]
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.source.in_([one.source for one in found]))
        .values(attempt_at=now + _IN_HAND)
    )
    return found


def save(connection: Connection, subscription: Subscription) -> None:
    """Write down a subscription, new or known."""
    upsert(connection, subscriptions, [msgspec.structs.asdict(subscription)])


def forget(connection: Connection, source: str) -> None:
    """Nothing is expected from the hub any more."""
    connection.execute(delete(subscriptions).where(subscriptions.c.source == source))


def leave_unpolled(connection: Connection) -> None:
    """Begin to leave the hubs of sources that are paused, retired or gone."""
    polled = (
        select(sources.c.id)
        .join(source_state, source_state.c.source == sources.c.id)
        .where(sources.c.paused == 0, source_state.c.retired == 0)
    )
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.source.not_in(polled), subscriptions.c.state != "leaving")
        .values(state="leaving", attempt_at=0.0, failures=0)
    )


def pushed(connection: Connection, subscription: Subscription, *, now: float) -> None:
    """The hub says that there is news: the source is due now, unless it was polled just now."""
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.source == subscription.source)
        .values(last_push=now)
    )
    last = select(source_state.c.last_fetch).where(source_state.c.source == subscription.source)
    fetched = connection.execute(last).scalar_one_or_none() or 0.0
    due = max(now, fetched + PUSH_GAP)
    connection.execute(
        update(source_state)
        .where(
            source_state.c.source == subscription.source,
            source_state.c.retired == 0,
            source_state.c.due > due,
        )
        .values(due=due, due_reason="its hub pushed")
    )


def _one(connection: Connection, which: Any) -> Subscription | None:
    row = connection.execute(select(subscriptions).where(which)).one_or_none()
    return None if row is None else _read(row)


def _read(row: Any) -> Subscription:
    return Subscription(**row._mapping)
