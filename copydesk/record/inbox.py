"""The inbox between crawling and the desk: each article once, in the order of arrival."""

import base64
from collections.abc import Sequence
from hashlib import blake2b

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from copydesk.record.codec import pack, storable, unpack
from copydesk.record.deleting import barred
from copydesk.record.keys import kept
from copydesk.record.rows import chunked, upsert
from copydesk.record.schema import article_keys, inbox, known_articles
from crawler.article import Article
from crawler.identity import identity_keys


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An article in the inbox, under the id it has or will have; ``packed`` as it lies there."""

    seq: int
    id: str
    received: float
    article: Article
    packed: bytes = b""


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch: new articles, revisions of known ones, nothing new."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    item_digest: str
    content_hash: str
    has_text: int


def unseen(connection: Connection, articles: Sequence[Article]) -> list[bool]:
    """Which of these, as their feed shows them, are new or changed and worth fetching.

    A known article counts as changed only for the source that brought it first: two feeds that
    show one page with different summaries would else revise each other for ever.
    """
    articles = [storable(article) for article in articles]
    keys = [tuple(map(kept, identity_keys(article))) for article in articles]
    ids = _ids_of(connection, {key for some in keys for key in some})
    known = _known(connection, set(ids.values()))
    deleted = barred(connection, ids.values())
    wanted = []
    for article, some in zip(articles, keys, strict=True):
        identity = next((ids[key] for key in some if key in ids), "")
        before = known.get(identity)
        wanted.append(
            identity not in deleted
            and (
                before is None
                or (before.source == article.source and before.item_digest != article.raw_digest)
            )
        )
    return wanted


def put(connection: Connection, articles: Sequence[Article], *, received: float) -> Accepted:
    """Add what is new or changed; the same article twice adds nothing.

    A change whose page could not be had does not replace a text that was won before.
    """
    articles = [storable(article) for article in articles]
    keys = [_keys(article) for article in articles]
    ids = _ids_of(connection, {key for some in keys for key in some})
    known = _known(connection, set(ids.values()))
    deleted = barred(connection, ids.values())
    new = revised = unchanged = 0
    rows: list[dict[str, object]] = []
    aliases: dict[str, str] = {}
    # Wordings taken in before: a file that says one thing twice must add nothing the next time.
    repeated = set(ids)
    remembered: dict[str, _Known] = {}
    for article, some in zip(articles, keys, strict=True):
        identity = next((ids[key] for key in some if key in ids), "") or mint(
            identity_keys(article)[0]
        )
        before = known.get(identity)
        fresh = {key: identity for key in some if key not in ids}
        aliases.update(fresh)
        ids.update(fresh)
        if identity in deleted:
            unchanged += 1
            continue
        if before is not None and (
            before.source != article.source
            or before.content_hash == article.content_hash
            or (before.has_text and not article.text and article.extraction.origin != "import")
            or _seen_key(article) in repeated
        ):
            unchanged += 1
            if before.source != article.source:
                continue
        else:
            rows.append({"article": identity, "received": received, "payload": pack(article)})
            new, revised = (new + 1, revised) if before is None else (new, revised + 1)
        known[identity] = remembered[identity] = _Known(
            source=article.source,
            item_digest=article.raw_digest,
            content_hash=article.content_hash,
            has_text=int(bool(article.text) or (before is not None and bool(before.has_text))),
        )
    if rows:
        connection.execute(insert(inbox), rows)
    if aliases:
        connection.execute(
            insert(article_keys), [{"key": key, "article": id_} for key, id_ in aliases.items()]
        )
    upsert(
        connection,
        known_articles,
        [{"article": id_, **msgspec.structs.asdict(state)} for id_, state in remembered.items()],
    )
    return Accepted(new=new, revised=revised, unchanged=unchanged)


def take(connection: Connection, *, limit: int) -> list[Waiting]:
    """The oldest ``limit`` articles; they stay until :func:`discard`."""
    statement = select(inbox).order_by(inbox.c.seq).limit(limit)
    return [
        Waiting(
            seq=row.seq,
            id=row.article,
            received=row.received,
            article=unpack(row.payload),
            packed=row.payload,
        )
        for row in connection.execute(statement)
    ]


def discard(connection: Connection, seqs: Sequence[int]) -> None:
    """Take placed articles out, in the transaction that records their placement."""
    for some in chunked(seqs):
        connection.execute(delete(inbox).where(inbox.c.seq.in_(some)))


def length(connection: Connection) -> int:
    """How many articles wait."""
    return int(connection.execute(select(func.count()).select_from(inbox)).scalar_one())


def _keys(article: Article) -> tuple[str, ...]:
    keys = tuple(map(kept, identity_keys(article)))
    if article.extraction.origin == "import":
        return (*keys, _seen_key(article))
    return keys


def _seen_key(article: Article) -> str:
    return kept(f"seen:{identity_keys(article)[0]}:{article.content_hash}")


def mint(key: str) -> str:
    """An article's id: "a" and 60 bits of its strongest identity key, the same on every machine."""
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=10).digest()
    return "a" + base64.b32encode(digest).decode("ascii")[:12].lower()


def _ids_of(connection: Connection, keys: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in chunked(sorted(keys)):
        statement = select(article_keys.c.key, article_keys.c.article)
        rows = connection.execute(statement.where(article_keys.c.key.in_(some)))
        found.update((row.key, row.article) for row in rows)
    return found


def _known(connection: Connection, ids: set[str]) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    for some in chunked(sorted(ids)):
        statement = select(known_articles).where(known_articles.c.article.in_(some))
        for row in connection.execute(statement):
            found[row.article] = _Known(
                source=row.source,
                item_digest=row.item_digest,
                content_hash=row.content_hash,
                has_text=row.has_text,
            )
    return found
