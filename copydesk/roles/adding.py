"""Find, try and add sources: what ``copydesk sources`` does on the network and in the record."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Container, Sequence
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from config.codes import tidy_language
from config.load import Configuration
from config.settings import Settings
from config.sources import Source, check_transport, checked_source
from copydesk.errors import NotFoundError, RoleError
from copydesk.record import registry
from copydesk.record.database import Record
from copydesk.roles.crawl_duty import crawl_settings, source_secrets
from copydesk.roles.opening import open_record, register_at_first
from crawler.article import Article
from crawler.discover import FoundFeed, discover, with_scheme
from crawler.engine import Crawler
from crawler.fetch.redirects import keeps_credentials
from crawler.fetch.urls import redact, sendable
from crawler.job import FeedJob, FeedResult, Standing, Validators
from crawler.workers import Workers

ADDED = "added"
# Shorter than an id may be: a number may follow.
_LONGEST_SLUG = 70
_LONGEST_OUTLET = 200
_GRACE_SECONDS = 5.0
T = TypeVar("T")


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What one fetch of a source gave."""

    result: FeedResult
    articles: tuple[Article, ...]


def find_feed(settings: Settings, address: str, *, secret: str = "") -> FoundFeed:
    """The best feed at or behind ``address``, whose host is asked with the ``secret`` so named.

    Raises :class:`RoleError` when there is none, :class:`crawler.fetch.errors.FetchError` when the
    site cannot be had, :class:`ConfigError` when the secret would travel in the clear.
    """
    # Before anything is asked: the search itself sends it.
    shown = redact(with_scheme(address))
    check_transport(Source(id="new", url=with_scheme(address), secret=secret), where=shown)

    async def look(crawler: Crawler, workers: Workers) -> FoundFeed:
        found = await discover(address, crawler=crawler, workers=workers, secret=secret)
        if not found:
            raise RoleError(
                "no feed and no sitemap of news was found there",
                where=shown,
                next_step="Give the feed's own address, often linked as RSS at a page's foot.",
            )
        if secret and not _same_host(with_scheme(address), there := found[0].url):
            raise RoleError(
                f"its feed is on another host, {redact(there)}, which the secret is not for",
                where=shown,
                next_step="Give the feed's own address, if its host may have the secret.",
            )
        return found[0]

    return _crawling(settings, look, taken=[])


def try_source(configuration: Configuration, source: str) -> Trial:
    """Fetch one source, by id or address, and keep nothing."""
    with open_record(configuration.settings) as record:
        register_at_first(record, configuration.sources)
        with record.reading() as connection:
            known = {row.id: row for row in registry.every(connection)}
    if source in known:
        job = msgspec.structs.replace(known[source].job(), validators=Validators())
    elif "." in source or "/" in source:
        job = FeedJob(source="trial", url=find_feed(configuration.settings, source).url)
    else:
        raise NotFoundError(
            f'there is no source "{source}"',
            next_step="`copydesk sources list` shows all; an address works too.",
        )
    taken: list[Article] = []
    result = _crawling(configuration.settings, lambda crawler, _: crawler.fetch(job), taken=taken)
    return Trial(result=result, articles=tuple(taken))


def add_source(
    record: Record,
    feed: FoundFeed,
    *,
    id_: str | None,
    outlet: str | None,
    language: str,
    country: str,
    fetch_pages: Literal["yes", "no"],
    secret: str = "",
) -> Source:
    """Register the feed as a source of its own.

    Raises :class:`RoleError` when it is there, :class:`ConfigError` when the configuration would
    not have it so. What the feed says of itself is fitted in.
    """
    with record.writing() as connection:
        known = {row.id: row for row in registry.every(connection)}
        for row in known.values():
            if row.url == feed.url:
                raise RoleError(f"this feed is there already, as {row.id}", where=redact(feed.url))
        chosen = id_ or _free(slug(feed.url), known)
        if chosen in known:
            raise RoleError(f'the id "{chosen}" is taken', next_step="Choose another with --id.")
        values = {
            "id": chosen,
            "url": feed.url,
            "outlet": feed.title[:_LONGEST_OUTLET] if outlet is None else outlet,
            "language": language or tidy_language(feed.language),
            "country": country.upper(),
            "fetch_pages": fetch_pages,
            "secret": secret,
        }
        source = checked_source(values, where=redact(feed.url))
        registry.add(connection, source, origin=ADDED, now=time.time())
    return source


def _same_host(asked: str, there: str) -> bool:
    return asked == there or keeps_credentials(sendable(asked), sendable(there))


def slug(url: str) -> str:
    """A short name made from the address: ``https://www.example.org/world/feed`` → example-org."""
    host = (urlsplit(url).hostname or "source").removeprefix("www.").removeprefix("feeds.")
    name = re.sub(r"[^a-z0-9]+", "-", host.lower())
    return name[:_LONGEST_SLUG].strip("-") or "source"


def _free(name: str, known: Container[str]) -> str:
    number = 1
    candidate = name
    while candidate in known:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def _crawling(
    settings: Settings, work: Callable[[Crawler, Workers], Awaitable[T]], *, taken: list[Article]
) -> T:
    async def everything_is_new(articles: Sequence[Article]) -> Sequence[Standing]:
        return ["new"] * len(articles)

    async def take(articles: Sequence[Article]) -> None:
        taken.extend(articles)

    async def run() -> T:
        async with Workers() as workers:
            crawler = Crawler(
                crawl_settings(settings),
                workers=workers,
                unseen=everything_is_new,
                sink=take,
                secrets=source_secrets(settings),
            )
            await crawler.start()
            try:
                return await work(crawler, workers)
            finally:
                await crawler.stop(_GRACE_SECONDS)

    return asyncio.run(run())
