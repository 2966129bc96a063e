"""Which known article one is, by its keys; a guid or page that says little must be borne out."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, select

from copydesk.errors import DamagedError
from copydesk.record.codec import unpack
from copydesk.record.keys import kept
from copydesk.record.rows import chunked
from copydesk.record.schema import article_keys, articles, inbox
from crawler.article import Article
from crawler.identity import canonical_form, content_hash, identity_keys, shares_serial, tells_apart


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """An article with its keys, the strongest first; ``short`` are the keys as they are kept.

    Of an archive ``seen`` is one more of these, which tells a wording taken in before; "" of news.
    """

    article: Article
    keys: tuple[str, ...]
    short: tuple[str, ...]
    seen: str = ""


def sighted(article: Article) -> Sight:
    """The article with its keys."""
    keys = identity_keys(article)
    if article.extraction.origin == "import":
        return _again(article, keys, article.content_hash)
    return Sight(article=article, keys=keys, short=tuple(map(kept, keys)))


def archived(article: Article) -> Sight:
    """The same of an article that was kept by others, and may be shown again at any time."""
    if article.extraction.origin == "import":
        return sighted(article)
    # What a wire says of an item besides its words is part of it: that it is held, or corrected.
    return _again(article, identity_keys(article), article.raw_digest)


def _again(article: Article, keys: tuple[str, ...], wording: str) -> Sight:
    keys = (*keys, f"seen:{keys[0]}:{wording}")
    short = tuple(map(kept, keys))
    return Sight(article=article, keys=keys, short=short, seen=short[-1])


class Recognised:
    """What the keys of some sightings lead to; grows as they are taken in one by one."""

    def __init__(self, connection: Connection, sights: Sequence[Sight]) -> None:
        self.ids = _ids_of(connection, {key for each in sights for key in each.short})
        self.shown: dict[str, Article] = {}
        self._connection = connection
        self.show(id_ for each in sights if (id_ := self.ids.get(_claim(each))))
        self.show(id_ for each in sights if (id_ := self._doubted(each)))

    def show(self, ids: Iterable[str]) -> None:
        """Have in ``shown`` what the record holds of these."""
        self.shown |= held(self._connection, set(ids) - set(self.shown))

    def id_of(self, sight: Sight) -> str:
        """The id under which it is known; "" when it is new.

        Some feeds number the places in their list and not their articles. Such a guid alone does
        not make one article of two whose addresses and titles differ, nor does it weigh against an
        address. No more does a canonical address of two articles of one source: all links may lead
        to one page.
        """
        doubted = self._doubted(sight)
        if doubted:
            before = self.shown.get(doubted)
            return doubted if before is None or _is_one(before, sight.article) else ""
        found = [self.ids[key] for key in self._believed(sight) if key in self.ids]
        if len(found) > 1 and _is_weak(sight) and sight.short[0] in self.ids:
            return found[1]
        return found[0] if found else ""

    def take_in(self, sight: Sight, id_: str) -> dict[str, str]:
        """Remember the sighting under this id; returns the keys that are new."""
        fresh = {key: id_ for key in sight.short if key not in self.ids}
        self.ids.update(fresh)
        self.shown.setdefault(id_, sight.article)
        return fresh

    def free_key(self, sight: Sight) -> str:
        """The strongest key of a new article, from which its id comes."""
        pairs = zip(sight.keys, sight.short, strict=True)
        return next(key for key, short in pairs if short not in self.ids)

    def _doubted(self, sight: Sight) -> str:
        """The id that nothing but a weak guid leads to, though there is an address too."""
        if not _is_weak(sight) or not any(key.startswith("link:") for key in sight.keys):
            return ""
        others = any(key in self.ids for key in self._believed(sight)[1:])
        return "" if others else self.ids.get(sight.short[0], "")

    def _believed(self, sight: Sight) -> Sequence[str]:
        """Its keys, without the canonical address when that is another article's."""
        claim = _claim(sight)
        before = self.shown.get(self.ids.get(claim, ""))
        if (
            before is None
            or before.source != sight.article.source
            or canonical_form(before.link) == canonical_form(sight.article.link)
            or _is_one(before, sight.article)
        ):
            return sight.short
        return [key for key in sight.short if key != claim]


def held(connection: Connection, ids: Iterable[str]) -> dict[str, Article]:
    """The newest wording of these articles, waiting or placed; none of what cannot be read."""
    found: dict[str, bytes] = {}
    for some in chunked(sorted(ids)):
        placed = select(articles.c.id, articles.c.body).where(articles.c.id.in_(some))
        waiting = select(inbox.c.article, inbox.c.payload).where(inbox.c.article.in_(some))
        for statement in (placed, waiting.order_by(inbox.c.seq)):
            found.update((id_, body) for id_, body in connection.execute(statement))
    read: dict[str, Article] = {}
    for id_, body in found.items():
        try:
            read[id_] = unpack(body)
        except DamagedError:
            continue  # whoever places or shows it says so; what comes now is all there is
    return read


def _claim(sight: Sight) -> str:
    """The key of its page's canonical address, where it has a link that says something else."""
    urls = [number for number, key in enumerate(sight.keys) if key.startswith("url:")]
    return sight.short[urls[0]] if len(urls) > 1 else ""


def _is_weak(sight: Sight) -> bool:
    article = sight.article
    return (
        sight.keys[0].startswith("guid:")
        and article.extraction.origin != "import"
        and not tells_apart(article.guid)
    )


def _is_one(before: Article, now: Article) -> bool:
    return (
        not before.link
        or content_hash(before.title, "") == content_hash(now.title, "")
        or shares_serial(before.link, now.link)
    )


def _ids_of(connection: Connection, keys: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in chunked(sorted(keys)):
        statement = select(article_keys.c.key, article_keys.c.article)
        rows = connection.execute(statement.where(article_keys.c.key.in_(some)))
        found.update((row.key, row.article) for row in rows)
    return found
