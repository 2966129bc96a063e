"""The desk's state as bytes, and back: first what stands alone, then story by story."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

import msgspec

from dedupe.document import StoryChange
from dedupe.snapshot import cut, decode, framed, join, seal, split, unseal
from dedupe.stories.overrules import OverrulesState
from dedupe.stories.reading import pack as pack_reading
from dedupe.stories.reading import unpack as unpack_reading
from dedupe.stories.story import Member, Story, Strand
from dedupe.stories.vocabulary import VocabularyState

_KIND: Final = 12


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
    partial: bool


class DeskState(msgspec.Struct, frozen=True, array_like=True):
    """What a story desk needs, beside its stories, to go on exactly as before."""

    vocabulary: VocabularyState
    born: int
    clock: list[float]
    redirects: dict[str, str]
    waiting: list[tuple[int, float]]
    boilerplate: list[tuple[int, str]]
    overrules: OverrulesState = OverrulesState()
    headlines: list[tuple[int, bytes]] = []
    untold: list[StoryChange] = []


def pack(state: DeskState, stories: Iterable[Story]) -> Iterator[bytes]:
    """The snapshot piece by piece; of the stories one at a time."""
    told = join(msgspec.msgpack.encode(_state_of(story)) for story in stories)
    return seal(_KIND, chain(framed([msgspec.msgpack.encode(state)]), told))


def unpack(data: bytes | memoryview) -> tuple[DeskState, Iterator[Story]]:
    """Undo :func:`pack`; a story is made when it is asked for.

    Raises :class:`dedupe.errors.SnapshotError`, also while stories are asked for.
    """
    state, told = cut(unseal(_KIND, data))
    return decode(state, DeskState), (_story_of(decode(each, StoryState)) for each in split(told))


def _state_of(story: Story) -> StoryState:
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
        story.partial,
    )


def _story_of(state: StoryState) -> Story:
    """Undo :func:`_state_of`; the sums are taken as stored, since sums of floats have order."""
    story = Story(state.id, state.born, partial=state.partial)
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
