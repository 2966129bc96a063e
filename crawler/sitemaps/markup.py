"""The markup of sitemaps, read as a stream: no tree of it is ever whole in memory."""

import re
from collections import deque
from collections.abc import Iterator

from lxml import etree

from crawler.feeds.charset import as_utf8
from crawler.feeds.guard import check_markup, with_real_characters
from crawler.plaintext import line
from crawler.sitemaps.model import Branch, Contents, Entry

# sitemaps.org allows 50,000; some have a few more. What follows is not read.
MOST_ENTRIES = 100_000
# Longer than any address or headline that is kept; one text may be as long as the whole body.
_LONGEST = 16_000
_STEP = 65_536
_ROOT = re.compile(rb"<([A-Za-z_][\w.-]{0,40}:)?(?:urlset|sitemapindex)[\s>/]", re.IGNORECASE)
_FIRST = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:url|sitemap)[\s>/]", re.IGNORECASE)
_WANTED = ("url", "sitemap")


def read_markup(body: bytes, *, url: str, content_type: str) -> Contents:
    """The entries of a ``urlset`` and the branches of a ``sitemapindex``, broken as they may be.

    Elements are known by their local names: many sitemaps declare another namespace than they
    mean, or none. Raises :class:`crawler.feeds.NotAFeedError` for markup that no parser should see.
    """
    utf8 = as_utf8(body, content_type=content_type)
    narrow = with_real_characters(utf8.body)
    # Before the root stand declarations and DTDs: without them no entity can be one of theirs.
    root = _root(narrow)
    narrow = narrow[root.start() :] if root else b""
    check_markup(narrow, url=url)
    entries: list[Entry] = []
    branches: list[Branch] = []
    # Of a prefix that nobody declared lxml makes a part of the name, which no pattern of its knows.
    prefixed = root is not None and root[1] is not None
    reading = _Reading(None if prefixed else tuple(f"{{*}}{name}" for name in _WANTED))
    for element in reading.elements(narrow):
        if _name(element) == "url":
            entries.append(_entry(element))
        else:
            parts = _parts(element)
            branches.append(Branch(location=_text(parts, "loc"), modified=_text(parts, "lastmod")))
        if len(entries) + len(branches) >= MOST_ENTRIES:
            reading.problem = f"more than {MOST_ENTRIES:,} entries; the others were not read"
            break
    return Contents(
        entries=tuple(entries),
        branches=tuple(branches),
        problem=utf8.problem or reading.problem,
    )


def _root(body: bytes) -> re.Match[bytes] | None:
    """Where the root begins: a comment before it may name it too."""
    first = _FIRST.search(body)
    before = _ROOT.finditer(body, 0, first.start()) if first else ()
    return next(iter(deque(before, maxlen=1)), None) or _ROOT.search(body)


class _Reading:
    """One pass over the markup; ``problem`` is known when it is over."""

    def __init__(self, tags: tuple[str, ...] | None) -> None:
        self.problem = ""
        self._tags = tags

    def elements(self, body: bytes) -> Iterator[etree._Element]:
        """Each ``url`` and ``sitemap`` as it closes; its content is gone at the next one."""
        parser = etree.XMLPullParser(
            events=("end",),
            tag=self._tags,
            encoding="utf-8",
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for start in range(0, len(body), _STEP):
                parser.feed(body[start : start + _STEP])
                yield from _closed(parser)
            # What only the end of the file closes was cut: its address may be half of one.
            parser.close()
        except etree.XMLSyntaxError as error:
            self.problem = line(f"XMLSyntaxError: {error}", limit=300)
            return
        if parser.feed_error_log:
            first = parser.feed_error_log[0]
            self.problem = line(f"line {first.line}: {first.message}", limit=300)


def _closed(parser: "etree.XMLPullParser") -> Iterator[etree._Element]:
    for _, element in parser.read_events():
        if _name(element) not in _WANTED:
            continue
        yield element
        element.clear()
        # The empty shells too: 100,000 of them are a tree.
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _name(element: etree._Element) -> str:
    """The local name in small letters; "" for what is no element."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _parts(element: etree._Element) -> dict[str, etree._Element]:
    """The children by name, the first of each: a picture's address is a grandchild."""
    found: dict[str, etree._Element] = {}
    for child in element:
        found.setdefault(_name(child), child)
    return found


def _text(parts: dict[str, etree._Element], name: str) -> str:
    element = parts.get(name)
    if element is None:
        return ""
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return text[:_LONGEST].strip()


def _entry(element: etree._Element) -> Entry:
    parts = _parts(element)
    news = parts.get("news")
    told = {} if news is None else _parts(news)
    publication = told.get("publication")
    who = {} if publication is None else _parts(publication)
    return Entry(
        location=_text(parts, "loc"),
        modified=_text(parts, "lastmod"),
        news=news is not None,
        title=_text(told, "title"),
        published=_text(told, "publication_date"),
        outlet=_text(who, "name"),
        language=_text(who, "language"),
        keywords=_text(told, "keywords"),
    )
