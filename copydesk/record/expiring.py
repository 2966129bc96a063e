"""What has been kept long enough, found and taken out a little at a time."""

from itertools import takewhile
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from copydesk.errors import DamagedError
from copydesk.record import changelog, journal
from copydesk.record.codec import pack, unpack
from copydesk.record.reading_articles import what_a_row_says
from copydesk.record.rows import chunked
from copydesk.record.schema import (
    articles,
    change_log,
    dead_letters,
    deletions,
    fetches,
    revisions,
    sources,
    stories,
)
from copydesk.record.schema_hubs import departed_sources
from crawler.article import Article

_DAY = 86_400.0


class Age(msgspec.Struct, frozen=True, kw_only=True):
    """How long something is kept: in general, and for sources of their own mind.

    All in days, 0 is for ever.
    """

    general: int
    of_source: dict[str, int]

    def expired(self, now: float) -> list[ColumnElement[bool]]:
        """Conditions on articles, one a rule, each served by an index: kept for long enough."""
        rules = [
            and_(articles.c.source == source, articles.c.at < now - days * _DAY)
            for source, days in sorted(self.of_source.items())
            if days
        ]
        if self.general:
            others = articles.c.source.not_in(sorted(self.of_source))
            rules.append(and_(others, articles.c.at < now - self.general * _DAY))
        return rules


def article_age(connection: Connection, general: int) -> Age:
    """How long articles are kept."""
    return Age(general=general, of_source=_own(connection, "keep_days"))


def text_age(connection: Connection, general: int) -> Age:
    """How long full texts are kept."""
    return Age(general=general, of_source=_own(connection, "keep_text_days"))


def expired_articles(connection: Connection, age: Age, *, now: float, limit: int) -> list[str]:
    """Articles to delete, the oldest of each rule first, without those asked for already."""
    asked = select(deletions.c.article).where(deletions.c.applied.is_(None))
    found: list[str] = []
    for rule in age.expired(now):
        statement = select(articles.c.id).where(rule, articles.c.id.not_in(asked))
        ordered = statement.order_by(articles.c.at).limit(limit - len(found))
        found += connection.scalars(ordered)
        if len(found) >= limit:
            break
    return found


def drop_texts(connection: Connection, age: Age, *, now: float, limit: int) -> int:
    """Take the full text out of expired articles, and log them; returns how many."""
    rows: list[Any] = []
    for rule in age.expired(now):
        statement = select(articles.c.id, articles.c.body).where(articles.c.text_gone == 0, rule)
        ordered = statement.order_by(articles.c.at).limit(limit - len(rows))
        rows += connection.execute(ordered)
        if len(rows) >= limit:
            break
    before = changelog.head(connection)
    seqs = changelog.append(connection, [("article", row.id, "put") for row in rows], at=now)
    journal.aside(connection, before=before, now=now)
    for row in rows:
        bare = _bare(connection, row.id, row.body)
        connection.execute(
            update(articles)
            .where(articles.c.id == row.id)
            .values(body=pack(bare), text_gone=1, changed=seqs["article", row.id])
        )
        connection.execute(delete(revisions).where(revisions.c.article == row.id))
    return len(rows)


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


def _own(connection: Connection, column: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in (departed_sources, sources):
        days = table.c[column]
        rows = connection.execute(select(table.c.id, days).where(days.is_not(None)))
        found.update((id_, int(own)) for id_, own in rows)
    return found
