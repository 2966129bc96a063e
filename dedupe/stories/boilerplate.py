"""Text that a feed repeats under unrelated headlines is no evidence of anything.

"Article URL: ... Points: 12", "The post ... appeared first on ...", "Ukraine war:", " - Outlet":
seen to weld 150 unrelated items together. A piece of text is boilerplate once it stood in three
items of one feed whose headlines share no word otherwise; the reports of one big happening share
words, so what they repeat is kept.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

import msgspec
import xxhash

from dedupe.document import Document
from dedupe.stories.common import common_words
from dedupe.stories.invitations import without_addresses, without_invitations

WITNESSES: Final = 3
REMEMBERED: Final = 60_000
"""Pieces of text, the least recently seen forgotten first: about 15 MB."""
REPEATED: Final = "!"
"""Stands for the witnesses once there are enough: a sign that no headline's word has."""
# Behind the end of a sentence, at the end of a line, at a bar or dot between spaces. Each begins
# with the space: it is found four times as fast as what is before it.
# What begins within spaces begins with the first of them, or each of many would be tried.
_PIECE: Final = re.compile(
    r"\s(?:(?<=[.!?…。].)\s*|(?<=\n)\n*|(?<![^\S\n]\s)\s*[|•·]\s+)", re.DOTALL
)
_TITLE_PIECE: Final = re.compile(r"\s(?:(?<!\s\s)\s*[-–—|•]\s+|(?<=:.)\s*)", re.DOTALL)
_LINK: Final = re.compile(r"https?://\S+")
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
        """The document without invitations and the pieces known to be boilerplate of its feed."""
        title, text = without_addresses(document.title), without_invitations(document.text)
        if document.source:
            headline = frozenset(_WORD.findall(title.lower())) - common_words(language)
            feed = xxhash.xxh3_64_intdigest(document.source.encode("utf-8", "replace"))
            whole, title = title, self._title(feed, title, headline) or title
            text = self._text(feed, whole, text, headline)
        if title == document.title and text == document.text:
            return document
        return msgspec.structs.replace(document, title=title, text=text)

    def forget(self, titles: Iterable[str]) -> None:
        """Keep no words of these headlines, whatever stood under them."""
        gone: dict[str, list[Headline]] = {}
        for title in titles:
            headline = frozenset(_WORD.findall(title.lower()))
            for word in headline:
                gone.setdefault(word, []).append(headline)
        if not gone:
            return
        for key, witnesses in self.seen.items():
            if witnesses and witnesses != REPEATED:
                told = witnesses.split("\n")[1:]
                kept = [each for each in told if not _is_told_by(each, gone)]
                if len(kept) < len(told):
                    self.seen[key] = "".join(f"\n{each}" for each in kept)

    def _title(self, feed: int, title: str, headline: Headline) -> str:
        """The title without what is repeated; no piece of it is told by its own words."""
        pieces = _TITLE_PIECE.split(title)
        if len(pieces) < 2:
            return title
        kept = []
        for piece in pieces:
            bare = _bare(piece)
            own = headline.difference(_WORD.findall(bare))
            if not self._repeated(feed, bare, own, " ".join(sorted(own))):
                kept.append(piece)
        return " ".join(kept)

    def _text(self, feed: int, title: str, text: str, headline: Headline) -> str:
        pieces = _PIECE.split(text, maxsplit=_PIECES_READ)
        if len(pieces) < 2 and not title:
            return text
        bare = map(
            _bare, [piece.replace(title, "") for piece in pieces] if title in text else pieces
        )
        told = " ".join(sorted(headline))
        return "\n".join(
            [
                piece
                for piece, plain in zip(pieces, bare, strict=True)
                if not self._repeated(feed, plain, headline, told)
            ]
        )

    def _repeated(self, feed: int, bare: str, headline: Headline, told: str) -> bool:
        """Note that a piece stood under a headline (its words, and these as text)."""
        if len(bare) < 2:
            return False
        key = xxhash.xxh3_64_intdigest(bare.encode("utf-8", "replace"), feed)
        witnesses = self.seen.get(key)
        if witnesses is None:
            if len(self.seen) >= REMEMBERED:
                self.seen.popitem(last=False)
            self.seen[key] = f"\n{told}" if told else ""
            return False
        self.seen.move_to_end(key)
        if witnesses == REPEATED:
            return True
        if headline and headline.isdisjoint(witnesses.split()):
            witnesses = f"{witnesses}\n{told}"
            if witnesses.count("\n") >= WITNESSES:
                witnesses = REPEATED
            self.seen[key] = witnesses
        return witnesses == REPEATED


def _is_told_by(words: str, headlines: dict[str, list[Headline]]) -> bool:
    """Whether one of the headlines, here by their words, has all of these."""
    alike = headlines.get(words.partition(" ")[0], ())
    return any(headline.issuperset(words.split()) for headline in alike)


def _bare(piece: str) -> str:
    """A piece of text by what is the same each time it is repeated."""
    bare = piece.lower()
    if "://" in bare:
        bare = _LINK.sub("://", bare)
    # As bytes: ten times as fast as a table of characters where there are others than ASCII.
    data = bare.encode("utf-8", "surrogatepass").translate(None, b"0123456789")
    return data.decode("utf-8", "surrogatepass").strip()
