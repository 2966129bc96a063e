"""A feed's bytes as UTF-8, whatever they are and though some of them are wrong.

feedparser decodes strictly. One character cut in two by PHP's ``substr``, or one byte pasted from
a word processor, and it reads the whole feed in another charset: every title is another one, and
is so again at the next clean fetch. Therefore it is given UTF-8 only.
"""

import codecs
import re
from typing import NamedTuple

_WIDE = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),  # "<?xm" in EBCDIC
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_XML_ENCODING = re.compile(
    rb"\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']([\w.:-]{2,40})[\"']", re.IGNORECASE
)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE | re.ASCII)
# What outlets write under these names has more characters than the standards of that name: most
# as WHATWG's Encoding Standard has it; ISO 8859-8 too has Windows' quotation marks where ISO 8859
# has controls.
_SUPERSETS = {
    "big5": "big5hkscs", "euc_jp": "euc_jis_2004", "euc_kr": "cp949", "gb2312": "gb18030",
    "gbk": "gb18030", "iso8859-1": "cp1252", "iso8859-8": "cp1255", "iso8859-9": "cp1254",
    "iso8859-11": "cp874", "shift_jis": "cp932", "tis-620": "cp874",
}  # fmt: skip
# Labels of the Encoding Standard and of mail programs that Python does not know.
_OTHER_LABELS = {
    "cn-big5": "big5", "csksc56011987": "cp949", "iso-8859-6-e": "iso8859-6",
    "iso-8859-6-i": "iso8859-6", "iso-8859-8-e": "iso8859-8", "iso-8859-8-i": "iso8859-8",
    "koi8-ru": "koi8-u", "windows-31j": "cp932",
}  # fmt: skip
# "windows-874", "x-cp1251", "win-1251": code pages.
_CODE_PAGE = re.compile(r"(?:x-)?(?:windows|win|cp|ms|dos)-?(\d{3,4})", re.ASCII)
# Python's names of what is no charset of documents, or of what the bytes would have shown.
_NEVER = ("utf-16", "utf-32", "utf-7", "idna", "punycode", "unicode", "raw-unicode", "undefined")
# So many characters in order for one that is not are proof of a charset. Text of other charsets
# has at most one valid sequence of UTF-8 for three bad bytes (measured, Chinese and Japanese).
_PROOF = 10
# ISO-2022-JP says everything in ASCII, with the help of this.
_ESCAPE = b"\x1b"
# The beginning of a character where texts are cut.
_CUT = re.compile(
    "[\udcc2-\udcf4][\udc80-\udcbf]*(?=<|\\]\\]>|&(?:hellip|#8230|lt);|…|\\.\\.|\\[|\\Z)"
)
_PASTED = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}


class Utf8(NamedTuple):
    """The body in UTF-8, and what was wrong with it: "" when nothing was."""

    body: bytes
    problem: str = ""


class _Reading(NamedTuple):
    """A body read as UTF-8: ``bad`` bytes as lone surrogates, ``good`` characters beyond ASCII."""

    text: str
    bad: int
    good: int


def as_utf8(body: bytes, *, content_type: str = "") -> Utf8:
    """The body in UTF-8, so that its markup is ASCII; it may begin with a byte order mark.

    UTF-8 and what begins as UTF-16 or 32 prove themselves and are believed over every claim; else
    ``content_type``, then the XML declaration. A few bad bytes are no disproof: they become what
    was meant by them, or U+FFFD. Linear.
    """
    for start, charset in _WIDE:
        if body.startswith(start):
            text = body.decode(charset, "replace").lstrip("\ufeff")
            return Utf8(_XML_DECLARATION.sub("", text).encode("utf-8"))
    reading = _as_it_stands(body)
    if reading.bad * _PROOF <= reading.good and _ESCAPE not in body:
        return _mended(body, reading)
    declared = _declared(body, content_type)
    return _strict(body, declared) or _lenient(body, declared) or _mended(body, reading)


def nearly_utf8(body: bytes) -> str | None:
    """The text of a body that is UTF-8 but for few bad bytes; ``None`` when that is not proved."""
    reading = _as_it_stands(body)
    if reading.bad * _PROOF > reading.good or _ESCAPE in body:
        return None
    return _mended(body, reading).body.decode("utf-8", "replace")


def _as_it_stands(body: bytes) -> _Reading:
    text = body.decode("utf-8", "surrogateescape")
    bad = len(body) - len(text.encode("utf-8", "ignore"))
    return _Reading(text, bad, _beyond_ascii(text) - bad)


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _mended(body: bytes, reading: _Reading) -> Utf8:
    if not reading.bad:
        return Utf8(body)
    # Where UTF-8 is the rule, the first bytes of a character were one; else "é" may end a title.
    cut = reading.bad <= reading.good
    text = _CUT.sub("\ufffd", reading.text) if cut else reading.text
    return Utf8(
        # Windows-1252 is the commonest charset that nobody declares.
        text.translate(_PASTED).encode("utf-8"),
        f"not all of it is UTF-8 (bytes read as windows-1252: {reading.bad})",
    )


def _declared(body: bytes, content_type: str) -> list[str]:
    http, xml = _HTTP_CHARSET.search(content_type), _XML_ENCODING.match(body)
    names = [http[1] if http else "", xml[1].decode("ascii", "replace") if xml else ""]
    return list(dict.fromkeys(filter(None, map(_charset, names))))


def _charset(name: str) -> str:
    """The charset to read ``name`` as; "" for what is none."""
    label = name.lower()
    page = _CODE_PAGE.fullmatch(label)
    for each in (
        _OTHER_LABELS.get(label, label),
        label.removeprefix("x-"),
        page and f"cp{page[1]}",
    ):
        try:
            known = codecs.lookup(each or "").name
        except LookupError:
            continue
        return "" if known.startswith(_NEVER) else _SUPERSETS.get(known, known)
    return ""


def _strict(body: bytes, charsets: list[str]) -> Utf8 | None:
    for charset in charsets:
        try:
            return Utf8(body.decode(charset).encode("utf-8"))
        except (UnicodeError, LookupError):  # the latter for Python's codecs of no text
            continue
    return None


def _lenient(body: bytes, charsets: list[str]) -> Utf8 | None:
    for charset in charsets:
        try:
            text = body.decode(charset, "replace")
        except LookupError:
            continue
        bad = text.count("\ufffd")
        if bad * _PROOF <= _beyond_ascii(text) - bad:
            return Utf8(
                text.encode("utf-8"), f"not all of it is {charset} (characters lost: {bad})"
            )
    return None
