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
REPEATED: Final = "!"
"""Stands for the witnesses once there are enough: a sign that no headline's word has."""
_PIECE: Final = re.compile(r"(?<=[.!?…。])\s+|\n+|\s+[|•·]\s+")
_TITLE_PIECE: Final = re.compile(r"\s+[-–—|•]\s+|(?<=:)\s+")
_LINK: Final = re.compile(r"https?://\S+")
_DIGITS: Final = dict.fromkeys(map(ord, "0123456789"))
_WORD: Final = re.compile(r"[^\W_]{3,}")
_PIECES_READ: Final = 40

Headline = frozenset[str]


class Boilerplate:
    """Learns what each feed repeats; deterministic.

    ``seen`` keeps, by a hash of feed and piece, the headlines that stood above it: words joined
    by spaces, headlines by line ends, since strings cost a third of sets and no collection.
    """

    def __init__(self) -> None:
        self.seen: OrderedDict[int, str] = OrderedDict()

    def strip(self, document: Document, language: str) -> Document:
        """The document without the pieces known to be boilerplate of its feed."""
        if not document.source:
            return document
        headline = frozenset(_WORD.findall(document.title.lower())) - common_words(language)
        feed = xxhash.xxh3_64_intdigest(document.source.encode("utf-8", "replace"))
        title = self._without(feed, _TITLE_PIECE.split(document.title), headline, " ", "")
        pieces = _PIECE.split(document.text, maxsplit=_PIECES_READ)
        text = self._without(feed, pieces, headline, "\n", document.title)
        if title == document.title and text == document.text:
            return document
        return msgspec.structs.replace(document, title=title or document.title, text=text)

    def _without(
        self, feed: int, pieces: list[str], headline: Headline, glue: str, title: str
    ) -> str:
        if len(pieces) < 2 and not title:
            return pieces[0]
        return glue.join(
            [piece for piece in pieces if not self._repeated(feed, piece, headline, title)]
        )

    def _repeated(self, feed: int, piece: str, headline: Headline, title: str) -> bool:
        bare = (piece.replace(title, "") if title else piece).lower()
        if "://" in bare:
            bare = _LINK.sub("://", bare)
        bare = bare.translate(_DIGITS).strip()
        if len(bare) < 2:
            return False
        key = xxhash.xxh3_64_intdigest(bare.encode("utf-8", "replace"), feed)
        witnesses = self.seen.get(key)
        if witnesses is None:
            if len(self.seen) >= REMEMBERED:
                self.seen.popitem(last=False)
            witnesses = ""
        else:
            self.seen.move_to_end(key)
            if witnesses == REPEATED:
                return True
        own = headline if title else headline.difference(_WORD.findall(bare))
        if own and own.isdisjoint(witnesses.split()):
            witnesses = f"{witnesses}\n{' '.join(sorted(own))}"
            if witnesses.count("\n") >= WITNESSES:
                witnesses = REPEATED
        self.seen[key] = witnesses
        return witnesses == REPEATED
