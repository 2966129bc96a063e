"""The crawler: jobs in, articles to the sink, results out."""

import asyncio
import socket
import time
from collections.abc import Callable

from config.secrets import Secrets
from config.ways import is_collected
from crawler.collect.collector import Collector
from crawler.discreet import Sink
from crawler.feeds import ParsedFeed
from crawler.fetch.client import Client
from crawler.fetch.exchange import Answer
from crawler.fetch.fetcher import Fetched, Kind, Private
from crawler.fetch.refusals import usable
from crawler.fetch.resolve import GetAddrInfo
from crawler.fetch.settings import CrawlSettings
from crawler.job import FeedJob, FeedResult
from crawler.poll import Poller, Progress, Unseen, nobody
from crawler.workers import Workers


class Crawler:
    """Fetches feeds and their pages until it is stopped; many jobs at a time.

    ``unseen`` says of each article how it stands; ``sink`` gets complete articles, possibly
    in several calls for one job, and has stored them when it returns. What either raises goes to
    the caller of :meth:`fetch`. ``secrets`` knows what private sources are asked with. Start, use
    and stop it on one running asyncio loop.
    """

    def __init__(
        self,
        settings: CrawlSettings,
        *,
        workers: Workers,
        unseen: Unseen,
        sink: Sink,
        secrets: Secrets = Secrets(),  # noqa: B008 - frozen
        progress: Callable[[Progress], None] = nobody,
        getaddrinfo: GetAddrInfo = socket.getaddrinfo,
    ) -> None:
        self._client = Client(settings, getaddrinfo=getaddrinfo)
        self._poller = Poller(
            settings,
            client=self._client,
            parser=workers,
            unseen=unseen,
            sink=sink,
            secrets=secrets,
            progress=progress,
        )
        self._collector = Collector(
            settings,
            parser=workers,
            unseen=unseen,
            sink=sink,
            secrets=secrets,
            getaddrinfo=getaddrinfo,
        )
        self.parser = workers
        self._secrets = secrets
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

    @property
    def queued(self) -> int:
        """Jobs that do nothing but wait for their host's turn."""
        return self._client.queued_feeds

    async def fetch_bytes(
        self, url: str, *, kind: Kind = "page", secret: str = "", home: str = ""
    ) -> Fetched:
        """One address behind all guards, with a usable answer (2xx). Raises :class:`FetchError`.

        ``secret`` names what the host of ``home`` is asked with;
        :class:`config.errors.ConfigError` when there is none of that name.
        """
        fetched = await self._client.get(url, kind=kind, private=self._private(secret, home))
        usable(fetched.answer, now=time.time())
        return fetched

    async def look(self, url: str, *, secret: str) -> int:
        """How many things lie in a mailbox or folder. Raises :class:`FetchError`."""
        return await self._collector.look(url, secret=secret)

    async def sitemaps(self, home: str) -> tuple[str, ...]:
        """The sitemaps that the robots.txt of the origin of ``home`` names."""
        return await self._client.sitemaps(home)

    async def followed(
        self, feed: ParsedFeed, url: str, *, secret: str = "", home: str = ""
    ) -> ParsedFeed:
        """The sitemap read from ``url`` with the items of its children.

        ``secret`` as in :meth:`fetch_bytes`. Raises :class:`FetchError` when none can be had.
        """
        return await self._poller.followed(feed, url=url, private=self._private(secret, home))

    def _private(self, secret: str, home: str) -> Private | None:
        return Private(self._secrets.named(secret), home) if secret else None

    async def tell_hub(self, hub: str, form: bytes) -> Answer:
        """Sends a WebSub form behind all guards; any status. Raises :class:`FetchError`."""
        return await self._client.post(hub, form)

    async def fetch(self, job: FeedJob) -> FeedResult:
        """Polls one feed, mailbox or folder and hands its new articles over.

        Whatever the outside does becomes an outcome. Raises only what ``unseen`` and ``sink``
        raise, and :class:`StoppedError` when the crawler is stopped before the job is done: such
        a job says nothing about its source.
        """
        task = asyncio.current_task()
        if task is not None:
            self._jobs.add(task)
        try:
            way = self._collector if is_collected(job.url) else self._poller
            return await way.poll(job)
        finally:
            if task is not None:
                self._jobs.discard(task)
