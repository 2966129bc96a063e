"""Read articles from the record."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, func, or_, select, tuple_

from copydesk.errors import DamagedError, RecordError
from copydesk.record import codec
from copydesk.record.reading_few import among, few
from copydesk.record.reading_rows import (
    ArticleDetail,
    ArticleFilter,
    ArticlePage,
    ArticlePosition,
    ArticleRow,
    Wording,
)
from copydesk.record.schema import articles, revisions
from crawler.article import Article, Extraction
from dedupe.document import CopyEvidence, StoryEvidence

_T = TypeVar("_T")
_PLAIN = [name for name in ArticleRow.__struct_fields__ if not name.endswith("_evidence")]
COLUMNS = [articles.c[name] for name in ArticleRow.__struct_fields__]


def list_articles(
    connection: Connection, wanted: ArticleFilter, after: ArticlePosition | None, limit: int
) -> ArticlePage:
    """One page of articles, newest first.

    All pages of one walk describe the articles that were there at its first page: what arrives
    meanwhile neither shows up nor pushes anything out of the pages to come.
    """
    last = last_number(connection) if after is None else after.number
    place = [articles.c.number <= last]
    if after is not None:
        place.append(tuple_(articles.c.at, articles.c.id) < tuple_(after.at, after.id))
    matching = _first_of_few(connection, wanted, place, limit + 1)
    if matching is None:
        matching = [*place, *_conditions(wanted)]
    query = select(*COLUMNS).where(*matching)
    query = query.order_by(articles.c.at.desc(), articles.c.id.desc()).limit(limit + 1)
    rows = [article_row(row) for row in connection.execute(query).mappings()]
    items = tuple(rows[:limit])
    more = len(rows) > limit
    return ArticlePage(
        items=items,
        next=ArticlePosition(at=items[-1].at, id=items[-1].id, number=last) if more else None,
    )


def _first_of_few(
    connection: Connection,
    wanted: ArticleFilter,
    place: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[ColumnElement[bool]] | None:
    """What the newest ``limit`` articles are told by, where few match at all; else None."""
    tongue = spoken(connection, wanted.language) if wanted.language else None
    land = _of_country(connection, wanted.country) if wanted.country else None
    indexed = [*_named(wanted), *(each for each in (tongue, land) if each is not None)]
    if not indexed:
        return None
    query = select(articles.c.at, articles.c.id).where(*indexed, *_conditions(wanted), *place)
    found = few(connection, query)
    if found is None:
        return None
    newest = sorted(found, reverse=True)[:limit]
    return [articles.c.id.in_([id_ for _, id_ in newest])]


def _conditions(wanted: ArticleFilter) -> list[ColumnElement[bool]]:
    """The conditions of a filter, such that an index is used for the order and not for them."""
    found = _named(wanted)
    if wanted.language:
        found.append(speaks(wanted.language))
    if wanted.country:
        found.append(func.upper(articles.c.country) == wanted.country.upper())
    if wanted.since is not None:
        found.append(articles.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(articles.c.at < wanted.until)
    return found


def _named(wanted: ArticleFilter) -> list[ColumnElement[bool]]:
    return [
        articles.c[name] == value
        for name in ("outlet", "source", "story", "copy_group")
        if (value := getattr(wanted, name))
    ]


def speaks(language: str) -> ColumnElement[bool]:
    """Whether an article is in this language or one of its regional forms."""
    column, wanted = func.lower(articles.c.language), language.lower()
    return or_(column == wanted, column.startswith(f"{wanted}-", autoescape=True))


def spoken(connection: Connection, language: str) -> ColumnElement[bool] | None:
    """As :func:`speaks`, found by an index; None where too many languages are spoken."""
    wanted = f"{language.lower()}-"
    return among(
        connection, articles.c.language, lambda form: f"{form.lower()}-".startswith(wanted)
    )


def _of_country(connection: Connection, country: str) -> ColumnElement[bool] | None:
    return among(connection, articles.c.country, lambda form: form.upper() == country.upper())


def last_number(connection: Connection) -> int:
    """The number of the article that arrived last; 0 when there is none."""
    return connection.scalar(select(func.max(articles.c.number))) or 0


def article_detail(connection: Connection, article: str) -> ArticleDetail | None:
    """One article with its body, or None. Raises :class:`DamagedError`."""
    query = select(*COLUMNS, articles.c.body).where(articles.c.id == article)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return ArticleDetail(row=article_row(row), body=codec.unpack(row["body"]))


def earlier_wordings(
    connection: Connection, article: str, *, limit: int | None = None
) -> list[Wording]:
    """What an article said before, as far as it is kept, the newest first."""
    query = select(revisions).where(revisions.c.article == article)
    rows = connection.execute(query.order_by(revisions.c.revision.desc()).limit(limit))
    return [_wording(row.revision, row.at, row.body) for row in rows]


def _wording(revision: int, until: float, packed: bytes) -> Wording:
    try:
        body = codec.unpack(packed)
    except DamagedError as error:
        said = {"title": f"({error.what})", "language": "", "status": "usable"}
        return Wording(revision=revision, until=until, characters=0, **said)
    return Wording(
        revision=revision,
        until=until,
        title=body.title,
        language=body.language,
        status=body.status,
        characters=len(body.text),
    )


def what_a_row_says(connection: Connection, article: str, damage: DamagedError) -> Article:
    """An article without what is damaged of it: the body, which holds most and its text."""
    known = connection.execute(select(articles).where(articles.c.id == article)).one()
    names = ("source", "title", "url", "guid", "outlet", "country", "byline", "summary")
    return Article(
        **{name: getattr(known, name) for name in (*names, "language", "content_hash")},
        published=known.published,
        first_seen=known.first_seen,
        extraction=Extraction(method="", quality=0.0, origin="none", note=damage.what),
    )


def articles_by_id(connection: Connection, ids: Sequence[str]) -> Mapping[str, ArticleRow]:
    """Those of the articles that exist, by id. Keep it to some hundred ids."""
    rows = connection.execute(select(*COLUMNS).where(articles.c.id.in_(ids))).mappings()
    return {row["id"]: article_row(row) for row in rows}


def article_row(row: RowMapping) -> ArticleRow:
    """The struct of one row that holds :data:`COLUMNS`."""
    return ArticleRow(
        **{name: row[name] for name in _PLAIN},
        copy_evidence=decoded(row["copy_evidence"], CopyEvidence, row["id"]),
        story_evidence=decoded(row["story_evidence"], StoryEvidence, row["id"]),
    )


def decoded(text: str, kind: type[_T], where: str) -> _T:
    """JSON out of a text column. Raises :class:`RecordError` when it is damaged."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise RecordError(
            f"the record holds what this program cannot read: {error}",
            where=where,
            next_step="Restore the record from a backup.",
        ) from error
