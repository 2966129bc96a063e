"""The engine under a fetch: Scrapy, started and stopped, one exchange after the other."""

import asyncio
import logging
import socket
from typing import Any

from scrapy.core.downloader._idna_patch import _install_twisted_idna_fallbacks
from scrapy.crawler import AsyncCrawlerRunner

from config.errors import ConfigError
from crawler.fetch.addresses import AddressGuard
from crawler.fetch.berths import Berths
from crawler.fetch.errors import FetchError, StoppedError
from crawler.fetch.exchange import Answer, Exchange
from crawler.fetch.fetcher import Ask, Fetched, Fetcher, Kind, Private
from crawler.fetch.network import Network
from crawler.fetch.reach import Reach
from crawler.fetch.reactor import acquire_reactor, release_reactor
from crawler.fetch.resolve import GetAddrInfo, Resolver
from crawler.fetch.robots import MAX_ROBOTS
from crawler.fetch.settings import CrawlSettings
from crawler.fetch.spider import QueueSpider, scrapy_settings
from crawler.fetch.urls import host_key, redact
from crawler.job import Validators

_NOTHING = Validators()


class Client:
    """The one fetch path, for feeds, pages and discovery. Start and stop it on one running loop.

    ``getaddrinfo`` is for tests that play the internet's name servers.
    """

    def __init__(
        self, settings: CrawlSettings, *, getaddrinfo: GetAddrInfo = socket.getaddrinfo
    ) -> None:
        self._settings = settings
        self._getaddrinfo = getaddrinfo
        self._queue: asyncio.Queue[Exchange] = asyncio.Queue()
        self._outstanding: set[Exchange] = set()
        self._berths = Berths(settings.concurrency)
        self._fetcher = Fetcher(settings, self._exchange)
        self._reach = Reach()
        self._reactor: Any = None
        self._network: Network | None = None
        self._runner: AsyncCrawlerRunner | None = None
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises :class:`StoppedError` when the engine does not come up."""
        # Hosts like "a_b.example.org" exist and resolve; strict IDNA refuses them.
        _install_twisted_idna_fallbacks()
        # Scrapy's own messages show whole addresses; errors reach people through FetchError.
        logging.getLogger("scrapy").setLevel(logging.ERROR)
        settings = self._settings
        resolver = Resolver(AddressGuard.parse(settings.allowed_addresses), self._getaddrinfo)
        self._fetcher = Fetcher(settings, self._exchange)
        self._reactor = acquire_reactor()
        try:
            self._network = Network(self._reactor, settings, resolver)
        except ConfigError:
            release_reactor(self._reactor)
            raise
        up = asyncio.Event()
        self._runner = AsyncCrawlerRunner(scrapy_settings(settings))
        self._running = self._runner.crawl(
            QueueSpider, network=self._network, queue=self._queue, up=up
        )
        self._running.add_done_callback(self._ended)
        coming_up = asyncio.ensure_future(up.wait())
        await asyncio.wait([self._running, coming_up], return_when=asyncio.FIRST_COMPLETED)
        if not up.is_set():
            coming_up.cancel()
            raise StoppedError("the fetch engine did not start") from self._running.exception()

    def _ended(self, _: "asyncio.Task[None]") -> None:
        """Nobody may wait for an engine that is gone, whatever ended it."""
        if self._network is not None:
            self._network = None
            release_reactor(self._reactor)
        for exchange in self._outstanding:
            exchange.answer.cancel()

    async def stop(self) -> None:
        """Cuts off what is under way; every waiting :meth:`get` ends with an error."""
        if self._network is None or self._runner is None or self._running is None:
            return
        network, runner, running = self._network, self._runner, self._running
        self._network = None
        for exchange in self._outstanding:
            exchange.answer.cancel()
        # Who waits for his turn at a host finds that it is over.
        self._fetcher.gates.open()
        await network.close()
        await runner.stop()
        await asyncio.wait([running])
        release_reactor(self._reactor)

    @property
    def queued_feeds(self) -> int:
        """Feeds that wait for their host's turn."""
        return self._fetcher.queued_feeds

    async def get(
        self,
        url: str,
        *,
        kind: Kind,
        validators: Validators = _NOTHING,
        private: Private | None = None,
    ) -> Fetched:
        """:meth:`crawler.fetch.fetcher.Fetcher.get`; raises :class:`StoppedError` too."""
        return await self._fetcher.get(url, kind=kind, validators=validators, private=private)

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """:meth:`crawler.fetch.fetcher.Fetcher.sitemaps`; raises :class:`StoppedError` too."""
        return await self._fetcher.sitemaps(url)

    async def post(self, url: str, form: bytes) -> Answer:
        """:meth:`crawler.fetch.fetcher.Fetcher.post`; raises :class:`StoppedError` too."""
        return await self._fetcher.post(url, form)

    async def _exchange(self, ask: Ask) -> Answer:
        async with self._berths.taken():
            return await self._send(ask)

    async def _send(self, ask: Ask) -> Answer:
        url = ask.url
        if self._is_stopped():
            raise StoppedError("the crawler is not running", where=redact(url))
        robots = ask.kind == "robots"
        exchange = Exchange(
            url=url,
            headers=ask.headers,
            timeout=ask.seconds,
            max_body=MAX_ROBOTS if robots else self._settings.max_body,
            form=ask.form,
            keep_head=robots,
        )
        self._outstanding.add(exchange)
        await self._queue.put(exchange)
        try:
            answer = await exchange.answer
        except FetchError as error:
            if self._is_stopped():
                raise StoppedError("the crawler stopped", where=redact(url)) from error
            if self._reach.missed(host_key(url), error.outcome):
                raise _offline(url, error) from error
            raise _at(url, error) from error
        except asyncio.CancelledError as error:
            if self._is_stopped() and not _cancelling():
                raise StoppedError("the crawler stopped", where=redact(url)) from error
            exchange.abandon()
            raise
        finally:
            self._outstanding.discard(exchange)
        self._reach.answered(host_key(url))
        return answer

    def _is_stopped(self) -> bool:
        return self._network is None


def _at(url: str, error: FetchError) -> FetchError:
    return FetchError(
        error.what,
        outcome=error.outcome,
        where=redact(url),
        next_step=error.next_step,
        status=error.status,
        not_before=error.not_before,
    )


def _offline(url: str, error: FetchError) -> FetchError:
    return FetchError(
        f"{error.what}, and nobody else answers either: this machine seems to be offline",
        outcome="offline",
        where=redact(url),
        next_step="Check its network; fetching goes on by itself",
    )


def _cancelling() -> bool:
    task: asyncio.Task[Any] | None = asyncio.current_task()
    return task is not None and task.cancelling() > 0
