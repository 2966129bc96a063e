"""Feeds that a page offers: ``rel=alternate``, then plain links that look like feeds."""

import re
from typing import Literal
from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html

from crawler.pages import markup
from crawler.pages.model import FeedCandidate
from crawler.plaintext import line

_KINDS: dict[str, Literal["rss", "atom", "json"]] = {
    "application/rss+xml": "rss", "application/rdf+xml": "rss", "text/rss": "rss",
    "application/x-rss+xml": "rss", "application/atom+xml": "atom", "text/atom": "atom",
    "application/feed+json": "json",
}  # fmt: skip
_FEED_PATH = re.compile(
    r"(?:^|[/._-])(?:rss|feed|feeds|atom|rdf|rss2)(?:[/._-]|\d?$)|\.(?:rss|atom|rdf)$",
    re.IGNORECASE,
)
# Feeds of comments are not news.
_COMMENTS = re.compile(
    r"comments?(?:/|$)|/comments?/|kommentare|comentarios|commentaires", re.IGNORECASE
)
_READERS = re.compile(
    r"feedly\.com|inoreader\.com|netvibes\.com|newsblur\.com|add\.my\.yahoo", re.IGNORECASE
)
_MOST = 50


def find_feeds(body: bytes, *, url: str, content_type: str = "") -> tuple[FeedCandidate, ...]:
    """The feeds a page names, best first, at most 50; empty for pages that are no HTML.

    Declared feeds (``<link rel=alternate type=...>``) come before links in the text whose
    address looks like a feed ("guess"). Feeds of comments are left out.
    """
    if not markup.is_html(body, content_type=content_type):
        return ()
    root = markup.tree(markup.decode(body, content_type=content_type))
    if root is None:
        return ()
    base = _base(root, url)
    found: dict[str, FeedCandidate] = {}
    for candidate in (*_declared(root, base), *_guessed(root, base)):
        found.setdefault(candidate.url, candidate)
    return tuple(found.values())[:_MOST]


def _base(root: lxml_html.HtmlElement, url: str) -> str:
    element = root.find(".//base[@href]")
    return _join(url, element.get("href") or "") or url if element is not None else url


def _declared(root: lxml_html.HtmlElement, base: str) -> list[FeedCandidate]:
    candidates = []
    for link in root.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        kind = _KINDS.get((link.get("type") or "").lower().split(";")[0].strip())
        if not kind or not {"alternate", "feed"} & set(relations):
            continue
        address = _join(base, link.get("href") or "")
        title = line(link.get("title") or "", limit=200)
        if address and not _COMMENTS.search(urlsplit(address).path):
            candidates.append(FeedCandidate(url=address, title=title, kind=kind))
    return candidates


def _guessed(root: lxml_html.HtmlElement, base: str) -> list[FeedCandidate]:
    candidates = []
    for anchor in root.iter("a"):
        address = _join(base, anchor.get("href") or "")
        if not address or _READERS.search(address) or _COMMENTS.search(urlsplit(address).path):
            continue
        if _FEED_PATH.search(urlsplit(address).path):
            title = line(anchor.text_content() or anchor.get("title") or "", limit=200)
            candidates.append(FeedCandidate(url=address, title=title, kind="guess"))
    return candidates


def _join(base: str, href: str) -> str:
    stripped = "".join(href.split())
    if stripped.startswith("feed:"):
        stripped = re.sub(r"^feed:(?://)?(?=https?:)", "", stripped).replace("feed://", "https://")
    try:
        address = urljoin(base, stripped)
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if stripped and parts.scheme in {"http", "https"} and parts.hostname else ""
