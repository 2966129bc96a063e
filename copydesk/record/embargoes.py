"""Articles under embargo: they wait apart from the inbox, so that nobody sees them too early.

One wording of an article waits, the last; what lifts an embargo early or takes the article back
comes from its source like any other sighting of it, or from a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select

from copydesk.errors import DamagedError, NotFoundError
from copydesk.record.codec import pack, unpack
from copydesk.record.rows import chunked, upsert
from copydesk.record.schema import inbox
from copydesk.record.schema_hubs import embargoed
from crawler.article import Article


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An article under embargo; without ``until`` (epoch seconds) nobody knows when it ends."""

    id: str
    received: float
    until: float | None
    source: str = ""
    title: str = ""


def hold(connection: Connection, held: Mapping[str, Article], *, received: float) -> None:
    """Keep these articles, by their ids, until their time; what was held of them goes."""
    rows = [
        {"article": id_, "received": received, "until": each.embargo_until, "payload": pack(each)}
        for id_, each in held.items()
    ]
    upsert(connection, embargoed, rows)


def held(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the articles of which a wording is under embargo."""
    found: set[str] = set()
    for some in chunked(sorted(set(ids))):
        statement = select(embargoed.c.article).where(embargoed.c.article.in_(some))
        found.update(connection.scalars(statement))
    return found


def forget(connection: Connection, ids: Iterable[str]) -> None:
    """Drop what is held of these: a later wording, or nothing, takes its place."""
    for some in chunked(sorted(set(ids))):
        connection.execute(delete(embargoed).where(embargoed.c.article.in_(some)))


def due(connection: Connection, *, now: float) -> bool:
    """Whether the time of any has come (epoch seconds)."""
    over = select(embargoed.c.article).where(embargoed.c.until <= now).limit(1)
    return connection.scalar(over) is not None


def lift(connection: Connection, *, now: float, limit: int) -> int:
    """Put those whose time has come into the inbox, usable; returns how many.

    An article counts as published when its embargo ended: before, nobody could have read it.
    """
    # Locked, or what a crawler holds of one meanwhile would be forgotten with it.
    over = select(embargoed).where(embargoed.c.until <= now).order_by(embargoed.c.until)
    rows = connection.execute(over.limit(limit).with_for_update()).all()
    for row in rows:
        _release(connection, row, since=row.until, now=now)
    forget(connection, [row.article for row in rows])
    return len(rows)


def lift_by_hand(connection: Connection, ids: Sequence[str], *, now: float) -> None:
    """The same with these at a person's word, whatever their time.

    Raises :class:`NotFoundError` when one of them is not under embargo; then nothing is done.
    """
    if missing := sorted(set(ids) - held(connection, ids)):
        raise NotFoundError(
            f"{', '.join(missing[:10])} is not under embargo",
            next_step="`copydesk embargoes list` shows what is.",
        )
    for some in chunked(sorted(set(ids))):
        these = select(embargoed).where(embargoed.c.article.in_(some))
        for row in connection.execute(these.with_for_update()).all():
            _release(connection, row, since=now, now=now)
        forget(connection, some)


def _release(connection: Connection, row: Row[Any], *, since: float, now: float) -> None:
    payload = _usable(row.payload, since=since)
    values = {"article": row.article, "received": now, "payload": payload}
    connection.execute(insert(inbox).values(**values))


def _usable(payload: bytes, *, since: float) -> bytes:
    try:
        article = unpack(payload)
    except DamagedError:
        return payload  # the desk buries it, and says so
    published = max(article.published or since, since)
    return pack(
        msgspec.structs.replace(article, status="usable", embargo_until=None, published=published)
    )


def count(connection: Connection) -> int:
    """How many articles are under embargo."""
    return int(connection.execute(select(func.count()).select_from(embargoed)).scalar_one())


def count_endless(connection: Connection) -> int:
    """How many of them wait for their source to say more."""
    endless = select(func.count()).select_from(embargoed).where(embargoed.c.until.is_(None))
    return int(connection.execute(endless).scalar_one())


def listed(connection: Connection, *, limit: int) -> list[Held]:
    """What is under embargo: first what has no end, then what ends next."""
    soonest = (embargoed.c.until.is_not(None), embargoed.c.until, embargoed.c.received)
    rows = connection.execute(select(embargoed).order_by(*soonest).limit(limit))
    return [_shown(row) for row in rows]


def _shown(row: Row[Any]) -> Held:
    shown = Held(id=row.article, received=row.received, until=row.until)
    try:
        article = unpack(row.payload)
    except DamagedError:
        return shown
    return msgspec.structs.replace(shown, source=article.source, title=article.title)
