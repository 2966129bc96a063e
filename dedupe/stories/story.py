"""What is remembered of a story while it can still grow."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from dedupe.stories.guards import of_days
from dedupe.stories.reading import NOTHING, Reading, pack, unpack
from dedupe.stories.sparse import dot, merged

CENTROID_TERMS: Final = (256, 128, 128, 128)
_SCENE_SHARE: Final = 0.1
_TICKS: Final = float(1 << 22)
"""Ticks a second. Times of this age of the world are whole numbers of them, as doubles are."""


class Member(msgspec.Struct, frozen=True, gc=False):
    """A document in a story.

    ``strand`` is the language of the strand it counts in. ``copy_of`` names its twin, which is a
    report of the same story and never a copy itself; a copy does not count in any strand.
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


def with_heirs(members: Iterable[Member], gone: Container[str]) -> list[Member]:
    """Those of ``members`` that copy one that is ``gone``: the first copy of each becomes a
    report, and the others become its copies."""
    heirs: dict[str, str] = {}
    found: list[Member] = []
    for copy in members:
        if copy.copy_of in gone:
            heir = heirs.setdefault(copy.copy_of, copy.id)
            twin = "" if heir == copy.id else heir
            found.append(msgspec.structs.replace(copy, copy_of=twin))
    return found


def _count(table: dict[str, int], name: str, number: int) -> None:
    counted = table.get(name, 0) + number
    if counted:
        table[name] = counted
    else:
        del table[name]


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
    ticks: int = 0
    """The times of its documents added up, whole so that their order makes no difference."""
    outlets: dict[str, int] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    scenes: dict[str, int] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    """The first title of each outlet."""
    rows: dict[str, int] = field(default_factory=dict)
    """Where each of its strands stands in the columns (:mod:`dedupe.stories.columns`)."""
    partial: bool = False
    """Whether documents of it have left memory: they would go wherever its name goes."""

    @property
    def mean(self) -> float:
        """The mean time of its documents, epoch seconds."""
        return self.ticks / len(self.members) / _TICKS

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
        return frozenset(self.marks)

    def days(self) -> frozenset[str]:
        """The days named in its titles, if most of these name one of them: it is of a series."""
        half = len(self.members) / 2
        days = of_days(self.marks)
        return days if any(self.marks[day] > half for day in days) else frozenset()

    def reported_before(self, at: float) -> bool:
        """Whether one of its reports is older; a copy may be dated as it likes."""
        return self.first < at and any(m.at < at and not m.copy_of for m in self.members.values())

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
        self.ticks += int(member.at * _TICKS)
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

    def part(self, documents: Iterable[str]) -> tuple[list[Member], tuple[str, ...]]:
        """Take members out; answers them, and the strands whose words that changed.

        Where only their copies stay, the first of these counts in the stead of each, in the strand
        of its own language. All at once, since each looks at all that stay.
        """
        gone = [self.members.pop(document) for document in documents]
        for member in gone:
            self.ticks -= int(member.at * _TICKS)
            self._tell_apart(member, -1)
            if not member.copy_of:
                self._count_out(member)
        self._title_anew(gone)
        if self.members and any(m.at in (self.first, self.last) for m in gone):
            self.first = min(m.at for m in self.members.values())
            self.last = max(m.at for m in self.members.values())
        reports = [member for member in gone if not member.copy_of]
        heirs = self._promote({member.id for member in reports})
        return gone, tuple(dict.fromkeys(member.strand for member in (*reports, *heirs)))

    def _title_anew(self, gone: list[Member]) -> None:
        """Keep the first titles, in the order of the members: the encoder hears the first ones."""
        untold = {m.outlet for m in gone if self.titles.get(m.outlet) == m.title}
        if self.outlets.keys() & untold:
            self.titles = {}
            for member in self.members.values():
                if member.outlet:
                    self.titles.setdefault(member.outlet, member.title)
        else:
            for outlet in untold:
                del self.titles[outlet]

    def _count_out(self, member: Member) -> None:
        self.reports -= 1
        strand = self.strands[member.strand]
        strand.count(member.reading, -1)
        if not strand.reports:
            del self.strands[member.strand]

    def _promote(self, twins: set[str]) -> list[Member]:
        """Put the copies of reports that left in their stead; answers the new reports."""
        if not twins or self.reports == len(self.members):  # or there are no copies
            return []
        orphans = with_heirs(self.members.values(), twins)
        self.members.update({member.id: member for member in orphans})
        heirs = [member for member in orphans if not member.copy_of]
        for member in heirs:
            self._sum_up(member)
        return heirs

    def absorb(self, other: "Story") -> None:
        """Take all of another story in."""
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)
        self.ticks += other.ticks
        self.partial |= other.partial
        self.reports += other.reports
        self.members.update(other.members)
        for mine, theirs in (
            (self.outlets, other.outlets),
            (self.marks, other.marks),
            (self.scenes, other.scenes),
        ):
            for name, number in theirs.items():
                _count(mine, name, number)
        for outlet, title in other.titles.items():
            self.titles.setdefault(outlet, title)
        for language, strand in other.strands.items():
            self.strands.setdefault(language, Strand()).absorb(strand)
