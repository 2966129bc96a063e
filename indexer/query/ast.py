"""The query as a tree. Offsets (characters, from 0) are for messages and do not compare."""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Everything:
    """Finds every document: the empty query, or ``*``."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words in one field (or, with ``field`` empty, anywhere). A quoted text is a phrase."""

    text: str
    field: str = ""
    quoted: bool = False
    prefix: bool = False
    offset: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Present:
    """``credit:*``: the field has a value."""

    field: str
    offset: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Between:
    """A range as written; ``None`` is open. Equality is a range from a value to itself."""

    field: str
    low: str | None
    high: str | None
    include_low: bool = True
    include_high: bool = True
    offset: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All parts match."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part matches."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not match."""

    part: "Node"


Node = Everything | Words | Present | Between | And | Or | Not
