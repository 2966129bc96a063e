"""How the work goes, as small documents beside articles and stories, for dashboards.

Each kind is a struct; its ``kind`` says which. Times are epoch seconds, UTC. The record is their
source: whatever is here can be dropped and is written again, except delays, which were measured
once when an article became searchable.
"""

from typing import Any

import msgspec


class _Document(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    id: str
    at: float


class Fetch(_Document, frozen=True, kw_only=True, tag="fetch"):
    """One fetch of a source and what came of it; ``seconds`` it took."""

    source: str
    outlet: str
    outcome: str
    status: int
    items: int
    new_items: int
    page_failures: int
    bytes: int
    seconds: float
    error: str = ""


class SourceState(_Document, frozen=True, kw_only=True, tag="source"):
    """How a source stands at ``at``; ``silent_hours`` since it was last fetched well.

    ``stale`` is 1 when it is silent for much longer than it should be, else 0.
    """

    source: str
    outlet: str
    outcome: str
    failures: int
    silent_hours: float
    stale: int


class DeadLetter(_Document, frozen=True, kw_only=True, tag="dead_letter"):
    """What could not be placed or indexed, and is kept in the record."""

    stage: str
    subject: str
    reason: str


class Indexed(_Document, frozen=True, kw_only=True, tag="indexed"):
    """Articles that became searchable together: seconds from publication until then, each."""

    delays: tuple[float, ...]


OperationDocument = Fetch | SourceState | DeadLetter | Indexed
KINDS: tuple[type[OperationDocument], ...] = (Fetch, SourceState, DeadLetter, Indexed)
SNAPSHOTS = ("source", "dead_letter")
"""Kinds that say how things stand now: each pass replaces all of them."""


_KEYWORD: dict[str, Any] = {"type": "keyword", "ignore_above": 1024}
_DATE: dict[str, Any] = {"type": "date", "format": "epoch_millis"}
_TYPES: dict[Any, dict[str, Any]] = {str: _KEYWORD, int: {"type": "long"}}
_DECIMAL: dict[str, Any] = {"type": "double"}  # Single numbers and lists of them alike.


def kind_of(document: OperationDocument) -> str:
    """What its ``kind`` field says."""
    return str(document.__struct_config__.tag)


def properties() -> dict[str, dict[str, Any]]:
    """The mapping of the index: every field of every kind, with ``kind`` and ``seen``.

    ``seen`` is the pass that wrote the document, by which a pass tells what is gone.
    """
    fields = {
        field.name: _TYPES.get(field.type, _DECIMAL)
        for kind in KINDS
        for field in msgspec.structs.fields(kind)
        if field.name != "id"  # That is where it lies, not what it says.
    }
    return {**fields, "kind": _KEYWORD, "at": _DATE, "seen": _DATE}
