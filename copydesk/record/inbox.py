"""The inbox between crawling and the desk: each article once, in the order of arrival."""

import base64
from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from copydesk.record import deleting, embargoes, looking
from copydesk.record.codec import pack, storable, unpack
from copydesk.record.intake import Accepted, Fate, Intake, Remembered, is_weighed
from copydesk.record.recognising import EarlierIds, Recognised, Sight, archived, sighted
from copydesk.record.rows import chunked, upsert
from copydesk.record.schema import article_keys, inbox, known_articles
from crawler.article import Article
from crawler.job import Standing

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


class Refusal(NamedTuple):
    """A source that cancels what is of another, ``owner``; nothing comes of that."""

    source: str
    owner: str

    def sentence(self) -> str:
        """For people."""
        return (
            f"{self.source}: cancels articles that came from {self.owner}, which stay: a source "
            f"takes back its own only. If {self.source} is {self.owner} under another id, "
            f'write was = ["{self.owner}"] into its [[source]]'
        )


def unseen(
    connection: Connection,
    articles: Sequence[Article],
    *,
    now: float,
    earlier: EarlierIds | None = None,
) -> list[Standing]:
    """How these stand, as their feed shows them at ``now`` (epoch seconds).

    A known article counts as changed only for the source that brought it first: two feeds that
    show one page with different summaries would else revise each other for ever. Of several items
    that are one article one is enough, and none where one of them says what is known.
    """
    sights = [sighted(storable(article), earlier) for article in articles]
    recognised = Recognised(connection, sights)
    known = _known(connection, set(recognised.ids.values()))
    deleted = deleting.barred(connection, recognised.ids.values())
    standings: list[Standing] = []
    of: dict[str, list[int]] = {}
    for number, sight in enumerate(sights):
        identity = recognised.id_of(sight) or f"new {number}"
        recognised.take_in(sight, identity)
        before = known.get(identity)
        if identity in deleted or (before is not None and not sight.is_of(before.source)):
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


def refused(
    connection: Connection, articles: Sequence[Article], *, earlier: EarlierIds | None = None
) -> set[Refusal]:
    """Whose cancellations among these are void, because the articles are of other sources."""
    kills = [each for each in articles if each.status == "cancelled"]
    if not kills:
        return set()
    sights = [sighted(storable(each), earlier) for each in kills]
    recognised = Recognised(connection, sights)
    known = _known(connection, set(recognised.ids.values()))
    deleted = deleting.barred(connection, recognised.ids.values())
    void: set[Refusal] = set()
    for sight in sights:
        identity = recognised.id_of(sight)
        before = known.get(identity)
        # Of a notice that two sources show nothing is to be taken back.
        if (
            before is not None
            and identity not in deleted
            and not sight.is_of(before.source)
            and not looking.says_the_same(before.looked, sight.article)
        ):
            void.add(Refusal(source=sight.article.source, owner=before.source))
    return void


def put(
    connection: Connection,
    articles: Sequence[Article],
    *,
    received: float,
    earlier: EarlierIds | None = None,
) -> Accepted:
    """Add what is new or changed; the same article twice adds nothing.

    A change whose page could not be had does not replace a text that was won before. What is under
    embargo is held back (:mod:`copydesk.record.embargoes`); what its source cancelled is deleted,
    and is not taken in again. A notice that cancels nothing known is an article like any other.
    ``earlier`` are the former ids of sources, whose articles are theirs.
    """
    sights = [sighted(storable(each), earlier) for each in articles]
    return _put(connection, sights, received=received).accepted()


def put_archived(
    connection: Connection,
    articles: Sequence[Article],
    *,
    received: float,
    earlier: EarlierIds | None = None,
) -> list[Fate]:
    """The same of articles that lay in an archive; answers what became of each.

    An archive may be read again, and what is in it may be older than what came since: no news are
    a wording that an archive brought before, and a version before the one that is known.
    """
    sights = [archived(storable(each), earlier) for each in articles]
    return _put(connection, sights, received=received).fates


def _put(connection: Connection, sights: Sequence[Sight], *, received: float) -> Intake:
    recognised = Recognised(connection, sights)
    known = _known(connection, set(recognised.ids.values()))
    recognised.show(
        id_
        for each in sights
        if each.seen not in recognised.ids
        and is_weighed(known.get(id_ := recognised.id_of(each)), each)
    )
    waiting = embargoes.held(connection, recognised.ids.values())
    intake = Intake(
        known,
        deleted=deleting.barred(connection, recognised.ids.values()),
        waiting=waiting,
        repeated=recognised.ids,
        received=received,
    )
    aliases: dict[str, str] = {}
    for sight in sights:
        identity = recognised.id_of(sight) or mint(recognised.free_key(sight))
        held = recognised.shown.get(identity)
        aliases.update(recognised.take_in(sight, identity))
        news = intake.take(identity, sight, held)
        if news is not None:
            recognised.shown[identity] = news
    if intake.news:
        connection.execute(
            insert(inbox),
            [
                {"article": id_, "received": received, "payload": pack(news)}
                for id_, news in intake.news
            ],
        )
    embargoes.forget(connection, {id_ for id_, _ in intake.news} & waiting)
    embargoes.hold(connection, intake.held_back, received=received)
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
                "has_text": int(state.has_text),
            }
            for id_, state in intake.remembered.items()
        ],
    )
    # Last, since it forgets what was just remembered too.
    deleting.request(connection, intake.cancelled, reason=deleting.CANCELLED, now=received)
    return intake


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


def _known(connection: Connection, ids: set[str]) -> dict[str, Remembered]:
    found: dict[str, Remembered] = {}
    for some in chunked(sorted(ids)):
        statement = select(known_articles).where(known_articles.c.article.in_(some))
        for row in connection.execute(statement):
            found[row.article] = Remembered(
                source=row.source,
                looked=looking.read(row.item_digest),
                content_hash=row.content_hash,
                has_text=bool(row.has_text),
            )
    return found
