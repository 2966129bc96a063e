"""A wire's XML as a tree: no entities of its own, no network, nothing deeper than news is.

Namespaces are passed over: agencies declare the wrong one, or none, as often as the right one.
"""

import re
from collections.abc import Iterator
from html.entities import html5

from lxml import etree

from crawler.feeds.charset import as_utf8
from crawler.feeds.errors import NotAFeedError
from crawler.feeds.guard import check_markup, with_real_characters
from crawler.plaintext import fold

# XML knows five names; those of HTML stand in documents whose DTD would define them.
_NAMED = re.compile(rb"&([A-Za-z_:][\w.:-]{0,60});")
_OF_XML = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})


def tree(body: bytes, *, url: str, content_type: str) -> tuple[etree._Element, str]:
    """The root, and what was wrong with the document ("" when nothing was).

    Raises :class:`NotAFeedError` where no tree can be made of it.
    """
    utf8 = as_utf8(body, content_type=content_type)
    narrow = _NAMED.sub(_spelt_out, with_real_characters(utf8.body.replace(b"\x00", b"")))
    check_markup(narrow, url=url)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
        remove_comments=True, remove_pis=True, huge_tree=False, recover=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(narrow, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _refused(str(error), url) from error
    if root is None:
        raise _refused("nothing in it is well-formed", url)
    fault = parser.error_log[0].message if len(parser.error_log) else ""
    return root, utf8.problem or fold(fault)[:300]


def name(element: etree._Element) -> str:
    """The local name in small letters; "" for what is no element (an entity left as it was)."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def every(element: etree._Element | None, path: str) -> list[etree._Element]:
    """The elements at a path of local names ("itemMeta/signal"), in whatever namespace."""
    if element is None:
        return []
    return element.findall("/".join("{*}" + step for step in path.split("/")))


def first(element: etree._Element | None, path: str) -> etree._Element | None:
    return next(iter(every(element, path)), None)


def within(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """All descendants of this local name, in whatever namespace."""
    return element.iter("{*}" + wanted)


def words(element: etree._Element | None) -> str:
    """All text inside, on one line."""
    return "" if element is None else fold("".join(map(str, element.itertext())))


def said(element: etree._Element | None, path: str) -> str:
    """The text of the first element at the path that has any."""
    return next(filter(None, map(words, every(element, path))), "")


def attribute(element: etree._Element | None, wanted: str) -> str:
    """An attribute by its local name: ``xml:lang`` is ``lang`` for agencies that forget."""
    if element is None:
        return ""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == wanted:
            return fold(str(value))
    return ""


def at(element: etree._Element | None, path: str, wanted: str) -> str:
    """The attribute of the first element at the path that has it."""
    return next(filter(None, (attribute(e, wanted) for e in every(element, path))), "")


def _spelt_out(entity: re.Match[bytes]) -> bytes:
    if entity[1] in _OF_XML:
        return entity[0]
    # A name of the document's own stands for nothing: those are how documents grow or reach out.
    return html5.get(entity[1].decode("ascii", "replace") + ";", "").encode("utf-8")


def _refused(why: str, url: str) -> NotAFeedError:
    return NotAFeedError(
        f"the XML of this wire cannot be read: {fold(why)[:200]}",
        got="XML document",
        where=url,
        next_step="Show it to the agency that sent it",
    )
