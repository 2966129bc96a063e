"""Read what feeds tell of articles and stories, and when that last changed."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, select

from copydesk.record.reading_articles import decoded
from copydesk.record.rows import chunked
from copydesk.record.schema import articles, change_log, stories


class ToldArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article for a feed. ``placed`` is when this wording of it came in."""

    id: str
    title: str
    url: str
    outlet: str
    source: str
    summary: str
    language: str
    status: str
    published: float | None
    placed: float
    story: str


class ToldStory(msgspec.Struct, frozen=True, kw_only=True):
    """A story for a feed: language, address and status are of the report it has its headline of."""

    id: str
    headline: str
    summary: str
    language: str
    url: str
    status: str
    first_report: float
    articles: int
    outlets: tuple[str, ...]
    updated: float


def told_articles(connection: Connection, ids: Sequence[str]) -> list[ToldArticle]:
    """Those of the articles that exist, in the order of ``ids``."""
    columns = [articles.c[name] for name in ToldArticle.__struct_fields__]
    found: dict[str, ToldArticle] = {}
    for some in chunked(ids):
        for row in connection.execute(select(*columns).where(articles.c.id.in_(some))):
            found[row.id] = ToldArticle(**row._mapping)
    return [found[id_] for id_ in ids if id_ in found]


def told_stories(connection: Connection, ids: Sequence[str]) -> list[ToldStory]:
    """Those of the stories that have reports, in the order of ``ids``."""
    mine = stories.c
    # A row of the log that names its last change is never taken out (see expiring).
    columns = select(
        *(mine.id, mine.headline, mine.summary, mine.first_report, mine.articles, mine.outlets),
        func.coalesce(change_log.c.at, mine.last_report).label("updated"),
        func.coalesce(articles.c.language, "").label("language"),
        func.coalesce(articles.c.url, "").label("url"),
        func.coalesce(articles.c.status, "usable").label("status"),
    )
    joined = columns.outerjoin_from(
        stories, change_log, change_log.c.seq == mine.changed
    ).outerjoin(articles, articles.c.id == mine.headline_article)
    found: dict[str, ToldStory] = {}
    for some in chunked(ids):
        for row in connection.execute(joined.where(mine.id.in_(some), mine.articles > 0)):
            names = decoded(row.outlets, tuple[str, ...], row.id)
            found[row.id] = ToldStory(**{**row._mapping, "outlets": names})
    return [found[id_] for id_ in ids if id_ in found]
