"""The bytes of a sitemap become what those of a feed become: :class:`ParsedFeed`."""

from collections.abc import Iterable
from typing import Final

from crawler.feeds.charset import as_utf8
from crawler.feeds.common import MAX_TITLE, unique
from crawler.feeds.model import ParsedFeed
from crawler.plaintext import line
from crawler.sitemaps.markup import MOST_ENTRIES, read_markup
from crawler.sitemaps.model import Contents, Entry
from crawler.sitemaps.promising import promising
from crawler.sitemaps.recent import recent

SITEMAPS: Final = frozenset({"sitemap", "news-sitemap", "sitemap-index"})
"""The formats of :class:`ParsedFeed` that :func:`parse_sitemap` gives."""


def parse_sitemap(body: bytes, *, url: str, content_type: str, received: float) -> ParsedFeed:
    """Parse a sitemap, an index of sitemaps, or a list of addresses, one a line.

    Raises :class:`crawler.feeds.NotAFeedError` for markup that no parser should see.
    """
    if b"<" in body[:4096]:
        contents = read_markup(body, url=url, content_type=content_type)
    else:
        contents = _read_lines(body)
    entries, branches = contents.entries, contents.branches
    found = recent(entries, url=url, received=received)
    children = promising(branches, url=url, received=received)
    news = any(entry.news for entry in entries)
    return ParsedFeed(
        format="sitemap-index" if branches else "news-sitemap" if news else "sitemap",
        title=_first((entry.outlet for entry in entries), limit=MAX_TITLE),
        language=_first((entry.language for entry in entries), limit=40),
        items=found.items,
        children=children,
        truncated=found.truncated,
        left_out=_left_out(len(entries), len(found.items) + found.truncated)
        or ("" if children or not branches else f"none of its {len(branches):,} sitemaps is new"),
        problem=contents.problem,
    )


def _read_lines(body: bytes) -> Contents:
    lines = as_utf8(body).body.decode("utf-8-sig", "replace").split("\n", MOST_ENTRIES)
    addresses = unique(map(str.strip, lines[:MOST_ENTRIES]), limit=MOST_ENTRIES)
    return Contents(
        entries=tuple(Entry(location=address) for address in addresses),
        problem=f"more than {MOST_ENTRIES:,} lines" if len(lines) > MOST_ENTRIES else "",
    )


def _left_out(entries: int, news: int) -> str:
    if entries <= news:
        return ""
    return f"{entries - news:,} of {entries:,} entries are no recent articles"


def _first(values: Iterable[str], *, limit: int) -> str:
    return next((text for each in values if each and (text := line(each, limit=limit))), "")
