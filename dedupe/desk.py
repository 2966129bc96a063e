"""The one public face: a document goes in, its copy group and its story come out."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Self

import msgspec

from dedupe.copies import CopyFinder
from dedupe.document import CopyPlacement, Document, Placement, StoryChange
from dedupe.errors import DedupeError
from dedupe.lineage import Lineage
from dedupe.snapshot import cut, framed, seal, unseal
from dedupe.stories import StoryDesk
from dedupe.stories.encoder import SentenceEncoder
from dedupe.stories.overrules import Effect, Overrule, Overruled

_SNAPSHOT = 2


class Desk:
    """Composes copies and stories. Deterministic given the order of calls; for one thread.

    ``place`` and ``adopt`` raise :class:`dedupe.errors.DedupeError` for a document that is here
    already, ``revise`` for one that is not, or is no longer: 90 days after it was published, and
    all three for one with a lone surrogate in anything but its text: no snapshot could keep it.
    """

    def __init__(self, copies: CopyFinder | None = None, stories: StoryDesk | None = None) -> None:
        self._copies = CopyFinder() if copies is None else copies
        self._stories = StoryDesk() if stories is None else stories

    def __len__(self) -> int:
        return len(self._copies)

    def __contains__(self, document: str) -> bool:
        return document in self._copies

    def remembers(self, document: str) -> bool:
        """Whether its story is here too: stories are kept for eight days, copies for 90."""
        return document in self._copies and document in self._stories

    def place(self, document: Document) -> Placement:
        """Place a new document."""
        _check(document)
        copy = self._copies.place(document)
        story, changes = self._stories.place(document, copy, twin=_twin(copy))
        return Placement(document=document.id, copy=copy, story=story, changes=changes)

    def revise(self, document: Document) -> Placement:
        """Place the new text of a document that is here already."""
        _check(document)
        copy = self._copies.revise(document)
        story, changes = self._stories.revise(document, copy, twin=_twin(copy))
        changes = (*self.told(), *changes)
        return Placement(document=document.id, copy=copy, story=story, changes=changes)

    def revisit(self, document: Document, group: str, story: str) -> Placement:
        """Place the new text of a document that :meth:`remembers` does not know any more.

        ``group`` and ``story`` are its recorded places. In that story are others: they stay there,
        wherever this document goes.
        """
        _check(document)
        if document.id not in self._copies:
            self._copies.adopt(document, group)
        copy = self._copies.revise(document)
        placed, changes = self._stories.revisit(document, copy, twin=_twin(copy), story=story)
        changes = (*self.told(), *changes)
        return Placement(document=document.id, copy=copy, story=placed, changes=changes)

    def withdraw(self, *documents: str) -> tuple[StoryChange, ...]:
        """Forget documents (killed, or deleted by a person); one that is not here is no error.

        Those of one story leave it at once: one by one they would take the square of the time.
        """
        for document in documents:
            if document in self._copies:
                self._copies.withdraw(document)
        changes = self._stories.withdraw(*documents)
        return (*self.told(), *changes)

    def adopt(self, document: Document, group: str, story: str) -> None:
        """Relearn a recorded document with its recorded placement."""
        _check(document)
        if document.id not in self._copies:
            self._copies.adopt(document, group)
        self._stories.adopt(document, group, story)

    def readopt(self, document: Document, group: str, story: str) -> None:
        """Learn the recorded placement of a document that may be here with an earlier text."""
        _check(document)
        if document.id in self._copies:
            self._copies.withdraw(document.id)
        self.adopt(document, group, story)

    def gathered(self, documents: Iterable[str], story: str) -> None:
        """Learn that these documents, as far as they are here, are recorded in ``story`` now."""
        self._stories.gathered(documents, story)

    def overrule(self, order: Overrule) -> Overruled:
        """Do what a person orders about stories, and keep to it whatever comes."""
        done = self._stories.overrule(order)
        return msgspec.structs.replace(done, changes=(*self.told(), *done.changes))

    def recall(self, effect: Effect) -> None:
        """Keep to what a person ordered before; for a desk that relearns the record."""
        self._stories.recall(effect)

    def redirected(self, gone: str, kept: str) -> None:
        """Learn of a merge of stories that was recorded: the name that went is never given anew."""
        self._stories.redirected(gone, kept)

    def lineage(self, group: str) -> Lineage:
        """Who took the text of a copy group from whom, and what was changed.

        Raises :class:`dedupe.errors.DedupeError` when the group has no members here.
        """
        return self._copies.lineage(group)

    def settle(self) -> tuple[StoryChange, ...]:
        """Do all postponed structural work now; answers what it changed."""
        return self._stories.settle()

    def told(self) -> tuple[StoryChange, ...]:
        """What changed before documents that could not be placed, if no answer has told it yet:
        else the next one does."""
        return self._stories.told()

    def snapshot(self) -> bytes:
        """Everything known, for :meth:`restore`."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The snapshot piece by piece, to be written while it is made; nothing may change yet."""
        parts = chain(framed(list(self._copies.pieces())), self._stories.pieces())
        return seal(_SNAPSHOT, parts)

    @classmethod
    def restore(cls, data: bytes | memoryview, encoder: SentenceEncoder | None = None) -> Self:
        """A desk that goes on where the snapshot was taken, with the encoder that it had then.

        Raises :class:`dedupe.errors.SnapshotError` when it is damaged or foreign.
        """
        copies, stories = cut(unseal(_SNAPSHOT, data))
        return cls(CopyFinder.restore(copies), StoryDesk.restore(stories, encoder))


def _check(document: Document) -> None:
    """Refuse what a snapshot could not keep; of the text it keeps only words and hashes."""
    names = (document.id, document.source, document.outlet, document.credit, document.language)
    try:
        "".join((document.title, *names)).encode()
    except UnicodeEncodeError as error:
        raise DedupeError(f"document {document.id!a} has a lone surrogate") from error


def _twin(copy: CopyPlacement) -> str | None:
    return copy.evidence.matched or None
