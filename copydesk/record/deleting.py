"""Deletion: asked for by anyone, carried out by the desk, remembered so that no crawl undoes it."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from copydesk.record import embargoes
from copydesk.record.keys import kept
from copydesk.record.rows import chunked
from copydesk.record.schema import (
    article_keys,
    articles,
    dead_letters,
    deletions,
    inbox,
    known_articles,
    revisions,
    sources,
)
from copydesk.record.schema_hubs import embargoed
from crawler.identity import canonical_form

CANCELLED = "cancelled by its source"
RETENTION = "retention"


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken out, and the groups and stories that must be counted anew."""

    articles: tuple[str, ...]
    groups: frozenset[str]
    stories: frozenset[str]


class Unplaced(msgspec.Struct, frozen=True, kw_only=True):
    """An article that is not placed, as it lies in the inbox or the dead letters (packed)."""

    id: str
    received: float
    payload: bytes


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
    _forget_waiting(connection, wanted)
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
    """The articles that a person means, by id or address: placed, waiting or a dead letter."""
    form = canonical_form(named)
    keys = {kept(f"url:{named}"), kept(f"url:{form}"), kept(f"link:{form}")}
    known = select(article_keys.c.article).where(article_keys.c.key.in_(sorted(keys)))
    meant = {named, *connection.scalars(known)}
    by_url = set(connection.scalars(select(articles.c.id).where(articles.c.url == named)))
    return sorted(by_url.union(_present(connection, sorted(meant))))


def _present(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Those of the articles of which more is here than their identity."""
    found = {letter: id_ for id_, letter in zip(ids, _letters(ids), strict=True)}
    subjects = select(dead_letters.c.subject).where(dead_letters.c.subject.in_(found))
    present = {found[subject] for subject in connection.scalars(subjects)}
    for column in (articles.c.id, inbox.c.article, embargoed.c.article):
        present.update(connection.scalars(select(column).where(column.in_(ids))))
    return present


def of_source(connection: Connection, source: str, *, before: float) -> list[str]:
    """The articles of a source that appeared before this time (epoch seconds)."""
    statement = select(articles.c.id).where(articles.c.source == source, articles.c.at < before)
    return list(connection.scalars(statement.order_by(articles.c.at, articles.c.id)))


def unplaced(connection: Connection, *, source: str | None = None) -> Iterator[Unplaced]:
    """What waits in the inbox, is under embargo or lies among the dead letters, never placed."""
    placed = select(articles.c.id)
    came = func.coalesce(dead_letters.c.received, dead_letters.c.at)
    for id_, received, payload in (
        (inbox.c.article, inbox.c.received, inbox.c.payload),
        (embargoed.c.article, embargoed.c.received, embargoed.c.payload),
        # A subject is the word "article", a blank and the id.
        (func.substr(dead_letters.c.subject, 9), came, dead_letters.c.payload),
    ):
        statement = (
            select(known_articles.c.article, received, payload)
            .join(known_articles, known_articles.c.article == id_)
            .where(payload.is_not(None), known_articles.c.article.not_in(placed))
        )
        if source is not None:
            statement = statement.where(known_articles.c.source == source)
        for article, at, blob in connection.execute(statement):
            yield Unplaced(id=article, received=at, payload=blob)


def source_is_known(connection: Connection, source: str) -> bool:
    """Whether a source or any article of it is in the record."""
    registered = select(sources.c.id).where(sources.c.id == source)
    written = [
        select(column).where(column == source).limit(1)
        for column in (articles.c.source, known_articles.c.source)
    ]
    return any(connection.scalar(statement) for statement in (registered, *written))


def _forget_waiting(connection: Connection, ids: Sequence[str]) -> None:
    for some in chunked(ids):
        connection.execute(delete(inbox).where(inbox.c.article.in_(some)))
        embargoes.forget(connection, some)
        letters = dead_letters.c.subject.in_(_letters(some))
        connection.execute(delete(dead_letters).where(letters))
        # Without digests the next crawl would take the item for a change; it is barred anyhow,
        # and what it said must not stay, not even as a digest.
        connection.execute(
            update(known_articles)
            .where(known_articles.c.article.in_(some))
            .values(item_digest="", content_hash="", has_text=0)
        )


def _letters(ids: Sequence[str]) -> list[str]:
    return [f"article {id_}" for id_ in ids]
