"""The crawler: jobs in, articles to the sink, results out."""

import asyncio
import random
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Literal

import msgspec

from crawler.article import Article
from crawler.assemble import from_feed
from crawler.errors import CrawlError
from crawler.feeds import NotAFeedError, ParsedFeed
from crawler.fetch.client import Client
from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.fetcher import Fetched, Kind
from crawler.fetch.refusals import bot_wall, usable
from crawler.fetch.resolve import GetAddrInfo
from crawler.fetch.settings import CrawlSettings
from crawler.fetch.urls import redact
from crawler.harvest import Harvest
from crawler.job import FeedJob, FeedResult, Validators
from crawler.report import Report, validators_of
from crawler.workers import Workers

Unseen = Callable[[Sequence[Article]], Awaitable[Sequence[bool]]]
Sink = Callable[[Sequence[Article]], Awaitable[None]]

# Assembling an item takes about a millisecond; the loop gets a turn after so many.
_BREATH = 16


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What just happened to a job, for people who watch; ``done`` of ``total`` new articles."""

    source: str
    stage: Literal["asking", "read", "handed-over"]
    done: int = 0
    total: int = 0


def _nobody(_: Progress) -> None:
    """The default audience."""


class Crawler:
    """Fetches feeds and their pages until it is stopped; many jobs at a time.

    ``unseen`` says for each article whether it is new; ``sink`` gets complete articles, possibly
    in several calls for one job, and has stored them when it returns. What either raises goes to
    the caller of :meth:`fetch`. Start, use and stop it on one running asyncio loop.
    """

    def __init__(
        self,
        settings: CrawlSettings,
        *,
        workers: Workers,
        unseen: Unseen,
        sink: Sink,
        progress: Callable[[Progress], None] = _nobody,
        getaddrinfo: GetAddrInfo = socket.getaddrinfo,
    ) -> None:
        self._settings = settings
        self._workers = workers
        self._unseen = unseen
        self._sink = sink
        self._progress = progress
        self._client = Client(settings, getaddrinfo=getaddrinfo)
        self._jobs: set[asyncio.Task[object]] = set()

    async def start(self) -> None:
        """Raises :class:`StoppedError` when the fetch engine does not come up."""
        await self._client.start()

    async def stop(self, grace: float) -> None:
        """Lets jobs finish for ``grace`` seconds, then cuts them off; nothing is half reported."""
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=grace)
        await self._client.stop()
        if self._jobs:
            # Out of the network by now; a job may still be parsing or in the sink.
            await asyncio.wait(self._jobs, timeout=1.0)
        for job in self._jobs:
            job.cancel()
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=1.0)

    async def fetch_bytes(self, url: str, *, kind: Kind = "page") -> Fetched:
        """One address behind all guards, with a usable answer (2xx). Raises :class:`FetchError`."""
        fetched = await self._client.get(url, kind=kind)
        usable(fetched.answer, now=time.time())
        return fetched

    async def fetch(self, job: FeedJob) -> FeedResult:
        """Polls one feed and hands its new articles over.

        Whatever the outside does becomes an outcome. Raises only what ``unseen`` and ``sink``
        raise, and :class:`StoppedError` when the crawler is stopped before the job is done: such
        a job says nothing about its source.
        """
        task = asyncio.current_task()
        if task is not None:
            self._jobs.add(task)
        report = Report(job)
        try:
            return await self._poll(job, report)
        except FetchError as error:
            return report.failed(error)
        finally:
            if task is not None:
                self._jobs.discard(task)

    async def _poll(self, job: FeedJob, report: Report) -> FeedResult:
        self._progress(Progress(source=job.source, stage="asking"))
        # A server that always says 304 is found out by asking without validators now and then.
        trusting = random.random() >= self._settings.unconditional_share  # noqa: S311
        validators = job.validators if trusting else Validators()
        fetched = await self._client.get(job.url, kind="feed", validators=validators)
        report.heard(fetched)
        answer = usable(fetched.answer, now=time.time())
        if answer.status == 304:
            if not (validators.etag or validators.last_modified):
                raise FetchError(
                    "says that nothing changed (HTTP 304) though it was not asked that",
                    outcome="failed",
                    where=redact(answer.url),
                    next_step="Its server is misconfigured; it is tried again later",
                    status=304,
                )
            return report.unmodified()
        if validators_of(answer).body_hash == job.validators.body_hash:
            return report.unchanged(answer)
        feed = await self._parse(answer)
        articles = await self._articles(job, feed)
        flags = await self._unseen(articles) if articles else ()
        new = [article for article, is_new in zip(articles, flags, strict=True) if is_new]
        self._progress(Progress(source=job.source, stage="read", total=len(new)))
        harvest = Harvest(self._client, self._workers, self._settings)
        await self._hand_over(job, new, harvest)
        return report.read(answer, feed, articles, new=len(new), harvest=harvest)

    async def _parse(self, answer: Answer) -> ParsedFeed:
        about: dict[str, str] = {"url": redact(answer.url), "content_type": answer.content_type}
        try:
            return await self._workers.parse_feed(answer.body, **about, received=time.time())
        except NotAFeedError as error:
            wall = bot_wall(answer)
            if wall:
                raise FetchError(
                    f"{wall} answers with a challenge instead of the feed",
                    outcome="blocked",
                    where=about["url"],
                    next_step="Ask the outlet to let our User-Agent in, or use another feed of it",
                    status=answer.status,
                ) from error
            raise FetchError(
                error.what,
                outcome="empty" if error.got == "empty body" else "not-a-feed",
                where=about["url"],
                next_step=error.next_step,
                status=answer.status,
            ) from error
        except CrawlError as error:
            raise FetchError(
                error.what,
                outcome="failed",
                where=about["url"],
                next_step=error.next_step or "It is tried again later",
                status=answer.status,
            ) from error

    async def _articles(self, job: FeedJob, feed: ParsedFeed) -> list[Article]:
        now = time.time()
        articles = []
        for number, item in enumerate(feed.items[: self._settings.max_items]):
            articles.append(from_feed(job, item, now=now))
            if number % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
        # Oldest first: whoever reads the sink in order sees the first report before its copies.
        return sorted(articles, key=lambda article: article.published or now)

    async def _hand_over(self, job: FeedJob, new: list[Article], harvest: Harvest) -> None:
        if not new:
            return
        if job.fetch_pages == "no":
            await self._sink(new)
            self._handed_over(job, done=len(new), total=len(new))
            return
        done = 0
        # Closed at once when the sink fails: no page is fetched for nobody.
        async with aclosing(harvest.completed(new)) as batches:
            async for batch in batches:
                await self._sink(batch)
                done += len(batch)
                self._handed_over(job, done=done, total=len(new))

    def _handed_over(self, job: FeedJob, *, done: int, total: int) -> None:
        self._progress(Progress(source=job.source, stage="handed-over", done=done, total=total))
