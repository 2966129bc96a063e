"""From bytes to a tree: what kind of body it is, its charset, a parser that survives it."""

import re
from itertools import islice

from charset_normalizer import from_bytes
from lxml import etree
from lxml import html as lxml_html
from w3lib.encoding import html_to_unicode

from crawler.feeds.charset import nearly_utf8

# An article with all its scripts is below 3 MB; what is longer is endless or no article.
MAX_PAGE = 6_000_000
# Articles have up to 5,000 elements, long live blogs 20,000; extraction takes 0.1 ms for each.
MAX_ELEMENTS = 25_000
# A share of characters that could not be decoded above which the declared charset is wrong: a
# cut or a stray byte stays far below, German or French in the wrong charset far above.
_MOST_REPLACED = 0.0005
_NOT_HTML_MAGIC = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"PK\x03\x04",
                   b"\x1f\x8b", b"ID3", b"OggS", b"\x1aE\xdf\xa3", b"{\\rtf")  # fmt: skip
_HTML_TYPES = ("html", "xml", "text/plain", "octet-stream")
_HAS_TAG = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|meta|title|div|p|article|main)\b", re.IGNORECASE
)
_INVALID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def is_html(body: bytes, *, content_type: str) -> bool:
    """Whether a body can be taken for an HTML page, by its type, its magic and its tags."""
    kind = content_type.lower().split(";", 1)[0].strip()
    if kind and not any(part in kind for part in _HTML_TYPES):
        return False
    if body.lstrip()[:8].startswith(_NOT_HTML_MAGIC):
        return False
    narrow = body[:200_000].replace(b"\x00", b"")  # tags of UTF-16 too
    return bool(_HAS_TAG.search(narrow))


def decode(body: bytes, *, content_type: str) -> str:
    """The page as text, by the WHATWG order: BOM, HTTP header, ``<meta>``, then the bytes.

    UTF-8, a few bad bytes and all, is believed over a header or ``<meta>`` that claims a
    single-byte charset, since no other charset makes multi-byte UTF-8 by chance.
    """
    cut = body[:MAX_PAGE]
    try:
        text = cut.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A body cut in the middle of a character is still UTF-8.
        if error.start >= len(cut) - 4 and len(body) > MAX_PAGE:
            text = cut.decode("utf-8-sig", "ignore")
        elif (nearly := nearly_utf8(cut)) is not None:
            text = nearly.removeprefix("\ufeff")
        else:
            text = _declared(cut, content_type)
    else:
        # UTF-16 without BOM is valid UTF-8 full of NULs, ISO-2022-JP is ASCII with escapes.
        if "\x00" in text[:1000] or "\x1b$" in text:
            text = _declared(cut, content_type)
    return _INVALID.sub("", text)


def _declared(body: bytes, content_type: str) -> str:
    """Decoded as header or ``<meta>`` say, unless that is plainly wrong."""
    charset, text = html_to_unicode(
        content_type or None, body, auto_detect_fun=_guess, default_encoding="utf-8"
    )
    bad = text.count("\ufffd")
    # Text of other charsets has one valid sequence of UTF-8 for three bad bytes at most.
    if charset == "utf-8" and bad * 2 <= len(text) - len(text.encode("ascii", "ignore")):
        return text
    if bad > _MOST_REPLACED * len(text) and (guessed := _guess(body)):
        return body.decode(guessed, "replace")
    return text


def _guess(body: bytes) -> str | None:
    sample = body if len(body) < 20_000 else body[:10_000] + body[-10_000:]
    best = from_bytes(sample).best()
    return best.encoding if best else None


def tree(text: str) -> lxml_html.HtmlElement | None:
    """The parsed document without comments and instructions; ``None`` for no markup at all.

    Of pages that never end the first ``MAX_ELEMENTS`` elements are kept.
    """
    parser = lxml_html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True,
        collect_ids=False, default_doctype=False,
    )  # fmt: skip
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    for element in list(islice(root.iter(), MAX_ELEMENTS, None)):
        if (parent := element.getparent()) is not None:
            parent.remove(element)
    return root
