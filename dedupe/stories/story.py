"""What is remembered of a story while it can still grow."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from dedupe.stories.reading import NOTHING, Reading, pack, unpack
from dedupe.stories.sparse import dot, merged

CENTROID_TERMS: Final = (256, 128, 128, 128)
_SCENE_SHARE: Final = 0.1


class Member(msgspec.Struct, frozen=True, gc=False):
    """A document in a story.

    ``strand`` is the language of the strand it counts in. ``copy_of`` names its twin; a copy does
    not count in any strand.
    """

    id: str
    at: float
    strand: str
    group: str
    fresh: Reading | None
    outlet: str = ""
    source: str = ""
    copy_of: str = ""
    marks: frozenset[str] = frozenset()
    """Numbers and dates of a series in the title."""
    title: str = ""
    packed: bytes = b""
    scene: str = ""
    """The city where it happens (see :mod:`dedupe.stories.conflict`)."""

    @property
    def reading(self) -> Reading:
        """What it says."""
        return unpack(self.packed) if self.fresh is None else self.fresh

    def at_rest(self) -> "Member":
        """The same member, packed."""
        if self.fresh is None:
            return self
        return msgspec.structs.replace(self, fresh=None, packed=pack(self.fresh))


@dataclass(slots=True)
class Strand:
    """The reports of a story in one language: their summed unit vectors."""

    total: Reading = NOTHING
    reports: int = 0
    lengths: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    @classmethod
    def of(cls, total: Reading, reports: int) -> "Strand":
        """The strand with these summed vectors."""
        made = cls()
        made.count(total)
        made.reports = reports
        return made

    def count(self, reading: Reading, sign: int = 1) -> None:
        """Take ``reading`` in (``sign`` 1) or out (-1)."""
        total = self.total
        ids, weights, sizes, self.lengths = merged.run(
            (total.ids, total.weights),
            total.sizes,
            (reading.ids, reading.weights),
            reading.sizes,
            float(sign),
            CENTROID_TERMS,
        )
        self.total = Reading(ids, weights, sizes)
        self.reports += sign

    def absorb(self, other: "Strand") -> None:
        """Take all of another strand in."""
        reports = self.reports + other.reports
        self.count(other.total)
        self.reports = reports

    def cosine(self, reading: Reading) -> float:
        """Cosine of the body with the centroid."""
        return dot(self.total.body, reading.body) / self.lengths[0] if self.lengths[0] else 0.0


def _count(table: dict[str, int], name: str, number: int) -> None:
    table[name] = table.get(name, 0) + number


@dataclass(slots=True)
class Story:
    """A story that is still in memory."""

    id: str
    born: int
    """Running number at birth: of two stories the lower is the older."""
    strands: dict[str, Strand] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    reports: int = 0
    first: float = 0.0
    last: float = 0.0
    time_sum: float = 0.0
    outlets: dict[str, int] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    scenes: dict[str, int] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    """The first title of each outlet."""
    rows: dict[str, int] = field(default_factory=dict)
    """Where each of its strands stands in the columns (:mod:`dedupe.stories.columns`)."""

    @property
    def mean(self) -> float:
        """The mean time of its documents, epoch seconds."""
        return self.time_sum / len(self.members)

    @property
    def told(self) -> tuple[float, float, float, float, float]:
        """What compiled code knows of it: its number, its reports, and when it was told."""
        return float(self.born), float(self.reports), self.first, self.last, self.mean

    def share_of(self, outlet: str) -> float:
        """The part of its documents that ``outlet`` published; 0 for an unnamed outlet."""
        return self.outlets.get(outlet, 0) / len(self.members) if outlet else 0.0

    @property
    def placed(self) -> float:
        """How far its scenes speak for all of it, 0..1: 1 where a tenth of its documents name one.

        Of 68 reports of missiles on many cities one named a city, and kept out eleven of another.
        """
        return min(1.0, sum(self.scenes.values()) / (_SCENE_SHARE * len(self.members)))

    @property
    def headline(self) -> str:
        """The title of its first document."""
        return next(iter(self.members.values())).title

    def series(self) -> frozenset[str]:
        """The numbers and dates of series in its titles."""
        return frozenset(mark for mark, n in self.marks.items() if n > 0)

    def take(self, member: Member) -> None:
        """Make ``member`` part of the story."""
        self.note(member)
        if not member.copy_of:
            self._sum_up(member)

    def note(self, member: Member) -> None:
        """Make ``member`` part of the story, but count its words in no strand."""
        self.first = min(self.first, member.at) if self.members else member.at
        self.last = max(self.last, member.at) if self.members else member.at
        self.members[member.id] = member.at_rest()
        self.time_sum += member.at
        self._tell_apart(member, 1)
        if member.outlet:
            self.titles.setdefault(member.outlet, member.title)

    def _tell_apart(self, member: Member, sign: int) -> None:
        _count(self.outlets, member.outlet, sign)
        for mark in member.marks:
            _count(self.marks, mark, sign)
        if member.scene:
            _count(self.scenes, member.scene, sign)

    def _sum_up(self, member: Member) -> None:
        self.reports += 1
        self.strands.setdefault(member.strand, Strand()).count(member.reading)

    def part(self, documents: Iterable[str]) -> list[Member]:
        """Take members out and give them back; where only their copies stay, the first of these
        counts in the stead of each. All at once, since each looks at all that stay."""
        gone = [self.members.pop(document) for document in documents]
        for member in gone:
            self.time_sum -= member.at
            self._tell_apart(member, -1)
            if not member.copy_of:
                self._count_out(member)
        if any(self.titles.get(member.outlet) == member.title for member in gone):
            rest = reversed(self.members.values())
            self.titles = {m.outlet: m.title for m in rest if m.outlet}
        if self.members:
            self.first = min(m.at for m in self.members.values())
            self.last = max(m.at for m in self.members.values())
        twins = {member.id for member in gone if not member.copy_of}
        if twins:
            self._promote(twins)
        return gone

    def _count_out(self, member: Member) -> None:
        self.reports -= 1
        strand = self.strands[member.strand]
        strand.count(member.reading, -1)
        if not strand.reports:
            del self.strands[member.strand]

    def _promote(self, twins: set[str]) -> None:
        heirs: dict[str, str] = {}
        for copy in [m for m in self.members.values() if m.copy_of in twins]:
            heir = heirs.setdefault(copy.copy_of, copy.id)
            first = heir == copy.id
            promoted = msgspec.structs.replace(copy, copy_of="" if first else heir)
            self.members[copy.id] = promoted
            if first:
                self._sum_up(promoted)

    def absorb(self, other: "Story") -> None:
        """Take all of another story in."""
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)
        self.time_sum += other.time_sum
        self.reports += other.reports
        self.members.update(other.members)
        for mine, theirs in (
            (self.outlets, other.outlets),
            (self.marks, other.marks),
            (self.scenes, other.scenes),
        ):
            for name, number in theirs.items():
                _count(mine, name, number)
        self.titles = other.titles | self.titles
        for language, strand in other.strands.items():
            self.strands.setdefault(language, Strand()).absorb(strand)
