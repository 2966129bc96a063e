"""Render the feeds of outlets: RSS 2.0 and Atom, with the flaws real feeds have."""

from collections.abc import Sequence
from email.utils import format_datetime
from html import escape

from lxml import etree

from copydesk.newsroom.edition import NewsArticle, Outlet

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
# What a feed holds at once; real ones carry 10 to 100 items.
FEED_LENGTH = 40


def render_feed(outlet: Outlet, articles: Sequence[NewsArticle], base: str) -> bytes:
    """The feed with the newest articles first, in the outlet's own encoding."""
    newest = sorted(articles, key=lambda article: article.published, reverse=True)[:FEED_LENGTH]
    root = (_rss if outlet.feed == "rss" else _atom)(outlet, newest, base)
    xml = etree.tostring(root, xml_declaration=True, encoding=outlet.encoding, pretty_print=True)
    return bytes(xml)


def content_type(outlet: Outlet) -> str:
    """The media type of the feed, with its charset."""
    return f"application/{outlet.feed}+xml; charset={outlet.encoding}"


def _rss(outlet: Outlet, articles: Sequence[NewsArticle], base: str) -> etree._Element:
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"content": _CONTENT, "dc": _DC})
    channel = etree.SubElement(root, "channel")
    _add(channel, "title", outlet.name)
    _add(channel, "link", f"{base}/")
    _add(channel, "description", outlet.footer)
    _add(channel, "language", outlet.language)
    for article in articles:
        item = etree.SubElement(channel, "item")
        _add(item, "title", article.title)
        _add(item, "link", f"{base}{article.path}")
        if outlet.quirk != "no-guids":
            _add(item, "guid", article.guid).set("isPermaLink", "false")
        if outlet.quirk != "no-dates":
            _add(item, "pubDate", format_datetime(article.published))
        if article.byline:
            _add(item, f"{{{_DC}}}creator", article.byline)
        _add(item, "category", article.section)
        _add(item, "description", f"<p>{escape(article.summary)}</p>")
        if outlet.body == "full":
            _add(item, f"{{{_CONTENT}}}encoded", _html(article))
    return root


def _atom(outlet: Outlet, articles: Sequence[NewsArticle], base: str) -> etree._Element:
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", outlet.language)
    _add(root, f"{{{_ATOM}}}id", f"tag:{outlet.id}.example,2023:feed")
    _add(root, f"{{{_ATOM}}}title", outlet.name)
    etree.SubElement(root, f"{{{_ATOM}}}link", {"href": f"{base}/"})
    etree.SubElement(root, f"{{{_ATOM}}}link", {"rel": "self", "href": f"{base}/feed"})
    if articles:
        _add(root, f"{{{_ATOM}}}updated", articles[0].published.isoformat())
    for article in articles:
        entry = etree.SubElement(root, f"{{{_ATOM}}}entry")
        _add(entry, f"{{{_ATOM}}}id", article.guid)
        _add(entry, f"{{{_ATOM}}}title", article.title)
        etree.SubElement(entry, f"{{{_ATOM}}}link", {"href": f"{base}{article.path}"})
        _add(entry, f"{{{_ATOM}}}published", article.published.isoformat())
        _add(entry, f"{{{_ATOM}}}updated", article.published.isoformat())
        author = etree.SubElement(entry, f"{{{_ATOM}}}author")
        _add(author, f"{{{_ATOM}}}name", article.byline or outlet.name)
        etree.SubElement(entry, f"{{{_ATOM}}}category", {"term": article.section})
        _add(entry, f"{{{_ATOM}}}summary", article.summary)
        if outlet.body == "full":
            _add(entry, f"{{{_ATOM}}}content", _html(article)).set("type", "html")
    return root


def _add(parent: etree._Element, tag: str, text: str) -> etree._Element:
    element = etree.SubElement(parent, tag)
    element.text = text
    return element


def _html(article: NewsArticle) -> str:
    return "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.paragraphs)
