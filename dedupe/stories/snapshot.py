"""The desk's state as bytes, and back; damage and foreign data are told apart from state."""

from typing import Final

import msgspec
import xxhash

from dedupe.errors import SnapshotError
from dedupe.stories.overrules import OverrulesState
from dedupe.stories.reading import pack as pack_reading
from dedupe.stories.reading import unpack as unpack_reading
from dedupe.stories.story import Member, Story, Strand
from dedupe.stories.vocabulary import VocabularyState

_MAGIC: Final = b"copydesk stories 4\n"


class MemberState(msgspec.Struct, frozen=True, array_like=True):
    """A member; ``packed`` is its reading (see :func:`dedupe.stories.reading.pack`)."""

    id: str
    at: float
    strand: str
    group: str
    packed: bytes
    outlet: str
    source: str
    copy_of: str
    marks: list[str]
    title: str
    scene: str


class StrandState(msgspec.Struct, frozen=True, array_like=True):
    """A strand: language, reports, summed vector."""

    language: str
    reports: int
    packed: bytes


class StoryState(msgspec.Struct, frozen=True, array_like=True):
    """A story with its strands and members, in their order."""

    id: str
    born: int
    strands: list[StrandState]
    members: list[MemberState]


class DeskState(msgspec.Struct, frozen=True, array_like=True):
    """Everything a story desk needs to go on exactly as before."""

    vocabulary: VocabularyState
    stories: list[StoryState]
    born: int
    clock: list[float]
    redirects: dict[str, str]
    waiting: list[tuple[int, float]]
    boilerplate: list[tuple[int, str]]
    overrules: OverrulesState = OverrulesState()
    headlines: list[tuple[int, bytes]] = []


def pack(state: DeskState) -> bytes:
    """Magic line, 8-byte checksum, MessagePack."""
    body = msgspec.msgpack.encode(state)
    return _MAGIC + xxhash.xxh3_64_digest(body) + body


def unpack(data: bytes) -> DeskState:
    """Undo :func:`pack`; raises :class:`SnapshotError`."""
    advice = "Delete it and rebuild by adopting the recorded placements"
    if not data.startswith(_MAGIC):
        raise SnapshotError("Not a story snapshot of this version", next_step=advice)
    digest, body = data[len(_MAGIC) :][:8], data[len(_MAGIC) + 8 :]
    if xxhash.xxh3_64_digest(body) != digest:
        raise SnapshotError(
            "The story snapshot is damaged (its checksum differs)", next_step=advice
        )
    try:
        return msgspec.msgpack.decode(body, type=DeskState)
    except msgspec.MsgspecError as error:
        raise SnapshotError("The story snapshot cannot be read", next_step=advice) from error


def story_state(story: Story) -> StoryState:
    """A story as it is stored."""
    return StoryState(
        story.id,
        story.born,
        [StrandState(name, s.reports, pack_reading(s.total)) for name, s in story.strands.items()],
        [
            MemberState(
                m.id,
                m.at,
                m.strand,
                m.group,
                m.packed,
                m.outlet,
                m.source,
                m.copy_of,
                sorted(m.marks),
                m.title,
                m.scene,
            )
            for m in story.members.values()
        ],
    )


def story_of(state: StoryState) -> Story:
    """Undo :func:`story_state`; the sums are taken as stored, since sums of floats have order."""
    story = Story(state.id, state.born)
    for m in state.members:
        marks = frozenset(m.marks)
        story.take(
            Member(
                m.id,
                m.at,
                m.strand,
                m.group,
                None,
                m.outlet,
                m.source,
                m.copy_of,
                marks,
                m.title,
                m.packed,
                m.scene,
            )
        )
    story.strands = {
        row.language: Strand.of(unpack_reading(row.packed), row.reports) for row in state.strands
    }
    return story
