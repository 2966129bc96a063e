"""From a site's address to its feeds, or to its sitemap of news."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import msgspec

from config.ways import is_collected
from crawler.engine import Crawler
from crawler.errors import CrawlError
from crawler.feeds import NotAFeedError, ParsedFeed
from crawler.fetch.errors import FetchError
from crawler.fetch.fetcher import Fetched, Kind
from crawler.fetch.urls import redact
from crawler.identity import site_of
from crawler.sitemaps.parsing import SITEMAPS
from crawler.sitemaps.places import places, steady
from crawler.sitemaps.promising import says_news
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
    """A feed or sitemap that was fetched and read.

    ``latest`` is its newest item's time in epoch seconds, ``headlines`` how many items have one;
    ``children`` are the sitemaps of an index.
    """

    url: str
    title: str
    language: str = ""
    items: int = 0
    latest: float | None = None
    headlines: int = 0
    children: tuple[str, ...] = ()


async def discover(
    address: str, *, crawler: Crawler, workers: Workers, secret: str = ""
) -> tuple[FoundFeed, ...]:
    """The feeds of a site, best first: the address itself, else what its page names, else guesses.

    Where none of them has items, its sitemaps come before them. ``address`` is what a person types,
    with or without scheme; ``secret`` names what its host is asked with. Every feed returned was
    read just now; a mailbox or folder was looked into. Empty when the site answers but has none to
    be found. Raises :class:`crawler.fetch.errors.FetchError` when the site cannot be had at all.
    """
    if is_collected(address):
        total = await crawler.look(address.strip(), secret=secret)
        return (FoundFeed(url=address.strip(), title="", items=total),)
    look = _Look(crawler, workers, secret, with_scheme(address))
    try:
        site = await look.site(address.strip())
    except FetchError as error:
        if error.status == 0:
            raise
        # The front page refuses us (403, 404, ...); its feeds may not.
        return await look.guessed(look.home)
    itself = await look.read(site)
    if itself is not None:
        return (itself,)
    home = site.answer.url
    links = await workers.find_feeds(site.answer.body, url=home)
    named = await look.read_all(link.url for link in links[:_MOST_LINKS])
    if named:
        return named if named[0].items else (*await look.sitemaps(home), *named)
    return await look.guessed(home)


@dataclass(frozen=True, slots=True)
class _Look:
    """One search: who fetches and parses, and the secret that the host of ``home`` gets."""

    crawler: Crawler
    workers: Workers
    secret: str
    home: str

    async def fetch(self, url: str, kind: Kind) -> Fetched:
        return await self.crawler.fetch_bytes(url, kind=kind, secret=self.secret, home=self.home)

    async def site(self, address: str) -> Fetched:
        try:
            return await self.fetch(self.home, "page")
        except FetchError as error:
            # A secret is never sent without TLS because that happened to fail.
            if self.home == address or self.secret or error.outcome not in _NO_TLS:
                raise
            return await self.fetch(self.home.replace("https://", "http://", 1), "page")

    async def read_all(self, urls: Iterable[str]) -> tuple[FoundFeed, ...]:
        room = asyncio.Semaphore(_AT_ONCE)

        async def look(url: str) -> FoundFeed | None:
            async with room:
                try:
                    return await self.read(await self.fetch(url, "feed"))
                except FetchError:
                    return None  # a link that leads nowhere is no feed, and no news either

        found = await asyncio.gather(*(look(url) for url in urls))
        distinct = {feed.url: feed for feed in found if feed is not None}
        # Empty feeds last; the page's own order otherwise.
        return tuple(sorted(distinct.values(), key=lambda feed: feed.items == 0))

    async def guessed(self, home: str) -> tuple[FoundFeed, ...]:
        """What stands where nobody said that it does."""
        feeds = await self.read_all(_guesses(home))
        if feeds and feeds[0].items:
            return feeds
        return (*await self.sitemaps(home), *feeds)

    async def sitemaps(self, home: str) -> tuple[FoundFeed, ...]:
        """The sitemaps that show news, best first: with headlines, and no index."""
        found = await self.read_all(places(await self.crawler.sitemaps(home), home=home))
        known = {each.url for each in found}
        below = [child for each in found for child in steady(each.children)]
        found += await self.read_all(child for child in dict.fromkeys(below) if child not in known)
        useful = [each for each in found if each.items or says_news(each.url)]
        return tuple(
            sorted(
                useful,
                key=lambda each: (not each.items, not each.headlines, bool(each.children)),
            )
        )

    async def read(self, fetched: Fetched) -> FoundFeed | None:
        answer = fetched.answer
        try:
            feed = await self.workers.parse_feed(
                answer.body,
                url=redact(answer.url),
                content_type=answer.content_type,
                received=time.time(),
            )
            if feed.format in SITEMAPS:
                feed = await self.crawler.followed(
                    feed, answer.url, secret=self.secret, home=self.home
                )
        except NotAFeedError:
            return None
        except FetchError:
            raise
        except CrawlError as error:
            raise FetchError(error.what, outcome="failed", where=redact(answer.url)) from error
        return _found(answer.url, feed)


def with_scheme(address: str) -> str:
    """What a person typed, as an address."""
    address = address.strip()
    return address if "://" in address else f"https://{address.removeprefix('//')}"


def _guesses(home: str) -> list[str]:
    """Well-known places, below the path first: a blog may live in a folder of a site."""
    folder = home if urlsplit(home).path.endswith("/") else home.partition("?")[0] + "/"
    below = [urljoin(folder, path.removeprefix("/")) for path in _WELL_KNOWN]
    return list(dict.fromkeys((*below, *(urljoin(home, path) for path in _WELL_KNOWN))))


def _found(url: str, feed: ParsedFeed) -> FoundFeed:
    times = [item.published for item in feed.items if item.published is not None]
    return FoundFeed(
        url=url,
        # Only the news extension names the outlet.
        title=feed.title or (site_of(url) if feed.format in SITEMAPS else ""),
        language=feed.language,
        items=len(feed.items),
        latest=max(times, default=None),
        headlines=sum(bool(item.title) for item in feed.items),
        children=feed.children,
    )
