"""What no feed needs and a parser suffers from, found or mended before the parser sees it.

feedparser keeps a stack in lists and joins strings at every level: 600 kB of ``<a>`` nested
200,000 deep take it half a minute, and so does one tag of 200,000 attributes. This scan is linear.
"""

import re

from crawler.feeds.errors import NotAFeedError

# XHTML inside an Atom entry may nest some thirty deep; real feeds end below fifty.
_DEEPEST = 250
# A tag with its attributes; the largest seen in the wild hold a picture as data, of a few kB.
_LONGEST_TAG = 256 * 1024
_REFERENCE = re.compile(rb"&#([xX][0-9a-fA-F]{1,64}|[0-9]{1,64});?")
_MARK = re.compile(rb"<(?:(!--)|(!\[CDATA\[)|(/)?([A-Za-z_:][\w:]{0,15}))")
# Careless feeds hold bare HTML: what is never closed there must not add up over all items.
_ITEMS = frozenset((b"item", b"entry"))
_VOID = frozenset((b"br", b"hr", b"img", b"input", b"link", b"meta", b"source", b"wbr"))


def check_markup(body: bytes, *, url: str) -> None:
    """Raises :class:`NotAFeedError` for markup too deep, or a tag too long, to be a feed's.

    ``body`` is in an encoding whose markup is ASCII. Comments and CDATA are passed over, and what
    is not well-formed is judged as far as it goes.
    """
    depth = position = 0
    while (mark := _MARK.search(body, position)) is not None:
        start = mark.start()
        if mark[1] or mark[2]:
            end = body.find(b"-->" if mark[1] else b"]]>", mark.end())
            if end < 0:
                return
            position = end
            continue
        end = body.find(b">", mark.end(), start + _LONGEST_TAG)
        if end < 0:
            if len(body) - start > _LONGEST_TAG:
                raise _refused(f"a tag of more than {_LONGEST_TAG // 1024} kB", url)
            return
        if mark[3]:
            depth = max(depth - 1, 0)
        elif mark[4] in _ITEMS:
            depth = 0
        elif body[end - 1] != 0x2F and mark[4].lower() not in _VOID:  # "/": an empty element
            depth += 1
            if depth > _DEEPEST:
                raise _refused(f"elements nested more than {_DEEPEST} deep", url)
        position = end


def with_real_characters(body: bytes) -> bytes:
    """``body`` with references to characters that do not exist replaced by U+FFFD.

    One ``&#xD800;`` in one item is enough to make feedparser drop the feed.
    """
    return _REFERENCE.sub(_real, body) if b"&#" in body else body


def _real(reference: re.Match[bytes]) -> bytes:
    digits = reference[1]
    number = int(digits[1:], 16) if digits[:1] in b"xX" else int(digits)
    real = 0 < number < 0xD800 or 0xDFFF < number < 0x110000
    return reference[0] if real else b"&#xFFFD;"


def _refused(what: str, url: str) -> NotAFeedError:
    return NotAFeedError(
        f"expected a feed, got {what}",
        got="XML document",
        where=url,
        next_step="No reader can make use of it; tell its outlet",
    )
