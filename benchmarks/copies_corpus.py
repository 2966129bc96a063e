"""Streams of documents with known copy groups, from real texts or made-up ones.

Ground truth: a copy belongs to its original's group; every other document is a group of its own.
Documents marked as distractors come from real feeds and may be copies of each other, which nobody
labelled: pairs of two distractors are not judged, a pair of a distractor and a labelled document
is.
"""

import gzip
import html
import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.copies_synthetic import Press, material
from benchmarks.copies_variations import ALL, ORDINARY, Material, Piece, Vary
from dedupe.document import Document

DAY = 86400.0
DEVELOP, HELD_OUT = "develop", "held-out"
STREAMS = ("plain", "long-tail", "wires", "quotes")
_START = 1_700_000_000.0
_TAG = re.compile(r"<[^>]+>")


class Labelled(NamedTuple):
    """A document, its true group and how it came about; group "" marks a distractor."""

    document: Document
    group: str
    kind: str


def _clean(text: str) -> str:
    return html.unescape(_TAG.sub(" ", html.unescape(text)))


def real_pieces(data: Path, part: str) -> list[Piece]:
    """Real articles of 150 words and more; a third is held out, whole events at a time."""
    rows: list[tuple[str, str, str]] = []
    for name in ("wikinews", "giveme5w1h", "giveme5w1h_gold", "newswcl50"):
        for line in (data / "events" / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            rows.append((str(row["event"]), row["title"] or "", row["text"]))
    for path in sorted((data / "stream").glob("entries-*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                if len(line) < 1200:  # too short to hold 150 words
                    continue
                row = json.loads(line)
                if "youtube" not in row["source"]:
                    rows.append((row["link"], row["title"], _clean(row["description"] or "")))
    found = {}
    for event, title, text in rows:
        held_out = sum(event.encode()) % 3 == 0
        paragraphs = tuple(p.strip() for p in re.split(r"\n+|(?<=\.) {2,}", text) if p.strip())
        words = sum(len(p.split()) for p in paragraphs)
        if 150 <= words <= 2000 and held_out == (part == HELD_OUT):
            found[" ".join(paragraphs)[:200]] = Piece(_clean(title) or "Untitled", paragraphs)
    return _distinct(found.values())


def _grams(piece: Piece) -> set[str]:
    words = piece.text.lower().split()
    return {" ".join(words[i : i + 5]) for i in range(len(words) - 4)}


def _distinct(pieces: Iterable[Piece]) -> list[Piece]:
    """Without texts of which an earlier one has a tenth of the word-5-grams: unlabelled copies."""
    seen: set[str] = set()
    kept = []
    for piece in pieces:
        grams = _grams(piece)
        if len(grams & seen) < len(grams) / 10:
            kept.append(piece)
            seen |= grams
    return kept


def strangers(summaries: Iterable[Piece], pieces: Iterable[Piece]) -> list[Piece]:
    """Those feed items that are not, as one feed or another has them, among the labelled texts."""
    known: set[str] = set()
    for piece in pieces:
        known |= _grams(piece)
    titles = {piece.title for piece in pieces}
    return [
        summary
        for summary in summaries
        if summary.title not in titles and not _grams(summary) & known
    ]


def real_summaries(data: Path, most: int) -> list[Piece]:
    """Real feed items as they come: a headline and a sentence or two."""
    found = []
    for path in sorted((data / "stream").glob("entries-*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                text = " ".join(_clean(row["description"] or "").split())
                if text:
                    found.append(Piece(_clean(row["title"] or ""), (text,)))
                if len(found) == most:
                    return found
    return found


def made_pieces(count: int, part: str) -> list[Piece]:
    """Made-up articles."""
    return Press(seed=21 if part == DEVELOP else 22).pieces(count)


class Builder:
    """Builds one stream; the same arguments build the same one."""

    def __init__(self, pieces: Sequence[Piece], seed: int) -> None:
        self.rng = random.Random(seed)
        self.press = Press(seed)
        pool = list(pieces)
        self.rng.shuffle(pool)
        third = len(pool) // 3
        self._strange = pool[:third]  # rewriting material, never published itself
        self._pool = pool[third:]
        self.material = material(self.press, self._strange)
        self._labelled: list[Labelled] = []

    def take(self, count: int) -> list[Piece]:
        """The next articles that were not used yet."""
        taken, self._pool = self._pool[:count], self._pool[count:]
        return taken

    def publish(self, piece: Piece, group: str, kind: str, at: float) -> None:
        """One more document of the stream, by one of 80 outlets."""
        number = len(self._labelled)
        outlet = f"outlet{self.rng.randrange(80)}.example"
        document = Document(
            id=f"d{number}", title=piece.title, text=piece.text, source=outlet, outlet=outlet, at=at
        )
        self._labelled.append(Labelled(document, group, kind))

    def originals(self, count: int, copied: float, kinds: Mapping[str, Vary]) -> None:
        """Articles over ten days; a share of them comes back in one to five variations."""
        names = list(kinds)
        for number, piece in enumerate(self.take(count)):
            group = f"g{number}-{len(self._labelled)}"
            at = _START + self.rng.uniform(0, 10 * DAY)
            self.publish(piece, group, "original", at)
            if self.rng.random() < copied:
                for _ in range(self.rng.randint(1, 5)):
                    kind = self.rng.choice(names)
                    copy = kinds[kind](self.rng, piece, self.material)
                    self.publish(copy, group, kind, at + self.rng.expovariate(1 / DAY))

    def templates(self, each: int) -> None:
        """Instances of six templates, none a copy of another."""
        for number, piece in enumerate(self.press.templates(each)):
            at = _START + self.rng.uniform(0, 10 * DAY)
            self.publish(piece, f"t{number}", "template", at)

    def wires(self, count: int, copies: int) -> None:
        """Agency reports that so many outlets print, each with its furniture."""
        light = ("reprint", "padded", "biography", "cut70", "edited05", "typography", "reprint")
        for number, piece in enumerate(self.take(count)):
            at = _START + self.rng.uniform(0, 8 * DAY)
            self.publish(piece, f"w{number}", "original", at)
            for _ in range(copies):
                kind = self.rng.choice(light)
                copy = ALL[kind](self.rng, piece, self.material)
                self.publish(copy, f"w{number}", kind, at + self.rng.expovariate(2 / DAY))

    def quotes(self, count: int, sharing: int) -> None:
        """Independent reports that share a quote and a standing background paragraph."""
        for number in range(count):
            quote = self.press.piece(self.rng.randint(35, 60)).text
            background = self.press.piece(self.rng.randint(50, 80)).text
            at = _START + self.rng.uniform(0, 9 * DAY)
            for member, piece in enumerate(self.take(sharing)):
                parts = list(piece.paragraphs)
                parts.insert(self.rng.randint(0, len(parts)), f'"{quote}"')
                if self.rng.random() < 0.6:
                    parts.append(background)
                shared = piece._replace(paragraphs=tuple(parts))
                self.publish(
                    shared, f"q{number}-{member}", "quoting", at + self.rng.expovariate(2 / DAY)
                )

    def long_tail(self, blocks: int) -> None:
        """Give every document so far furniture from a long tail of blocks, by Zipf's law."""
        pool = self.press.blocks(blocks, 20, 70)
        for number, labelled in enumerate(self._labelled):
            document = labelled.document
            parts = document.text.split("\n")
            for _ in range(self.rng.randint(1, 3)):
                rank = min(int(self.rng.paretovariate(0.7)), blocks) - 1
                parts.insert(self.rng.choice((0, len(parts))), pool[rank])
            changed = Document(
                id=document.id, title=document.title, text="\n".join(parts),
                source=document.source, outlet=document.outlet, at=document.at,
            )  # fmt: skip
            self._labelled[number] = labelled._replace(document=changed)

    def distractors(self, pieces: Sequence[Piece]) -> None:
        """Real feed items that nobody labelled."""
        for piece in pieces:
            self.publish(piece, "", "distractor", _START + self.rng.uniform(0, 12 * DAY))

    def stream(self) -> list[Labelled]:
        """All documents in order of time."""
        return sorted(self._labelled, key=lambda labelled: labelled.document.at)


def build(
    stream: str, pieces: Sequence[Piece], seed: int, kinds: Mapping[str, Vary], size: int = 900
) -> list[Labelled]:
    """One of :data:`STREAMS` with about three times ``size`` documents.

    ``size`` originals are taken from ``pieces``, of which a third is rewriting material.
    """
    builder = Builder(pieces, seed)
    builder.templates(max(size // 60, 4))
    if stream == "wires":
        builder.wires(max(size // 150, 1), 200)
    if stream == "quotes":
        builder.quotes(max(size // 30, 2), 8)
    builder.originals(size, 0.45, kinds)
    if stream == "long-tail":
        builder.long_tail(2000)
    return builder.stream()


def build_large(
    pieces: Sequence[Piece], summaries: Sequence[Piece], seed: int, kinds: Mapping[str, Vary],
    documents: int, size: int = 900,
) -> list[Labelled]:  # fmt: skip
    """Labelled documents among distractors: real items alone, and seven to an article."""
    builder = Builder(pieces, seed)
    builder.templates(max(size // 60, 4))
    builder.originals(size, 0.45, kinds)
    room = documents - len(builder.stream())
    summaries = strangers(summaries, pieces)
    alone = list(summaries[: room // 2])
    rest = summaries[room // 2 :]
    composed = [
        Piece(rest[at].title, tuple(p.paragraphs[0] for p in rest[at : at + 7]))
        for at in range(0, len(rest) - 7, 7)
    ]
    made = Press(seed + 1).pieces(max(room - len(alone) - len(composed), 0), 200, 600)
    builder.distractors((alone + composed + made)[:room])
    return builder.stream()


__all__ = ["ALL", "ORDINARY", "Labelled", "Material", "build", "build_large"]
