"""What every search engine promises."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from indexer.documents import ArticleDocument, StoryDocument

Kind = Literal["article", "story"]
Order = Literal["relevance", "newest", "oldest"]
Unit = Literal["hour", "day", "week", "month"]


class Put(msgspec.Struct, frozen=True, kw_only=True):
    """Index this document. ``version`` is the sequence number in the change log."""

    version: int
    document: ArticleDocument | StoryDocument


class Remove(msgspec.Struct, frozen=True, kw_only=True):
    """Take this document out of the index."""

    version: int
    kind: Kind
    id: str


Write = Put | Remove


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """One write that the engine refused for good, with its reason."""

    kind: Kind
    id: str
    version: int
    reason: str


class WriteReport(msgspec.Struct, frozen=True, kw_only=True):
    """The fate of every write of a batch."""

    ok: int = 0
    stale: int = 0
    rejected: tuple[Rejected, ...] = ()


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """Up to which version an index is complete and durable, and of which log (see ``follow``)."""

    position: int = 0
    timeline: str = ""


class SearchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One page of one search. ``query`` is in the query grammar; empty finds everything.

    ``merged`` has of stories that the query names and that were merged the one that holds each now,
    here and in the other requests: no index knows it. ``cursor`` is the opaque ``next_cursor`` of
    the page before. 1 <= ``limit`` <= 1000.
    """

    kind: Kind = "article"
    query: str = ""
    merged: Mapping[str, str] = {}
    order: Order = "relevance"
    limit: int = 20
    cursor: str = ""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One document found, with marked excerpts (plain text, hits between U+0002 and U+0003)."""

    document: ArticleDocument | StoryDocument
    score: float
    highlights: tuple[str, ...] = ()


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """Hits in order; ``total`` is exact; ``next_cursor`` is empty on the last page."""

    hits: tuple[Hit, ...]
    total: int
    next_cursor: str = ""


class FacetsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Count what a query finds by the values of some fields; 1 <= ``limit`` <= 1000 values each.

    Articles are counted by outlet, source, language (without region), country and credit; stories
    by outlet, language and country. A story counts for each of its values.
    """

    kind: Kind = "article"
    query: str = ""
    merged: Mapping[str, str] = {}
    fields: tuple[str, ...] = ("outlet", "language", "country")
    limit: int = 10


class FacetValue(msgspec.Struct, frozen=True, kw_only=True):
    """One value and how many documents have it."""

    value: str
    count: int


class Facets(msgspec.Struct, frozen=True, kw_only=True):
    """The commonest values by field, most first, then by value; ``total`` documents are found."""

    fields: dict[str, tuple[FacetValue, ...]]
    total: int


class TimelineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Count what a query finds by the hour, day, week (from Monday) or month of a time zone.

    Times are epoch seconds; articles count when they were published, or else first seen, stories
    at their last report. Bars are whole: the first holds ``since``, the last one ends at or after
    ``until``.
    """

    kind: Kind = "article"
    query: str = ""
    merged: Mapping[str, str] = {}
    since: float
    until: float
    by: Unit = "day"
    zone: str = "UTC"


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """How many documents there are from ``begin`` (included) to ``end`` (excluded)."""

    begin: float
    end: float
    count: int


class WalkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """All ids that a query finds, in runs of 1 to 1000."""

    kind: Kind = "article"
    query: str = ""
    merged: Mapping[str, str] = {}
    run: int = 1000


class Reader(Protocol):
    """The half of an engine that answers; what a process needs that only serves.

    Its guarantees and errors are those of :class:`Engine`; it sees what another process wrote
    as soon as that process has refreshed.
    """

    def search(self, request: SearchRequest) -> SearchPage:
        """Answer one page."""

    def facets(self, request: FacetsRequest) -> Facets:
        """Count by values, exactly for fields of up to 10,000 different ones."""

    def timeline(self, request: TimelineRequest) -> tuple[Bar, ...]:
        """Count by time, exactly; empty bars too."""

    def walk(self, request: WalkRequest) -> Iterator[tuple[str, ...]]:
        """Ids, oldest first, all of the moment at which the walk began; for exports."""

    def position(self) -> int:
        """The version up to which the index is complete and durable; 0 when empty."""

    def noted(self) -> Noted:
        """The position, and which log it counts; "" when nobody ever said."""

    def close(self) -> None:
        """Release files and connections; the reader cannot be used afterwards."""


class Engine(Reader, Protocol):
    """A projection of the record.

    Guarantees, tested by ``tests/conformance`` against every engine:

    - A write whose version is lower than the one already held is stale and changes nothing;
      the same version again is harmless. Hence any part of the log may be replayed.
    - After :meth:`refresh` returns, everything written before is found.
    - :meth:`position` is the highest version that survives a crash of the process right now,
      provided writes arrive in version order: reading the log on from there loses nothing.
    - The same query over the same documents finds the same documents on every engine; orders
      ``newest`` and ``oldest`` are the same everywhere (time, then id), scores may differ.
    - Paging with a cursor neither repeats nor skips a document that does not change meanwhile.

    Errors: :class:`indexer.errors.EngineUnavailableError` when a retry may help,
    :class:`indexer.errors.EngineMismatchError` when a person is needed,
    :class:`indexer.errors.QueryError` for a query that cannot be read.
    """

    def prepare(self) -> None:
        """Create what is missing; refuse an index of another schema."""

    def follow(self, timeline: str) -> None:
        """Note from now on, whenever a position is noted, that it is one of this log."""

    def write(self, batch: Sequence[Write]) -> WriteReport:
        """Apply the batch in order."""

    def refresh(self) -> None:
        """Make what was written durable and visible to searches."""


class Rebuild(Protocol):
    """A new index beside the one that answers, empty at first, to be filled from the whole log.

    Its guarantees and errors are those of :class:`Engine`. Whoever writes the index in use goes on
    meanwhile, also in another process, and learns of the exchange from :meth:`Engine.position`,
    which then tells how far the new index is. What is never exchanged is deleted by the next
    attempt.
    """

    def prepare(self) -> None:
        """Begin with nothing."""

    def follow(self, timeline: str) -> None:
        """Note with the position that it is one of this log."""

    def write(self, batch: Sequence[Write]) -> WriteReport:
        """Apply the batch in order."""

    def refresh(self) -> None:
        """Make what was written durable."""

    def exchange(self) -> None:
        """Answer from the new index from now on, and delete the old one."""

    def close(self) -> None:
        """Release files and connections; what was not exchanged is of no use any more."""
