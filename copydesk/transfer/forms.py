"""What is in a file, by its first bytes: one wire or feed, a mailbox, or a thing a line."""

import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, Literal

import msgspec

from crawler.drop import RefusedFileError
from crawler.feeds.sniff import marked
from crawler.wires import ninjs
from crawler.wires.mime import is_letter

# "articles" has one of ours a line, "documents" a wire's JSON a line, "letters" is an mbox.
Form = Literal["articles", "documents", "letters", "document", "picture"]

# A line beyond this is no article; it is skipped without being read into memory at once.
LONGEST_LINE = 16 * 1024 * 1024
_HEAD = 65_536
_BEFORE = b"\xef\xbb\xbf \t\r\n\x00"
_PACKED = (b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
_TAR = slice(257, 262)
# What ends a line of JSON that is written over several.
_GOES_ON = (b"{", b"[", b",", b":")
# "From ada@npa.example Tue May 30 13:05:00 2023" begins a message, and ">From" is a line of one.
_POSTMARK = re.compile(
    rb"From .{1,200}?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +"
    rb"(?:[A-Z][a-z]{2} +\d|\d{1,2} +[A-Z][a-z]{2})"
)
_SHIELDED = re.compile(rb">+From ")

Stream = IO[bytes]


def form_of(stream: Stream) -> Form:
    """The form of what can be sought in, which is left at its beginning.

    Raises :class:`RefusedFileError` for what is packed.
    """
    head = stream.read(_HEAD)
    stream.seek(0)
    kind = marked(head)
    if kind == "image":
        return "picture"
    if kind == "compressed data" or head.startswith(_PACKED) or head[_TAR] == b"ustar":
        raise RefusedFileError(
            "it is packed, and only .gz is unpacked here",
            next_step="Unpack it, then import the folder",
        )
    if head.startswith(b"From ") and is_letter(head):
        return "letters"
    begun = head.lstrip(_BEFORE)
    if not begun:
        return "document" if head else "articles"
    if not (begun.startswith(b"{") or b"\n{" in head):
        return "document"
    form = _by_lines(stream)
    stream.seek(0)
    return form


def numbered(stream: Stream, *, longest: int) -> Iterator[tuple[int, bytes]]:
    """The lines that say something, by number; of one that is too long, one byte too much."""
    number = 0
    while raw := stream.readline(longest + 1):
        number += 1
        if raw.strip():
            yield number, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        while raw and not raw.endswith(b"\n") and len(raw) > longest:
            raw = stream.readline(longest + 1)


def bodies(stream: Stream, form: Form, *, largest: int) -> Iterator[tuple[int, bytes]]:
    """The wires, feeds or e-mails in it, each with its line; of what is too large, too much."""
    if form == "documents":
        yield from numbered(stream, longest=largest)
    elif form == "letters":
        yield from _letters(stream, largest=largest)
    else:
        yield 0, stream.read(largest + 1)


def _by_lines(stream: Stream) -> Form:
    """Whether each line is a thing by itself, by the first or, where that is broken, the second."""
    lines = numbered(stream, longest=LONGEST_LINE)
    _, first = next(lines)
    if len(first) > LONGEST_LINE:
        return "articles" if first.lstrip(_BEFORE).startswith(b"{") else "document"
    _, second = next(lines, (0, b""))
    found = _object(first)
    if found is None:
        goes_on = first.rstrip().endswith(_GOES_ON)
        found = None if goes_on else _object(second)
        return "articles" if found is not None and not _is_wire(found) else "document"
    if not _is_wire(found):
        return "articles"
    return "documents" if second else "document"


def _object(raw: bytes) -> Mapping[str, Any] | None:
    if not raw.lstrip(_BEFORE).startswith(b"{"):
        return None
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _is_wire(found: Mapping[str, Any]) -> bool:
    """Whether it is of another format; ninjs has fields that articles of ours may have beside."""
    if "uri" in found:
        return ninjs.detect(found)
    if not found.keys().isdisjoint(("title", "text")) and ("guid" in found or "url" in found):
        return False
    return isinstance(found.get("items"), list) or ninjs.detect(found)


def _letters(stream: Stream, *, largest: int) -> Iterator[tuple[int, bytes]]:
    """The messages of an mbox, without the postmarks that divide them."""
    begun, body, number = 0, bytearray(), 0
    after_blank = True
    while raw := stream.readline(_HEAD):
        number += 1
        if after_blank and raw.startswith(b"From ") and _POSTMARK.match(raw):
            if body:
                yield begun, bytes(body)
            begun, body = number, bytearray()
        elif len(body) <= largest:
            body += raw[1:] if _SHIELDED.match(raw) else raw
        after_blank = not raw.strip()
    if body:
        yield begun, bytes(body)
