"""The pages behind the new items of one feed."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from crawler.article import Article, PageFate
from crawler.assemble import with_page
from crawler.commons import Commons
from crawler.errors import CrawlError
from crawler.fetch.clock import Clock
from crawler.fetch.errors import FetchError, StoppedError
from crawler.fetch.fetcher import Private
from crawler.fetch.refusals import usable
from crawler.fetch.settings import CrawlSettings
from crawler.fetch.urls import redact
from crawler.identity import site_of
from crawler.job import Outcome
from crawler.landing import is_a_wall, is_its_page
from crawler.workers import ParseCrashedError, ParseTimeoutError

if TYPE_CHECKING:
    from crawler.poll import Fetches, Parses

# What another try would only repeat, as it would what a parser makes of a page. Not a 404: some
# outlets announce what they publish next.
_LASTING: frozenset[Outcome] = frozenset(
    {"gone", "refused", "robots", "blocked", "too-large", "forbidden-address"}
)
# Pages of one poll that are fetched or wait to be parsed: their bodies lie in memory.
_IN_HAND = 8
# After so many that keep a parser busy to its deadline, the other pages of their site are left.
_SLOW_PAGES = 2


class Harvest:
    """Completes articles with their pages; counts what was had and what was not.

    An article whose page cannot be had is kept as the feed gave it, with the reason in
    ``extraction.note``; ``extraction.page`` says whether it is worth another try, and
    ``unfinished`` counts those. Nothing is lost to a limit.
    """

    def __init__(
        self,
        client: "Fetches",
        parser: "Parses",
        settings: CrawlSettings,
        private: Private | None,
        clock: Clock,
        commons: Commons,
    ) -> None:
        self.pages = 0
        self.failures = 0
        self.unfinished = 0
        self._client = client
        self._parser = parser
        self._settings = settings
        self._private = private
        self._clock = clock
        self._commons = commons
        self._in_hand = asyncio.Semaphore(_IN_HAND)
        self._slow: Counter[str] = Counter()
        # So many are read at a time, or all in hand would be too slow before the second is known.
        self._reading = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(_SLOW_PAGES))

    async def completed(self, articles: Sequence[Article]) -> AsyncGenerator[list[Article], None]:
        """The articles, in batches as their pages come in, each article exactly once."""
        budget = self._settings.page_budget
        wanted, rest = list(articles[:budget]), articles[budget:]
        tasks = {asyncio.create_task(self._complete(article)): article for article in wanted}
        pending = set(tasks)
        try:
            async for done in _as_they_come(pending, self._settings.pages_deadline):
                yield [task.result() for task in done]
        finally:
            for task in tasks:
                task.cancel()
            # Those that are done too: when the crawler stops all fail at once, and nobody is left
            # to hear of the second.
            await asyncio.gather(*tasks, return_exceptions=True)
        unread = [tasks[task] for task in tasks if task in pending]
        if unread:
            self.failures += len(unread)
            limit = f"the pages of this poll took longer than {self._settings.pages_deadline:g} s"
            yield [self._noted(each, f"page not fetched: {limit}", "missed") for each in unread]
        if rest:
            limit = f"a poll fetches at most {budget} pages"
            yield [self._noted(each, f"page not fetched: {limit}", "put-off") for each in rest]

    async def _complete(self, article: Article) -> Article:
        if not article.url:
            return article
        if self._commons.has(article):
            return self._noted(
                article, "page not asked for: it is the feed's or several items'", ""
            )
        try:
            async with self._in_hand:
                return await self._with_page(article)
        except StoppedError:
            raise  # to be read again, and with its page
        except (ParseTimeoutError, ParseCrashedError) as error:
            self.failures += 1
            return self._noted(article, f"page not had: {error.what}", "")
        except CrawlError as error:
            self.failures += 1
            note = f"page not had: {error.what}"
            return self._noted(article, note, "" if _is_lasting(error) else "missed")

    async def _with_page(self, article: Article) -> Article:
        self._check_pace(site_of(article.url))
        fetched = await self._client.get(article.url, kind="page", private=self._private)
        answer = usable(fetched.answer, now=self._clock.now())
        if is_a_wall(article.url, answer.url):
            raise FetchError(
                "its address leads to a page that asks for consent or a subscription first",
                outcome="blocked",
                where=redact(answer.url),
                status=answer.status,
            )
        if not is_its_page(article.url, answer.url):
            raise FetchError(
                "its address leads to a front or section page, as of what was taken away",
                outcome="not-found",
                where=redact(answer.url),
                status=answer.status,
            )
        site = site_of(answer.url)
        async with self._reading[site]:
            self._check_pace(site)
            try:
                page = await self._parser.extract(
                    answer.body, url=answer.url, content_type=answer.content_type
                )
            except ParseTimeoutError:
                self._slow[site] += 1
                raise
        self.pages += 1
        modified = answer.headers.get("last-modified", "")
        return with_page(
            article, page, now=self._clock.now(), modified=modified, address=answer.url
        )

    def _check_pace(self, site: str) -> None:
        """One outlet's pages must not keep the parsers from everybody else's."""
        if self._slow[site] >= _SLOW_PAGES:
            raise CrawlError("reading other pages of its site took too long")

    def _noted(self, article: Article, note: str, page: PageFate) -> Article:
        """The article with the reason why it has no page."""
        self.unfinished += bool(page)
        extraction = msgspec.structs.replace(article.extraction, note=note, page=page)
        return msgspec.structs.replace(article, extraction=extraction)


async def _as_they_come(
    pending: "set[asyncio.Task[Article]]", seconds: float
) -> "AsyncIterator[set[asyncio.Task[Article]]]":
    """Takes finished futures out of ``pending`` until it is empty or the time is over."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while pending and (left := end - loop.time()) > 0:
        done, _ = await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        pending -= done
        if done:
            yield done


def _is_lasting(error: CrawlError) -> bool:
    """Whether asking again is no use. A page of a host on hold was not asked for at all."""
    return isinstance(error, FetchError) and error.outcome in _LASTING and error.not_before is None
