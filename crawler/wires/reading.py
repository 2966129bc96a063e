"""Recognise a wire by its bytes and read it."""

from types import ModuleType

import msgspec

from crawler.feeds.charset import as_utf8
from crawler.feeds.errors import NotAFeedError
from crawler.feeds.model import ParsedFeed
from crawler.feeds.sniff import xml_root
from crawler.wires import iptc7901, letters, newsml1, newsml_g2, ninjs, nitf
from crawler.wires.items import feed_of, together
from crawler.wires.markup import tree
from crawler.wires.mime import Letter, is_letter, opened
from crawler.wires.model import WireFormat

_IN_XML: tuple[tuple[WireFormat, ModuleType], ...] = (
    ("newsml-g2", newsml_g2),
    ("nitf", nitf),
    ("newsml1", newsml1),
)


def read_wire(body: bytes, *, url: str, content_type: str) -> ParsedFeed | None:
    """What a wire's body says; ``None`` when the body is of no wire format.

    Raises :class:`crawler.feeds.NotAFeedError` when it is of one and cannot be read, and
    :class:`crawler.errors.CrawlError` for an e-mail of too many parts or lines.
    """
    if is_letter(body):
        return _from_letter(opened(body, url=url), url=url)
    return _unpacked(body, url=url, content_type=content_type)


def _from_letter(letter: Letter, *, url: str) -> ParsedFeed:
    """The wires that an e-mail carries, as its text or beside it; without any, the e-mail."""
    problems: list[str] = []
    carried: list[ParsedFeed] = []
    text = letters.body_of(letter)
    for part in letter.parts:
        if part is not text and not part.attached:
            continue
        try:
            wire = _unpacked(part.body, url=url, content_type=part.content_type)
        except NotAFeedError as error:
            problems.append(f"{part.name or 'its text'}: {error.what}")
            continue
        if wire is not None:
            carried.append(wire)
    if carried:
        return together(carried, problems)
    return feed_of([letters.parse(letter)], format_="e-mail", problem="; ".join(problems))


def _unpacked(body: bytes, *, url: str, content_type: str) -> ParsedFeed | None:
    if signalled := iptc7901.detect(body):
        return feed_of(iptc7901.parse(body, content_type=content_type), format_=signalled)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n\x00")[:1] in (b"{", b"["):
        return _from_json(body)
    root_name = xml_root(body)
    for format_, module in _IN_XML:
        if module.detect(root_name):
            root, problem = tree(body, url=url, content_type=content_type)
            return feed_of(module.parse(root), format_=format_, problem=problem)
    return None


def _from_json(body: bytes) -> ParsedFeed | None:
    utf8 = as_utf8(body)
    try:
        document = msgspec.json.decode(utf8.body.decode("utf-8-sig").strip("\x00 \t\r\n"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None  # whoever reads feeds says what is wrong with it
    if not ninjs.detect(document):
        return None
    return feed_of(ninjs.parse(document), format_="ninjs", problem=utf8.problem)
