"""What has been kept long enough, found and taken out a little at a time."""

from itertools import takewhile
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update

from copydesk.errors import DamagedError
from copydesk.record import changelog, journal
from copydesk.record.ageing import Age, Place, Step, walk_on
from copydesk.record.codec import pack, unpack
from copydesk.record.reading_articles import what_a_row_says
from copydesk.record.rows import chunked
from copydesk.record.schema import (
    WITH_TEXT,
    articles,
    change_log,
    dead_letters,
    fetches,
    revisions,
    stories,
)
from crawler.article import Article


def drop_texts(connection: Connection, age: Age, after: Place, *, now: float, limit: int) -> Step:
    """Take the full text out of the next expired articles, and log them."""
    step = walk_on(connection, age, after, now=now, limit=limit, among=WITH_TEXT)
    before = changelog.head(connection)
    seqs = changelog.append(connection, [("article", id_, "put") for id_ in step.ids], at=now)
    journal.aside(connection, before=before, now=now)
    for id_ in step.ids:
        row = articles.c.id == id_
        bare = _bare(connection, id_, connection.scalars(select(articles.c.body).where(row)).one())
        connection.execute(
            update(articles)
            .where(row)
            .values(body=pack(bare), text_gone=1, changed=seqs["article", id_])
        )
        connection.execute(delete(revisions).where(revisions.c.article == id_))
    return step


def _bare(connection: Connection, id_: str, body: bytes) -> Article:
    """The article without its text; of a damaged one, what its row still says."""
    try:
        article = unpack(body)
    except DamagedError as error:
        article = what_a_row_says(connection, id_, error)
    return msgspec.structs.replace(article, text="")


def drop_revisions(connection: Connection, *, before: float, limit: int) -> int:
    """Forget earlier wordings that were replaced before this time; returns how many."""
    keys = (revisions.c.article, revisions.c.revision)
    statement = select(*keys).where(revisions.c.at < before).limit(limit)
    rows = connection.execute(statement).all()
    for article, revision in rows:
        connection.execute(delete(revisions).where(keys[0] == article, keys[1] == revision))
    return len(rows)


def drop_fetches(connection: Connection, *, before: float, limit: int) -> int:
    """Forget fetches older than this; returns how many."""
    old = select(fetches.c.id).where(fetches.c.at < before).order_by(fetches.c.at).limit(limit)
    return connection.execute(delete(fetches).where(fetches.c.id.in_(old))).rowcount


def drop_dead_letters(connection: Connection, *, before: float, limit: int) -> int:
    """Forget dead letters older than this; returns how many."""
    old = select(dead_letters.c.id).where(dead_letters.c.at < before).limit(limit)
    return connection.execute(delete(dead_letters).where(dead_letters.c.id.in_(old))).rowcount


def thin_changes(
    connection: Connection, *, after: int, before: float, now: float, limit: int
) -> list[int]:
    """Of the ``limit`` changes after ``after`` keep only what no later change repeats.

    Ends at changes that are not older than ``before``. A reader that starts from zero still sees
    the last change of every article and story, in order. Returns the positions looked at.
    """
    columns = [change_log.c[name] for name in ("seq", "kind", "id", "operation", "at")]
    following = select(*columns).where(change_log.c.seq > after).order_by(change_log.c.seq)
    # To ask the database for what is old would read the log to its end when little is. What is
    # dated after now, by a clock that was wrong, is as old as what stands before it.
    rows = list(
        takewhile(
            lambda row: not before <= row.at <= now, connection.execute(following.limit(limit))
        )
    )
    last: dict[tuple[str, str], int] = {}
    for kind, table in (("article", articles), ("story", stories)):
        ids = sorted({row.id for row in rows if row.kind == kind})
        for some in chunked(ids):
            found = connection.execute(
                select(table.c.id, table.c.changed).where(table.c.id.in_(some))
            )
            last.update(((kind, id_), changed) for id_, changed in found)
    repeated = [row.seq for row in rows if _is_repeated(row, last.get((row.kind, row.id)))]
    for seqs in chunked(repeated):
        connection.execute(delete(change_log).where(change_log.c.seq.in_(seqs)))
    return [row.seq for row in rows]


def _is_repeated(row: Any, last: int | None) -> bool:
    # What is in no table any more was deleted: its removal, logged later, is the last word.
    return row.operation == "put" if last is None else bool(row.seq < last)
