"""Copy groups: the same text under any headline, found as it arrives."""

import functools
import math
from collections.abc import Iterator
from itertools import chain
from typing import Self

import msgspec
import numpy as np

from dedupe.boilerplate import BITS, NOTHING
from dedupe.document import CopyEvidence, CopyMethod, CopyPlacement, Document
from dedupe.errors import DedupeError
from dedupe.holdings import TIDY_EVERY, Books, Holdings
from dedupe.judgement import (
    CONTAINMENT,
    LONG,
    MINHASH,
    NO_COPY,
    TITLE,
    TITLE_WINDOW,
    Headline,
    judge_headline,
    similarity_threshold,
)
from dedupe.lineage import Lineage, Member, trace
from dedupe.matching import NO_MATCH, Match
from dedupe.minhash import PERMUTATIONS
from dedupe.reading import EVIDENCE, TITLE_WORDS, WORDS
from dedupe.shingles import Hashes
from dedupe.snapshot import cut, decode, framed, pack, seal, unpack, unseal
from dedupe.study import WHOLE

_METHODS: dict[int, CopyMethod] = {MINHASH: "minhash", CONTAINMENT: "containment", TITLE: "title"}
_SNAPSHOT = 106
_LEAST_BITS = 6


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
        name = document.id
        if name in held.slots or not math.isfinite(document.at):
            self._new(document)  # says what is wrong with it
        if len(held.ids) % TIDY_EVERY == 0:
            held.tidy()
        if name in held.gone:
            return self._again(document)
        group, evidence = held.place(document)
        if group < 0:
            match = self._same_headline(document)
            group = (
                held.groups.mint(document.id) if match.method == NO_COPY else held.group(match.slot)
            )
            held.keep(document, group, self._known(match))
            return self._placement(group, match)
        if evidence < 0:
            return self._placement(group, held.match)
        return CopyPlacement(group=held.groups.names[group], evidence=_first(min(evidence, LONG)))

    def revise(self, document: Document) -> CopyPlacement:
        """Place the new text of a document that is here already.

        It keeps its group while others are in it whom it still resembles, or while it is alone.
        """
        held = self._held
        _dated(document)
        own = held.digest(document.id)
        before = self.withdraw(document.id)
        held.tidy()
        match = self._match(document)
        groups = held.groups
        if match.method != NO_COPY:
            group = held.group(match.slot)
        elif groups.has(before):
            group = groups.mint(document.id)
        else:
            group = groups.number(before)
        held.keep(document, group, self._known(match) | own)
        return self._placement(group, match)

    def withdraw(self, document: str) -> str:
        """Forget a document; answers the group it was in.

        What it added to the counts of boilerplate stays: which of its shingles were counted is
        not known any more (a digest tells only that of a shingle in hand), and keeping them would
        cost ten times what is kept of an article. A text that comes once and goes is one count of
        the five that make boilerplate, and ages like all others; the same document is not counted
        again when it comes back.

        Raises :class:`DedupeError` when it is not here, or no longer: after 90 days.
        """
        if document not in self._held.slots:
            raise DedupeError(f"document {document} is not here", next_step="Place it first")
        return self._held.drop(document)

    def adopt(self, document: Document, group: str) -> None:
        """Learn a document whose group was decided before, by this program or by a person.

        What was counted for one that was withdrawn is not counted again.
        """
        held = self._held
        self._new(document)
        held.tidy()
        own = held.left_behind(document.id) if document.id in held.gone else NOTHING
        match = self._match(document)
        known = self._known(match) if held.groups.has(group) else NOTHING
        held.keep(document, held.groups.number(group), known | own)

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
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The snapshot piece by piece."""
        books = msgspec.msgpack.encode(self._held.books())
        return seal(_SNAPSHOT, chain(framed([books]), pack(self._held.arrays())))

    @classmethod
    def restore(cls, data: bytes | memoryview) -> Self:
        """A finder that goes on where the snapshot was taken.

        Raises :class:`dedupe.errors.SnapshotError` when it is damaged or foreign.
        """
        finder = cls(bits=_LEAST_BITS)
        books, arrays = cut(unseal(_SNAPSHOT, data))
        finder._held.load(decode(books, Books), unpack(arrays, finder._held.arrays()))
        return finder

    def _new(self, document: Document) -> None:
        if document.id in self._held.slots:
            raise DedupeError(f"document {document.id} is already placed", next_step="Revise it")
        _dated(document)

    def _again(self, document: Document) -> CopyPlacement:
        """Place a document that was withdrawn. What was counted for it is not counted again."""
        held = self._held
        own = held.left_behind(document.id)
        match = self._match(document)
        new = match.method == NO_COPY
        group = held.groups.mint(document.id) if new else held.group(match.slot)
        held.keep(document, group, self._known(match) | own)
        return self._placement(group, match)

    def _match(self, document: Document) -> Match:
        match = self._held.read(document)
        return self._same_headline(document) if match.method == NO_COPY else match

    def _same_headline(self, document: Document) -> Match:
        """What the document just read is a copy of by its headline."""
        held = self._held
        counts = held.counts
        others = [(slot, held.shelf.card(slot)) for slot in held.same_headline()]
        recurring = any(abs(other.at - document.at) > TITLE_WINDOW for _, other in others)
        source = held.shelf.numbers[document.source]
        for slot, other in others:
            verdict = judge_headline(
                Headline(
                    words=counts[TITLE_WORDS],
                    text_words=(counts[WORDS], other.words),
                    same_source=source == other.source,
                    recurring=recurring,
                    gap=abs(other.at - document.at),
                )
            )
            if verdict.method != NO_COPY:
                same = held.index.signatures[slot] == held.reader.signature
                similarity = int(np.count_nonzero(same)) / PERMUTATIONS
                return Match(verdict.method, slot, similarity, 0.0, 0, verdict.threshold)
        return NO_MATCH

    def _known(self, match: Match) -> Hashes:
        """The digest of what a text has from its match.

        A text of which the match has less than half may share no more than furniture with it.
        """
        held = self._held
        if match.method == NO_COPY or match.shared < held.counts[EVIDENCE] * WHOLE:
            return NOTHING
        return held.digest(held.ids[match.slot])

    def _placement(self, group: int, match: Match) -> CopyPlacement:
        held = self._held
        name = held.groups.name(group)
        if match.method == NO_COPY:
            return CopyPlacement(group=name, evidence=_first(min(held.counts[EVIDENCE], LONG)))
        evidence = CopyEvidence(
            method=_METHODS[match.method],
            matched=held.ids[match.slot],
            similarity=match.similarity,
            containment=match.contained,
            shared_shingles=match.shared,
            threshold=match.threshold,
        )
        return CopyPlacement(group=name, evidence=evidence)


@functools.cache
def _first(shingles: int) -> CopyEvidence:
    """Why a text of so many shingles, or of :data:`LONG` and more, is a copy of nothing."""
    return CopyEvidence(method="first", threshold=similarity_threshold(shingles, False))


def _dated(document: Document) -> None:
    if not math.isfinite(document.at):
        raise DedupeError(
            f"document {document.id} has no time: {document.at}",
            next_step="Give it the time when it was first seen",
        )


def warm() -> None:
    """Run every kernel once, so that none has to be compiled later."""
    finder = CopyFinder(bits=_LEAST_BITS)
    for number in range(1200):  # more than an index holds before it grows
        text = " ".join(f"{number} {word}" for word in range(8))
        document = Document(id=str(number), title="a b c d e f", text=text, at=0.0)
        finder.place(document)
    finder.revise(document)
    CopyFinder.restore(finder.snapshot())
