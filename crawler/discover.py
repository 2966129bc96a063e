"""From a site's address to its feeds."""

import asyncio
import time
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import msgspec

from crawler.engine import Crawler
from crawler.errors import CrawlError
from crawler.feeds import NotAFeedError, ParsedFeed
from crawler.fetch.errors import FetchError
from crawler.fetch.fetcher import Fetched
from crawler.fetch.urls import redact
from crawler.workers import Workers

# Where the common publishing systems put their feed: WordPress, Drupal and Joomla, Jekyll and
# Hugo, Ghost, Substack, Medium and hand-made sites.
_WELL_KNOWN = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json",
               "/rss/", "/feeds/all.atom.xml")  # fmt: skip
# A page may offer a feed for each of its sections; these many are looked into.
_MOST_LINKS = 10
_AT_ONCE = 4
# Worth a second try without TLS when the address did not say which.
_NO_TLS: tuple[str, ...] = ("tls", "connection", "timeout")


class FoundFeed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that was fetched and read. ``latest`` is its newest item's time in epoch seconds."""

    url: str
    title: str
    language: str = ""
    items: int = 0
    latest: float | None = None


async def discover(address: str, *, crawler: Crawler, workers: Workers) -> tuple[FoundFeed, ...]:
    """The feeds of a site, best first: the address itself, else what its page names, else guesses.

    ``address`` is what a person types, with or without scheme. Every feed returned was read just
    now. Empty when the site answers but has none to be found. Raises
    :class:`crawler.fetch.errors.FetchError` when the site cannot be had at all.
    """
    try:
        site = await _site(address.strip(), crawler)
    except FetchError as error:
        if error.status == 0:
            raise
        # The front page refuses us (403, 404, ...); its feeds may not.
        return await _read_all(_guesses(_with_scheme(address.strip())), crawler, workers)
    itself = await _read(site, workers)
    if itself is not None:
        return (itself,)
    home = site.answer.url
    links = await workers.find_feeds(site.answer.body, url=home)
    named = await _read_all((link.url for link in links[:_MOST_LINKS]), crawler, workers)
    return named or await _read_all(_guesses(home), crawler, workers)


async def _site(address: str, crawler: Crawler) -> Fetched:
    url = _with_scheme(address)
    try:
        return await crawler.fetch_bytes(url)
    except FetchError as error:
        if url == address or error.outcome not in _NO_TLS:
            raise
        return await crawler.fetch_bytes(url.replace("https://", "http://", 1))


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address.removeprefix('//')}"


def _guesses(home: str) -> list[str]:
    """Well-known places, below the path first: a blog may live in a folder of a site."""
    folder = home if urlsplit(home).path.endswith("/") else home.partition("?")[0] + "/"
    below = [urljoin(folder, path.removeprefix("/")) for path in _WELL_KNOWN]
    return list(dict.fromkeys((*below, *(urljoin(home, path) for path in _WELL_KNOWN))))


async def _read_all(
    urls: Iterable[str], crawler: Crawler, workers: Workers
) -> tuple[FoundFeed, ...]:
    room = asyncio.Semaphore(_AT_ONCE)

    async def look(url: str) -> FoundFeed | None:
        async with room:
            try:
                return await _read(await crawler.fetch_bytes(url, kind="feed"), workers)
            except FetchError:
                return None  # a link that leads nowhere is no feed, and no news either

    found = await asyncio.gather(*(look(url) for url in urls))
    distinct = {feed.url: feed for feed in found if feed is not None}
    # Empty feeds last; the page's own order otherwise.
    return tuple(sorted(distinct.values(), key=lambda feed: feed.items == 0))


async def _read(fetched: Fetched, workers: Workers) -> FoundFeed | None:
    answer = fetched.answer
    try:
        feed = await workers.parse_feed(
            answer.body,
            url=redact(answer.url),
            content_type=answer.content_type,
            received=time.time(),
        )
    except NotAFeedError:
        return None
    except CrawlError as error:
        raise FetchError(error.what, outcome="failed", where=redact(answer.url)) from error
    return _found(answer.url, feed)


def _found(url: str, feed: ParsedFeed) -> FoundFeed:
    times = [item.published for item in feed.items if item.published is not None]
    return FoundFeed(
        url=url,
        title=feed.title,
        language=feed.language,
        items=len(feed.items),
        latest=max(times, default=None),
    )
