"""The desk composes copies and stories."""

# ruff: noqa: ARG002, ARG003 - the placer below has a face, not a memory

from typing import Self

import msgspec
import pytest

from dedupe.copies import CopyFinder
from dedupe.desk import Desk
from dedupe.document import (
    CopyPlacement,
    Document,
    StoryChange,
    StoryEvidence,
    StoryPlacement,
)
from dedupe.errors import DedupeError, SnapshotError

TEXT = (
    "The harbour of Varna was closed on Monday after a storm tore two freighters from their "
    "moorings and pushed them across the fairway, the port authority said. Nobody was hurt, "
    "but eleven ships are waiting outside the breakwater for the wind to drop."
)


class OneStoryPerCopyGroup:
    """The smallest placer with the face of the story desk."""

    def __init__(self) -> None:
        self.twins: list[str | None] = []

    def place(
        self, document: Document, copy: CopyPlacement, *, twin: str | None
    ) -> tuple[StoryPlacement, tuple[StoryChange, ...]]:
        self.twins.append(twin)
        return StoryPlacement(
            story="s" + copy.group[1:], evidence=StoryEvidence(method="first")
        ), ()

    revise = place

    def withdraw(self, id: str) -> tuple[StoryChange, ...]:  # noqa: A002
        return ()

    def adopt(self, document: Document, group: str, story: str) -> None:
        return None

    def settle(self) -> tuple[StoryChange, ...]:
        return ()

    def snapshot(self) -> bytes:
        return b""

    @classmethod
    def restore(cls, data: bytes) -> Self:
        return cls()


def document(name: str, text: str = TEXT, title: str = "Storm closes Varna") -> Document:
    return Document(id=name, title=title, text=text, outlet=name, source=name, at=1000.0)


def test_a_copy_reaches_the_stories_with_its_twin() -> None:
    stories = OneStoryPerCopyGroup()
    desk = Desk(CopyFinder(), stories)
    first = desk.place(document("a"))
    second = desk.place(document("b", title="Freighters adrift"))
    assert first.document == "a"
    assert second.copy.group == first.copy.group
    assert second.story.story == first.story.story
    assert stories.twins == [None, "a"]
    assert len(desk) == 2
    assert "b" in desk


def test_the_same_document_twice_is_an_error_that_names_it() -> None:
    desk = Desk(CopyFinder(), OneStoryPerCopyGroup())
    desk.place(document("a"))
    with pytest.raises(DedupeError, match="document a is already placed"):
        desk.place(document("a"))
    with pytest.raises(DedupeError, match="document z is not here"):
        desk.withdraw("z")
    with pytest.raises(DedupeError, match="document z is not here"):
        desk.revise(document("z"))


def test_a_damaged_snapshot_is_refused() -> None:
    desk = Desk(CopyFinder(), OneStoryPerCopyGroup())
    desk.place(document("a"))
    data = bytearray(desk.snapshot())
    data[-1] ^= 1
    with pytest.raises(SnapshotError, match="damaged"):
        Desk.restore(bytes(data))
    with pytest.raises(SnapshotError, match="too short"):
        Desk.restore(b"")
    with pytest.raises(SnapshotError, match="not a desk's"):
        Desk.restore(msgspec.msgpack.encode({"copies": "x" * 100}))
