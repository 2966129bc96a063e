"""Fetching one address: robots, redirects, one deadline for all of it."""

import asyncio
import logging
import socket
import time
from dataclasses import dataclass
from typing import Any, Literal

from scrapy.core.downloader._idna_patch import _install_twisted_idna_fallbacks
from scrapy.crawler import AsyncCrawlerRunner

from config.errors import ConfigError
from crawler.fetch.addresses import AddressGuard
from crawler.fetch.cookies import CookieJar
from crawler.fetch.errors import FetchError, StoppedError
from crawler.fetch.exchange import Answer, Exchange
from crawler.fetch.gates import Gates
from crawler.fetch.holds import Holds
from crawler.fetch.network import Network
from crawler.fetch.reach import Reach
from crawler.fetch.reactor import acquire_reactor, release_reactor
from crawler.fetch.redirects import REDIRECTS, Hop, follow, keeps_credentials, moved_to
from crawler.fetch.refusals import refusal
from crawler.fetch.resolve import GetAddrInfo, Resolver
from crawler.fetch.robots import MAX_ROBOTS, Robots
from crawler.fetch.robots import refusal as robots_refusal
from crawler.fetch.settings import CrawlSettings
from crawler.fetch.spider import QueueSpider, scrapy_settings
from crawler.fetch.urls import basic_authorization, host_key, redact, sendable
from crawler.job import Validators

Kind = Literal["feed", "page", "robots"]

_ACCEPT: dict[Kind, str] = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.7, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
}

_NONE = Validators()


@dataclass(frozen=True, slots=True)
class Fetched:
    """The last answer, and the redirects that led to it."""

    answer: Answer
    hops: tuple[Hop, ...] = ()

    @property
    def moved_to(self) -> str:
        """The address that the asked one has moved to for good, else ""."""
        return moved_to(self.hops, self.answer.url)


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
        self._gates = Gates(settings.concurrency_per_host)
        self._holds = Holds()
        self._reach = Reach()
        self._robots = Robots(self._fetch_robots, max_age=settings.robots_max_age)
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
        await network.close()
        for crawler in runner.crawlers:
            _release(crawler.engine.downloader)
        await runner.stop()
        await asyncio.wait([running])
        release_reactor(self._reactor)

    async def get(self, url: str, *, kind: Kind, validators: Validators = _NONE) -> Fetched:
        """Fetches an address and follows its redirects; any final status is an answer.

        Raises :class:`FetchError` for everything else the outside can do, and
        :class:`StoppedError` when the client does not run.
        """
        if kind != "page":
            return await self._get(url, kind, validators)
        host = host_key(sendable(url))
        self._holds.check(host, now=time.time())
        try:
            fetched = await self._get(url, kind, validators)
        except FetchError as error:
            self._holds.failed(host, error, now=time.time())
            raise
        refused = refusal(fetched.answer, now=time.time())
        if refused is None:
            self._holds.succeeded(host)
        else:
            self._holds.failed(host, refused, now=time.time())
        return fetched

    async def _get(self, url: str, kind: Kind, validators: Validators) -> Fetched:
        target = sendable(url)
        authorization = basic_authorization(url)
        remaining = self._settings.deadline
        hops: tuple[Hop, ...] = ()
        jar = CookieJar()
        while True:
            await self._ask_robots(target, kind)
            headers = self._headers(kind, validators)
            if authorization:
                headers["Authorization"] = authorization
            if cookie := jar.header(target):
                headers["Cookie"] = cookie
            async with self._gates.through(host_key(target)):
                answer = await self._exchange(target, headers, kind, remaining)
            remaining -= answer.elapsed
            if answer.status not in REDIRECTS:
                return Fetched(answer, hops)
            hops = (*hops, Hop(target, answer.status))
            location = answer.headers.get("location", "")
            again: Literal["yes", "no"] = "yes" if jar.take(target, answer.cookies) else "no"
            limit = self._settings.max_redirects
            old, target = target, follow(hops, location, limit=limit, again=again)
            if not keeps_credentials(old, target):
                authorization = ""
            if remaining <= 0:
                raise FetchError("took too long to redirect", outcome="timeout", where=redact(old))

    async def _ask_robots(self, url: str, kind: Kind) -> None:
        mode = self._settings.robots
        if kind == "robots" or mode == "none" or (mode == "pages" and kind == "feed"):
            return
        rules = await self._robots.rules(url)
        token = self._settings.robots_token
        if not rules.allows(url, token):
            raise robots_refusal(url, rules)
        delay = rules.delay(token)
        if delay > self._settings.host_delay:
            self._slow_down(host_key(url), delay)

    def _slow_down(self, key: str, delay: float) -> None:
        for crawler in self._runner.crawlers if self._runner else ():
            downloader = crawler.engine.downloader
            downloader.per_slot_settings[key] = {"concurrency": 1, "delay": delay, "jitter": 0.0}
            if key in downloader.slots:
                downloader.slots[key].delay = delay

    async def _fetch_robots(self, url: str) -> Answer:
        return (await self.get(url, kind="robots")).answer

    def _headers(self, kind: Kind, validators: Validators) -> dict[str, str]:
        headers = {"User-Agent": self._settings.user_agent, "Accept": _ACCEPT[kind]}
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        return headers

    async def _exchange(
        self, url: str, headers: dict[str, str], kind: Kind, seconds: float
    ) -> Answer:
        if self._is_stopped():
            raise StoppedError("the crawler is not running", where=redact(url))
        robots = kind == "robots"
        exchange = Exchange(
            url=url,
            headers=headers,
            timeout=seconds,
            max_body=MAX_ROBOTS if robots else self._settings.max_body,
            keep_head=robots,
            urgent=robots,
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
        self._reach.answered()
        return answer

    def _is_stopped(self) -> bool:
        return self._network is None


def _release(downloader: Any) -> None:
    """Lets requests that wait for their turn at a host through, where they find nobody waiting."""
    for slot in downloader.slots.values():
        slot.delay = 0.0
        slot.close()
        downloader._process_queue(slot)


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
