"""What the finder holds of the last 90 days: every index over the same slots."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dedupe.boilerplate import NOTHING, Boilerplate
from dedupe.clock import Clock
from dedupe.document import Document
from dedupe.errors import SnapshotError
from dedupe.groups import Groups
from dedupe.lsh import BANDS, ROWS, BandedIndex
from dedupe.minhash import permutations
from dedupe.particulars import Agreement, Agreements
from dedupe.postings import Postings
from dedupe.reading import COUNTS, Reader
from dedupe.shelf import Card, Shelf
from dedupe.shingles import Hashes
from dedupe.snapshot import Array
from dedupe.study import (
    ADDED,
    ALL_COUNTS,
    COLUMNS,
    CROWD,
    FOUND,
    HEADED,
    LEARNED,
    TITLE_CROWD,
    Flags,
    Table,
    keep,
    study,
)
from dedupe.text import encode, fold, tables
from dedupe.tokens import MAX_WORDS

WINDOW = 90 * 86400.0
_MOST_CANDIDATES = 256
_MOST_COMPARED = 32
_TIDY_EVERY = 4096
_TIDY_SHARE = 0.25


class Candidate(NamedTuple):
    """A slot that shares a band or enough samples, with what was counted."""

    equal: int
    samples: int
    slot: int
    runs: int
    agreements: Agreements


class Books(msgspec.Struct, frozen=True):
    """The part of a snapshot that is not arrays."""

    added: int
    excerpts: int
    titles: int
    names: list[str]
    ids: list[str]
    groups: list[str]
    sizes: list[int]
    latest: list[float]


class Holdings:
    """Documents by slot: bands, excerpt keys, headlines, cards, groups and ids."""

    def __init__(self, bits: int) -> None:
        self.reader = Reader(ALL_COUNTS)
        self.boilerplate = Boilerplate(bits)
        self.shelf = Shelf()
        self.groups = Groups()
        self.ids: list[str] = []
        self.slots: dict[str, int] = {}
        self.index = BandedIndex(BANDS, ROWS, CROWD)
        self._excerpts = Postings(CROWD)
        self._titles = Postings(TITLE_CROWD)
        self._clock = Clock()
        self._found: Table = np.empty((_MOST_CANDIDATES, COLUMNS), dtype=np.int64)

    def place_first(self, document: Document) -> int | None:
        """Learn a document that is like nothing here as the first of a new group.

        Answers how much evidence it has; None when something is like it (see :meth:`candidates`,
        :meth:`same_headline`), and then it was only read.
        """
        self._excerpts.reserve(min(len(document.text), MAX_WORDS), self.index.alive)
        self._titles.reserve(1, self.index.alive)
        slot = self.index.reserve()
        self.shelf.reserve(slot)
        self._study(document, slot)
        counts = self.reader.counts
        if not counts[LEARNED]:
            return None
        self._learned(document, slot, self.groups.mint(document.id))
        return int(counts[2])

    def read(self, document: Document) -> None:
        """Read a document and find what is like it. Nothing is learned by it."""
        self._study(document, -1)

    def _study(self, document: Document, slot: int) -> None:
        if not self._run(
            document, slot, encode(document.text), encode(document.title), tables().raw
        ):
            self._run(document, slot, fold(document.text), fold(document.title), tables().info)

    def _run(self, document: Document, slot: int, text: bytes, title: bytes, info: Flags) -> bool:
        reader, index, shelf, boilerplate = self.reader, self.index, self.shelf, self.boilerplate
        numbers = shelf.numbers
        source = document.source
        done: bool = study.run(
            text, title, info, tables().lower, boilerplate.cells, boilerplate.shift,
            permutations(), reader.scratch.words, reader.scratch.letters, reader.shingles,
            reader.keys, reader.signature, reader.digest, reader.sketch, reader.counts,
            index.table, index.slot_bits, index.signatures, index.alive, slot,
            self._excerpts.cells, self._titles.cells, shelf.times, shelf.cards, shelf.sketches,
            shelf.digests, document.at, len(self.groups.names), numbers[source],
            numbers[document.outlet or source], numbers[document.credit], NOTHING, self._found,
        )  # fmt: skip
        return done

    def card(self, document: Document) -> Card:
        """The card of the document that was just read; it has no group yet."""
        words, _, evidence, keys, coarse, title, title_words = self.reader.counts[:COUNTS].tolist()
        numbers = self.shelf.numbers
        source = document.source
        return Card(
            document.at, 0, numbers[source], numbers[document.outlet or source],
            numbers[document.credit], words, evidence, keys, coarse, title, title_words,
        )  # fmt: skip

    def candidates(self) -> Iterator[Candidate]:
        """What shares something with the text that was just read, the most alike first."""
        rows = self._found[: self.reader.counts[FOUND]].tolist()
        rows.sort(key=lambda row: (-row[1], -row[2], row[0]))
        for slot, equal, samples, runs, a, b, c, d, e, f in rows[:_MOST_COMPARED]:
            yield Candidate(
                equal, samples, slot, runs,
                Agreements(Agreement(a, b), Agreement(c, d), Agreement(e, f)),
            )  # fmt: skip

    def same_headline(self) -> list[int]:
        """The slots of articles under the headline just read, the earliest placed first."""
        if not self.reader.counts[HEADED]:
            return []
        key = self.reader.counts[5:6].astype(np.uint32)
        slots: list[int] = self._titles.find(key, self.index.alive).slots.tolist()
        return sorted(slots)

    def keep(self, document: Document, card: Card, group: int, known: Hashes) -> None:
        """Learn the document that was just read.

        ``known`` is the digest of what it had from elsewhere, which is not counted again.
        """
        index, boilerplate, shelf, reader = self.index, self.boilerplate, self.shelf, self.reader
        self._excerpts.reserve(card.keys, index.alive)
        self._titles.reserve(1, index.alive)
        slot = index.reserve()
        shelf.reserve(slot)
        keep.run(
            reader.shingles, known, boilerplate.cells, boilerplate.shift, index.table,
            index.slot_bits, index.signatures, index.alive, slot, reader.signature,
            self._excerpts.cells, reader.keys, self._titles.cells, shelf.times, shelf.cards,
            card.at, group, card.source, card.outlet, card.credit, reader.counts,
            shelf.sketches, reader.sketch, shelf.digests, reader.digest,
        )  # fmt: skip
        self._learned(document, slot, group)

    def _learned(self, document: Document, slot: int, group: int) -> None:
        added, excerpts, titles = self.reader.counts[ADDED:].tolist()
        self.index.count = self.shelf.count = slot + 1
        self._excerpts.used += excerpts
        self._titles.used += titles
        self.boilerplate.age(added)
        self.ids.append(document.id)
        self.slots[document.id] = slot
        self.groups.sizes[group] += 1
        self._clock.see(document.at)

    def drop(self, document: str) -> str:
        """Forget a document that is here; answers the name of its group."""
        slot = self.slots.pop(document)
        self.index.remove(slot)
        return self.groups.leave(self.group(slot))

    def digest(self, document: str) -> Hashes:
        """The digest of a document, of nothing when it is not here."""
        slot = self.slots.get(document)
        return NOTHING if slot is None else self.shelf.digests[slot].copy()

    def group(self, slot: int) -> int:
        """The number of a slot's group."""
        return self.shelf.cards.item(slot, 0)

    def members(self, group: int) -> npt.NDArray[np.int64]:
        """The living slots of a group."""
        alive = self.index.alive[: self.shelf.count] != 0
        return np.flatnonzero((self.shelf.groups() == group) & alive)

    def tidy(self) -> None:
        """Forget what is out of the window, now and then, once it is a quarter of everything.

        Slots and numbers of groups change by it.
        """
        if len(self.ids) % _TIDY_EVERY:
            return
        count = self.shelf.count
        alive = self.index.alive[:count] != 0
        kept = alive & (self.shelf.times[:count] >= self._clock.now - WINDOW)
        if count - int(kept.sum()) < count * _TIDY_SHARE:
            return
        keep = np.flatnonzero(kept)
        renumbered = np.full(count, -1, dtype=np.int64)
        renumbered[keep] = np.arange(len(keep))
        self.index.rebuild(keep)
        self._excerpts.rebuild(renumbered, self.index.alive)
        self._titles.rebuild(renumbered, self.index.alive)
        self.shelf.rebuild(keep)
        groups = self.shelf.groups()
        groups[:] = self.groups.compact(groups)
        self.ids = [self.ids[slot] for slot in keep.tolist()]
        self.slots = {document: slot for slot, document in enumerate(self.ids)}

    def books(self) -> Books:
        """What a snapshot needs besides :meth:`arrays`."""
        return Books(
            added=self.boilerplate.added,
            excerpts=self._excerpts.used,
            titles=self._titles.used,
            names=list(self.shelf.numbers),
            ids=self.ids,
            groups=self.groups.names,
            sizes=self.groups.sizes,
            latest=self._clock.latest,
        )

    def arrays(self) -> dict[str, Array]:
        """The arrays of a snapshot."""
        count = self.shelf.count
        return {
            "boilerplate": self.boilerplate.cells,
            "signatures": self.index.signatures[:count],
            "alive": self.index.alive[:count],
            "table": self.index.table,
            "excerpts": self._excerpts.cells,
            "titles": self._titles.cells,
            "times": self.shelf.times[:count],
            "cards": self.shelf.cards[:count],
            "sketches": self.shelf.sketches[:count],
            "digests": self.shelf.digests[:count],
        }

    def load(self, books: Books, arrays: dict[str, Array]) -> None:
        """Go on with what another one held. SnapshotError when it does not fit together."""
        if not len(books.ids) == len(arrays["cards"]) == len(arrays["signatures"]):
            raise SnapshotError("ids, cards and signatures are not of the same documents")
        self.boilerplate.load(arrays["boilerplate"], books.added)
        self.index.load(arrays["signatures"], arrays["alive"], arrays["table"])
        self._excerpts.load(arrays["excerpts"], books.excerpts)
        self._titles.load(arrays["titles"], books.titles)
        self.shelf.load(
            arrays["times"], arrays["cards"], arrays["sketches"], arrays["digests"], books.names
        )
        self.groups = Groups(books.groups, books.sizes)
        self.ids = books.ids
        alive = self.index.alive.tolist()
        self.slots = {name: slot for slot, name in enumerate(books.ids) if alive[slot]}
        self._clock = Clock(books.latest)
