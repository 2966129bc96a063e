"""An e-mail as its headers and parts (RFC 5322, MIME), whatever its sender made of the rules.

Python's parser gets the structure right, but spends 3.7 s on a Content-Type of 30 kB, falls over
brackets nested a thousand deep, nests as deep as the message does, and looks at each line for every
boundary around it. So its old policy is used, which leaves headers as they are written, with each
cut before anything looks into it; and a message that is all boundaries, or of millions of lines,
is refused.
"""

import binascii
import quopri
import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from itertools import islice

from crawler.errors import CrawlError
from crawler.feeds.charset import as_utf8

# Of each header; subjects and names are a tenth of it.
_LONGEST_HEADER = 2000
# Received and what spam filters add make a hundred.
_MOST_HEADERS = 1000
# Newsletters have five parts, a message with all its pictures fifty. What contains others is named
# so, in one of the ways of RFC 2231 too; texts have rulers and tables that look like boundaries.
_MOST_CONTAINERS, _MOST_DELIMITERS = 200, 2000
_CONTAINER = re.compile(rb";\s*boundary|message/", re.IGNORECASE)
_DELIMITER = re.compile(rb"^--\S", re.MULTILINE)
# 16 MB of attachments have 220,000 lines. A line takes 2 us, and 0.3 for each container.
_MOST_LINES, _MOST_LOOKS = 1_000_000, 5_000_000
_HEAD = 65_536
_FIELD = re.compile(rb"([!-9;-~]{1,60})[ \t]*:")
# One of these begins or follows the sender's name in whatever is mailed.
_BESIDE_FROM = frozenset({b"date", b"subject", b"message-id", b"received", b"mime-version"})
# "=?utf-8?Q?caf=C3=A9?=" (RFC 2047), with the language that RFC 2231 allows behind the charset.
_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]{1,20})?\?([bBqQ])\?([^?]{0,2000})\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")


class _Cut(Compat32):
    """Headers of a bounded length: 50,000 parameters in one take Python 8 s."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


@dataclass(frozen=True, slots=True)
class Part:
    """One part that is no container, its transfer encoding undone.

    ``content_type`` is as written. ``attached`` parts are beside the text, not of it.
    """

    kind: str
    content_type: str
    name: str
    body: bytes
    attached: bool

    def text(self) -> tuple[str, str]:
        """What it says, and what was wrong with its charset ("" when nothing was)."""
        utf8 = as_utf8(self.body, content_type=self.content_type)
        return utf8.body.decode("utf-8-sig", "replace").replace("\r\n", "\n"), utf8.problem


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail: ``kind`` is its own content type, headers have small letters."""

    kind: str
    headers: dict[str, str]
    parts: tuple[Part, ...]

    def said(self, name: str) -> str:
        """The first header of this name on one line; "" when there is none."""
        return self.headers.get(name, "")


def is_letter(body: bytes) -> bool:
    """Whether these bytes begin with the headers of an e-mail."""
    lines = body[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n")
    names: set[bytes] = set()
    for number, line in enumerate(lines):
        if not line.strip():
            break
        if line[:1] in (b" ", b"\t") or (number == 0 and line.startswith(b"From ")):
            continue
        field = _FIELD.match(line)
        if field is None:
            # The last may be cut in two.
            if number + 1 == len(lines) and len(body) > _HEAD:
                break
            return False
        names.add(field[1].lower())
    return b"from" in names and bool(names & _BESIDE_FROM)


def opened(body: bytes, *, url: str) -> Letter:
    """The e-mail. Raises :class:`CrawlError` for one of too many parts or lines."""
    if _is_endless(body):
        raise CrawlError(
            "it is an e-mail of too many parts or lines",
            where=url,
            next_step="Ask its sender for a plain one",
        )
    message = BytesParser(policy=_Cut()).parsebytes(body.lstrip(b"\xef\xbb\xbf \t\r\n"))
    headers: dict[str, str] = {}
    for name, value in islice(message.raw_items(), _MOST_HEADERS):
        if name.lower() not in headers:
            headers[name.lower()] = _decoded(str(value))
    return Letter(message.get_content_type(), headers, tuple(_parts(message)))


def _is_endless(body: bytes) -> bool:
    """Whether it would take minutes to take apart, or more memory than there is."""
    containers = sum(1 for _ in _CONTAINER.finditer(body))
    lines = max(body.count(b"\n"), body.count(b"\r"))
    if lines > _MOST_LINES or lines * containers > _MOST_LOOKS or containers > _MOST_CONTAINERS:
        return True
    return bool(containers) and sum(1 for _ in _DELIMITER.finditer(body)) > _MOST_DELIMITERS


def _parts(message: "Message[str, str]") -> list[Part]:
    """The leaves in their order.

    What is enclosed as a message of its own is not looked into, unless nothing else is said: so
    mailboxes forward what they get.
    """
    found: list[Part] = []
    enclosed: list[Message[str, str]] = []
    waiting = [message]
    while waiting:
        part = waiting.pop()
        # Asked for its payload as text, one with a charset that is none raises what it likes.
        inner = part.get_payload() if part.is_multipart() else None
        if isinstance(inner, list):
            messages = [each for each in inner if isinstance(each, Message)]
            if part.get_content_maintype() == "message":
                enclosed += messages
            else:
                waiting += reversed(messages)
            continue
        payload = part.get_payload(decode=True)
        name = _file_name(part)
        found.append(
            Part(
                kind=part.get_content_type(),
                content_type=str(part.get("content-type", "")),
                name=name,
                body=payload if isinstance(payload, bytes) else b"",
                attached=bool(name) or part.get_content_disposition() == "attachment",
            )
        )
    if enclosed and not any(part.body.strip() and not part.attached for part in found):
        return _parts(enclosed[0]) + found
    return found


def _file_name(part: "Message[str, str]") -> str:
    try:
        return _decoded(part.get_filename() or "")
    except ValueError:  # the charset that it names is none
        return "a file"


def _decoded(value: str) -> str:
    """A header on one line, its encoded words decoded; the rest of it may be of any charset."""
    plain = as_utf8(value.encode("utf-8", "surrogateescape")).body.decode("utf-8", "replace")
    pieces: list[str] = []
    end = 0
    charset, pending = "", b""
    joined = _BETWEEN_WORDS.sub(r"\1", plain)
    for word in _WORD.finditer(joined):
        # A character may be cut in two, half of it in the next word.
        if word.start() > end or word[1].lower() != charset:
            pieces += [_of(pending, charset), joined[end : word.start()]]
            charset, pending = word[1].lower(), b""
        pending += _bytes(word[2], word[3])
        end = word.end()
    pieces += [_of(pending, charset), joined[end:]]
    return " ".join("".join(pieces).split())


def _of(data: bytes, charset: str) -> str:
    return as_utf8(data, content_type=f"charset={charset}").body.decode("utf-8", "replace")


def _bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(data, header=True)
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return data
