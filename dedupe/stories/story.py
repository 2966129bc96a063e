"""What is remembered of a story while it can still grow."""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from dedupe.stories.sparse import EMPTY, Vector, add, dot, heaviest

CENTROID_TERMS: Final = 256


@dataclass(frozen=True, slots=True)
class Member:
    """A document in a story.

    ``strand`` is the language of the strand it counts in. ``copy_of`` names its twin; a copy does
    not count in any strand.
    """

    id: str
    at: float
    strand: str
    group: str
    vector: Vector
    outlet: str = ""
    source: str = ""
    copy_of: str = ""


@dataclass(slots=True)
class Strand:
    """The reports of a story in one language: their summed unit vectors."""

    total: Vector = EMPTY
    reports: int = 0
    length: float = 0.0

    @classmethod
    def of(cls, total: Vector, reports: int) -> "Strand":
        """The strand with this summed vector."""
        return cls(total, reports, float(np.sqrt(np.dot(total.weights, total.weights))))

    def count(self, vector: Vector, sign: int = 1) -> None:
        """Take ``vector`` in (``sign`` 1) or out (-1)."""
        self.total = heaviest(add(self.total, vector, float(sign)), CENTROID_TERMS)
        self.reports += sign
        self.length = float(np.sqrt(np.dot(self.total.weights, self.total.weights)))

    def likeness(self, vector: Vector) -> tuple[float, float]:
        """Cosine of ``vector`` with the centroid, and its mean cosine with the reports."""
        if not self.reports or not self.length:
            return 0.0, 0.0
        product = dot(self.total, vector)
        return product / self.length, product / self.reports


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

    @property
    def mean(self) -> float:
        """The mean time of its documents, epoch seconds."""
        return self.time_sum / len(self.members)

    def take(self, member: Member) -> None:
        """Make ``member`` part of the story."""
        self.first = min(self.first, member.at) if self.members else member.at
        self.last = max(self.last, member.at) if self.members else member.at
        self.members[member.id] = member
        self.time_sum += member.at
        if not member.copy_of:
            self._count(member)

    def _count(self, member: Member) -> None:
        self.reports += 1
        self.strands.setdefault(member.strand, Strand()).count(member.vector)

    def drop(self, document: str) -> Member:
        """Take a member out and give it back; the first of its copies counts in its stead."""
        member = self.members.pop(document)
        self.time_sum -= member.at
        if self.members:
            self.first = min(m.at for m in self.members.values())
            self.last = max(m.at for m in self.members.values())
        if not member.copy_of:
            self.reports -= 1
            strand = self.strands[member.strand]
            strand.count(member.vector, -1)
            if not strand.reports:
                del self.strands[member.strand]
            self._promote(document)
        return member

    def _promote(self, document: str) -> None:
        heir = ""
        for copy in [m for m in self.members.values() if m.copy_of == document]:
            self.members[copy.id] = promoted = replace(copy, copy_of=heir)
            if not heir:
                heir = copy.id
                self._count(promoted)
