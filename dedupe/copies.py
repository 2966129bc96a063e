"""Copy groups: the same text under any headline, found as it arrives."""

from typing import NamedTuple, Self

import msgspec
import numpy as np

from dedupe.boilerplate import BITS, NOTHING
from dedupe.containment import Size, containment
from dedupe.document import CopyEvidence, CopyPlacement, Document
from dedupe.errors import DedupeError, SnapshotError
from dedupe.holdings import WINDOW, Books, Candidate, Holdings
from dedupe.judgement import (
    LEAST_SHINGLES,
    TITLE_WINDOW,
    TITLE_WORDS,
    Headline,
    Likeness,
    Verdict,
    judge,
    judge_headline,
    similarity_threshold,
)
from dedupe.lineage import Lineage, Member, trace
from dedupe.minhash import PERMUTATIONS
from dedupe.shelf import Card
from dedupe.shingles import Hashes
from dedupe.snapshot import decode, join, pack, seal, split, unpack, unseal

_WHOLE = 0.5
_SNAPSHOT = 104
_LEAST_BITS = 6


class _Match(NamedTuple):
    verdict: Verdict
    slot: int
    similarity: float
    contained: float
    shared: int


class CopyFinder:
    """Places documents into copy groups, one after another; deterministic given their order.

    ``bits`` is the size of the boilerplate table: 2**bits bytes. Not for several threads at once.
    """

    def __init__(self, *, bits: int = BITS) -> None:
        self._held = Holdings(bits)

    def __len__(self) -> int:
        return len(self._held.slots)

    def __contains__(self, document: str) -> bool:
        return document in self._held.slots

    def place(self, document: Document) -> CopyPlacement:
        """Find the copy group of a new document.

        Raises :class:`DedupeError` when the document is here already.
        """
        held = self._held
        if document.id in held.slots:
            raise DedupeError(f"document {document.id} is already placed", next_step="Revise it")
        held.tidy()
        evidence = held.place_first(document)
        if evidence is not None:
            return _first(held.groups.names[-1], evidence)
        mine = held.card(document)
        match = self._match(mine)
        group = held.groups.mint(document.id) if match is None else held.group(match.slot)
        held.keep(document, mine, group, self._known(mine, match))
        return self._placement(group, mine, match)

    def revise(self, document: Document) -> CopyPlacement:
        """Place the new text of a document that is here already.

        It keeps its group while others are in it whom it still resembles, or while it is alone.
        """
        held = self._held
        own = held.digest(document.id)
        before = self.withdraw(document.id)
        held.tidy()
        held.read(document)
        mine = held.card(document)
        match = self._match(mine)
        groups = held.groups
        if match is not None:
            group = held.group(match.slot)
        elif groups.has(before):
            group = groups.mint(document.id)
        else:
            group = groups.number(before)
        held.keep(document, mine, group, self._known(mine, match) | own)
        return self._placement(group, mine, match)

    def withdraw(self, document: str) -> str:
        """Forget a document; answers the group it was in.

        Raises :class:`DedupeError` when it is not here, or no longer: after 90 days.
        """
        if document not in self._held.slots:
            raise DedupeError(f"document {document} is not here", next_step="Place it first")
        return self._held.drop(document)

    def adopt(self, document: Document, group: str) -> None:
        """Learn a document whose group was decided before, by this program or by a person."""
        held = self._held
        if document.id in held.slots:
            raise DedupeError(f"document {document.id} is already placed", next_step="Revise it")
        held.tidy()
        held.read(document)
        mine = held.card(document)
        match = self._match(mine) if held.groups.has(group) else None
        held.keep(document, mine, held.groups.number(group), self._known(mine, match))

    def lineage(self, group: str) -> Lineage:
        """Who took the text from whom, of the last 90 days.

        Raises :class:`DedupeError` when the group has no members here.
        """
        held = self._held
        if not held.groups.has(group):
            raise DedupeError(f"copy group {group} is not here")
        slots = held.members(held.groups.number(group))
        names = list(held.shelf.numbers)
        members = [
            Member(
                document=held.ids[slot],
                at=card.at,
                outlet=names[card.outlet],
                credit=names[card.credit],
                headline=card.title,
                shingles=card.evidence,
            )
            for slot in slots.tolist()
            for card in (held.shelf.card(slot),)
        ]
        return trace(group, members, held.index.signatures[slots])

    def snapshot(self) -> bytes:
        """Everything known, for :meth:`restore`."""
        books = msgspec.msgpack.encode(self._held.books())
        return seal(_SNAPSHOT, join([books, pack(self._held.arrays())]))

    @classmethod
    def restore(cls, data: bytes | memoryview) -> Self:
        """A finder that goes on where the snapshot was taken.

        Raises :class:`dedupe.errors.SnapshotError` when it is damaged or foreign.
        """
        finder = cls(bits=_LEAST_BITS)
        parts = split(unseal(_SNAPSHOT, data))
        if len(parts) != 2:
            raise SnapshotError("the snapshot has other parts", next_step="Rebuild from the record")
        books = decode(parts[0], Books)
        finder._held.load(books, unpack(parts[1], finder._held.arrays()))
        return finder

    def _known(self, mine: Card, match: _Match | None) -> Hashes:
        """The digest of what a text has from its match.

        A text of which the match has less than half may share no more than furniture with it.
        """
        if match is None or match.shared < mine.evidence * _WHOLE:
            return NOTHING
        return self._held.digest(self._held.ids[match.slot])

    def _placement(self, group: int, mine: Card, match: _Match | None) -> CopyPlacement:
        name = self._held.groups.name(group)
        if match is None:
            return _first(name, mine.evidence)
        evidence = CopyEvidence(
            method=match.verdict.method,
            matched=self._held.ids[match.slot],
            similarity=match.similarity,
            containment=match.contained,
            shared_shingles=match.shared,
            threshold=match.verdict.threshold,
        )
        return CopyPlacement(group=name, evidence=evidence)

    def _match(self, mine: Card) -> _Match | None:
        """The best match: most alike first, then the earliest placed."""
        best = None
        for candidate in self._held.candidates():
            if best is not None and (
                candidate.equal < best.similarity * PERMUTATIONS or best.contained >= 1.0
            ):
                break  # no other can be better
            match = self._compare(mine, candidate)
            if match is not None and (
                best is None
                or (match.similarity, match.contained) > (best.similarity, best.contained)
            ):
                best = match
        if best is None and mine.title_words >= TITLE_WORDS:
            best = self._same_headline(mine)
        return best

    def _compare(self, mine: Card, candidate: Candidate) -> _Match | None:
        other = self._held.shelf.card(candidate.slot)
        gap = abs(other.at - mine.at)
        smaller = min(mine.evidence, other.evidence)
        if gap > WINDOW or smaller < LEAST_SHINGLES:
            return None
        similarity = candidate.equal / PERMUTATIONS
        by_similarity = similarity * (mine.evidence + other.evidence) / (1 + similarity)
        by_samples = containment(
            candidate.samples, Size(mine.keys, mine.coarse), Size(other.keys, other.coarse)
        )
        contained = max(by_samples, min(by_similarity / smaller, 1.0))
        likeness = Likeness(
            similarity=similarity,
            contained=contained,
            shared=round(contained * smaller),
            smaller=smaller,
            samples=candidate.samples,
            runs=candidate.runs,
            agreements=candidate.agreements,
            same_source=mine.source == other.source or mine.outlet == other.outlet,
            gap=gap,
        )
        verdict = judge(likeness)
        if verdict is None:
            return None
        return _Match(verdict, candidate.slot, similarity, contained, likeness.shared)

    def _same_headline(self, mine: Card) -> _Match | None:
        card = self._held.shelf.card
        others = [(slot, card(slot)) for slot in self._held.same_headline()]
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
                rows = self._held.index.signatures
                equal = int(np.count_nonzero(rows[slot] == self._held.reader.signature))
                return _Match(verdict, slot, equal / PERMUTATIONS, 0.0, 0)
        return None


def _first(group: str, evidence: int) -> CopyPlacement:
    threshold = similarity_threshold(evidence, within=False)
    return CopyPlacement(group=group, evidence=CopyEvidence(method="first", threshold=threshold))


def warm() -> None:
    """Run every kernel once, so that none has to be compiled later."""
    finder = CopyFinder(bits=_LEAST_BITS)
    for number in range(1200):  # more than an index holds before it grows
        text = " ".join(f"{number} {word}" for word in range(8))
        finder.place(Document(id=str(number), title="a b c d e f", text=text, at=0.0))
    CopyFinder.restore(finder.snapshot())
