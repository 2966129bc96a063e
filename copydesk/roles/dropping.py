"""Drop folders: sources whose files lie in a folder of this machine.

Looked at every few seconds, and not as the schedule of feeds has it: to look costs nothing.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec
import structlog

from copydesk.record import leases, registry
from copydesk.record.database import Record
from copydesk.record.registry import Outlook, SourceRow
from copydesk.roles.trying import Trials
from crawler.article import Article
from crawler.collect.reading import Parses, Reading, fault, read
from crawler.drop import FAILED, Drop, DropError, RefusedFileError
from crawler.job import FeedResult

_EVERY_SECONDS = 2.0
# A file is ready when it stays the same for a second.
_STILL_SECONDS = 1.1
# A quiet folder's source is written down this often, so that it is known to be looked at.
_SIGN_OF_LIFE_SECONDS = 120.0
# A folder that is missing here may be another machine's, if that showed signs of life so lately.
_READ_ELSEWHERE = 300.0
# A folder that cannot be used is let alone for so long.
_TROUBLE_SECONDS = 60.0
# Put within one transaction, in which a server hears nothing of us for at most five seconds.
_LOT = 500
_LOT_CHARS = 8 * 1024 * 1024

log = structlog.get_logger()

Put = Callable[[Sequence[Article]], Awaitable[int]]
Fetch = Callable[[SourceRow], Awaitable[FeedResult]]


def folder_of(source: SourceRow) -> Path | None:
    """The folder of a source; ``None`` when it has an address."""
    parts = urlsplit(source.url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def as_a_folder(outlook: Outlook, *, now: float) -> Outlook:
    """When the folder is looked at next, whatever the schedule of feeds makes of it."""
    reason = f"a folder is looked into every {_EVERY_SECONDS:.0f} s"
    return msgspec.structs.replace(
        outlook, due=now + _EVERY_SECONDS, interval=_EVERY_SECONDS, reason=reason
    )


def in_lots(articles: Sequence[Article]) -> Iterator[Sequence[Article]]:
    """The articles in their order, in lots that are each stored in one transaction."""
    begun = chars = 0
    for number, article in enumerate(articles):
        more = _chars(article)
        if number > begun and (number - begun == _LOT or chars + more > _LOT_CHARS):
            yield articles[begun:number]
            begun, chars = number, 0
        chars += more
    if begun < len(articles):
        yield articles[begun:]


def _chars(article: Article) -> int:
    return len(article.title) + len(article.summary) + len(article.text)


class Dropping:
    """Reads drop folders. ``put`` stores articles and returns how many are new.

    ``never`` are folders of Copydesk itself: the sources may be of another machine's configuration.
    """

    def __init__(
        self,
        record: Record,
        *,
        worker: str,
        put: Put,
        largest: int,
        afterwards: Literal["keep", "delete"],
        never: Collection[Path] = (),
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._record = record
        self._worker = worker
        self._put = put
        self._largest = largest
        self._afterwards: Literal["keep", "delete"] = afterwards
        self._never = never
        self._now = now
        self._ticks = ticks
        self._trials = Trials()
        self._drops: dict[str, Drop] = {}
        # When a quiet source is written down again, and until when one in trouble is let alone.
        self._sign: dict[str, float] = {}
        self._rest: dict[str, float] = {}

    async def for_ever(self, fetch: Fetch) -> None:
        """Has each source read by ``fetch`` when there are files, until cancelled."""
        while True:
            for source in await asyncio.to_thread(self._sources):
                await self._visit(source, fetch)
            await asyncio.sleep(_EVERY_SECONDS)

    async def read(self, source: SourceRow, folder: Path, parser: Parses) -> FeedResult:
        """Reads the files that are ready; whatever is wrong with folder or files is an outcome.

        Raises what ``put`` raises; the files are there still, then.
        """
        started, ticked = self._now(), time.monotonic()
        drop, tally = self._drop(source.id, folder), _Tally()
        try:
            files = await self._ready(drop)
            if not files:
                await asyncio.sleep(_STILL_SECONDS)
                files = await self._ready(drop)
            await self._take(source, drop, files, parser, tally)
        except DropError as error:
            self._rest[source.id] = self._now() + _TROUBLE_SECONDS
            tally.trouble = str(error)
        self._sign[source.id] = self._now() + _SIGN_OF_LIFE_SECONDS
        return FeedResult(
            source=source.id,
            outcome="failed" if tally.error() else "ok" if tally.items else "unchanged",
            started=started,
            elapsed=time.monotonic() - ticked,
            bytes_received=tally.bytes,
            items=tally.items,
            new_items=tally.new,
            item_times=tuple(tally.times),
            error=tally.error(),
            note=tally.left_out(),
        )

    async def _visit(self, source: SourceRow, fetch: Fetch) -> None:
        folder, now = folder_of(source), self._now()
        # Longer than it was given: the clock was set back since.
        if folder is None or 0.0 < self._rest.get(source.id, 0.0) - now <= _TROUBLE_SECONDS:
            return
        try:
            ready = await self._ready(self._drop(source.id, folder))
        except DropError:
            # Of several machines one may have the folder; where none has, reading it says so.
            if (
                not os.access(folder, os.F_OK)
                and now - (source.last_success or 0.0) < _READ_ELSEWHERE
            ):
                return
        else:
            if not ready and now < self._sign.get(source.id, 0.0):
                return
        leased = await asyncio.to_thread(self._lease, source)
        if leased is not None:
            await fetch(leased)

    async def _ready(self, drop: Drop) -> list[Path]:
        files, ticks = await asyncio.to_thread(drop.look), self._ticks()
        return [file for file in files if self._trials.is_due(file, ticks)]

    async def _take(
        self,
        source: SourceRow,
        drop: Drop,
        files: Sequence[Path],
        parser: Parses,
        tally: "_Tally",
    ) -> None:
        lot = _Lot()
        for file in files:
            try:
                body = await asyncio.to_thread(drop.read, file)
            except FileNotFoundError:
                self._trials.forget(file)
                continue  # somebody else took it
            except RefusedFileError as error:
                body, reading = b"", Reading(fault=fault(error))
            except OSError as error:
                body, reading = b"", Reading(fault=fault(error), passing=True)
            else:
                reading = await read(
                    parser, body, job=source.job(), url=file.as_uri(), now=self._now()
                )
            if reading.fault:
                tally.faults.append(await self._fail(source, drop, file, reading))
                continue
            if reading.problem:
                log.info(f"{source.id}: {file.name}: {reading.problem}", source=source.id)
            self._trials.forget(file)
            tally.bytes += len(body)
            lot.add(file, reading.articles)
            if lot.is_full():
                await self._store(drop, lot, tally)
                lot = _Lot()
        await self._store(drop, lot, tally)

    async def _fail(self, source: SourceRow, drop: Drop, file: Path, reading: Reading) -> str:
        if reading.passing and self._trials.again(file, self._ticks()):
            where = "it is tried again"
        else:
            await asyncio.to_thread(drop.failed, file)
            where = f"it lies in {file.parent / FAILED} now"
        sentence = f"{file.name} {reading.fault}; {where}"
        log.warning(f"{source.id}: {sentence}", source=source.id)
        return sentence

    async def _store(self, drop: Drop, lot: "_Lot", tally: "_Tally") -> None:
        for some in in_lots(lot.articles):
            tally.new += await self._put(some)
        for file in lot.files:
            await asyncio.to_thread(drop.done, file)
        tally.items += len(lot.articles)
        tally.times += [each.published for each in lot.articles if each.published is not None]

    def _drop(self, id_: str, folder: Path) -> Drop:
        known = self._drops.get(id_)
        if known is None or known.folder != folder:
            known = Drop(
                folder, largest=self._largest, afterwards=self._afterwards, never=self._never
            )
            self._drops[id_] = known
        return known

    def _sources(self) -> list[SourceRow]:
        with self._record.reading() as connection:
            return registry.drops(connection)

    def _lease(self, source: SourceRow) -> SourceRow | None:
        with self._record.claiming() as connection:
            return leases.lease(connection, self._worker, source, now=self._now())


class _Tally:
    """What reading a folder came to."""

    def __init__(self) -> None:
        self.bytes = self.items = self.new = 0
        self.times: list[float] = []
        self.faults: list[str] = []
        self.trouble = ""

    def error(self) -> str:
        """Why the folder or all that was looked at could not be read, in a sentence."""
        return self.trouble or ("" if self.items else self.left_out())

    def left_out(self) -> str:
        """Which files could not be read, in a sentence."""
        more = len(self.faults) - 1
        return "".join(self.faults[:1]) + (f" (and {more} files more)" if more > 0 else "")


class _Lot:
    """Files that were read, and what they say, to be stored together."""

    def __init__(self) -> None:
        self.files: list[Path] = []
        self.articles: list[Article] = []
        self._chars = 0

    def add(self, file: Path, articles: Sequence[Article]) -> None:
        self.files.append(file)
        self.articles += articles
        self._chars += sum(map(_chars, articles))

    def is_full(self) -> bool:
        return len(self.articles) >= _LOT or self._chars >= _LOT_CHARS
