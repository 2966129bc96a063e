"""Plain text from whatever outlets put in titles, summaries and bodies."""

import html
import re
import unicodedata
from functools import cache

from lxml import etree
from lxml import html as lxml_html

# Only names HTML knows count as tags: "a <3 b" and "<Unternehmen>" in a headline are text.
_TAG = re.compile(
    r"</?(?:a|abbr|acronym|b|big|blockquote|br|center|cite|code|dd|div|dl|dt|del|em|figure"
    r"|figcaption|font|h[1-6]|hr|i|iframe|img|ins|li|mark|nobr|ol|p|picture|pre|q|s|script|section"
    r"|small|span|strike|strong|style|sub|sup|table|tbody|td|th|time|tr|tt|u|ul|video|wbr)"
    r"(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|acronym|b|big|cite|code|del|em|font|i|ins|mark|nobr|q|s|small|span|strike"
    r"|strong|sub|sup|tt|u|wbr)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_WHOLE = re.compile(r"\s*<(?:html|!doctype)", re.IGNORECASE)
_CLOSED = re.compile(r"</([a-z][a-z0-9]*)\s*>", re.IGNORECASE)
_BREAKING_TAGS = frozenset(("br", "hr", "p"))
_LONE_TAGS = _BREAKING_TAGS | {"img", "wbr"}
_INVISIBLE = re.compile(
    # C0/C1 controls, zero-width space, bidi overrides, word joiner, BOM, soft hyphen. The
    # joiners U+200C and U+200D are kept: Persian and Indic spelling and emoji need them.
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    r"\u2066-\u2069\ufeff\ufffe\uffff]"
)
# UAX #15 calls text stream-safe that has at most so many marks in a row; languages need a few.
_MOST_MARKS = 30
# Marks by their decomposition only.
_LATE_MARKS = "\u0f73\u0f75\u0f81\uff9e\uff9f"
_ASTRAL_MARK = re.compile("[\U00010000-\U0001efff]")
_BLANKS = re.compile(r"[^\S\n]+")
_BLOCK_TAG_LIST = (
    "address article aside blockquote body center dd div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead "
    "tr ul"
)
_BLOCK_TAGS = frozenset(_BLOCK_TAG_LIST.split())
_HIDDEN_TAG_LIST = (
    "script style noscript template iframe object embed svg form button select textarea head title"
)
_HIDDEN_TAGS = frozenset(_HIDDEN_TAG_LIST.split())
# Who closes one of these writes HTML; a text may well speak of a <title> or a <form>.
_TELLING_TAGS = _BLOCK_TAGS | {"script", "style", "noscript", "iframe", "html"}


def clean(text: str) -> str:
    """NFC, stream-safe, without control and invisible characters, surrogates replaced."""
    safe = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", stream_safe(_INVISIBLE.sub("", safe)))


def stream_safe(text: str) -> str:
    """The text with at most 30 combining marks in a row.

    Python sorts a run of marks in quadratic time, and nothing else in the process moves meanwhile:
    400,000 of them take minutes. Foreign text passes here before anything normalises it.
    """
    if text.isascii():
        return text
    usual, every = _surplus_marks()
    surplus = every if _ASTRAL_MARK.search(text) else usual
    return surplus.sub(lambda run: run[0][:_MOST_MARKS], text)


@cache
def _surplus_marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    # A class that goes beyond U+FFFF is a hundred times as slow as one that does not.
    codes = (range(0x300, 0x10000), range(0x300, 0x1F000))
    usual, every = (
        "".join(char for char in map(chr, part) if unicodedata.combining(char)) + _LATE_MARKS
        for part in codes
    )
    most = f"{{{_MOST_MARKS},}}"
    return re.compile(f"[{usual}][{usual}]{most}"), re.compile(f"[{every}][{every}]{most}")


def fold(text: str) -> str:
    """One line: every run of white space is one space."""
    return " ".join(text.split())


def line(markup: str, *, limit: int = 1000) -> str:
    """A title or a name as one line of plain text of at most ``limit`` characters.

    Tags go, entities are decoded up to three times over (feeds encode twice, ``&amp;amp;``), and
    decoding stops as soon as nothing looks encoded.
    """
    text = markup[: limit * 8]
    for _ in range(3):
        text = _TAG.sub(" ", _INLINE_TAG.sub("", text))
        if not _ENTITY.search(text):
            break
        text = html.unescape(text)
    folded = fold(clean(text))
    return folded if len(folded) <= limit else folded[: limit - 1].rstrip() + "…"


def looks_like_markup(text: str) -> bool:
    """Whether a string holds HTML rather than plain text."""
    return bool(_TAG.search(text) or _ENTITY.search(text))


def paragraphs(markup: str, *, limit: int = 1_000_000) -> str:
    """HTML as plain text, one paragraph per line, scripts and forms left out.

    Unlike a page, a feed's content is all article: nothing is judged, only rendered. At most
    ``limit`` characters are returned.
    """
    if not looks_like_markup(markup):
        return lines(markup)[:limit]
    try:
        root = tree(clean(markup[: limit * 8]))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return line(markup, limit=limit)
    pieces: list[str] = []
    _render(root, pieces)
    return lines("".join(pieces))[:limit]


def plain_or_html(text: str, *, limit: int = 1_000_000) -> str:
    """A text of which nobody says whether it is HTML, one paragraph per line.

    HTML closes its paragraphs, lists or scripts, or is a whole page. All else is plain: its lines
    stay, entities are decoded, and tags go that are closed, have attributes or stand alone in HTML
    too. Other tags are words of the text, which may tell of a ``<script>``. At most ``limit``
    characters are returned.
    """
    closed = {name.lower() for name in _CLOSED.findall(text)}
    if closed & _TELLING_TAGS or _WHOLE.match(text):
        return paragraphs(text, limit=limit)

    def untagged(tag: re.Match[str]) -> str:
        name = tag[0].strip("</>").split()[0].lower()
        if not (name in closed or name in _LONE_TAGS or "=" in tag[0]):
            return tag[0]
        if name in _BREAKING_TAGS:
            return "\n"
        return "" if _INLINE_TAG.fullmatch(tag[0]) else " "

    decoded = _ENTITY.sub(lambda entity: html.unescape(entity[0]), _TAG.sub(untagged, text))
    return lines(decoded)[:limit]


def lines(text: str) -> str:
    """Plain text, one paragraph per line: blanks are folded, empty lines left out."""
    folded = (_BLANKS.sub(" ", part).strip() for part in clean(text).split("\n"))
    return "\n".join(part for part in folded if part)


def tree(markup: str) -> lxml_html.HtmlElement:
    """The tree of a piece of HTML. Raises what lxml raises.

    lxml's own way to read a piece asserts that it has no second body.
    """
    parser = lxml_html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
    )
    # Text that stands in no body is put into a paragraph, and out of it before what is emphasised.
    whole = _WHOLE.match(markup) is not None
    return lxml_html.document_fromstring(
        markup if whole else f"<html><body>{markup}</body></html>", parser=parser
    )


def _render(root: lxml_html.HtmlElement, pieces: list[str]) -> None:
    # An explicit walk: recursion would let deep nesting end the process.
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            hidden += tag in _HIDDEN_TAGS
            if hidden:
                continue
            if tag in _BLOCK_TAGS or tag == "br":
                pieces.append("\n")
            pieces.append((element.text or "").replace("\n", " "))
            continue
        if not hidden and tag in _BLOCK_TAGS:
            pieces.append("\n")
        hidden -= tag in _HIDDEN_TAGS
        if not hidden and element is not root:
            pieces.append((element.tail or "").replace("\n", " "))
