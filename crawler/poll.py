"""One poll of one feed: ask, read, tell new from known, complete, hand over, report."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Literal, Protocol

import msgspec

from config.errors import ConfigError
from config.secrets import Secrets
from crawler.article import Article
from crawler.assemble import from_feed
from crawler.commons import Commons
from crawler.conditional import sent
from crawler.discreet import Sink, discreet, discreet_result, discreet_sink
from crawler.errors import CrawlError
from crawler.feeds import NotAFeedError, ParsedFeed
from crawler.fetch.clock import SYSTEM, Clock
from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.fetcher import Fetched, Kind, Private
from crawler.fetch.refusals import bot_wall, usable
from crawler.fetch.settings import CrawlSettings
from crawler.fetch.urls import redact
from crawler.harvest import Harvest
from crawler.job import FeedJob, FeedResult, Standing, Validators
from crawler.pages import Page
from crawler.report import Report, validators_of
from crawler.sitemaps.following import Follower
from crawler.sitemaps.parsing import SITEMAPS
from crawler.sitemaps.tips import Tips, Vain

Unseen = Callable[[Sequence[Article]], Awaitable[Sequence[Standing]]]

# Assembling an item takes about a millisecond; the loop gets a turn after so many.
_BREATH = 16


class Fetches(Protocol):
    """What :class:`crawler.fetch.client.Client` does for a poll."""

    async def get(
        self,
        url: str,
        *,
        kind: Kind,
        validators: Validators = ...,
        private: Private | None = ...,
    ) -> Fetched: ...

    async def sitemaps(self, url: str) -> tuple[str, ...]: ...


class Parses(Protocol):
    """What :class:`crawler.workers.Workers` does for a poll."""

    async def parse_feed(
        self, body: bytes, *, url: str, content_type: str, received: float
    ) -> ParsedFeed: ...

    async def extract(self, body: bytes, *, url: str, content_type: str) -> Page: ...


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What just happened to a job, for people who watch; ``done`` of ``total`` articles."""

    source: str
    stage: Literal["asking", "read", "handed-over"]
    done: int = 0
    total: int = 0


def nobody(_: Progress) -> None:
    """The default audience."""


class Poller:
    """Polls feeds. ``unseen`` says of each article how it stands; ``sink`` stores articles.

    ``secrets`` knows what private sources are asked with. What ``unseen`` and ``sink`` raise goes
    to the caller.
    """

    def __init__(
        self,
        settings: CrawlSettings,
        *,
        client: Fetches,
        parser: Parses,
        unseen: Unseen,
        sink: Sink,
        secrets: Secrets,
        progress: Callable[[Progress], None] = nobody,
        clock: Clock = SYSTEM,
    ) -> None:
        self._settings = settings
        self._client = client
        self._parser = parser
        self._unseen = unseen
        self._sink = sink
        self._secrets = secrets
        self._progress = progress
        self._clock = clock
        self._follower = Follower(client, self._parse, clock=clock)
        self._vain = Vain(clock)

    async def poll(self, job: FeedJob) -> FeedResult:
        """Polls one feed and hands its new articles over; whatever the outside does is an outcome.

        Raises what ``unseen`` and ``sink`` raise, and :class:`StoppedError`.
        """
        report = Report(job, clock=self._clock)
        try:
            private = self._private(job)
        except FetchError as error:
            return report.failed(error)
        try:
            result = await self._poll(job, report, private)
        except FetchError as error:
            result = report.failed(error)
        return result if private is None else discreet_result(result, private.secret)

    def _private(self, job: FeedJob) -> Private | None:
        if not job.secret:
            return None
        try:
            return Private(self._secrets.named(job.secret), job.url)
        except ConfigError as error:
            raise FetchError(
                f"not asked: {error.what} ({error.where})",
                outcome="refused",
                where=redact(job.url),
                next_step=error.next_step,
            ) from error

    async def _poll(self, job: FeedJob, report: Report, private: Private | None) -> FeedResult:
        self._progress(Progress(source=job.source, stage="asking"))
        share = self._settings.unconditional_share
        asked = sent(job.validators, source=job.source, at=self._clock.now(), share=share)
        fetched = await self._client.get(job.url, kind="feed", validators=asked, private=private)
        report.heard(fetched, asked)
        answer = usable(fetched.answer, now=self._clock.now())
        if answer.status == 304:
            if not (asked.etag or asked.last_modified):
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
        feed = await self._whole(job, await self._parse(answer), private)
        tips = Tips(feed, self._vain)
        articles = await self._articles(job, feed)
        # Known by what is stored of them; their pages are asked for by what the feed said.
        known_by = articles
        if private is not None:
            known_by = [discreet(article, private.secret) for article in articles]
        standings = await self._unseen(known_by) if articles else ()
        standing = list(zip(articles, standings, strict=True))
        # What was never had goes before another try: a poll has so many pages and no more.
        wanted = [article for article, how in standing if how in ("new", "changed")]
        wanted += [article for article, how in standing if how == "again"]
        every, wanted = len(wanted), tips.chosen(wanted)
        self._progress(Progress(source=job.source, stage="read", total=len(wanted)))
        commons = Commons(articles, homes=(job.url, feed.home))
        harvest = Harvest(self._client, self._parser, self._settings, private, self._clock, commons)
        sink = self._sink if private is None else discreet_sink(self._sink, private.secret)
        await self._hand_over(job, wanted, harvest, tips.sink(sink))
        news = {article.link for article in wanted} - tips.dropped
        new = [each for each, how in standing if how == "new" and each.link in news]
        vain = len(tips.dropped)
        result = report.read(answer, feed, articles, new=new, harvest=harvest, vain=vain)
        if harvest.unfinished or len(wanted) < every or feed.children or "later" in standings:
            # Or the server says "nothing new" and nobody remembers the pages that are wanted, nor
            # looks at the sitemaps of an index that stays as it is.
            asked_in_full = Validators(lies=result.validators.lies)
            return msgspec.structs.replace(result, validators=asked_in_full)
        return result

    async def _whole(self, job: FeedJob, feed: ParsedFeed, private: Private | None) -> ParsedFeed:
        """A feed is whole as it is; a sitemap may be an index, and say more than it can know."""
        if feed.format not in SITEMAPS:
            return feed
        feed = await self.followed(feed, url=job.url, private=private)
        return self._vain.without(feed, source=job.source)

    async def followed(
        self, feed: ParsedFeed, *, url: str, private: Private | None = None
    ) -> ParsedFeed:
        """:meth:`crawler.sitemaps.following.Follower.followed`."""
        return await self._follower.followed(feed, url=url, private=private)

    async def _parse(self, answer: Answer) -> ParsedFeed:
        about: dict[str, str] = {"url": redact(answer.url), "content_type": answer.content_type}
        try:
            return await self._parser.parse_feed(answer.body, **about, received=self._clock.now())
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
        now = self._clock.now()
        articles = []
        for number, item in enumerate(feed.items[: self._settings.max_items]):
            articles.append(from_feed(job, item, now=now))
            if number % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
        # Oldest first: whoever reads the sink in order sees the first report before its copies.
        return sorted(articles, key=lambda article: article.published or now)

    async def _hand_over(
        self, job: FeedJob, wanted: list[Article], harvest: Harvest, sink: Sink
    ) -> None:
        if not wanted:
            return
        if job.fetch_pages == "no":
            await sink(wanted)
            self._handed_over(job, done=len(wanted), total=len(wanted))
            return
        done = 0
        # Closed at once when the sink fails: no page is fetched for nobody.
        async with aclosing(harvest.completed(wanted)) as batches:
            async for batch in batches:
                await sink(batch)
                done += len(batch)
                self._handed_over(job, done=done, total=len(wanted))

    def _handed_over(self, job: FeedJob, *, done: int, total: int) -> None:
        self._progress(Progress(source=job.source, stage="handed-over", done=done, total=total))
