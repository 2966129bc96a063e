"""The first half of an import: all files are read, and their articles kept aside.

Wires, feeds and e-mails are read as the crawler reads them, in processes that can be killed.
"""

import asyncio
import zlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from copydesk.errors import ImportLineError
from copydesk.record.recognising import EarlierIds
from copydesk.transfer.files import Amiss, File, files_of
from copydesk.transfer.forms import LONGEST_LINE, Form, bodies, form_of, numbered
from copydesk.transfer.lines import read_line
from copydesk.transfer.opening import Opened, opened
from copydesk.transfer.reports import Listener, Tally, Told
from copydesk.transfer.spool import Place, Spool
from copydesk.transfer.whose import Whose
from crawler.article import Article
from crawler.collect.reading import Parses, Reading, read_as
from crawler.errors import CrawlError
from crawler.workers import Workers

# Wires and feeds on their way through the parsing processes; their bytes lie in memory.
_IN_HAND = 4
# Lines between two looks at what else there is to do.
_LINES_AT_ONCE = 100
# Articles of one body, at most.
_APART = 1 << 24
_KB = 1024

StartParsing = Callable[[], AbstractAsyncContextManager[Parses]]


class _Body(NamedTuple):
    """Something to parse: its file, that one's number, the line where it begins, who counts it."""

    file: File
    number: int
    line: int
    tally: Tally


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """On what terms files are read: ``largest`` is in bytes, ``now`` an epoch second.

    ``folder`` has room for what is kept aside, and for what comes through pipes. The parsing
    processes that ``start`` gives are started when something is to be parsed. ``earlier`` are the
    former ids of sources.
    """

    folder: Path
    whose: Whose
    largest: int
    now: float
    listener: Listener
    earlier: EarlierIds = {}
    start: StartParsing = Workers


class Reader:
    """Reads into ``spool``."""

    def __init__(self, spool: Spool, terms: Terms) -> None:
        self._spool = spool
        self._terms = terms
        self._parser: Parses | None = None
        self._pending: set[asyncio.Task[tuple[_Body, Reading]]] = set()
        self._files = self._done = self._all = 0

    async def read(self, arguments: Sequence[str], tallies: Sequence[Tally]) -> None:
        """All files that the arguments name, each counted by its tally.

        Raises :class:`copydesk.errors.ImportStoppedError`.
        """
        self._all = sum(
            each.size for name in arguments for each in files_of(name) if isinstance(each, File)
        )
        async with AsyncExitStack() as stack:
            try:
                for argument, tally in zip(arguments, tallies, strict=True):
                    for each in files_of(argument):
                        await self._look(each, tally, stack)
                await self._parsed()
            finally:
                for task in self._pending:
                    task.cancel()
                await asyncio.gather(*self._pending, return_exceptions=True)

    async def _look(self, each: File | Amiss, tally: Tally, stack: AsyncExitStack) -> None:
        if isinstance(each, Amiss):
            self._bad(each.shown, each.reason, tally)
            return
        self._files += 1
        tally.counts["files"] += 1
        try:
            with opened(each, folder=self._terms.folder) as file:
                await self._take(each, file, tally, stack)
        except (CrawlError, OSError, EOFError, zlib.error) as error:
            self._bad(each.shown, _reason(error), tally)
        self._done += each.size
        self._tell(0)
        await asyncio.sleep(0)

    async def _take(self, file: File, open_: Opened, tally: Tally, stack: AsyncExitStack) -> None:
        form = form_of(open_.stream)
        if file.how == "found" and form == "picture":
            tally.counts["pictures"] += 1
        elif file.how == "found" and file.size == 0:
            self._bad(file.shown, "it is empty", tally)
        elif form == "articles":
            # Whoever waits for a parsing process would not hear of it meanwhile.
            await self._parsed()
            await self._lines(file, open_, tally)
        else:
            if self._parser is None:
                self._parser = await stack.enter_async_context(self._terms.start())
            await self._bodies(self._parser, file, form, open_, tally)

    async def _lines(self, file: File, open_: Opened, tally: Tally) -> None:
        number = self._files
        for line, raw in numbered(open_.stream, longest=LONGEST_LINE):
            tally.counts["lines"] += 1
            try:
                self._line(raw, _Body(file, number, line, tally))
            except ImportLineError as error:
                self._bad(file.shown, str(error), tally, line=line)
            if line % _LINES_AT_ONCE == 0:
                self._tell(open_.position())
                await asyncio.sleep(0)

    def _line(self, raw: bytes, body: _Body) -> None:
        if len(raw) > LONGEST_LINE:
            raise ImportLineError(f"the line is longer than {LONGEST_LINE:,} bytes")
        line = read_line(raw, now=self._terms.now, source=self._terms.whose.line)
        body.tally.odd(line.unknown)
        self._keep(line.article, body, at=line.article.first_seen, position=body.line)

    async def _bodies(
        self, parser: Parses, file: File, form: Form, open_: Opened, tally: Tally
    ) -> None:
        number = self._files
        for line, body in bodies(open_.stream, form, largest=self._terms.largest):
            if len(body) > self._terms.largest:
                reason = f"it has more than {self._terms.largest:,} bytes. Raise crawl.max_body"
                self._bad(file.shown, reason, tally, line=line)
                continue
            while len(self._pending) >= _IN_HAND:
                await self._some_parsed()
            parsing = self._parse(parser, body, _Body(file, number, line, tally))
            self._pending.add(asyncio.create_task(parsing))
            self._tell(open_.position())

    async def _parse(self, parser: Parses, body: bytes, of: _Body) -> tuple[_Body, Reading]:
        whose = partial(self._terms.whose.of, file=of.file.shown)
        url = of.file.path.absolute().as_uri()
        found = await read_as(parser, body, whose=whose, url=url, now=self._terms.now)
        if found.fault and body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
            fault = f"{found.fault}. Articles as JSON are read one object a line"
            found = msgspec.structs.replace(found, fault=fault)
        return of, found

    async def _parsed(self) -> None:
        while self._pending:
            await self._some_parsed()

    async def _some_parsed(self) -> None:
        done, self._pending = await asyncio.wait(self._pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            self._store(*task.result())

    def _store(self, body: _Body, found: Reading) -> None:
        shown, now = body.file.shown, self._terms.now
        if found.fault or found.truncated:
            self._bad(shown, found.fault or found.problem, body.tally, line=body.line)
        elif found.problem or not found.articles:
            body.tally.counts["noted"] += 1
            what = found.problem or "there is no article in it"
            self._terms.listener.note(Told(file=shown, line=body.line, what=what))
        for place, article in enumerate(found.articles):
            at = min(_time(article, otherwise=body.file.changed or now), now)
            seen = msgspec.structs.replace(article, first_seen=at)
            self._keep(seen, body, at=at, position=body.line * _APART + place)

    def _keep(self, article: Article, body: _Body, *, at: float, position: int) -> None:
        place = Place(at, body.file.changed, body.number, position)
        self._spool.add(article, place, tally=body.tally)

    def _bad(self, file: str, reason: str, tally: Tally, *, line: int = 0) -> None:
        tally.counts["bad"] += 1
        self._terms.listener.bad(Told(file=file, line=line, what=reason))

    def _tell(self, position: int) -> None:
        what = f"reading, {len(self._spool):,} articles so far (kB)"
        done = min(self._done + position, self._all)
        self._terms.listener.progress(what, done // _KB, self._all // _KB)


def _time(article: Article, *, otherwise: float) -> float:
    """When this version of it came out, as far as it says."""
    told = [each for each in (article.published, article.updated) if each is not None]
    return max(told, default=otherwise)


def _reason(error: Exception) -> str:
    if isinstance(error, CrawlError):
        return f"{error.what}. {error.next_step}".rstrip(". ")
    if isinstance(error, OSError):
        return f"it cannot be read: {error.strerror or error}"
    return "its compressed data is damaged or not complete"
