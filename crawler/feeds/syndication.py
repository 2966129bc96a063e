"""RSS, Atom and RDF through feedparser, given bytes and nothing to fetch."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

import feedparser

from crawler.dates import read_date
from crawler.feeds import wishes
from crawler.feeds.captions import without_leading_captions
from crawler.feeds.charset import as_utf8
from crawler.feeds.common import (
    MAX_CONTENT,
    MAX_ITEMS,
    MAX_SUMMARY,
    MAX_TITLE,
    absolute,
    digest,
    settle,
    unique,
)
from crawler.feeds.errors import NotAFeedError
from crawler.feeds.guard import check_markup, with_real_characters
from crawler.feeds.model import FeedItem, ParsedFeed
from crawler.feeds.trim import newest
from crawler.language import primary
from crawler.plaintext import line, paragraphs

# Under "text/xml" feedparser would follow RFC 3023 to the letter and take all for US-ASCII.
_UTF8_XML = "application/xml; charset=utf-8"

_HTML = frozenset({"text/html", "application/xhtml+xml"})


def parse_xml_feed(body: bytes, *, url: str, content_type: str, received: float) -> ParsedFeed:
    """Parse RSS 0.9 to 2.0, Atom 0.3 and 1.0, RDF. Raises :class:`NotAFeedError`.

    feedparser gets a stream: a string could be taken for an address and fetched.
    """
    utf8 = as_utf8(body, content_type=content_type)
    narrow = with_real_characters(utf8.body)
    check_markup(narrow, url=url)
    trimmed, left_out = newest(narrow, limit=MAX_ITEMS, received=received)
    parsed = feedparser.parse(
        io.BytesIO(without_leading_captions(trimmed)),
        response_headers={"content-location": url, "content-type": _UTF8_XML},
        sanitize_html=True,
        # Links inside the HTML of items: nobody follows them here, and resolving them takes a
        # third of the time.
        resolve_relative_uris=False,
    )
    channel: Mapping[str, Any] = parsed.feed
    if not parsed.version and not parsed.entries and not channel.get("title"):
        raise NotAFeedError(
            "expected a feed, got an XML document without channel or items",
            got="XML document",
            where=url,
            next_step="Check the address in a browser",
        )
    home = absolute(_text(channel.get("link")), url)
    language = _text(channel.get("language"))
    items = [_item(entry, base=home or url, language=language) for entry in parsed.entries]
    links = _links(channel)
    return ParsedFeed(
        format=parsed.version or "unknown",
        title=line(_text(channel.get("title")), limit=MAX_TITLE),
        language=language,
        home=home,
        self_url=next((absolute(href, url) for rel, href in links if rel == "self"), ""),
        hubs=unique(absolute(href, url) for rel, href in links if rel == "hub"),
        rights=line(_text(channel.get("rights")), limit=MAX_TITLE),
        items=settle(items[:MAX_ITEMS], home=home, feed_url=url),
        minimum_interval=wishes.minimum_interval(
            _text(channel.get("ttl")),
            _text(channel.get("sy_updateperiod")),
            _text(channel.get("sy_updatefrequency")),
        ),
        skip_hours=wishes.skip_hours(trimmed),
        skip_days=wishes.skip_days(trimmed),
        truncated=left_out + max(0, len(items) - MAX_ITEMS),
        problem=utf8.problem or _problem(parsed),
    )


def _item(entry: Mapping[str, Any], *, base: str, language: str) -> FeedItem:
    guid = _text(entry.get("id")).strip()[:MAX_TITLE]
    content = _longest(part.get("value", "") for part in _dicts(entry.get("content")))
    raw_summary = _text(entry.get("summary"))
    if len(raw_summary) > len(content) and len(raw_summary) > MAX_SUMMARY // 10:
        # Full text in <description>: outlets without content:encoded put it there.
        content = content or raw_summary
    published = read_date(
        _text(entry.get("published")) or _text(entry.get("created")), language=language
    )
    # Asked with get(), feedparser answers with "published" where there is no "updated".
    updated = read_date(_text(entry["updated"]), language=language) if "updated" in entry else None
    source = entry.get("source") if isinstance(entry.get("source"), Mapping) else {}
    title = line(_text(entry.get("title")), limit=MAX_TITLE)
    spoken = _text(entry.get("language")) or language
    link = absolute(_link(entry, spoken), base)
    stamp = published or updated
    return FeedItem(
        guid=guid,
        guid_is_permalink=bool(entry.get("guidislink")),
        link=link,
        title=title,
        summary=paragraphs(raw_summary, limit=MAX_SUMMARY),
        content=content[:MAX_CONTENT],
        authors=_authors(entry),
        published=stamp.at if stamp else None,
        published_precise=stamp.precise if stamp else True,
        updated=updated.at if updated else None,
        categories=unique(line(_text(t.get("term")), limit=200) for t in _dicts(entry.get("tags"))),
        media=_media(entry, base),
        source_title=line(_text((source or {}).get("title")), limit=200),
        source_url=absolute(_text((source or {}).get("href") or (source or {}).get("link")), base),
        rights=line(_text(entry.get("rights")), limit=MAX_TITLE),
        language=spoken,
        raw_digest=digest(guid, title, link, raw_summary, content),
    )


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    names = [line(_text(author.get("name")), limit=200) for author in _dicts(entry.get("authors"))]
    return unique(names or [line(_text(entry.get("author")), limit=200)])


def _media(entry: Mapping[str, Any], base: str) -> tuple[str, ...]:
    found: list[str] = []
    for key in ("media_content", "media_thumbnail", "enclosures"):
        found += [
            absolute(_text(medium.get("url") or medium.get("href")), base)
            for medium in _dicts(entry.get(key))
        ]
    return unique(found)


def _link(entry: Mapping[str, Any], language: str) -> str:
    """The item's link; of one for each language that in ``language``, else the first.

    feedparser takes the last one.
    """
    found = [
        link
        for link in _dicts(entry.get("links"))
        if link.get("rel") == "alternate" and link.get("type") in _HTML and link.get("href")
    ]
    if not any(link.get("hreflang") for link in found):
        return _text(entry.get("link"))
    spoken = primary(language)

    def distance(link: Mapping[str, Any]) -> int:
        claimed = primary(_text(link.get("hreflang")))
        return 0 if claimed and claimed == spoken else 2 if claimed and spoken else 1

    return _text(min(found, key=distance).get("href"))


def _links(channel: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(_text(x.get("rel")), _text(x.get("href"))) for x in _dicts(channel.get("links"))]


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _longest(values: Iterable[object]) -> str:
    return max((value for value in values if isinstance(value, str)), key=len, default="")


def _problem(parsed: Mapping[str, Any]) -> str:
    error = parsed.get("bozo_exception")
    return line(f"{type(error).__name__}: {error}", limit=300) if error is not None else ""
