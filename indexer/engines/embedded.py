"""The engine inside the process: a tantivy index in a directory, nothing to install or run.

One process writes (:class:`EmbeddedEngine`), any number read (:class:`EmbeddedReader`).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

from indexer.engines import embedded_files as files
from indexer.engines.embedded_counts import facets, timeline
from indexer.engines.embedded_schema import (
    POSITION_KEY,
    build,
    from_noted,
    from_put,
    from_remove,
    key,
    split_order_key,
)
from indexer.engines.embedded_search import search, walk
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
from indexer.errors import EngineUnavailableError, TooManyWordsError
from indexer.projection import UnfitError, check_id, kind_of
from indexer.query.dates import micros
from indexer.query.embedded import is_too_wide

HEAP = 64_000_000  # Bytes; tantivy writes a segment to disk when its one thread has filled it.
COMMIT_EVERY = 20_000  # Documents; bounds what is kept for a replay after a failed commit.

Address = tuple[Kind, str]


class EmbeddedReader:
    """Searches an index that another process writes; opens it as soon as it is there."""

    def __init__(self, path: Path | str, *, clock: Callable[[], float] = time.time) -> None:
        self._path = Path(path)
        self._clock = clock
        self._schema = build()
        self._index: tantivy.Index | None = None
        self._seen: files.Generation | None = None

    def search(self, request: SearchRequest) -> SearchPage:
        """Answer one page from the newest commit."""
        with self._asked() as (searcher, now):
            return search(searcher, self._schema, request, now=now)

    def facets(self, request: FacetsRequest) -> Facets:
        """Count by values in the newest commit."""
        with self._asked() as (searcher, now):
            return facets(searcher, self._schema, request, now=now)

    def timeline(self, request: TimelineRequest) -> tuple[Bar, ...]:
        """Count by time in the newest commit."""
        with self._asked() as (searcher, now):
            return timeline(searcher, self._schema, request, now=now)

    def position(self) -> int:
        """The log position of the newest commit."""
        return self.noted().position

    def noted(self) -> Noted:
        """The log position of the newest commit, and which log that is."""
        return _noted(self.newest(), self._schema)

    def close(self) -> None:
        """Let go of the files."""
        self._index = None

    def walk(self, request: WalkRequest) -> Iterator[tuple[str, ...]]:
        """Ids of the newest commit, which is kept until the end."""
        with self._asked() as (searcher, now):
            yield from walk(searcher, self._schema, request, now=now)

    @contextmanager
    def _asked(self) -> Iterator[tuple[tantivy.Searcher, int]]:
        """A searcher, and now in microseconds; tantivy's errors are explained."""
        searcher = self.newest()
        try:
            yield searcher, micros(self._clock())
        except ValueError as error:
            if is_too_wide(error):
                raise TooManyWordsError from error
            raise files.unavailable(self._path, "the index cannot be searched", error) from error

    def newest(self) -> tantivy.Searcher:
        """A searcher on the newest commit; noticing a commit costs reading one small file."""
        now = files.generation(self._path)
        if self._index is None or self._seen is None or now is None or now[0] != self._seen[0]:
            self._index = files.open_existing(self._path)
        elif now != self._seen:
            try:
                self._index.reload()
            except ValueError:  # Replaced by a new index meanwhile: look at that one.
                self._index = files.open_existing(self._path)
        self._seen = now
        return self._index.searcher()


class EmbeddedEngine:
    """The one writer of an index, which searches as well. See :class:`Engine` for the promises."""

    def __init__(self, path: Path | str, *, clock: Callable[[], float] = time.time) -> None:
        self._path = Path(path)
        self._reader = EmbeddedReader(path, clock=clock)
        self._schema = build()
        self._writer: tantivy.IndexWriter | None = None
        self._place: Path | None = None  # Of the index that the pending writes are for.
        self._pending: dict[Address, Write] = {}
        self._highest = 0
        self._timeline = ""

    @classmethod
    def open_writer(
        cls, path: Path | str, *, clock: Callable[[], float] = time.time
    ) -> "EmbeddedEngine":
        """Prepared and holding the writer's lock."""
        engine = cls(path, clock=clock)
        engine.prepare()
        return engine

    @staticmethod
    def open_reader(path: Path | str, *, clock: Callable[[], float] = time.time) -> EmbeddedReader:
        return EmbeddedReader(path, clock=clock)

    def prepare(self) -> None:
        """Create what is missing and take the writer's lock."""
        if files.generation(self._path) is None:
            self._let_go()
        files.create(self._path)
        self._open_writer()
        noted = self._reader.noted()
        self._highest, self._timeline = noted.position, noted.timeline
        files.sweep(self._path)

    def follow(self, timeline: str) -> None:
        """Commit positions as those of this log."""
        self._timeline = timeline

    def write(self, batch: Sequence[Write]) -> WriteReport:
        """Add to the next commit; stale writes are left out, unfit documents reported."""
        held = self._held(batch)
        ok = stale = 0
        rejected: list[Rejected] = []
        for write in batch:
            address = _address(write)
            if write.version < held.get(address, 0):
                stale += 1
                continue
            try:
                self._add(write)
            except UnfitError as error:
                rejected.append(
                    Rejected(
                        kind=address[0], id=address[1], version=write.version, reason=str(error)
                    )
                )
            else:
                held[address] = write.version
                self._pending[address] = write
                ok += 1
            self._highest = max(self._highest, write.version)
        if len(self._pending) >= COMMIT_EVERY:
            self.refresh()
        return WriteReport(ok=ok, stale=stale, rejected=tuple(rejected))

    def refresh(self) -> None:
        """Commit; afterwards what was written is durable and every reader finds it."""
        if not self._pending and self._highest == self._reader.position():
            return
        writer = self._open_writer()
        try:
            writer.delete_documents_by_term("key", POSITION_KEY)
            noted = Noted(position=self._highest, timeline=self._timeline)
            writer.add_document(from_noted(self._schema, noted))
            writer.commit()
        except (ValueError, OSError) as error:
            raise self._failed(error) from error
        self._pending.clear()

    def search(self, request: SearchRequest) -> SearchPage:
        """Answer one page from the newest commit."""
        return self._reader.search(request)

    def facets(self, request: FacetsRequest) -> Facets:
        """Count by values in the newest commit."""
        return self._reader.facets(request)

    def timeline(self, request: TimelineRequest) -> tuple[Bar, ...]:
        """Count by time in the newest commit."""
        return self._reader.timeline(request)

    def walk(self, request: WalkRequest) -> Iterator[tuple[str, ...]]:
        """Ids of the newest commit."""
        return self._reader.walk(request)

    def position(self) -> int:
        """The highest version of the newest commit; of a new index, if it was exchanged."""
        return self.noted().position

    def noted(self) -> Noted:
        """The highest version of the newest commit, and of which log; 0 when it was deleted."""
        if files.generation(self._path) is None:
            self.prepare()
        found = self._reader.noted()
        if self._place not in (None, files.current(self._path)):
            self._let_go()
            self._highest, self._timeline = found.position, found.timeline
            files.sweep(self._path)
        return found

    def close(self) -> None:
        """Give the lock back. What was not refreshed is forgotten; the log still has it."""
        self._writer = None
        self._pending.clear()
        self._reader.close()

    def _add(self, write: Write) -> None:
        given = _address(write)
        check_id(given[1])
        line = from_put(write) if isinstance(write, Put) else ""
        writer = self._open_writer()
        try:
            writer.delete_documents_by_term("key", key(*given))
            if isinstance(write, Put):
                writer.add_json(line)
            else:
                writer.add_document(from_remove(self._schema, write))
        except (ValueError, OSError) as error:
            raise self._failed(error) from error

    def _held(self, batch: Sequence[Write]) -> dict[Address, int]:
        """The versions already held of those documents of a batch that could be stale.

        A version above all that was ever seen cannot be: in the normal case, the log read
        forwards, nothing is looked up.
        """
        doubtful = {_address(write) for write in batch if write.version < self._highest}
        held = {
            address: self._pending[address].version
            for address in map(_address, batch)
            if address in self._pending
        }
        wanted = doubtful - held.keys()
        kinds: tuple[Kind, ...] = ("article", "story")
        for kind in kinds:
            ids = [given for of, given in wanted if of == kind and _fits(given)]
            if ids:
                held.update(self._committed(kind, ids))
        return held

    def _committed(self, kind: Kind, ids: list[str]) -> dict[Address, int]:
        searcher = self._reader.newest()
        query = tantivy.Query.term_set_query(self._schema, "key", [key(kind, i) for i in ids])
        hits = searcher.search(query, limit=len(ids), count=False, order_by_field="order").hits
        versions = searcher.fast_field_values("version", [address for _, address in hits])
        return {
            (kind, split_order_key(order)[1]): int(version)
            for (order, _), version in zip(hits, versions, strict=True)
            if version is not None
        }

    def _let_go(self) -> None:
        """Of an index that is not there any more; the log has what was pending for it."""
        self._writer = self._place = None
        self._pending.clear()

    def _open_writer(self) -> tantivy.IndexWriter:
        """The writer; after a failure a new one, to which all that was pending is added again."""
        if self._writer is not None:
            return self._writer
        place = files.current(self._path)
        if self._place not in (None, place):
            # What is pending was for the old one; the new one lacks what came before it.
            raise EngineUnavailableError(
                "the index was exchanged by `copydesk reindex`",
                where=str(self._path),
                next_step="Nothing is to be done: the desk goes on from where the new one ends.",
            )
        index = files.open_existing(self._path)
        try:
            self._writer = index.writer(heap_size=HEAP, num_threads=1)
        except ValueError as error:
            raise EngineUnavailableError(
                "another process is writing this index",
                where=str(self._path),
                next_step="Stop the other `copydesk run` or `copydesk desk` on this directory.",
            ) from error
        self._place = place
        for write in self._pending.values():
            self._add(write)
        return self._writer

    def _failed(self, error: Exception) -> EngineUnavailableError:
        self._writer = None
        return files.unavailable(self._path, "the index cannot be written", error)


def _address(write: Write) -> Address:
    if isinstance(write, Remove):
        return write.kind, write.id
    return kind_of(write.document), write.document.id


def _fits(given: str) -> bool:
    try:
        check_id(given)
    except UnfitError:
        return False
    return True


def _noted(searcher: tantivy.Searcher, schema: tantivy.Schema) -> Noted:
    query = tantivy.Query.term_query(schema, "key", POSITION_KEY, index_option="basic")
    hits = searcher.search(query, limit=1, count=False, order_by_field="order").hits
    if not hits:
        return Noted()
    ((order, address),) = hits
    (version,) = searcher.fast_field_values("version", [address])
    return Noted(position=int(version or 0), timeline=split_order_key(order)[1])
