"""Turn articles into what the desk and the engine take."""

from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection, select

from copydesk.errors import DamagedError
from copydesk.group_sizes import indexed_size
from copydesk.names import names
from copydesk.record.changelog import Change
from copydesk.record.codec import unpack
from copydesk.record.reading_life import velocities
from copydesk.record.rows import chunked
from copydesk.record.schema import articles, copy_groups, stories
from crawler.article import Article
from dedupe.document import CopyEvidence, Document
from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.protocol import Put, Rejected, Remove, Write

# A date this far ahead of our own sight of the article is a mistake or an announcement; the desk
# then uses its own clock. A day covers feeds that write local time as UTC.
_FUTURE_SECONDS = 86_400.0
# Made once: to name the type at each call costs three times what decoding does.
_NAMES = msgspec.json.Decoder(tuple[str, ...])
_EVIDENCE = msgspec.json.Decoder(CopyEvidence)
# What goes into a document as it stands. To ask each row for it by name takes as long as reading
# the rows.
_PLAIN = (
    *("id", "guid", "url", "source", "outlet", "country", "title", "byline", "summary"),
    *("language", "credit", "status", "published", "first_seen", "copy_group", "story"),
)
# The source of imported articles whose file names none.
UNNAMED_SOURCE = "import"


def clock(article: Article) -> float:
    """When the desk takes the article to have appeared, in epoch seconds."""
    published = article.published
    if published is None or published > article.first_seen + _FUTURE_SECONDS:
        return article.first_seen
    return published


def desk_document(id_: str, article: Article) -> Document:
    """The article as the desk sees it."""
    outlet = article.outlet or _host(article.url)
    return Document(
        id=id_,
        title=article.title,
        text=article.text or article.summary,
        language=article.language,
        # What a file brings without naming its feeds is not all from one feed.
        source=article.source if article.source != UNNAMED_SOURCE else outlet or id_,
        outlet=outlet,
        credit=article.credit.agency if article.credit else "",
        at=clock(article),
    )


def _host(url: str) -> str:
    """Who answers at an address; "" when it is none: a file may bring any text as its URL."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


class EngineWrites(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine must do, and what cannot be shown to it because its text is damaged."""

    writes: tuple[Write, ...]
    damaged: tuple[Rejected, ...]


def engine_writes(connection: Connection, changes: list[Change]) -> EngineWrites:
    """What the engine must do for these changes: the newest state of each thing, once.

    Each write carries the last sequence number that names its document, so the list ends with
    the last change's own number and the engine's position stays true. What cannot be read is
    taken out of the engine, under that number.
    """
    last = {(change.kind, change.id): change for change in changes}
    ordered = sorted(last.values(), key=lambda change: change.seq)
    named = [c.id for c in ordered if c.kind == "article"]
    held, damage = _article_documents(connection, named)
    told = _story_documents(connection, [c.id for c in ordered if c.kind == "story"])
    writes: list[Write] = []
    for change in ordered:
        document = (held if change.kind == "article" else told).get(change.id)
        if document is None or change.operation == "remove":
            writes.append(Remove(version=change.seq, kind=change.kind, id=change.id))
        else:
            writes.append(Put(version=change.seq, document=document))
    return EngineWrites(
        writes=tuple(writes),
        damaged=tuple(
            Rejected(kind="article", id=id_, version=last["article", id_].seq, reason=reason)
            for id_, reason in damage.items()
        ),
    )


def _article_documents(
    connection: Connection, ids: list[str]
) -> tuple[dict[str, ArticleDocument | StoryDocument], dict[str, str]]:
    """The documents, and what is wrong with those that cannot be read."""
    found: dict[str, ArticleDocument | StoryDocument] = {}
    damage: dict[str, str] = {}
    statement = select(
        articles.c.body,
        articles.c.copy_evidence,
        copy_groups.c.size,
        copy_groups.c.first_article,
        *(articles.c[name] for name in _PLAIN),
    ).outerjoin(copy_groups, copy_groups.c.id == articles.c.copy_group)
    for some in chunked(ids):
        rows = connection.execute(statement.where(articles.c.id.in_(some)))
        for body, evidence, size, first, *values in rows:
            plain = dict(zip(_PLAIN, values, strict=True))
            id_ = plain["id"]
            try:
                article = unpack(body)
            except DamagedError as error:
                damage[id_] = error.what
                continue
            found[id_] = ArticleDocument(
                **plain,
                text=article.text,
                section=article.section,
                keywords=article.keywords,
                names=names(article.text or plain["summary"], plain["language"]),
                copies=indexed_size(size or 1),
                reprint=int(first not in (None, id_)),
                similarity=_similarity(evidence),
            )
    return found, damage


def _story_documents(
    connection: Connection, ids: list[str]
) -> dict[str, ArticleDocument | StoryDocument]:
    found: dict[str, ArticleDocument | StoryDocument] = {}
    for some in chunked(ids):
        paces = velocities(connection, some)
        statement = select(stories).where(stories.c.id.in_(some), stories.c.articles > 0)
        for row in connection.execute(statement):
            found[row.id] = StoryDocument(
                id=row.id,
                headline=row.headline,
                summary=row.summary,
                first_report=row.first_report,
                last_report=row.last_report,
                articles=row.articles,
                copy_groups=row.copy_groups,
                velocity=paces.get(row.id, 0.0),
                outlets=_NAMES.decode(row.outlets),
                languages=_NAMES.decode(row.languages),
                countries=_NAMES.decode(row.countries),
                terms=_NAMES.decode(row.terms),
            )
    return found


def _similarity(evidence: str) -> float | None:
    found = _EVIDENCE.decode(evidence)
    return found.similarity if found.matched else None
