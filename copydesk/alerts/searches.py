"""Saved searches in the record, and their matches."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from copydesk.errors import NotFoundError, SavedSearchError, UnfitTextError
from copydesk.record import changelog
from copydesk.record.rows import chunked
from copydesk.record.schema import articles, stories
from copydesk.record.schema_hubs import receivers, saved_searches, search_matches
from indexer.engines.protocol import Kind
from indexer.errors import QueryError
from indexer.query.cost import affordable
from indexer.query.format import format_query
from indexer.query.match import read_query
from indexer.query.parser import parse

READER = "alerts"
DELETED = "deleted"
_NO_ARTICLE = {"status": "", "revision": 0}
_LONGEST_NAME, _LONGEST_QUERY = 200, 2000
_MOST = 10_000
_ARTICLE = (
    *(articles.c[name] for name in ("title", "outlet", "url", "story")),
    articles.c.at.label("time"),
    articles.c.status.label("now"),
)
_STORY = (
    stories.c.headline,
    func.coalesce(articles.c.status, "usable").label("now"),
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

    Or what became of a matched article, whose match ``change_of`` numbers (else 0): ``status`` is
    the article's then, or "deleted", when nothing else is left of it. Of a match it is that of the
    article, or of the report that the story has its headline of. ``time`` is when the article was
    published, or else first seen, or the story's last report.
    """

    number: int
    at: float
    seq: int
    kind: Kind
    id: str
    change_of: int = 0
    status: str = ""
    headline: str = ""
    outlet: str = ""
    url: str = ""
    story: str = ""
    time: float | None = None


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
        .where(search_matches.c.change_of == 0)
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
    """Matches numbered between ``after`` and ``before``, and what became of them.

    Those of what is gone since are left out.
    """
    mine = search_matches.c
    number = mine.id if order == "oldest" else mine.id.desc()
    query = (
        select(search_matches, *_ARTICLE)
        .outerjoin(articles, articles.c.id == mine.subject)
        .where(or_(articles.c.id.is_not(None), mine.status == DELETED))
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
    stand = _standing(connection, sorted({subject for _, subject, _ in rows}))
    fresh = [
        {
            "search": search,
            "subject": subject,
            "seq": seq,
            "at": at,
            **stand.get(subject, _NO_ARTICLE),
        }
        for search, subject, seq in rows
        if (search, subject) not in known
    ]
    if fresh:
        connection.execute(insert(search_matches), fresh)
    return len(fresh)


def _standing(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, object]]:
    """Status and revision of those of these that are articles: so whoever hears of them hears."""
    found: dict[str, dict[str, object]] = {}
    for some in chunked(ids):
        rows = select(articles.c.id, articles.c.status, articles.c.revision)
        for id_, status, revision in connection.execute(rows.where(articles.c.id.in_(some))):
            found[id_] = {"status": status, "revision": revision}
    return found


def drop_gone(connection: Connection, kind: Kind, ids: Sequence[str]) -> None:
    """Forget the matches of what was deleted, merged or emptied; not that it was deleted."""
    mine = select(saved_searches.c.id).where(saved_searches.c.kind == kind)
    for some in chunked(ids):
        connection.execute(
            delete(search_matches).where(
                search_matches.c.search.in_(mine),
                search_matches.c.subject.in_(some),
                search_matches.c.status != DELETED,
            )
        )


def _match(kind: Kind, row: Row[tuple[object, ...]]) -> Match:
    match = Match(
        number=row.id,
        at=row.at,
        seq=row.seq,
        kind=kind,
        id=row.subject,
        change_of=row.change_of,
        status=row.status,
    )
    if row.status == DELETED:
        return match
    match = replace(match, status=row.status if row.change_of else row.now, time=row.time)
    if kind == "story":
        return replace(match, headline=row.headline, story=row.subject)
    return replace(
        match,
        headline=row.title,
        outlet=row.outlet,
        url=row.url,
        story=row.story,
    )
