"""Saved searches in the record, and their matches."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select

from copydesk.errors import NotFoundError, SavedSearchError, UnfitTextError
from copydesk.record import changelog
from copydesk.record.rows import chunked
from copydesk.record.schema import articles, saved_searches, search_matches, stories
from copydesk.record.schema_hubs import receivers
from indexer.engines.protocol import Kind
from indexer.errors import QueryError
from indexer.query.cost import affordable
from indexer.query.format import format_query
from indexer.query.match import read_query
from indexer.query.parser import parse

READER = "alerts"
_LONGEST_NAME, _LONGEST_QUERY = 200, 2000
_MOST = 10_000
_ARTICLE = (
    *(articles.c[name] for name in ("title", "status", "outlet", "url", "story")),
    articles.c.at.label("time"),
)
_STORY = (
    stories.c.headline,
    func.coalesce(articles.c.status, "usable").label("status"),
    stories.c.last_report.label("time"),
)


class SavedSearch(msgspec.Struct, frozen=True, kw_only=True):
    """A query that people want to hear about. ``since`` is the log position it looks from."""

    id: int
    name: str
    kind: Kind
    query: str
    who: str
    created: float
    since: int
    matches: int = 0


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """An article or story that a search matched, once; ``number`` counts all matches.

    ``time`` is when the article was published, or else first seen, or the story's last report;
    ``status`` that of the article, or of the report that the story has its headline of.
    """

    number: int
    at: float
    seq: int
    kind: Kind
    id: str
    headline: str
    status: str
    outlet: str
    url: str
    story: str
    time: float


def save(
    connection: Connection, name: str, query: str, *, kind: Kind, who: str, now: float
) -> SavedSearch:
    """Save a search; from now on it hears of what is new or changed.

    Raises :class:`indexer.errors.QueryError` for a query that cannot be read,
    :class:`UnfitTextError` for an odd text, and :class:`SavedSearchError` for a name that is taken.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UnfitTextError(f"a name has 1 to {_LONGEST_NAME} printable characters")
    if len(query) > _LONGEST_QUERY:
        raise UnfitTextError(
            f"the query has {len(query):,} characters, at most {_LONGEST_QUERY:,}",
            next_step="Save several searches instead.",
        )
    if "\x00" in query + who:
        raise UnfitTextError("it holds the character U+0000", next_step="Write it without.")
    affordable(read_query(query, kind, now=round(now * 1e6)))
    known = listening(connection)
    if any(search.name == name for search in known):
        raise SavedSearchError(
            f"there is a saved search “{name}” already", next_step="Remove it first."
        )
    if len(known) >= _MOST:
        raise SavedSearchError(f"there are {_MOST:,} saved searches already")
    head = changelog.head(connection)
    if not known:
        # Nobody has listened so far: what was is not news.
        changelog.save_cursor(connection, READER, head, at=now)
    plain = _plain(query)
    row = {"name": name, "kind": kind, "query": plain, "who": who, "created": now, "since": head}
    written = insert(saved_searches).values(**row).returning(saved_searches.c.id)
    number = int(connection.execute(written).scalar_one())
    return SavedSearch(
        id=number, name=name, kind=kind, query=plain, who=who, created=now, since=head
    )


def _plain(query: str) -> str:
    """The query in its plain form; as it was written, if that form would not be read alike.

    Or where it is too long, for it names the field before each word in a field's parentheses.
    """
    tree = parse(query)
    plain = format_query(tree)
    try:
        return plain if len(plain) <= _LONGEST_QUERY and parse(plain) == tree else query
    except QueryError:
        return query


def list_searches(connection: Connection) -> list[SavedSearch]:
    """All saved searches by name, with how much they matched."""
    counted = (
        select(search_matches.c.search, func.count().label("matches"))
        .group_by(search_matches.c.search)
        .subquery()
    )
    rows = (
        select(saved_searches, func.coalesce(counted.c.matches, 0).label("matches"))
        .outerjoin(counted, counted.c.search == saved_searches.c.id)
        .order_by(saved_searches.c.name)
    )
    return [SavedSearch(**row._mapping) for row in connection.execute(rows)]


def listening(connection: Connection) -> list[SavedSearch]:
    """All saved searches, their matches not counted."""
    rows = connection.execute(select(saved_searches).order_by(saved_searches.c.id))
    return [SavedSearch(**row._mapping) for row in rows]


def one_search(connection: Connection, named: str | int) -> SavedSearch:
    """A search by its name or number, its matches not counted. Raises :class:`NotFoundError`."""
    rows = select(saved_searches)
    if isinstance(named, int):
        rows = rows.where(saved_searches.c.id == named)
    for row in connection.execute(rows):
        if named in (row.name, row.id):
            return SavedSearch(**row._mapping)
    raise NotFoundError(
        f"there is no saved search “{named}”", next_step="`copydesk alerts list` shows all."
    )


def remove(connection: Connection, search: SavedSearch) -> None:
    """Forget a search, its matches and who is told of them."""
    connection.execute(delete(receivers).where(receivers.c.search == search.id))
    connection.execute(delete(search_matches).where(search_matches.c.search == search.id))
    connection.execute(delete(saved_searches).where(saved_searches.c.id == search.id))


def list_matches(
    connection: Connection,
    search: SavedSearch,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int,
    order: Literal["oldest", "newest"] = "oldest",
) -> list[Match]:
    """Matches numbered between ``after`` and ``before``; what is deleted since is left out."""
    mine = search_matches.c
    number = mine.id if order == "oldest" else mine.id.desc()
    query = (
        select(search_matches, *_ARTICLE).join(articles, articles.c.id == mine.subject)
        if search.kind == "article"
        else select(search_matches, *_STORY)
        .join(stories, stories.c.id == mine.subject)
        .outerjoin(articles, articles.c.id == stories.c.headline_article)
    )
    query = query.where(mine.search == search.id, mine.id > after)
    if before is not None:
        query = query.where(mine.id < before)
    found = query.order_by(number).limit(limit)
    return [_match(search.kind, row) for row in connection.execute(found)]


def note(connection: Connection, rows: Sequence[tuple[int, str, int]], *, at: float) -> int:
    """Note matches (search, subject, log position) that are not noted yet; returns how many."""
    known: set[tuple[int, str]] = set()
    for some in chunked(sorted({subject for _, subject, _ in rows})):
        pairs = select(search_matches.c.search, search_matches.c.subject)
        found = connection.execute(pairs.where(search_matches.c.subject.in_(some)))
        known |= {(row.search, row.subject) for row in found}
    fresh = [
        {"search": search, "subject": subject, "seq": seq, "at": at}
        for search, subject, seq in rows
        if (search, subject) not in known
    ]
    if fresh:
        connection.execute(insert(search_matches), fresh)
    return len(fresh)


def drop_gone(connection: Connection, kind: Kind, ids: Sequence[str]) -> None:
    """Forget the matches of what was deleted, merged or emptied."""
    mine = select(saved_searches.c.id).where(saved_searches.c.kind == kind)
    for some in chunked(ids):
        connection.execute(
            delete(search_matches).where(
                search_matches.c.search.in_(mine), search_matches.c.subject.in_(some)
            )
        )


def _match(kind: Kind, row: Row[tuple[object, ...]]) -> Match:
    article = kind == "article"
    return Match(
        number=row.id,
        at=row.at,
        seq=row.seq,
        kind=kind,
        id=row.subject,
        headline=row.title if article else row.headline,
        status=row.status,
        outlet=row.outlet if article else "",
        url=row.url if article else "",
        story=row.story if article else row.subject,
        time=row.time,
    )
