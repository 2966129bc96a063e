"""From an index to the news in its sitemaps, and to those entries that it can speak for."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import msgspec

from crawler.feeds.model import FeedItem, ParsedFeed
from crawler.fetch.clock import Clock
from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.fetcher import Private
from crawler.fetch.refusals import usable
from crawler.fetch.urls import redact
from crawler.identity import canonical_form, site_of
from crawler.sitemaps.parsing import SITEMAPS
from crawler.sitemaps.recent import distinct

if TYPE_CHECKING:
    from crawler.poll import Fetches

# Documents of one index that one poll asks for. An outlet's news are in one or two.
_MOST_CHILDREN = 5
# An index of indexes is against the protocol, and yet there are some.
_DEEPEST = 2
# Other hosts whose robots.txt is asked whether the sitemap is theirs ("cross submits" of
# sitemaps.org).
_MOST_HOSTS = 3


class Follower:
    """Completes what was read of a sitemap, by the fetch path of all sources.

    ``read`` parses an answer and raises :class:`FetchError`.
    """

    def __init__(
        self,
        client: "Fetches",
        read: Callable[[Answer], Awaitable[ParsedFeed]],
        *,
        clock: Clock,
    ) -> None:
        self._client = client
        self._read = read
        self._clock = clock

    async def followed(
        self, feed: ParsedFeed, *, url: str, private: Private | None = None
    ) -> ParsedFeed:
        """The feed with the items of its children, without those of sites it cannot speak for.

        ``url`` is the address that the source has, whatever redirects led to: its site is the one
        that may be spoken for, and those whose robots.txt names it. Raises :class:`FetchError`
        when there are children and none can be had.
        """
        whole = await self._with_children(feed, url, private) if feed.children else feed
        kept = await self._own(whole.items, url)
        if foreign := len(whole.items) - len(kept):
            note = f"{foreign:,} entries are on other sites, whose robots.txt do not name it"
            left_out = "; ".join(filter(None, (whole.left_out, note)))
            whole = msgspec.structs.replace(whole, items=kept, left_out=left_out)
        return whole

    async def _with_children(
        self, feed: ParsedFeed, url: str, private: Private | None
    ) -> ParsedFeed:
        read: list[ParsedFeed] = []
        failures: list[FetchError] = []
        waiting = deque((child, 1) for child in feed.children)
        asked = {canonical_form(url)}
        while waiting and len(read) + len(failures) < _MOST_CHILDREN:
            address, depth = waiting.popleft()
            if canonical_form(address) in asked or not await self._may_follow(address, url):
                continue
            asked.add(canonical_form(address))
            try:
                child = await self._child(address, private)
            except FetchError as error:
                failures.append(error)
                continue
            read.append(child)
            if depth < _DEEPEST:
                waiting.extendleft((each, depth + 1) for each in reversed(child.children))
        if failures and not read:
            raise _none(failures[0]) from failures[0]
        return await self._joined(feed, read, failures)

    async def _joined(
        self, feed: ParsedFeed, read: list[ParsedFeed], failures: list[FetchError]
    ) -> ParsedFeed:
        items = [item for each in (feed, *read) for item in each.items]
        # Thousands of addresses take some tenths of a second to compare: not on the loop.
        found = await asyncio.to_thread(distinct, items, received=self._clock.now())
        notes = [feed.left_out, *(each.left_out for each in read)]
        if failures:
            of = len(read) + len(failures)
            notes.append(f"{len(failures)} of {of} of its sitemaps could not be had: {failures[0]}")
        elif not read:
            notes.append("its sitemaps are on other sites, which its robots.txt does not name")
        return msgspec.structs.replace(
            feed,
            title=next((each.title for each in (feed, *read) if each.title), ""),
            language=next((each.language for each in (feed, *read) if each.language), ""),
            items=found.items,
            truncated=found.truncated + sum(each.truncated for each in (feed, *read)),
            left_out="; ".join(filter(None, notes)),
            problem=next((each.problem for each in (feed, *read) if each.problem), ""),
        )

    async def _child(self, address: str, private: Private | None) -> ParsedFeed:
        fetched = await self._client.get(address, kind="feed", private=private)
        answer = usable(fetched.answer, now=self._clock.now())
        child = await self._read(answer)
        if child.format not in SITEMAPS:
            raise FetchError(
                "is named as a sitemap and is none",
                outcome="not-a-feed",
                where=redact(answer.url),
                status=answer.status,
            )
        return child

    async def _may_follow(self, address: str, url: str) -> bool:
        if _site(address) == _site(url):
            return True
        return _names(await self._client.sitemaps(url), address)

    async def _own(self, items: tuple[FeedItem, ...], url: str) -> tuple[FeedItem, ...]:
        """The items on the site of ``url``, and on hosts whose robots.txt names it as theirs."""
        foreign = await asyncio.to_thread(_foreign, items, _site(url))
        own = {
            host
            for host, _ in Counter(foreign.values()).most_common(_MOST_HOSTS)
            if _names(await self._sitemaps(host), url)
        }
        return tuple(
            item for item in items if item.link not in foreign or foreign[item.link] in own
        )

    async def _sitemaps(self, host: str) -> tuple[str, ...]:
        try:
            return await self._client.sitemaps(host)
        except FetchError:
            return ()  # an address that cannot be asked names nothing


def _none(first: FetchError) -> FetchError:
    """None can be had. The source is not gone for good because a sitemap of its is."""
    gone = first.outcome == "gone"
    return FetchError(
        f"none of its sitemaps can be had: {first.what}",
        outcome="not-found" if gone else first.outcome,
        where=first.where,
        next_step="It is tried again; its outlet may have another" if gone else first.next_step,
        status=first.status,
        not_before=first.not_before,
    )


def _foreign(items: Iterable[FeedItem], home: str) -> dict[str, str]:
    """The links that lead to other sites than ``home``, with their hosts."""
    return {item.link: urljoin(item.link, "/") for item in items if _site(item.link) != home}


def _site(address: str) -> str:
    """Who runs an address, in whichever letters its name is written."""
    return site_of(canonical_form(address))


def _names(sitemaps: Iterable[str], address: str) -> bool:
    return canonical_form(address) in map(canonical_form, sitemaps)
