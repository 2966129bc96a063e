"""Scrapy as a long-lived engine: one spider that drains a queue, and our network below it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter
from scrapy.settings import default_settings
from twisted.python.failure import Failure

from crawler.fetch.exchange import Answer, Exchange
from crawler.fetch.network import Network
from crawler.fetch.settings import CrawlSettings
from crawler.fetch.urls import host_key

_EXCHANGE = "exchange"


def scrapy_settings(settings: CrawlSettings) -> dict[str, Any]:
    """Scrapy reduced to its engine, scheduler and per-host slots.

    Everything of Scrapy's that fetches, listens, follows, retries or logs addresses is off: the
    base tables are emptied by name, so that what a later Scrapy adds is off as well.
    """
    off: dict[str, dict[str, None]] = {
        table: dict.fromkeys(getattr(default_settings, f"{table}_BASE"))
        for table in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES")
    }
    handlers = dict.fromkeys(default_settings.DOWNLOAD_HANDLERS_BASE)
    return {
        **off,
        "DOWNLOAD_HANDLERS": {**handlers, "http": NetworkHandler, "https": NetworkHandler},
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_ENABLED": False,
        "LOG_FORMATTER": SilentFormatter,
        "STATS_DUMP": False,
        "DOWNLOADER_STATS": False,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        # Scrapy starts this many tasks for the output of every response; ours have none.
        "CONCURRENT_ITEMS": 1,
        # Our berths and gates stand before its queue: what comes here may go.
        "CONCURRENT_REQUESTS": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": settings.concurrency_per_host,
        "DOWNLOAD_DELAY": 0.0,
        "URLLENGTH_LIMIT": 0,
        "USER_AGENT": settings.user_agent,
    }


class SilentFormatter(LogFormatter):
    """Scrapy logs whole addresses, and addresses hold secrets: it logs none for us."""

    def crawled(self, request: Request, response: Response, spider: scrapy.Spider) -> None:  # type: ignore[override]
        """Nothing."""

    def download_error(  # type: ignore[override]
        self, failure: Failure, request: Request, spider: scrapy.Spider, errmsg: str | None = None
    ) -> None:
        """Nothing."""


class NetworkHandler(BaseDownloadHandler):
    """Hands requests to the :class:`Network` of the spider."""

    async def download_request(self, request: Request) -> Response:
        spider = self.crawler.spider
        if not isinstance(spider, QueueSpider):
            raise TypeError(f"{type(self).__name__} works for {QueueSpider.__name__} only")
        request.meta["answer"] = await spider.network.send(request.meta[_EXCHANGE])
        return Response(request.url)


class QueueSpider(scrapy.Spider):
    """Yields what is put into its queue, for ever."""

    name = "copydesk"

    def __init__(
        self, *, network: Network, queue: "asyncio.Queue[Exchange]", up: asyncio.Event
    ) -> None:
        super().__init__()
        self._up = up
        self.network = network
        self._queue = queue

    @classmethod
    def from_crawler(cls, crawler: Any, *_: Any, **kwargs: Any) -> "QueueSpider":
        spider = cls(**kwargs)
        spider._set_crawler(crawler)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Scrapy's source of requests; it ends only with the engine."""
        self._up.set()
        while True:
            exchange = await self._queue.get()
            if exchange.answer.done():
                continue
            yield Request(
                exchange.url,
                callback=self._answered,
                errback=self._failed,
                dont_filter=True,
                meta={_EXCHANGE: exchange, "download_slot": host_key(exchange.url)},
            )

    async def _answered(self, response: Response) -> None:
        exchange: Exchange = response.meta[_EXCHANGE]
        answer: Answer = response.meta["answer"]
        if not exchange.answer.done():
            exchange.answer.set_result(answer)

    async def _failed(self, failure: Failure) -> None:
        exchange: Exchange = failure.request.meta[_EXCHANGE]  # type: ignore[attr-defined]
        if not exchange.answer.done():
            # Not only FetchError: a fault of ours must reach the caller too, or he waits for ever.
            exchange.answer.set_exception(failure.value or RuntimeError("failed without a reason"))
