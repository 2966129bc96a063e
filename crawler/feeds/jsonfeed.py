"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import re
from typing import Any

import msgspec

from crawler.dates import read_date
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
from crawler.feeds.model import FeedItem, ParsedFeed
from crawler.plaintext import line, paragraphs

# What a backslash begins; "half" is half of a pair of surrogates, as where an emoji was cut.
_ESCAPED = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def parse_json_feed(body: bytes, *, url: str, received: float) -> ParsedFeed:
    """Parse a JSON Feed. Raises :class:`NotAFeedError` for any other JSON."""
    utf8 = as_utf8(body)
    document = _document(utf8.body, url)
    entries = [entry for entry in document["items"] if isinstance(entry, dict)]
    home = absolute(_text(document.get("home_page_url")), url)
    language = _text(document.get("language"))
    items = [_item(entry, base=home or url, language=language) for entry in entries]
    items.sort(key=lambda item: -min(item.published or float("-inf"), received))
    hubs = [hub for hub in _list(document.get("hubs")) if isinstance(hub, dict)]
    return ParsedFeed(
        format="json",
        title=line(_text(document.get("title")), limit=MAX_TITLE),
        language=language,
        home=home,
        self_url=absolute(_text(document.get("feed_url")), url),
        hubs=unique(absolute(_text(hub.get("url")), url) for hub in hubs),
        items=settle(items[:MAX_ITEMS], home=home, feed_url=url),
        truncated=max(0, len(items) - MAX_ITEMS),
        problem=utf8.problem,
    )


def _document(body: bytes, url: str) -> dict[str, Any]:
    text = body.decode("utf-8-sig").strip("\x00 \t\r\n")
    try:
        document = _decoded(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotAFeedError(
            f"the JSON cannot be read: {error}", got="JSON document", where=url
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise NotAFeedError(
            "expected a feed, got JSON that is no JSON Feed (no list of items)",
            got="JSON document",
            where=url,
            next_step="Check the address in a browser",
        )
    return document


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        mended = _ESCAPED.sub(_real, text)
        if mended == text:
            raise
        return msgspec.json.decode(mended)


def _real(escaped: re.Match[str]) -> str:
    return r"\ufffd" if escaped["half"] else escaped[0]


def _item(entry: dict[str, Any], *, base: str, language: str) -> FeedItem:
    identifier = entry.get("id")
    guid = str(identifier)[:MAX_TITLE] if isinstance(identifier, str | int | float) else ""
    plain = _text(entry.get("content_text"))
    content = _text(entry.get("content_html")) or plain
    title = line(_text(entry.get("title")), limit=MAX_TITLE)
    link = absolute(_text(entry.get("url")) or _text(entry.get("external_url")), base)
    published = read_date(_text(entry.get("date_published")))
    updated = read_date(_text(entry.get("date_modified")))
    stamp = published or updated
    authors = _list(entry.get("authors")) or [entry.get("author")]
    pictures = [entry.get("image"), entry.get("banner_image")]
    pictures += [a.get("url") for a in _list(entry.get("attachments")) if isinstance(a, dict)]
    summary = _text(entry.get("summary"))
    return FeedItem(
        guid=guid,
        guid_is_permalink=guid.startswith(("http://", "https://")),
        link=link,
        title=title,
        summary=paragraphs(summary, limit=MAX_SUMMARY),
        content=content[:MAX_CONTENT],
        authors=unique(
            line(_text(a.get("name")), limit=200) for a in authors if isinstance(a, dict)
        ),
        published=stamp.at if stamp else None,
        published_precise=stamp.precise if stamp else True,
        updated=updated.at if updated else None,
        categories=unique(line(_text(tag), limit=200) for tag in _list(entry.get("tags"))),
        media=unique(absolute(_text(picture), base) for picture in pictures),
        language=_text(entry.get("language")) or language,
        raw_digest=digest(guid, title, link, summary, content),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
