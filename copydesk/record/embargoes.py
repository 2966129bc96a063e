"""Articles under embargo: they wait apart from the inbox, so that nobody sees them too early.

One wording of an article waits, the last; what lifts an embargo early or takes the article back
comes from its source like any other sighting of it.
"""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from copydesk.errors import DamagedError
from copydesk.record.codec import pack, unpack
from copydesk.record.rows import chunked, upsert
from copydesk.record.schema import inbox
from copydesk.record.schema_hubs import embargoed
from crawler.article import Article


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
        payload = _usable(row.payload, since=row.until)
        values = {"article": row.article, "received": now, "payload": payload}
        connection.execute(insert(inbox).values(**values))
    forget(connection, [row.article for row in rows])
    return len(rows)


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
