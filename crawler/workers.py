"""Parsing in processes that can be killed.

Feeds and pages are hostile: a few bytes can keep a parser busy for minutes or crash it. Workers
are forked from a clean server process (never from one that runs an event loop), have the heavy
modules loaded beforehand, are held to a deadline by pebble, and to a ceiling of memory by the
kernel. A worker that hangs or dies costs one job; the others go on.

Every worker has a pebble pool of its own. In a shared pool a worker that is killed from outside
while it sends takes the pipe and with it all others along (3 of 92 kills under load).

The processes import the program's main module, as with all of multiprocessing's ways to start:
it must guard what it does by ``if __name__ == "__main__"``.
"""

import asyncio
import multiprocessing
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawler.bodies import parse_body
from crawler.errors import CrawlError
from crawler.feeds import ParsedFeed
from crawler.identity import site_of
from crawler.pages import FeedCandidate, Page, extract, find_feeds
from crawler.turns import Rank, Turns

T = TypeVar("T")

# A worker is replaced after this many jobs: libxml2 and the allocator keep what they once had.
_JOBS_PER_WORKER = 2000
# Ten times what the models and a 50 MB feed take together (measured: 300 MB).
_MEMORY = 3 * 1024**3
# Seconds beyond the deadline for body and answer to pass the pipes of a busy machine.
_PIPE_GRACE = 10.0
# Seconds between looks at whether the worker that has a job is still there.
_HEARTBEAT = 0.5
# How long the end waits for pools that are slow to stop.
_STOP_WAIT = 5.0


class ParseTimeoutError(CrawlError):
    """Parsing took longer than the deadline; the worker was killed."""


class ParseCrashedError(CrawlError):
    """The worker died or ran out of memory while parsing, or there are no workers."""


class Workers:
    """Parsing processes: ``async with Workers(count=2, deadline=30) as workers``.

    ``deadline`` is in seconds and counts from when a worker begins the job, so that waiting for
    one costs nobody their time; at most ``count`` jobs run at once, those of each site in their
    turn (:class:`crawler.turns.Turns`). All methods raise
    :class:`ParseTimeoutError` and :class:`ParseCrashedError` besides what the function itself
    raises. Cancelling a call kills its worker.
    """

    def __init__(self, *, count: int = 2, deadline: float = 30.0) -> None:
        self._count = count
        self._deadline = deadline
        self._turns: Turns[ProcessPool] = Turns()
        self._pools: set[ProcessPool] = set()
        self._endings: list[threading.Thread] = []

    async def __aenter__(self) -> Self:
        for pool in await asyncio.gather(*(self._started() for _ in range(self._count))):
            self._turns.add(pool)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for pool in tuple(self._pools):
            self._discard(pool)
        await asyncio.to_thread(self._wait_for_endings)

    async def parse_feed(
        self, body: bytes, *, url: str, content_type: str, received: float
    ) -> ParsedFeed:
        """:func:`crawler.bodies.parse_body`; raises :class:`crawler.feeds.NotAFeedError` too."""
        return await self._run(
            parse_body, Rank.FEED, body, url=url, content_type=content_type, received=received
        )

    async def extract(self, body: bytes, *, url: str, content_type: str) -> Page:
        """:func:`crawler.pages.extract`."""
        return await self._run(extract, Rank.PAGE, body, url=url, content_type=content_type)

    async def find_feeds(self, body: bytes, *, url: str) -> tuple[FeedCandidate, ...]:
        """:func:`crawler.pages.find_feeds`."""
        return await self._run(find_feeds, Rank.FEED, body, url=url)

    async def _run(self, function: Callable[..., T], rank: Rank, body: bytes, **about: object) -> T:
        where = str(about["url"])
        if not self._pools:
            raise ParseCrashedError("the parsing processes are not running", where=where)
        site = site_of(where)
        pool = await self._turns.take(site, rank)
        try:
            if not pool.active:  # its worker was killed while it had nothing to do
                pool = self._swapped(pool)
            return await self._ask(pool, function, body, about)
        except TimeoutError as error:
            pool = self._swapped(pool)
            raise ParseTimeoutError(
                f"parsing {len(body)} bytes took longer than {self._deadline:g} s", where=where
            ) from error
        except (ProcessExpired, BrokenProcessPool) as error:
            pool = self._swapped(pool)
            raise ParseCrashedError(
                f"the process parsing {len(body)} bytes died ({error})", where=where
            ) from error
        except CrawlError:
            raise
        # Whatever a parser trips over is the document's doing, and costs that document only.
        except Exception as error:
            raise ParseCrashedError(
                f"parsing {len(body)} bytes ended in {type(error).__name__}", where=where
            ) from error
        except asyncio.CancelledError:
            pool = self._swapped(pool)
            raise
        finally:
            if pool in self._pools:
                self._turns.give(pool, site)
            else:
                self._turns.done(site)

    async def _ask(
        self, pool: ProcessPool, function: Callable[..., T], body: bytes, about: dict[str, object]
    ) -> T:
        try:
            job = pool.schedule(function, args=(body,), kwargs=about, timeout=self._deadline)
        except RuntimeError as error:  # the pool broke since it was asked
            raise BrokenProcessPool(str(error)) from error
        future = asyncio.wrap_future(job)
        try:
            async with asyncio.timeout(self._deadline + _PIPE_GRACE):
                # A pool that breaks with a job still in its queue forgets the job.
                while not future.done() and pool.active:
                    await asyncio.wait({future}, timeout=_HEARTBEAT)
            if not future.done():
                raise BrokenProcessPool("it was killed before it began")
            return future.result()
        finally:
            future.cancel()

    async def _started(self) -> ProcessPool:
        pool = self._new_pool()
        # Starting waits for the fork server, which loads the models the first time.
        await asyncio.to_thread(_start, pool)
        return pool

    def _swapped(self, pool: ProcessPool) -> ProcessPool:
        if pool not in self._pools:
            return pool  # the end has begun
        self._discard(pool)
        return self._new_pool()

    def _new_pool(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["crawler.workers", "crawler.warm"])
        pool = ProcessPool(
            max_workers=1, max_tasks=_JOBS_PER_WORKER, initializer=_limit, context=context
        )
        self._pools.add(pool)
        return pool

    def _discard(self, pool: ProcessPool) -> None:
        # In a daemon thread: a pool whose worker died in the middle of a message never ends.
        self._pools.discard(pool)
        ending = threading.Thread(target=_end, args=(pool,), daemon=True, name="end of a worker")
        ending.start()
        self._endings = [thread for thread in self._endings if thread.is_alive()] + [ending]

    def _wait_for_endings(self) -> None:
        for thread in self._endings:
            thread.join(_STOP_WAIT)


def _start(pool: ProcessPool) -> None:
    # Ctrl-C in a terminal reaches every process of a command. One that was started with the signal
    # blocked, and all that are forked from it, never hear it: they end with who started them, and
    # say nothing. The tracker comes first, as its start would let the signal in again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        _ = pool.active  # asking starts it
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call] # pebble leaves its stops untyped
    pool.join()
