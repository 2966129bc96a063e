"""Text that a feed repeats under unrelated headlines is no evidence of anything.

"Article URL: ... Points: 12", "The post ... appeared first on ...", "Ukraine war:", " - Outlet":
seen to weld 150 unrelated items together. A piece of text is boilerplate once it stood in three
items of one feed whose headlines share no word otherwise; the reports of one big happening share
words, so what they repeat is kept.
"""

import re
from collections import OrderedDict
from typing import Final

import msgspec
import xxhash

from dedupe.document import Document
from dedupe.stories.common import common_words

WITNESSES: Final = 3
REMEMBERED: Final = 60_000
"""Pieces of text, the least recently seen forgotten first: about 15 MB."""
_PIECE: Final = re.compile(r"(?<=[.!?…。])\s+|\n+|\s+[|•·]\s+")
_TITLE_PIECE: Final = re.compile(r"\s+[-–—|•]\s+|(?<=:)\s+")
_VARIABLE: Final = re.compile(r"https?://\S+|\d+")
_WORD: Final = re.compile(r"[^\W_]{3,}")
_PIECES_READ: Final = 40

Headline = frozenset[str]


class Boilerplate:
    """Learns what each feed repeats; deterministic."""

    def __init__(self) -> None:
        self.seen: OrderedDict[int, tuple[Headline, ...]] = OrderedDict()

    def strip(self, document: Document, language: str) -> Document:
        """The document without the pieces known to be boilerplate of its feed."""
        if not document.source:
            return document
        common = common_words(language)
        headline = frozenset(_WORD.findall(document.title.lower())) - common
        title = self._without(
            document.source, _TITLE_PIECE.split(document.title), headline, " ", ""
        )
        pieces = _PIECE.split(document.text, maxsplit=_PIECES_READ)
        text = self._without(document.source, pieces, headline, "\n", document.title)
        if title == document.title and text == document.text:
            return document
        return msgspec.structs.replace(document, title=title or document.title, text=text)

    def _without(
        self, source: str, pieces: list[str], headline: Headline, glue: str, title: str
    ) -> str:
        if len(pieces) < 2 and not title:
            return glue.join(pieces)
        return glue.join(
            piece for piece in pieces if not self._repeated(source, piece, headline, title)
        )

    def _repeated(self, source: str, piece: str, headline: Headline, title: str) -> bool:
        bare = piece.replace(title, "") if title else piece
        bare = _VARIABLE.sub("0", bare).strip().lower()
        if len(bare) < 2:
            return False
        key = xxhash.xxh3_64_intdigest(f"{source}\0{bare}".encode())
        witnesses = self.seen.pop(key, ())
        own = headline if title else headline - set(_WORD.findall(bare))
        if len(witnesses) < WITNESSES and own and all(own.isdisjoint(w) for w in witnesses):
            witnesses = (*witnesses, own)
        self.seen[key] = witnesses
        if len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        return len(witnesses) >= WITNESSES
