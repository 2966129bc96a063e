"""The paragraphs of a wire's body: NITF, XHTML, escaped HTML, and text broken by hand."""

import re

from lxml import etree

from crawler.plaintext import clean, line, looks_like_markup, tree
from crawler.wires.markup import name

MAX_TEXT = 400_000
# With its markup; what is longer is cut before anything costs time.
_LONGEST = 4 * MAX_TEXT
_BLOCKS = frozenset({
    "p", "hl1", "hl2", "hedline", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "block", "div",
    "section", "article", "blockquote", "bq", "pre", "dl", "dt", "dd", "table", "thead", "tbody",
    "tfoot", "ul", "ol", "abstract", "lead", "fn", "body", "body.content", "html", "caption",
    "address", "nitf", "datacontent", "inlinexml", "inlinedata",
})  # fmt: skip
# Not part of the text: pictures with their captions, notes to editors, what programs run.
_LEFT_OUT = frozenset({
    "head", "media", "media-reference", "media-caption", "media-producer", "media-metadata",
    "figure", "figcaption", "note", "script", "style", "object", "video", "audio", "iframe",
    "form", "template", "body.end", "header", "footer", "nav",
})  # fmt: skip
# The signs of operators at the end of a text.
_SIGNED = re.compile(
    r"(?:ends|mfl|more|end|#+|_{2,}|-{2,}|\*{2,}|[a-z]{2,4}(?:[/-][a-z]{2,4}){1,6}"
    r"|(?:AAP|AFP|AP|dpa|PA)(?: [A-Za-z]{2,4}){1,4})\W?"
)
_CELLS = frozenset({"td", "th"})
_BREAK = "\v"
# Lines that were broken to keep to a width are about so long (60 to 80 characters, and now and
# then less before a long word); lists and tables are not.
_FULL_LINE = range(40, 131)
_MOST_FULL = 0.8
# Digits and a brace are AP's way to write a half.
_HALF = re.compile(r"(?<=[\d;])\{")
# AP's underscore is a dash, as teleprinters had none.
_UNDERSCORE = re.compile(r"(?<=[\w)]) _ (?=\S)")


def prose(element: etree._Element | None) -> str:
    """The text of an element, one paragraph per line."""
    if element is None:
        return ""
    if not len(element):
        return prose_of(element.text or "")
    pieces: list[str] = []
    hidden = 0
    # An explicit walk: recursion would let deep nesting end the process.
    for event, each in etree.iterwalk(element, events=("start", "end")):
        tag = name(each)
        if event == "start":
            hidden += tag in _LEFT_OUT
            if hidden:
                continue
            if tag in _BLOCKS:
                pieces.append("\n")
            pieces.append(_unbroken(each.text or ""))
        else:
            if not hidden:
                pieces.append(
                    "\n" if tag in _BLOCKS else _BREAK if tag == "br" else " " * (tag in _CELLS)
                )
            hidden -= tag in _LEFT_OUT
            if not hidden and each is not element:
                pieces.append(_unbroken(each.tail or ""))
    return _tidy("".join(pieces))


def prose_of(text: str) -> str:
    """The same for a string: HTML that was escaped, or lines broken by hand."""
    text = text[:_LONGEST]
    if not looks_like_markup(text):
        return _tidy(_unbroken(text))
    try:
        return prose(tree(clean(text)))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return _tidy(_unbroken(text))


def is_sign(text: str) -> bool:
    """Whether a line is nothing but operators' initials ("hh/ph") or a mark of the end."""
    return bool(_SIGNED.fullmatch(text))


def bare(text: str, *, beside: tuple[str, ...]) -> str:
    """The text without what stands ``beside`` it already (headline, byline) and without the signs
    that operators put at its end ("ends", "hh/ph", "AAP RTV")."""
    known = {words.casefold() for words in beside if words}
    known |= {f"by {words}" for words in known}
    paragraphs = text.split("\n")
    first = next(
        (n for n, each in enumerate(paragraphs) if each.casefold() not in known), len(paragraphs)
    )
    last = len(paragraphs)
    while last > first and is_sign(paragraphs[last - 1]):
        last -= 1
    return "\n".join(paragraphs[first:last])


def _unbroken(text: str) -> str:
    """Lines broken by hand, marked as such; a blank or an indented one begins a paragraph.

    Where all but the first are indented, that is how the file was written and means nothing.
    """
    if "\n" not in text and "\r" not in text:
        return text
    first, *rest = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    written = [each for each in rest if each.strip()]
    as_written = all(each.startswith(" ") for each in written)
    pieces = [first]
    for number, each in enumerate(rest, 1):
        plain = each.strip()
        if not plain:
            pieces.append(" " if number == len(rest) else "\n")
        elif as_written:
            pieces.append(" " + plain)
        else:
            pieces.append(("\n" if each.startswith("  ") else _BREAK) + plain)
    # What follows is another element's text.
    return "".join(pieces) + " " * text[-1:].isspace()


def _tidy(text: str) -> str:
    kept: list[str] = []
    for each in text[:_LONGEST].split("\n"):
        kept += [plain for part in _joined(each) if (plain := line(part, limit=MAX_TEXT))]
    return _HALF.sub("½", _UNDERSCORE.sub(" — ", "\n".join(kept)))[:MAX_TEXT]


def _joined(paragraph: str) -> list[str]:
    """A paragraph's lines; one where their breaks only kept to a width."""
    lines = [plain for part in paragraph.split(_BREAK) if (plain := " ".join(part.split()))]
    full = sum(len(each) in _FULL_LINE for each in lines[:-1])
    kept_to_a_width = full >= _MOST_FULL * (len(lines) - 1)
    return [" ".join(lines)] if kept_to_a_width else lines
