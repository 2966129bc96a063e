"""What a person means: an id, an address, a key; an article, a story, or something unknown."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Select, and_, select

from copydesk.record.keys import kept
from copydesk.record.rows import chunked
from copydesk.record.schema import article_keys, articles, deletions, inbox, known_articles, sources
from copydesk.record.schema_hubs import embargoed
from crawler.identity import canonical_form, site_of

_UNPLACED = (inbox, deletions, embargoed)
# More articles than this under one name help nobody.
_MOST = 20
# Articles that are asked for their source: some 30 ms, though there may be millions.
_MOST_READ = 10_000


def articles_named(connection: Connection, name: str) -> list[str]:
    """The ids of the articles that ``name`` may mean, placed or not; the surest first.

    By id, by address as recorded, by the source's own id, by an address of the same canonical
    form (trackers, ``www.`` and mobile hosts do not matter), or by an identity key.
    """
    found: dict[str, None] = dict.fromkeys(connection.scalars(_recorded(name)))
    form = canonical_form(name)
    # An import has one key: its file's guid, else its address as the file writes it.
    keys = [name, f"url:{name}", *((f"url:{form}", f"link:{form}") if form else ())]
    found |= dict.fromkeys(_keyed(connection, keys))
    if not found:
        # What waits or was deleted has no row that names its guid, only a key within a source.
        found |= dict.fromkeys(_keyed(connection, _guid_keys(connection, name)))
    for table in _UNPLACED:
        named = select(table.c.article).where(table.c.article == name).limit(1)
        found |= dict.fromkeys(connection.scalars(named))
    return list(found)[:_MOST]


def group_members(connection: Connection, group: str) -> list[str]:
    """The articles of a copy group, the earliest first."""
    mine = select(articles.c.id).where(articles.c.copy_group == group)
    return list(connection.scalars(mine.order_by(articles.c.at, articles.c.id).limit(_MOST)))


def sources_near(connection: Connection, url: str) -> list[str]:
    """The sources of the same site, and those whose articles came from the same host."""
    site = site_of(url)
    if not site:
        return []
    rows = connection.execute(select(sources.c.id, sources.c.url, sources.c.configured_url))
    near = {row.id for row in rows if site in (site_of(row.url), site_of(row.configured_url))}
    host = url.split("//", 1)[-1].split("/", 1)[0]
    for scheme in ("https", "http"):
        some = _beneath(connection, f"{scheme}://{host}/").subquery()
        near |= set(connection.scalars(select(some.c.source).distinct()))
    return sorted(near)[:_MOST]


def _beneath(connection: Connection, folder: str) -> Select[tuple[str]]:
    """The sources of articles whose address begins with ``folder``, which ends in a slash."""
    if connection.dialect.name == "sqlite":
        # Its LIKE would read every address there is. The character after the slash is "0".
        mine = and_(articles.c.url >= folder, articles.c.url < folder[:-1] + "0")
        return select(articles.c.source).where(mine).limit(_MOST_READ)
    # PostgreSQL would too: in most languages' order no index knows where addresses begin alike.
    columns = select(articles.c.source, articles.c.url)
    newest = columns.order_by(articles.c.at.desc(), articles.c.id.desc()).limit(_MOST_READ)
    some = newest.subquery()
    return select(some.c.source).where(some.c.url.startswith(folder, autoescape=True))


def _guid_keys(connection: Connection, guid: str) -> list[str]:
    named = {"", *connection.scalars(select(sources.c.id)), *sources_near(connection, guid)}
    # An import names its sources itself.
    for table in _UNPLACED:
        some = select(table.c.article).limit(_MOST_READ).subquery()
        brought = select(known_articles.c.source).join(
            some, some.c.article == known_articles.c.article
        )
        named.update(connection.scalars(brought.distinct()))
    return [f"guid:{source}:{guid}" for source in sorted(named)]


def _keyed(connection: Connection, keys: Iterable[str]) -> Iterator[str]:
    for some in chunked([kept(key) for key in keys]):
        statement = select(article_keys.c.article).where(article_keys.c.key.in_(some))
        yield from connection.scalars(statement.limit(_MOST))


def _recorded(name: str) -> Select[tuple[str]]:
    exact = (articles.c.id == name) | (articles.c.url == name) | (articles.c.guid == name)
    return select(articles.c.id).where(exact).order_by(articles.c.at, articles.c.id).limit(_MOST)
