"""Captions of pictures that stand where feedparser looks for an item's own description.

It takes ``media:description`` for a description, and of two the first for the summary. Where an
item has no other one (films on YouTube) that is right.
"""

import re
from itertools import pairwise

from crawler.feeds.trim import ITEM_OPEN

_OWN = re.compile(rb"<(?:description|summary|content(?::encoded)?)[\s>]", re.IGNORECASE)
_CAPTION = re.compile(
    rb"<media:description(?:\s[^>]{0,500})?(?:/>|>[^<]*(?:<(?!/?media:description)[^<]*)*"
    rb"</media:description\s*>)"
)


def without_leading_captions(body: bytes) -> bytes:
    """``body`` without the captions before an item's own text. Linear."""
    if b"<media:description" not in body:
        return body
    starts = [match.start() for match in ITEM_OPEN.finditer(body)]
    items = [body[start:end] for start, end in pairwise([*starts, len(body)])]
    return body[: starts[0]] + b"".join(map(_without, items)) if starts else body


def _without(item: bytes) -> bytes:
    own = _OWN.search(item)
    if own is None:
        return item
    return _CAPTION.sub(b"", item[: own.start()]) + item[own.start() :]
