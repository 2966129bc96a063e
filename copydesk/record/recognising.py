"""Which known article one is, by its keys; a guid or page that says little must be borne out."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from copydesk.errors import DamagedError
from copydesk.record.codec import unpack
from copydesk.record.keys import kept
from copydesk.record.rows import chunked
from copydesk.record.schema import article_keys, articles, inbox
from crawler.article import Article
from crawler.identity import (
    canonical_form,
    content_hash,
    identity_keys,
    names_an_article,
    shares_serial,
    tells_apart,
)

# The ids that sources had before they were renamed, by those that they have now.
EarlierIds = Mapping[str, tuple[str, ...]]

# How the text of an article was won that we exported, of whatever record.
EXPORTED = "export"


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """An article with its keys, the strongest first; ``short`` are the keys as they are kept.

    Of an archive ``seen`` is one more of these, which tells a wording taken in before; "" of news.
    ``was`` are the earlier ids of its source. Of an article that we exported ``link`` is the key by
    which a crawl knows its address.
    """

    article: Article
    keys: tuple[str, ...]
    short: tuple[str, ...]
    seen: str = ""
    was: tuple[str, ...] = ()
    link: str = ""

    def is_of(self, source: str) -> bool:
        """Whether this is its source, by the name it has or had."""
        return source == self.article.source or source in self.was


def sighted(article: Article, earlier: EarlierIds | None = None) -> Sight:
    """The article with its keys."""
    was = _former(article, earlier)
    keys = _keys(article, was)
    if article.extraction.origin == "import":
        return _again(article, keys, article.content_hash, was)
    return Sight(article=article, keys=keys, short=tuple(map(kept, keys)), was=was)


def archived(article: Article, earlier: EarlierIds | None = None) -> Sight:
    """The same of an article that was kept by others, and may be shown again at any time."""
    if article.extraction.origin == "import":
        return sighted(article, earlier)
    was = _former(article, earlier)
    # What a wire says of an item besides its words is part of it: that it is held, or corrected.
    return _again(article, _keys(article, was), article.raw_digest, was)


def _former(article: Article, earlier: EarlierIds | None) -> tuple[str, ...]:
    return earlier.get(article.source, ()) if earlier else ()


def _keys(article: Article, was: tuple[str, ...]) -> tuple[str, ...]:
    """Its identity keys, those under the earlier ids of its source behind the own of their kind.

    A guid that tells little, beside an address, has none under another id: it would bear itself
    out.
    """
    own = identity_keys(article)
    if not was:
        return own
    renamed = (msgspec.structs.replace(article, source=name) for name in was)
    others = [key for each in renamed for key in identity_keys(each) if key not in own]
    if _has_weak_guid(article, own) and _has_link(own):
        others = [key for key in others if not key.startswith("guid:")]
    strongest_first = sorted((*own, *others), key=lambda key: not key.startswith("guid:"))
    return tuple(dict.fromkeys(strongest_first))


def _again(article: Article, keys: tuple[str, ...], wording: str, was: tuple[str, ...]) -> Sight:
    keys = (*keys, f"seen:{keys[0]}:{wording}")
    short = tuple(map(kept, keys))
    link = _exported_link(article)
    return Sight(article=article, keys=keys, short=short, seen=short[-1], was=was, link=link)


def _exported_link(article: Article) -> str:
    if article.extraction.method != EXPORTED or not names_an_article(article.link):
        return ""
    return kept(f"link:{canonical_form(article.link)}")


class Recognised:
    """What the keys of some sightings lead to; grows as they are taken in one by one."""

    def __init__(self, connection: Connection, sights: Sequence[Sight]) -> None:
        exported = {key for each in sights if each.link for key in (each.link, *each.short)}
        self.ids = _ids_of(connection, exported.union(*(each.short for each in sights)))
        reached = {self.ids[key] for key in exported if key in self.ids}
        self.ids |= _ids_of(connection, set(map(_claim, reached)))
        self.shown: dict[str, Article] = {}
        self._connection = connection
        self.show(id_ for each in sights if (id_ := self.ids.get(_canonical(each))))
        self.show(id_ for each in sights if (id_ := self._doubted(each)))

    def show(self, ids: Iterable[str]) -> None:
        """Have in ``shown`` what the record holds of these."""
        self.shown |= held(self._connection, set(ids) - set(self.shown))

    def id_of(self, sight: Sight) -> str:
        """The id under which it is known; "" when it is new.

        Some feeds number the places in their list and not their articles. Such a guid alone does
        not make one article of two whose addresses and titles differ, nor does it weigh against an
        address. No more does a canonical address of two articles of one source: all links may lead
        to one page. What we exported is also what was crawled at its address, unless another
        exported one is that: nothing that a file calls two articles becomes one.
        """
        doubted = self._doubted(sight)
        if doubted:
            before = self.shown.get(doubted)
            return doubted if before is None or _is_one(before, sight.article) else ""
        found = [self.ids[key] for key in self._believed(sight) if key in self.ids]
        if len(found) > 1 and _is_weak(sight) and sight.short[0] in self.ids:
            return found[1]
        if found:
            return found[0]
        crawled = self.ids.get(sight.link, "")
        return "" if _claim(crawled) in self.ids else crawled

    def take_in(self, sight: Sight, id_: str) -> dict[str, str]:
        """Remember the sighting under this id; returns the keys that are new."""
        exported = (sight.link, _claim(id_)) if sight.link else ()
        fresh = {key: id_ for key in (*sight.short, *exported) if key not in self.ids}
        self.ids.update(fresh)
        self.shown.setdefault(id_, sight.article)
        return fresh

    def free_key(self, sight: Sight) -> str:
        """The strongest key of a new article, from which its id comes."""
        pairs = zip(sight.keys, sight.short, strict=True)
        return next(key for key, short in pairs if short not in self.ids)

    def _doubted(self, sight: Sight) -> str:
        """The id that nothing but a weak guid leads to, though there is an address too."""
        if not _is_weak(sight) or not _has_link(sight.keys):
            return ""
        others = any(key in self.ids for key in self._believed(sight)[1:])
        return "" if others else self.ids.get(sight.short[0], "")

    def _believed(self, sight: Sight) -> Sequence[str]:
        """Its keys, without the canonical address when that is another article's."""
        canonical = _canonical(sight)
        before = self.shown.get(self.ids.get(canonical, ""))
        if (
            before is None
            or not sight.is_of(before.source)
            or canonical_form(before.link) == canonical_form(sight.article.link)
            or _is_one(before, sight.article)
        ):
            return sight.short
        return [key for key in sight.short if key != canonical]


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


def _canonical(sight: Sight) -> str:
    """The key of its page's canonical address, where it has a link that says something else."""
    urls = [number for number, key in enumerate(sight.keys) if key.startswith("url:")]
    return sight.short[urls[0]] if len(urls) > 1 else ""


def _claim(id_: str) -> str:
    """The key that says that an article of an export is this one."""
    return f"exported:{id_}"


def _is_weak(sight: Sight) -> bool:
    return _has_weak_guid(sight.article, sight.keys)


def _has_link(keys: Iterable[str]) -> bool:
    return any(key.startswith("link:") for key in keys)


def _has_weak_guid(article: Article, keys: Sequence[str]) -> bool:
    return (
        keys[0].startswith("guid:")
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
