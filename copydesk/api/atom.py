"""Atom feeds (RFC 4287), written. Pure.

Everything from outside is text here, never markup: titles and summaries have the type ``text``,
what no XML document may hold is taken out.
"""

import re
from collections.abc import Sequence
from importlib.metadata import version

import msgspec
from lxml import etree

from copydesk.api.times import moment
from copydesk.web.speech import tag

MEDIA_TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Control characters (but tab and line feed), surrogates and what XML 1.0 forbids (section 2.2).
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# A summary, not a text: publishers' rights end a quotation somewhere. Feeds' own have 150 to 300.
_LONGEST_SUMMARY = 500
_MOST_AUTHORS = 5


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One article or story. ``link`` is the page to read, ``related`` another one about it."""

    id: str
    title: str
    link: str
    related: str
    authors: tuple[str, ...]
    language: str
    published: float | None
    updated: float
    summary: str
    status: str = ""


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """What was an entry until it was deleted."""

    id: str
    when: float


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a feed. ``html`` is the page that shows the same to people."""

    id: str
    title: str
    updated: float
    address: str
    following: str
    html: str
    entries: tuple[Entry, ...]
    deleted: tuple[Deleted, ...] = ()


def document(feed: Feed) -> bytes:
    """The feed as a document; the same feed is the same bytes."""
    root = etree.Element(f"{{{_NAMESPACE}}}feed", nsmap={None: _NAMESPACE})
    root.set(_LANGUAGE, "en")
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", _time(feed.updated))
    _link(root, "self", feed.address, MEDIA_TYPE)
    _link(root, "alternate", feed.html, "text/html")
    if feed.following:  # RFC 5005, section 3
        _link(root, "next", feed.following, MEDIA_TYPE)
    _person(root, "Copydesk")
    _text(root, "generator", "Copydesk").set("version", version("copydesk"))
    for gone in feed.deleted:  # RFC 6721
        deleted = f"{{{_TOMBSTONES}}}deleted-entry"
        element = etree.SubElement(root, deleted, nsmap={"at": _TOMBSTONES})
        element.set("ref", gone.id)
        element.set("when", _time(gone.when))
    for entry in feed.entries:
        _entry(root, entry)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def newest(entries: Sequence[Entry], *, least: float = 0.0) -> float:
    """When the newest of the entries changed; ``least`` where that is later."""
    return max([least, *(entry.updated for entry in entries)])


def shortened(text: str, longest: int = _LONGEST_SUMMARY) -> str:
    """At most so many characters of a text, cut between words where it has some."""
    if len(text) <= longest:
        return text
    cut = text[:longest]
    # Chinese and Thai have no spaces; a word longer than a tenth of all is no word.
    word = cut.rfind(" ", longest * 9 // 10)
    return f"{cut[:word] if word > 0 else cut}…"


def _entry(root: etree._Element, entry: Entry) -> None:
    element = etree.SubElement(root, f"{{{_NAMESPACE}}}entry")
    if (language := tag(entry.language)) != "und":
        element.set(_LANGUAGE, language)
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "updated", _time(entry.updated))
    if entry.published is not None:
        _text(element, "published", _time(entry.published))
    _link(element, "alternate", entry.link, "text/html")
    if entry.related:
        _link(element, "related", entry.related, "text/html")
    for name in entry.authors[:_MOST_AUTHORS]:
        _person(element, name)
    if entry.status:
        category = etree.SubElement(element, f"{{{_NAMESPACE}}}category")
        category.set("term", _fit(entry.status))
        category.set("scheme", "urn:copydesk:status")
    if entry.summary:
        _text(element, "summary", shortened(entry.summary))


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
    element.text = _fit(text)
    return element


def _link(parent: etree._Element, rel: str, url: str, kind: str) -> None:
    element = etree.SubElement(parent, f"{{{_NAMESPACE}}}link")
    element.set("rel", rel)
    element.set("type", kind)
    element.set("href", _fit(url))


def _person(parent: etree._Element, name: str) -> None:
    _text(etree.SubElement(parent, f"{{{_NAMESPACE}}}author"), "name", name)


def _fit(text: str) -> str:
    return _UNFIT.sub("", text)


def _time(seconds: float) -> str:
    return moment(seconds).replace(microsecond=0).isoformat().replace("+00:00", "Z")
