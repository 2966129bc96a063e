"""Deletion: asked for by anyone, carried out by the desk, remembered so that no crawl undoes it."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from copydesk.record.rows import chunked
from copydesk.record.schema import (
    articles,
    dead_letters,
    deletions,
    inbox,
    known_articles,
    revisions,
    sources,
)


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken out, and the groups and stories that must be counted anew."""

    articles: tuple[str, ...]
    groups: frozenset[str]
    stories: frozenset[str]


def request(connection: Connection, ids: Iterable[str], *, reason: str, now: float) -> int:
    """Have the desk delete these articles; returns how many were not asked for before.

    What waits in the inbox or lies among the dead letters goes at once. Nothing of the articles
    is taken in again.
    """
    wanted = sorted(set(ids))
    known = barred(connection, wanted)
    fresh = [id_ for id_ in wanted if id_ not in known]
    if fresh:
        connection.execute(
            insert(deletions),
            [{"article": id_, "at": now, "reason": reason, "applied": None} for id_ in fresh],
        )
    _forget_waiting(connection, fresh)
    return len(fresh)


def requested(connection: Connection, *, limit: int) -> list[str]:
    """The articles that still wait to be deleted, the oldest requests first."""
    statement = select(deletions.c.article).where(deletions.c.applied.is_(None))
    ordered = statement.order_by(deletions.c.at, deletions.c.article).limit(limit)
    return list(connection.scalars(ordered))


def pending(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the articles that still wait to be deleted."""
    found: set[str] = set()
    for some in chunked(sorted(set(ids))):
        statement = select(deletions.c.article).where(
            deletions.c.article.in_(some), deletions.c.applied.is_(None)
        )
        found.update(connection.scalars(statement))
    return found


def barred(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the articles that were deleted or are going to be."""
    found: set[str] = set()
    for some in chunked(sorted(set(ids))):
        statement = select(deletions.c.article).where(deletions.c.article.in_(some))
        found.update(connection.scalars(statement))
    return found


def remove(connection: Connection, ids: Sequence[str], *, now: float) -> Removed:
    """Take the articles out of the record, with their revisions, and mark them as deleted.

    Only the identity stays (keys and digests), which tells a later crawl that it was here.
    """
    wanted = sorted(set(ids))
    taken: list[str] = []
    groups: set[str] = set()
    stories: set[str] = set()
    for some in chunked(wanted):
        columns = select(articles.c.id, articles.c.copy_group, articles.c.story)
        for id_, group, story in connection.execute(columns.where(articles.c.id.in_(some))):
            taken.append(id_)
            groups.add(group)
            stories.add(story)
        connection.execute(delete(revisions).where(revisions.c.article.in_(some)))
        connection.execute(delete(articles).where(articles.c.id.in_(some)))
        connection.execute(
            update(deletions).where(deletions.c.article.in_(some)).values(applied=now)
        )
    _forget_waiting(connection, wanted)
    return Removed(articles=tuple(taken), groups=frozenset(groups), stories=frozenset(stories))


def find(connection: Connection, named: str) -> list[str]:
    """The articles that a person means: by id, by address, or by the id of their source."""
    by_name = select(articles.c.id).where((articles.c.id == named) | (articles.c.url == named))
    found = list(connection.scalars(by_name))
    waiting = select(inbox.c.article).where(inbox.c.article == named)
    return sorted({*found, *connection.scalars(waiting)})


def of_source(connection: Connection, source: str, *, before: float) -> list[str]:
    """The articles of a source that appeared before this time (epoch seconds)."""
    statement = select(articles.c.id).where(articles.c.source == source, articles.c.at < before)
    return list(connection.scalars(statement.order_by(articles.c.at, articles.c.id)))


def source_is_known(connection: Connection, source: str) -> bool:
    """Whether a source or any article of it is in the record."""
    registered = select(sources.c.id).where(sources.c.id == source)
    written = select(articles.c.source).where(articles.c.source == source).limit(1)
    return any(connection.scalar(statement) for statement in (registered, written))


def _forget_waiting(connection: Connection, ids: Sequence[str]) -> None:
    for some in chunked(ids):
        connection.execute(delete(inbox).where(inbox.c.article.in_(some)))
        subjects = [f"article {id_}" for id_ in some]
        connection.execute(delete(dead_letters).where(dead_letters.c.subject.in_(subjects)))
        # Without digests the next crawl would take the item for a change; it is barred anyhow,
        # and what it said must not stay, not even as a digest.
        connection.execute(
            update(known_articles)
            .where(known_articles.c.article.in_(some))
            .values(item_digest="", content_hash="", has_text=0)
        )
