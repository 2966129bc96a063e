"""Parsing in processes that can be killed.

Feeds and pages are hostile: a few bytes can keep a parser busy for minutes or crash it. Workers
are forked from a clean server process (never from one that runs an event loop), have the heavy
modules loaded beforehand, are held to a deadline by pebble, and to a ceiling of memory by the
kernel. A worker that hangs or dies costs one job; the others go on.
"""

import asyncio
import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawler.errors import CrawlError
from crawler.feeds import ParsedFeed, parse_feed
from crawler.pages import FeedCandidate, Page, extract, find_feeds

T = TypeVar("T")

# A worker is replaced after this many jobs: libxml2 and the allocator keep what they once had.
_JOBS_PER_WORKER = 2000
# Above the 300 MB that the models and a 50 MB feed take together.
_MEMORY = 3 * 1024**3
# How much longer than the deadline an answer may take to come through the pipe.
_PIPE_GRACE = 20.0


class ParseTimeoutError(CrawlError):
    """Parsing took longer than the deadline; the worker was killed."""


class ParseCrashedError(CrawlError):
    """The worker died or ran out of memory while parsing, or the parser failed on the input."""


class Workers:
    """A pool of parsing processes: ``async with Workers(count=2, deadline=30) as workers``.

    ``deadline`` is in seconds and counts from when a worker begins the job, so that a queue costs
    nobody their time. All methods raise :class:`ParseTimeoutError` and
    :class:`ParseCrashedError` besides what the function itself raises. Cancelling a call kills
    its worker.
    """

    def __init__(self, *, count: int = 2, deadline: float = 30.0) -> None:
        self._count = count
        self._deadline = deadline
        self._pool: ProcessPool | None = None

    async def __aenter__(self) -> Self:
        self._pool = self._new_pool()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(_end, pool)

    async def parse_feed(
        self, body: bytes, *, url: str, content_type: str, received: float
    ) -> ParsedFeed:
        """:func:`crawler.feeds.parse_feed`; raises :class:`crawler.feeds.NotAFeedError` too."""
        return await self._run(
            parse_feed, body, url=url, content_type=content_type, received=received
        )

    async def extract(self, body: bytes, *, url: str, content_type: str) -> Page:
        """:func:`crawler.pages.extract`."""
        return await self._run(extract, body, url=url, content_type=content_type)

    async def find_feeds(self, body: bytes, *, url: str) -> tuple[FeedCandidate, ...]:
        """:func:`crawler.pages.find_feeds`."""
        return await self._run(find_feeds, body, url=url)

    async def _run(self, function: Callable[..., T], body: bytes, **about: object) -> T:
        where = str(about["url"])
        if self._pool is None:
            raise ParseCrashedError("the parsing processes are not running", where=where)
        if not self._pool.active:
            self._replace(self._pool)
        pool = self._pool
        future = pool.schedule(function, args=(body,), kwargs=about, timeout=self._deadline)
        try:
            return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise ParseTimeoutError(
                f"parsing {len(body)} bytes took longer than {self._deadline:g} s", where=where
            ) from error
        except (ProcessExpired, BrokenProcessPool) as error:
            raise ParseCrashedError(
                f"the process parsing {len(body)} bytes died ({error})", where=where
            ) from error
        except (MemoryError, RecursionError) as error:
            raise ParseCrashedError(
                f"parsing {len(body)} bytes ended in {type(error).__name__}", where=where
            ) from error

    def _new_pool(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["crawler.workers", "crawler.warm"])
        return ProcessPool(
            max_workers=self._count,
            max_tasks=_JOBS_PER_WORKER,
            initializer=_limit_memory,
            context=context,
        )

    def _replace(self, broken: ProcessPool) -> None:
        if self._pool is broken:
            self._pool = self._new_pool()
            broken.stop()  # type: ignore[no-untyped-call] # pebble leaves its stops untyped


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call] # pebble leaves its stops untyped
    pool.join()
