"""Subscriptions at hubs (WebSub) in the record, and what a push does: the source is due now."""

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update

from copydesk.record.codec import clean
from copydesk.record.reading_health import history_of
from copydesk.record.rows import upsert
from copydesk.record.schema import source_state, sources
from copydesk.record.schema_hubs import subscriptions
from crawler.schedule import pushed as poll_after_push
from crawler.websub import Subscription

# Seconds by when a hub that is being told something has been told.
_IN_HAND = 120.0


def of_source(connection: Connection, source: str) -> Subscription | None:
    """The subscription of a source, if it has one."""
    return _one(connection, subscriptions.c.source == source)


def of_token(connection: Connection, token: str) -> Subscription | None:
    """The subscription whose callback address ends in ``token``."""
    return _one(connection, subscriptions.c.token == token)


def take(connection: Connection, *, now: float, limit: int) -> list[Subscription]:
    """Subscriptions whose hub is to be told something now, those waiting longest first.

    They are out of other crawlers' sight until the hub has been told.
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
    upsert(connection, subscriptions, [clean(msgspec.structs.asdict(subscription))])


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
    """The hub says that there is news: the source is due when its schedule says, mostly now."""
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.source == subscription.source)
        .values(last_push=now)
    )
    packed = connection.execute(
        select(source_state.c.history).where(source_state.c.source == subscription.source)
    ).scalar_one_or_none()
    schedule = poll_after_push(history_of(packed), now=now)
    connection.execute(
        update(source_state)
        .where(
            source_state.c.source == subscription.source,
            source_state.c.retired == 0,
            source_state.c.due > schedule.due,
        )
        .values(due=schedule.due, interval=schedule.interval, due_reason=schedule.reason)
    )


def _one(connection: Connection, which: Any) -> Subscription | None:
    row = connection.execute(select(subscriptions).where(which)).one_or_none()
    return None if row is None else _read(row)


def _read(row: Any) -> Subscription:
    return Subscription(**row._mapping)
