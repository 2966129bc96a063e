"""Copy groups: the same text under any headline, found as it arrives."""

from typing import NamedTuple, Self

import msgspec
import numpy as np

from dedupe.boilerplate import BITS, Boilerplate
from dedupe.clock import Clock
from dedupe.containment import Size, coarse_keys, containment, is_fine
from dedupe.document import CopyEvidence, CopyPlacement, Document
from dedupe.errors import DedupeError, SnapshotError
from dedupe.groups import Groups
from dedupe.judgement import (
    LEAST_SAMPLES,
    LEAST_SHINGLES,
    TITLE_WINDOW,
    Headline,
    Likeness,
    Verdict,
    judge,
    judge_headline,
    similarity_threshold,
)
from dedupe.lsh import BANDS, ROWS, BandedIndex
from dedupe.minhash import PERMUTATIONS
from dedupe.particulars import agreements
from dedupe.postings import Postings
from dedupe.reading import Reading, read
from dedupe.shelf import Card, Shelf
from dedupe.snapshot import Array, decode, join, pack, seal, split, unpack, unseal

WINDOW = 90 * 86400.0
_CROWD = 32
_TITLE_CROWD = 64
_MOST_CANDIDATES = 32
_REBUILD_EVERY = 4096
_REBUILD_SHARE = 0.25
_WHOLE = 0.5
_SNAPSHOT = 101
_LEAST_BITS = 6


class _Match(NamedTuple):
    verdict: Verdict
    slot: int
    similarity: float
    contained: float
    shared: int


class _Books(msgspec.Struct, frozen=True):
    """The part of a snapshot that is not arrays."""

    added: int
    excerpts: int
    titles: int
    names: list[str]
    ids: list[str]
    groups: list[str]
    sizes: list[int]
    latest: list[float]


class CopyFinder:
    """Places documents into copy groups, one after another; deterministic given their order.

    ``bits`` is the size of the boilerplate table: 2**bits bytes.
    """

    def __init__(self, *, bits: int = BITS) -> None:
        self._boilerplate = Boilerplate(bits)
        self._shelf = Shelf()
        self._index = BandedIndex(BANDS, ROWS, _CROWD)
        self._excerpts = Postings(_CROWD)
        self._titles = Postings(_TITLE_CROWD)
        self._groups = Groups()
        self._ids: list[str] = []
        self._slots: dict[str, int] = {}
        self._clock = Clock()

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, document: str) -> bool:
        return document in self._slots

    def place(self, document: Document) -> CopyPlacement:
        """Find the copy group of a new document.

        Raises :class:`DedupeError` when the document is here already.
        """
        self._refuse_known(document.id)
        reading = read(document, self._boilerplate)
        match = self._match(document, reading)
        if match is None:
            group = self._groups.mint(document.id)
        else:
            group = int(self._shelf.cards["group"][match.slot])
        self._learn(document, reading, group, match)
        return self._placement(group, reading, match)

    def revise(self, document: Document) -> CopyPlacement:
        """Place the new text of a document that is here already.

        It keeps its group while others are in it whom it still resembles, or while it is alone.
        """
        before = self.withdraw(document.id)
        reading = read(document, self._boilerplate)
        match = self._match(document, reading)
        if match is not None:
            group = int(self._shelf.cards["group"][match.slot])
        elif self._groups.has(before):
            group = self._groups.mint(document.id)
        else:
            group = self._groups.number(before)
        self._learn(document, reading, group, match)
        return self._placement(group, reading, match)

    def withdraw(self, document: str) -> str:
        """Forget a document; answers the group it was in.

        Raises :class:`DedupeError` when it is not here, or no longer: after 90 days.
        """
        slot = self._slots.pop(document, None)
        if slot is None:
            raise DedupeError(f"document {document} is not here", next_step="Place it first")
        self._index.remove(slot)
        return self._groups.leave(int(self._shelf.cards["group"][slot]))

    def adopt(self, document: Document, group: str) -> None:
        """Learn a document whose group was decided before, by this program or by a person."""
        self._refuse_known(document.id)
        reading = read(document, self._boilerplate)
        match = self._match(document, reading) if self._groups.has(group) else None
        self._learn(document, reading, self._groups.number(group), match)

    def _refuse_known(self, document: str) -> None:
        if document in self._slots:
            raise DedupeError(f"document {document} is already placed", next_step="Revise it")

    def _placement(self, group: int, reading: Reading, match: _Match | None) -> CopyPlacement:
        if match is None:
            threshold = similarity_threshold(len(reading.evidence), within=False)
            evidence = CopyEvidence(method="first", threshold=threshold)
        else:
            evidence = CopyEvidence(
                method=match.verdict.method,
                matched=self._ids[match.slot],
                similarity=match.similarity,
                containment=match.contained,
                shared_shingles=match.shared,
                threshold=match.verdict.threshold,
            )
        return CopyPlacement(group=self._groups.name(group), evidence=evidence)

    def _match(self, document: Document, reading: Reading) -> _Match | None:
        """The best match: most alike first, then the earliest placed."""
        mine = self._shelf.draw_up(document, reading, -1)
        found = [
            match
            for slot, equal, samples in self._candidates(reading)
            if (match := self._compare(mine, reading, slot, equal, samples)) is not None
        ]
        if found:
            return max(found, key=lambda match: (match.similarity, match.contained, -match.slot))
        return self._same_headline(mine, reading) if mine.title else None

    def _candidates(self, reading: Reading) -> list[tuple[int, int, int]]:
        """Slots with their equal signature values and shared samples, the most alike first."""
        if len(reading.evidence) < LEAST_SHINGLES:
            return []
        near = self._index.find(reading.signature)
        candidates = {
            slot: (equal, -1)
            for slot, equal in zip(near.slots.tolist(), near.equal.tolist(), strict=True)
        }
        slots, hits = self._excerpts.find(reading.sample.keys, self._index.alive)
        for slot, samples in zip(slots.tolist(), hits.tolist(), strict=True):
            if slot in candidates or samples >= LEAST_SAMPLES:
                equal = candidates[slot][0] if slot in candidates else self._equal(slot, reading)
                candidates[slot] = (equal, samples)
        ranked = sorted(
            ((equal, samples, -slot) for slot, (equal, samples) in candidates.items()),
            reverse=True,
        )
        return [(-slot, equal, max(samples, 0)) for equal, samples, slot in ranked][
            :_MOST_CANDIDATES
        ]

    def _equal(self, slot: int, reading: Reading) -> int:
        return int(np.count_nonzero(self._index.signatures[slot] == reading.signature))

    def _compare(
        self, mine: Card, reading: Reading, slot: int, equal: int, samples: int
    ) -> _Match | None:
        other = self._shelf.card(slot)
        gap = abs(other.at - mine.at)
        smaller = min(mine.evidence, other.evidence)
        if gap > WINDOW or smaller < LEAST_SHINGLES:
            return None
        size, other_size = Size(mine.keys, mine.coarse), Size(other.keys, other.coarse)
        keys = reading.sample.keys
        if is_fine(size) and not is_fine(other_size):
            keys = coarse_keys(keys)
        similarity = equal / PERMUTATIONS
        by_similarity = similarity * (mine.evidence + other.evidence) / (1 + similarity)
        contained = max(containment(samples, size, other_size), min(by_similarity / smaller, 1.0))
        likeness = Likeness(
            similarity=similarity,
            contained=contained,
            shared=round(contained * smaller),
            smaller=smaller,
            samples=samples,
            runs=self._excerpts.runs(keys, slot),
            agreements=agreements(reading.sketch, self._shelf.sketches[slot]),
            same_source=mine.source == other.source or mine.outlet == other.outlet,
            gap=gap,
        )
        verdict = judge(likeness)
        if verdict is None:
            return None
        return _Match(verdict, slot, similarity, contained, likeness.shared)

    def _same_headline(self, mine: Card, reading: Reading) -> _Match | None:
        key = np.array([mine.title], dtype=np.uint32)
        slots = sorted(self._titles.find(key, self._index.alive)[0].tolist())
        others = [(slot, self._shelf.card(slot)) for slot in slots]
        recurring = any(abs(other.at - mine.at) > TITLE_WINDOW for _, other in others)
        for slot, other in others:
            headline = Headline(
                words=mine.title_words,
                text_words=(mine.words, other.words),
                same_source=mine.source == other.source,
                recurring=recurring,
                gap=abs(other.at - mine.at),
            )
            verdict = judge_headline(headline)
            if verdict is not None:
                similarity = self._equal(slot, reading) / PERMUTATIONS
                return _Match(verdict, slot, similarity, 0.0, 0)
        return None

    def _learn(
        self, document: Document, reading: Reading, group: int, match: _Match | None
    ) -> None:
        # A text of which the match has less than half may share no more than furniture with it.
        whole = match is not None and match.shared >= len(reading.evidence) * _WHOLE
        known = self._shelf.digests[match.slot] if match is not None and whole else None
        self._boilerplate.learn(reading.shingles, known)
        slot = self._index.add(
            reading.signature, indexed=int(len(reading.evidence) >= LEAST_SHINGLES)
        )
        card = self._shelf.draw_up(document, reading, group)
        self._shelf.add(card, reading)
        self._ids.append(document.id)
        self._slots[document.id] = slot
        self._groups.join(group)
        if len(reading.evidence) >= LEAST_SHINGLES:
            self._excerpts.add(reading.sample.keys, slot, self._index.alive)
        if card.title:
            self._titles.add(np.array([card.title], dtype=np.uint32), slot, self._index.alive)
        self._clock.see(document.at)
        if len(self._ids) % _REBUILD_EVERY == 0:
            self._tidy()

    def _tidy(self) -> None:
        """Forget what is out of the window once it is a quarter of everything."""
        count = self._shelf.count
        cards = self._shelf.cards[:count]
        alive = self._index.alive[:count] == 1
        kept = alive & (cards["at"] >= self._clock.now - WINDOW)
        if count - int(kept.sum()) < count * _REBUILD_SHARE:
            return
        for slot in np.flatnonzero(alive & ~kept).tolist():
            del self._slots[self._ids[slot]]
            self._groups.leave(int(cards["group"][slot]))
        keep = np.flatnonzero(kept)
        renumbered = np.full(count, -1, dtype=np.int64)
        renumbered[keep] = np.arange(len(keep))
        indexed = (cards["evidence"][keep] >= LEAST_SHINGLES).astype(np.uint8)
        self._index.rebuild(keep, indexed)
        self._excerpts.rebuild(renumbered, self._index.alive)
        self._titles.rebuild(renumbered, self._index.alive)
        self._shelf.rebuild(keep)
        groups = self._groups.compact(self._shelf.cards["group"][: len(keep)])
        self._shelf.cards["group"][: len(keep)] = groups
        self._ids = [self._ids[slot] for slot in keep.tolist()]
        self._slots = {document: slot for slot, document in enumerate(self._ids)}

    def snapshot(self) -> bytes:
        """Everything known, for :meth:`restore`."""
        books = _Books(
            added=self._boilerplate.added,
            excerpts=self._excerpts.used,
            titles=self._titles.used,
            names=self._shelf.names.names,
            ids=self._ids,
            groups=self._groups.names,
            sizes=self._groups.sizes,
            latest=self._clock.latest,
        )
        return seal(
            _SNAPSHOT,
            join([msgspec.msgpack.encode(books), pack(self._arrays())]),
        )

    @classmethod
    def restore(cls, data: bytes | memoryview) -> Self:
        """A finder that goes on where the snapshot was taken.

        Raises :class:`dedupe.errors.SnapshotError` when it is damaged or foreign.
        """
        finder = cls(bits=_LEAST_BITS)
        parts = split(unseal(_SNAPSHOT, data))
        if len(parts) != 2:
            raise SnapshotError("the snapshot has other parts", next_step="Rebuild from the record")
        books = decode(parts[0], _Books)
        arrays = unpack(parts[1], finder._arrays())
        finder._boilerplate.load(arrays["boilerplate"], books.added)
        finder._index.load(arrays["signatures"], arrays["alive"], arrays["table"])
        finder._excerpts.load(arrays["excerpts"], books.excerpts)
        finder._titles.load(arrays["titles"], books.titles)
        finder._shelf.load(arrays["cards"], arrays["sketches"], arrays["digests"], books.names)
        finder._groups = Groups(books.groups, books.sizes)
        finder._ids = books.ids
        alive = finder._index.alive
        finder._slots = {name: slot for slot, name in enumerate(books.ids) if alive[slot]}
        finder._clock = Clock(books.latest)
        return finder

    def _arrays(self) -> dict[str, Array]:
        count = self._shelf.count
        return {
            "boilerplate": self._boilerplate.cells,
            "signatures": self._index.signatures[:count],
            "alive": self._index.alive[:count],
            "table": self._index.table,
            "excerpts": self._excerpts.cells,
            "titles": self._titles.cells,
            "cards": self._shelf.cards[:count],
            "sketches": self._shelf.sketches[:count],
            "digests": self._shelf.digests[:count],
        }
