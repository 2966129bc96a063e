"""A world with a clock of its own, in which the real rules poll scripted servers."""

import asyncio
import functools
import heapq
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec

from config.secrets import Secrets
from crawler.article import Article
from crawler.bodies import parse_body
from crawler.feeds import ParsedFeed
from crawler.fetch.clock import Clock
from crawler.fetch.exchange import Answer
from crawler.fetch.fetcher import Ask, Fetcher
from crawler.fetch.settings import CrawlSettings
from crawler.job import FeedJob, FeedResult, Standing
from crawler.pages import Page, extract
from crawler.poll import Poller
from crawler.schedule import SchedulePolicy, SourceHistory, next_poll
from tests.crawler.simulator.servers import MONDAY, Says, Script, day

AGENT = "Copydesk/1.0 (+https://example.org/contact)"
POLICY = SchedulePolicy()
_NOTHING = Says(404)
_parse = functools.lru_cache(maxsize=4096)(parse_body)


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it reached a server."""

    at: float
    url: str
    headers: Mapping[str, str]
    status: int


@dataclass(slots=True)
class Source:
    """A source as the record keeps it."""

    job: FeedJob
    history: SourceHistory = field(default_factory=SourceHistory)
    polls: list[tuple[float, FeedResult]] = field(default_factory=list)
    dues: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    moves: list[tuple[float, str]] = field(default_factory=list)


@dataclass(slots=True)
class World:
    """Servers by address, sources by name, and what happened between them."""

    servers: Mapping[str, Script]
    sources: dict[str, Source]
    requests: list[Request] = field(default_factory=list)
    news: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    now: float = MONDAY

    async def exchange(self, ask: Ask) -> Answer:
        """Plays the network."""
        script = self.servers.get(ask.url, ())
        current = [behaviour for since, behaviour in script if day(since) <= self.now]
        began = self.now
        try:
            answer = (current[-1] if current else _NOTHING).answer(ask, self.now)
        except Exception:
            self.requests.append(Request(began, ask.url, ask.headers, 0))
            raise
        self.requests.append(Request(began, ask.url, ask.headers, answer.status))
        self.now += answer.elapsed
        return answer

    async def sleep(self, seconds: float) -> None:
        """Waiting is what makes time pass."""
        self.now += seconds

    async def parse_feed(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str,
        received: float,  # noqa: ARG002 - it ranks items of huge feeds only
    ) -> ParsedFeed:
        """The real parser, in this process."""
        return _parse(body, url=url, content_type=content_type, received=MONDAY)

    async def extract(self, body: bytes, *, url: str, content_type: str) -> Page:
        """The real extractor, in this process."""
        return extract(body, url=url, content_type=content_type)

    def at(self, url: str, since: float = 0.0, until: float = 1000.0) -> list[Request]:
        """What an address was asked between two days."""
        return [
            one for one in self.requests if one.url == url and day(since) <= one.at < day(until)
        ]

    def polls(self, name: str, since: float = 0.0, until: float = 1000.0) -> list[FeedResult]:
        """What became of the polls of a source between two days."""
        polls = self.sources[name].polls
        return [result for at, result in polls if day(since) <= at < day(until)]


def live(
    servers: Mapping[str, Script],
    sources: Mapping[str, str],
    *,
    days: float,
    secrets: Secrets = Secrets(),  # noqa: B008 - frozen
    secret: str = "",
    robots: str = "all",
) -> World:
    """Polls ``sources`` (name: address) for some days, as the crawl role would."""
    made = {
        name: Source(FeedJob(source=name, url=url, fetch_pages="no", secret=secret))
        for name, url in sources.items()
    }
    world = World(servers, made)
    settings = CrawlSettings(
        user_agent=AGENT,
        robots=robots,  # type: ignore[arg-type]
        host_delay=0.25,
        concurrency_per_host=2,
    )
    asyncio.run(_live(world, settings, secrets, days))
    return world


async def _live(
    world: World,
    settings: CrawlSettings,
    secrets: Secrets,
    days: float,
) -> None:
    clock = Clock(now=lambda: world.now, ticks=lambda: world.now, sleep=world.sleep)
    known: dict[str, set[str]] = {}
    polled = ""

    async def unseen(articles: Sequence[Article]) -> Sequence[Standing]:
        seen = known.setdefault(polled, set())
        return ["known" if article.guid in seen else "new" for article in articles]

    async def sink(articles: Sequence[Article]) -> None:
        known.setdefault(polled, set()).update(article.guid for article in articles)
        world.news.setdefault(polled, []).extend(
            (article.published or 0.0, world.now) for article in articles
        )

    poller = Poller(
        settings,
        client=Fetcher(settings, world.exchange, clock=clock),
        parser=world,
        unseen=unseen,
        sink=sink,
        secrets=secrets,
        clock=clock,
    )
    lots = random.Random(7)
    due = [(MONDAY, name) for name in world.sources]
    heapq.heapify(due)
    while due and due[0][0] < day(days):
        at, polled = heapq.heappop(due)
        world.now = max(world.now, at)
        source = world.sources[polled]
        began = world.now
        newest = source.history.last_item
        result = await poller.poll(msgspec.structs.replace(source.job, newest_item=newest))
        plan = next_poll(source.history, result, POLICY, now=world.now, jitter=lots.random())
        _save(source, began, result)
        source.history = plan.history
        source.reasons.append(plan.schedule.reason)
        source.dues.append(plan.schedule.due)
        if plan.move_to:
            source.job = msgspec.structs.replace(source.job, url=plan.move_to)
            source.moves.append((world.now, plan.move_to))
        if plan.history.retired == "no":
            heapq.heappush(due, (plan.schedule.due, polled))


def _save(source: Source, at: float, result: FeedResult) -> None:
    """What the record keeps (copydesk.record.registry.save_result)."""
    source.polls.append((at, result))
    source.job = msgspec.structs.replace(
        source.job,
        validators=source.job.validators if result.error else result.validators,
        not_modified_at=at if result.outcome == "not-modified" else None,
    )


def gaps(requests: Sequence[Request]) -> list[float]:
    """Seconds between requests."""
    return [later.at - sooner.at for sooner, later in pairwise(requests)]
