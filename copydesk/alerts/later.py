"""What became of matched articles: corrected, cancelled or deleted, for whoever heard of them.

It is noted among the matches, under a number of its own, so that all that reads matches on (a
receiver, a program, a feed) comes by it. Of each match the last change is kept.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, Row, delete, insert, or_, select

from copydesk.alerts.searches import DELETED
from copydesk.record.deleting import RETENTION
from copydesk.record.rows import chunked
from copydesk.record.schema import articles, deletions
from copydesk.record.schema_hubs import saved_searches, search_matches

_MINE = search_matches.c
_OF_ARTICLES = _MINE.search.in_(
    select(saved_searches.c.id).where(saved_searches.c.kind == "article")
)
_HEARD = select(
    *(_MINE[name] for name in ("id", "search", "subject", "change_of", "status", "revision"))
)


def note(connection: Connection, changed: Mapping[str, int], *, at: float) -> None:
    """Note what became of these articles (id and log position), as far as they matched before."""
    ids = sorted(changed)
    found = (*_revised(connection, ids), *_deleted(connection, ids))
    news = [
        {
            "search": match.search,
            "subject": match.subject,
            "seq": changed[match.subject],
            "at": at,
            "change_of": match.change_of or match.id,
            "status": status,
            "revision": revision,
        }
        for match, status, revision in sorted(found, key=lambda each: changed[each[0].subject])
    ]
    for each in news:
        old = delete(search_matches).where(
            _MINE.subject == each["subject"], _MINE.search == each["search"]
        )
        if each["status"] != DELETED:
            old = old.where(_MINE.change_of > 0)
        connection.execute(old)
    if news:
        connection.execute(insert(search_matches), news)


_News = tuple[Row[tuple[object, ...]], str, int]


def _revised(connection: Connection, ids: Sequence[str]) -> Iterator[_News]:
    """Matches of articles that are corrected (again), cancelled or not cancelled any more."""
    columns = _HEARD.add_columns(
        articles.c.status.label("stands"), articles.c.revision.label("newest")
    ).join(articles, articles.c.id == _MINE.subject)
    # Of most articles nothing is ever to be told: their matches are not even read.
    perhaps = or_(articles.c.status.in_(("corrected", "cancelled")), _MINE.status == "cancelled")
    for some in chunked(ids):
        rows = columns.where(_MINE.subject.in_(some), _OF_ARTICLES, perhaps).order_by(_MINE.id)
        last = {(row.search, row.subject): row for row in connection.execute(rows)}
        for row in last.values():
            told_apart = (row.stands == "cancelled") != (row.status == "cancelled")
            if row.newest > row.revision and (row.stands == "corrected" or told_apart):
                yield row, row.stands, row.newest


def _deleted(connection: Connection, ids: Sequence[str]) -> Iterator[_News]:
    """Matches of articles that were withdrawn; what retention forgot was not, and is not told."""
    columns = _HEARD.join(deletions, deletions.c.article == _MINE.subject)
    withdrawn = (deletions.c.applied.is_not(None), deletions.c.reason != RETENTION)
    for some in chunked(ids):
        rows = columns.where(
            _MINE.subject.in_(some), _OF_ARTICLES, _MINE.change_of == 0, *withdrawn
        )
        for row in connection.execute(rows.order_by(_MINE.id)):
            yield row, DELETED, 0
