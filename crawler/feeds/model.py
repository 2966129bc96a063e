"""What a feed says, whatever its format."""

import msgspec

from crawler.article import ArticleStatus


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item as the feed gives it; empty strings where it says nothing.

    ``link`` is the item's own page. A link that several items of the feed share, or that is the
    feed's home, names no article: it stands in ``shared_link`` and ``link`` is empty. Likewise a
    ``guid`` that several items share is dropped. ``title`` and ``summary`` are plain text,
    ``content`` is sanitised HTML. Times are epoch seconds; ``published_precise`` is false for a
    date without a time of day. ``language`` is the item's, else the feed's (BCP 47, as claimed).

    Wires say more: ``text`` is the whole article, one paragraph per line, however short;
    ``section`` its department (``None`` where the format knows none); ``status`` whether it may be
    used, ``embargo_until`` from when.
    """

    guid: str = ""
    guid_is_permalink: bool = False
    link: str = ""
    shared_link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    text: str = ""
    authors: tuple[str, ...] = ()
    published: float | None = None
    published_precise: bool = True
    updated: float | None = None
    categories: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    source_title: str = ""
    source_url: str = ""
    rights: str = ""
    language: str = ""
    section: str | None = None
    status: ArticleStatus = "usable"
    embargo_until: float | None = None
    raw_digest: str = ""


class ParsedFeed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed, newest items first as far as they are dated.

    ``minimum_interval`` is the feed's own wish in seconds (``ttl``, ``sy:updatePeriod``).
    ``skip_hours`` are hours of the day in UTC, ``skip_days`` weekdays with Monday 0.
    ``truncated`` counts the items left out because there were too many, ``left_out`` says in words
    what else was. ``children`` are the sitemaps of an index that hold its items, the best first.
    ``problem`` says what was not well-formed; "" when nothing was.
    """

    format: str
    title: str = ""
    language: str = ""
    home: str = ""
    self_url: str = ""
    hubs: tuple[str, ...] = ()
    rights: str = ""
    items: tuple[FeedItem, ...] = ()
    children: tuple[str, ...] = ()
    minimum_interval: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    truncated: int = 0
    left_out: str = ""
    problem: str = ""
