"""The engine for many readers and many articles: an Elasticsearch 8 or 9 cluster."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from elasticsearch import Elasticsearch, NotFoundError

from indexer.engines import elasticsearch_names as names
from indexer.engines.elasticsearch_aliases import Aliases
from indexer.engines.elasticsearch_bulk import Bulk, Fates, Item
from indexer.engines.elasticsearch_client import ElasticsearchSettings, connect, explained
from indexer.engines.elasticsearch_counts import facets, timeline
from indexer.engines.elasticsearch_documents import address, checked, put_lines, remove_lines
from indexer.engines.elasticsearch_indices import Indices
from indexer.engines.elasticsearch_names import IndexSet
from indexer.engines.elasticsearch_probe import probe
from indexer.engines.elasticsearch_search import search, walk
from indexer.engines.protocol import (
    Bar,
    Facets,
    FacetsRequest,
    Kind,
    Noted,
    Put,
    Rejected,
    Remove,
    SearchPage,
    SearchRequest,
    TimelineRequest,
    WalkRequest,
    Write,
    WriteReport,
)
from indexer.errors import IndexerError
from indexer.projection import UnfitError
from indexer.query.dates import micros

__all__ = ["ElasticsearchEngine", "ElasticsearchSettings"]

_Key = tuple[Kind, str, int]


class ElasticsearchEngine:
    """See :class:`indexer.engines.protocol.Engine` for the promises.

    Nothing is asked of the server before the first call. The engine works on the set of indices
    that is live; when another process exchanges it, :meth:`position` tells of the new one.
    """

    def __init__(
        self,
        settings: ElasticsearchSettings,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._client: Elasticsearch = connect(settings)
        self._patient = self._client.options(request_timeout=settings.write_timeout)
        self._indices = Indices(self._patient, settings)
        self._aliases = Aliases(self._patient, settings.prefix)
        self._bulk = Bulk(self._patient, sleep=sleep)
        self._set = IndexSet(settings.prefix)
        self._parts: set[str] = set()
        self._held: set[str] = set()  # The identities of the set's indices at the last look.
        self._highest = 0
        self._kept = 0
        self._timeline = ""
        self._gap: int | None = None
        self._through: set[_Key] = set()  # What got through of batches that failed.
        self._ready = False

    def prepare(self) -> None:
        """Check the server, put the templates, create the indices behind their aliases.

        The first write does it too, so that a desk may start while the server is away.
        """
        with self._explained():
            features = probe(self._client, self._settings)
            self._set = self._chosen()
            self._indices.check(self._set)
            part = names.month(self._clock())
            self._indices.prepare(self._set, features, part=part)
            self._parts = {part}
        noted = self.noted()
        self._kept = noted.position
        self._timeline = self._timeline or noted.timeline
        self._ready = True

    def follow(self, timeline: str) -> None:
        """Note positions as those of this log."""
        self._timeline = timeline

    def write(self, batch: Sequence[Write]) -> WriteReport:
        """Send at once; what is acknowledged is durable, and found after the next refresh."""
        if not self._ready:
            self.prepare()
        try:
            report = self._write(batch)
        except IndexerError:
            # The position must not pass what may be missing, until it was written again.
            lowest = min(write.version for write in batch)
            self._gap = lowest if self._gap is None else min(self._gap, lowest)
            raise
        self._through.clear()
        versions = [write.version for write in batch]
        self._highest = max([self._highest, *versions])
        if self._gap is not None and versions and min(versions) <= self._gap:
            self._gap = None
        return report

    def refresh(self) -> None:
        """Show searches what was written, then note the log position."""
        if not self._ready:
            self.prepare()
        with self._explained():
            self._indices.refresh(self._set)
            if self._gap is None and self._highest > self._kept:
                self._note()

    def search(self, request: SearchRequest) -> SearchPage:
        """Answer one page; a query that cannot be read never reaches the server."""
        with self._explained():
            return search(
                self._client, self._set.alias(request.kind), request, now=micros(self._clock())
            )

    def facets(self, request: FacetsRequest) -> Facets:
        """Count by values."""
        with self._explained():
            now = micros(self._clock())
            return facets(self._client, self._set.alias(request.kind), request, now=now)

    def timeline(self, request: TimelineRequest) -> tuple[Bar, ...]:
        """Count by time."""
        with self._explained():
            now = micros(self._clock())
            return timeline(self._client, self._set.alias(request.kind), request, now=now)

    def walk(self, request: WalkRequest) -> Iterator[tuple[str, ...]]:
        """Ids of one point in time."""
        with self._explained():
            now = micros(self._clock())
            yield from walk(self._client, self._set.alias(request.kind), request, now=now)

    def position(self) -> int:
        """The version noted by the last refresh; every write up to it was acknowledged."""
        return self.noted().position

    def noted(self) -> Noted:
        """What the last refresh noted; every write up to its position was acknowledged.

        That is 0 when an index was deleted or replaced since: the note was about the one that is
        gone.
        """
        with self._explained():
            chosen = self._chosen()
            if chosen != self._set:
                self._set, self._parts, self._gap = chosen, set(), None
                self._through.clear()
                self._highest = self._kept = 0
            noted = self._note_kept()
        if noted.position < self._kept:
            # What was written went with an index: the log is read again, and noted from there.
            self._highest = self._kept = noted.position
            self._through.clear()
        if self._gap is not None:
            # Whoever asks writes on from here, and writes again what failed: under another version
            # if it changed since, so that the old one may never come.
            self._highest, self._gap = noted.position, None
        return noted

    def _note_kept(self) -> Noted:
        meta = names.meta_alias(self._settings.prefix)
        try:
            self._held = self._indices.identities(self._set)
            noted = self._client.get(index=meta, id=self._set.position)["_source"]
        except NotFoundError as error:
            # Only a note may be missing as yet; an index that is gone is made again before writing.
            self._ready = self._ready and "found" in error.body
            return Noted()
        whole = self._held.issuperset(noted["indices"])
        self._ready = self._ready and whole  # Else only an alias may be gone: it is put back.
        return Noted(
            position=int(noted["version"]) if whole else 0, timeline=noted.get("timeline", "")
        )

    def _note(self) -> None:
        held = self._indices.identities(self._set)
        if not held.issuperset(self._held):
            return  # An index went since position() looked; it will say so when asked again.
        # Under the generation that position() told of: a set that replaced it meanwhile has a note
        # of its own, and is caught up from there.
        self._patient.index(
            index=names.meta_alias(self._settings.prefix),
            id=self._set.position,
            document={
                "version": self._highest,
                "indices": sorted(held),
                "timeline": self._timeline,
            },
            require_alias=True,
        )
        self._held, self._kept = held, self._highest

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _chosen(self) -> IndexSet:
        """The set to work on: the one that is live now."""
        return self._aliases.live()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        with explained(self._settings):
            yield

    def _write(self, batch: Sequence[Write]) -> WriteReport:
        items: list[Item] = []
        refused: dict[int, str] = {}
        parts: dict[str, str] = {}
        absent = 0
        now = self._clock()
        for number, write in enumerate(batch):
            if isinstance(write, Put):
                try:
                    part, lines = put_lines(self._set, write, now=now)
                except UnfitError as error:
                    refused[number] = str(error)
                    continue
                items.append(Item(number, lines, address(write)))
                if part:
                    parts[write.document.id] = part
        with self._explained():
            removals, absent = self._removals(batch, parts, refused)
            items = sorted([*items, *removals], key=lambda item: item.number)
            self._ensure(parts.values())
            # A server too slow for a whole batch would else be sent the same pieces for ever.
            left = [item for item in items if _key(batch[item.number]) not in self._through]
            fates = Fates(ok=len(items) - len(left))
            try:
                self._bulk.send(left, lambda: self._make_again(parts.values(), fates), fates)
            except BaseException:
                self._through |= {_key(batch[number]) for number in fates.through}
                raise
        refused |= fates.rejected
        rejected = tuple(_rejected(batch[number], refused[number]) for number in sorted(refused))
        return WriteReport(ok=fates.ok + absent, stale=fates.stale, rejected=rejected)

    def _removals(
        self, batch: Sequence[Write], parts: dict[str, str], refused: dict[int, str]
    ) -> tuple[list[Item], int]:
        """What removes articles and stories, and how many were not there to be removed.

        A removal does not say in which month its article is. ``parts`` knows those that the batch
        itself puts, and learns the others.
        """
        wanted: dict[int, Remove] = {}
        for number, write in enumerate(batch):
            if isinstance(write, Remove):
                try:
                    wanted[number] = checked(write)
                except UnfitError as error:
                    refused[number] = str(error)
        ids = {each.id for each in wanted.values() if each.kind == "article"} - parts.keys()
        if ids:
            parts |= self._indices.months_of(self._set, sorted(ids))
        items = [
            Item(
                number,
                remove_lines(self._set, each, "" if each.kind == "story" else part),
                address(each),
            )
            for number, each in wanted.items()
            if (part := parts.get(each.id, "")) or each.kind == "story"
        ]
        return items, len(wanted) - len(items)

    def _ensure(self, parts: Collection[str]) -> None:
        missing = set(parts) - self._parts
        self._indices.ensure(self._set, sorted(missing))
        self._parts |= missing

    def _make_again(self, parts: Collection[str], fates: Fates) -> None:
        """An index was deleted or exchanged behind our back, with what had got through."""
        self._through.clear()
        fates.through.clear()
        self._parts.clear()
        self._ensure(parts)


def _key(write: Write) -> _Key:
    return (*address(write), write.version)


def _rejected(write: Write, reason: str) -> Rejected:
    kind, given = address(write)
    return Rejected(kind=kind, id=given, version=write.version, reason=reason)
