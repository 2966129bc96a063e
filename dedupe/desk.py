"""The one public face: a document goes in, its copy group and its story come out."""

import importlib
from typing import Protocol, Self, cast

import msgspec

from dedupe import snapshot
from dedupe.copies import CopyFinder
from dedupe.document import CopyPlacement, Document, Placement, StoryChange, StoryPlacement

_SNAPSHOT = 1


class StoryPlacer(Protocol):
    """What the desk asks of :class:`dedupe.stories.StoryDesk`.

    ``twin`` is the id of the matched document when the new one is a copy.
    """

    def place(
        self, document: Document, copy: CopyPlacement, *, twin: str | None
    ) -> tuple[StoryPlacement, tuple[StoryChange, ...]]: ...

    def revise(
        self, document: Document, copy: CopyPlacement, *, twin: str | None
    ) -> tuple[StoryPlacement, tuple[StoryChange, ...]]: ...

    def withdraw(self, id: str) -> tuple[StoryChange, ...]: ...  # noqa: A002 - the agreed face

    def adopt(self, document: Document, group: str, story: str) -> None: ...

    def settle(self) -> tuple[StoryChange, ...]: ...

    def snapshot(self) -> bytes: ...


class _Parts(msgspec.Struct, frozen=True):
    copies: bytes
    stories: bytes


class Desk:
    """Composes copies and stories. Deterministic given the order of calls.

    All methods raise :class:`dedupe.errors.DedupeError`: ``place`` and ``adopt`` for a document
    that is here already, ``revise`` and ``withdraw`` for one that is not.
    """

    def __init__(
        self, copies: CopyFinder | None = None, stories: StoryPlacer | None = None
    ) -> None:
        self._copies = CopyFinder() if copies is None else copies
        self._stories = _story_desk()() if stories is None else stories

    def __len__(self) -> int:
        return len(self._copies)

    def __contains__(self, document: str) -> bool:
        return document in self._copies

    def place(self, document: Document) -> Placement:
        """Place a new document."""
        copy = self._copies.place(document)
        story, changes = self._stories.place(document, copy, twin=_twin(copy))
        return Placement(document=document.id, copy=copy, story=story, changes=changes)

    def revise(self, document: Document) -> Placement:
        """Place the new text of a document that is here already."""
        copy = self._copies.revise(document)
        story, changes = self._stories.revise(document, copy, twin=_twin(copy))
        return Placement(document=document.id, copy=copy, story=story, changes=changes)

    def withdraw(self, id: str) -> tuple[StoryChange, ...]:  # noqa: A002 - the agreed face
        """Forget a document (killed, or deleted by a person)."""
        self._copies.withdraw(id)
        return self._stories.withdraw(id)

    def adopt(self, document: Document, group: str, story: str) -> None:
        """Relearn a recorded document with its recorded placement."""
        self._copies.adopt(document, group)
        self._stories.adopt(document, group, story)

    def settle(self) -> tuple[StoryChange, ...]:
        """Do all postponed structural work now; answers what it changed."""
        return self._stories.settle()

    def snapshot(self) -> bytes:
        """Everything known, for :meth:`restore`."""
        parts = _Parts(self._copies.snapshot(), self._stories.snapshot())
        return snapshot.seal(_SNAPSHOT, msgspec.msgpack.encode(parts))

    @classmethod
    def restore(cls, data: bytes) -> Self:
        """A desk that goes on where the snapshot was taken.

        Raises :class:`dedupe.errors.SnapshotError` when it is damaged or foreign.
        """
        parts = snapshot.decode(snapshot.unseal(_SNAPSHOT, data), _Parts)
        return cls(CopyFinder.restore(parts.copies), _story_desk().restore(parts.stories))


class _StoryDeskType(Protocol):
    def __call__(self) -> StoryPlacer: ...

    def restore(self, data: bytes) -> StoryPlacer: ...


def _story_desk() -> _StoryDeskType:
    return cast("_StoryDeskType", importlib.import_module("dedupe.stories").StoryDesk)


def _twin(copy: CopyPlacement) -> str | None:
    return copy.evidence.matched or None
