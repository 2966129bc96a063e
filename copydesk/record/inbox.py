"""The inbox between crawling and the desk: each article once, in the order of arrival."""

import base64
from collections.abc import Sequence
from hashlib import blake2b

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from copydesk.record import deleting, embargoes, looking
from copydesk.record.codec import pack, storable, unpack
from copydesk.record.looking import Looked
from copydesk.record.recognising import Recognised, sighted
from copydesk.record.rows import chunked, upsert
from copydesk.record.schema import article_keys, inbox, known_articles
from crawler.article import Article
from crawler.job import Standing
from crawler.rewording import reworded

# Characters that are worked on at once. Of 500 usual articles it is a third; 500 as long as an
# import may bring them would take gigabytes, and the desk longer than it may be silent.
_ROOM = 8_000_000
_FETCHED = 100


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An article in the inbox, under the id it has or will have; ``packed`` as it lies there."""

    seq: int
    id: str
    received: float
    article: Article
    packed: bytes = b""


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch: new articles, revisions of known ones, nothing new, taken back."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    withdrawn: int = 0


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    looked: Looked
    content_hash: str
    has_text: int


def unseen(connection: Connection, articles: Sequence[Article], *, now: float) -> list[Standing]:
    """How these stand, as their feed shows them at ``now`` (epoch seconds).

    A known article counts as changed only for the source that brought it first: two feeds that
    show one page with different summaries would else revise each other for ever. Of several items
    that are one article one is enough, and none where one of them says what is known.
    """
    sights = [sighted(storable(article)) for article in articles]
    recognised = Recognised(connection, sights)
    known = _known(connection, set(recognised.ids.values()))
    deleted = deleting.barred(connection, recognised.ids.values())
    standings: list[Standing] = []
    of: dict[str, list[int]] = {}
    for number, sight in enumerate(sights):
        identity = recognised.id_of(sight) or f"new {number}"
        recognised.take_in(sight, identity)
        before = known.get(identity)
        if identity in deleted or (before is not None and before.source != sight.article.source):
            standings.append("known")
            continue
        of.setdefault(identity, []).append(number)
        standings.append(
            "new" if before is None else looking.standing(before.looked, sight.article, now=now)
        )
    for numbers in of.values():
        said = any(standings[number] == "known" for number in numbers)
        for number in numbers if said else numbers[1:]:
            standings[number] = "known"
    return standings


def put(connection: Connection, articles: Sequence[Article], *, received: float) -> Accepted:
    """Add what is new or changed; the same article twice adds nothing.

    A change whose page could not be had does not replace a text that was won before. What is under
    embargo is held back (:mod:`copydesk.record.embargoes`); what its source cancelled is deleted,
    and is not taken in again. A notice that cancels nothing known is an article like any other.
    """
    sights = [sighted(storable(article)) for article in articles]
    recognised = Recognised(connection, sights)
    known = _known(connection, set(recognised.ids.values()))
    deleted = deleting.barred(connection, recognised.ids.values())
    # Wordings taken in before: a file that says one thing twice must add nothing the next time.
    repeated = set(recognised.ids)
    recognised.show(
        id_ for each in sights if _is_bare(known.get(id_ := recognised.id_of(each)), each.article)
    )
    new = revised = unchanged = 0
    waiting = embargoes.held(connection, recognised.ids.values())
    held_back: dict[str, Article] = {}
    cancelled: list[str] = []
    rows: list[dict[str, object]] = []
    aliases: dict[str, str] = {}
    remembered: dict[str, _Known] = {}
    for sight in sights:
        identity = recognised.id_of(sight) or mint(recognised.free_key(sight))
        before = known.get(identity)
        held = recognised.shown.get(identity)
        aliases.update(recognised.take_in(sight, identity))
        if identity in deleted or (before is not None and before.source != sight.article.source):
            unchanged += 1
            continue
        if _cancels(sight.article, before):
            cancelled.append(identity)
            held_back.pop(identity, None)
            continue
        if sight.article.status == "embargoed":
            held_back[identity] = sight.article
            new, revised = (new + 1, revised) if before is None else (new, revised + 1)
            known[identity] = remembered[identity] = _remember(
                before, sight.article, sight.article, now=received
            )
            continue
        if identity in waiting or identity in held_back:
            # Its embargo was lifted early, or it comes in other words that are under none.
            held_back.pop(identity, None)
            news: Article | None = sight.article
        elif before is not None and sight.short[-1] in repeated and _is_import(sight.article):
            news = None
        else:
            news = _news(before, held, sight.article)
        if news is None:
            unchanged += 1
        else:
            rows.append({"article": identity, "received": received, "payload": pack(news)})
            recognised.shown[identity] = news
            new, revised = (new + 1, revised) if before is None else (new, revised + 1)
        known[identity] = remembered[identity] = _remember(
            before, sight.article, news, now=received
        )
    if rows:
        connection.execute(insert(inbox), rows)
    embargoes.forget(connection, {str(row["article"]) for row in rows} & waiting)
    embargoes.hold(connection, held_back, received=received)
    if aliases:
        connection.execute(
            insert(article_keys), [{"key": key, "article": id_} for key, id_ in aliases.items()]
        )
    upsert(
        connection,
        known_articles,
        [
            {
                "article": id_,
                "source": state.source,
                "item_digest": state.looked.kept,
                "content_hash": state.content_hash,
                "has_text": state.has_text,
            }
            for id_, state in remembered.items()
        ],
    )
    # Last, since it forgets what was just remembered too.
    deleting.request(connection, cancelled, reason="cancelled by its source", now=received)
    return Accepted(new=new, revised=revised, unchanged=unchanged, withdrawn=len(cancelled))


def take(connection: Connection, *, limit: int) -> list[Waiting]:
    """The oldest ``limit`` articles, fewer where they are long; they stay until :func:`discard`."""
    statement = select(inbox).order_by(inbox.c.seq).limit(limit)
    bit_by_bit = statement.execution_options(yield_per=_FETCHED)
    found: list[Waiting] = []
    room = _ROOM
    with connection.execute(bit_by_bit) as rows:
        for row in rows:
            article = unpack(row.payload)
            found.append(
                Waiting(
                    seq=row.seq,
                    id=row.article,
                    received=row.received,
                    article=article,
                    packed=row.payload,
                )
            )
            room -= _length_of(article)
            if room <= 0:
                break
    return found


def _length_of(article: Article) -> int:
    """About how much work an article is, in characters."""
    return len(article.text) + len(article.summary) + len(article.title)


def discard(connection: Connection, seqs: Sequence[int]) -> None:
    """Take placed articles out, in the transaction that records their placement."""
    for some in chunked(seqs):
        connection.execute(delete(inbox).where(inbox.c.seq.in_(some)))


def length(connection: Connection) -> int:
    """How many articles wait."""
    return int(connection.execute(select(func.count()).select_from(inbox)).scalar_one())


def mint(key: str) -> str:
    """An article's id: "a" and 60 bits of its strongest identity key, the same on every machine."""
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=10).digest()
    return "a" + base64.b32encode(digest).decode("ascii")[:12].lower()


def _is_import(article: Article) -> bool:
    return article.extraction.origin == "import"


def _cancels(article: Article, before: _Known | None) -> bool:
    """Whether an article is taken back; one that was never had, unless this is a notice to read."""
    return article.status == "cancelled" and (before is not None or not article.text)


def _is_bare(before: _Known | None, article: Article) -> bool:
    """Whether a text was won before, and the article comes without."""
    return (
        before is not None
        and bool(before.has_text)
        and not article.text
        and not _is_import(article)
    )


def _news(before: _Known | None, held: Article | None, article: Article) -> Article | None:
    """What the desk is to hear of a sighting; ``None`` when it says nothing new."""
    if before is None:
        return article
    if before.content_hash == article.content_hash:
        return None
    if not _is_bare(before, article):
        return article
    if looking.says_the_same(before.looked, article):
        return None
    if held is None:
        return article  # the text lies where nobody can read it; the new words are all there is
    now = reworded(held, article)
    return None if (now.title, now.summary) == (held.title, held.summary) else now


def _remember(
    before: _Known | None, article: Article, news: Article | None, *, now: float
) -> _Known:
    if before is None:
        before = _Known(
            source=article.source, looked=looking.found(article), content_hash="", has_text=0
        )
    if article.extraction.page:
        looked = looking.missed(before.looked, article, now=now)
    elif news is None:
        looked = looking.found_the_same(before.looked, article, now=now)
    else:
        looked = looking.found(article)
    return _Known(
        source=article.source,
        looked=looked,
        content_hash=before.content_hash if news is None else news.content_hash,
        has_text=int(bool(article.text) or bool(before.has_text)),
    )


def _known(connection: Connection, ids: set[str]) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    for some in chunked(sorted(ids)):
        statement = select(known_articles).where(known_articles.c.article.in_(some))
        for row in connection.execute(statement):
            found[row.article] = _Known(
                source=row.source,
                looked=looking.read(row.item_digest),
                content_hash=row.content_hash,
                has_text=row.has_text,
            )
    return found
