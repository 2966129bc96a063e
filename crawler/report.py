"""What a poll reports: the result grows as the answer is read."""

import msgspec
import xxhash

from crawler.article import Article
from crawler.conditional import NOTHING, learnt
from crawler.feeds import ParsedFeed
from crawler.fetch.clock import SYSTEM, Clock
from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.fetcher import Fetched
from crawler.fetch.politeness import fresh_until
from crawler.fetch.redirects import keeps_credentials
from crawler.fetch.urls import redact, sendable
from crawler.harvest import Harvest
from crawler.job import FeedJob, FeedResult, Outcome, Validators
from crawler.websub import offer

# A validator that is longer is an attack on our memory or on the server's.
_LONGEST_VALIDATOR = 1024


class Report:
    """One poll of one feed; ends in exactly one :class:`FeedResult`."""

    def __init__(self, job: FeedJob, *, clock: Clock = SYSTEM) -> None:
        self._job = job
        self._clock = clock
        self._started = clock.now()
        self._ticked = clock.ticks()
        self._fetched: Fetched | None = None
        self._asked = NOTHING

    def failed(self, error: FetchError) -> FeedResult:
        """The outside did not give a feed. The validators stay: nothing new was stored."""
        return msgspec.structs.replace(
            self._result(error.outcome, self._job.validators),
            status=error.status or (self._fetched.answer.status if self._fetched else 0),
            not_before=error.not_before,
            error=str(error),
        )

    def heard(self, fetched: Fetched, asked: Validators) -> None:
        """The server answered to a request with these validators."""
        self._fetched = fetched
        self._asked = asked

    def unmodified(self) -> FeedResult:
        """304."""
        return self._result("not-modified", self._job.validators)

    def unchanged(self, answer: Answer) -> FeedResult:
        """200 with the very same body."""
        known = msgspec.structs.replace(validators_of(answer), lies=self._job.validators.lies)
        return self._result("unchanged", known)

    def read(
        self,
        answer: Answer,
        feed: ParsedFeed,
        articles: list[Article],
        *,
        new: list[Article],
        harvest: Harvest,
        vain: int = 0,
    ) -> FeedResult:
        """The feed was read and all its new articles are with the sink.

        ``vain`` counts addresses without a headline that led to no article.
        """
        notes = list(filter(None, (feed.problem, feed.left_out)))
        left_out = feed.truncated + len(feed.items) - len(articles)
        if left_out:
            total = len(articles) + left_out
            notes.append(f"took the newest {len(articles)} of {total} items")
        if harvest.failures:
            asked = harvest.pages + harvest.failures
            notes.append(f"{harvest.failures} of {asked} pages could not be had")
        if vain:
            notes.append(f"{vain} addresses without a headline led to no recent article")
        validators = learnt(
            self._job.validators,
            validators_of(answer),
            asked=self._asked,
            new_items=[article.published for article in new],
            newest_item=self._job.newest_item,
            not_modified_at=self._job.not_modified_at,
        )
        if validators.lies > self._job.validators.lies:
            notes.append("its server said falsely that nothing had changed; it is asked in full")
        hubs, topic = offer(answer.headers, feed, url=answer.url)
        empty = not articles
        where = redact(answer.url)
        return msgspec.structs.replace(
            self._result("empty" if empty else "ok", validators),
            items=len(articles),
            new_items=len(new),
            pages=harvest.pages,
            page_failures=harvest.failures,
            title=feed.title,
            minimum_interval=feed.minimum_interval,
            skip_hours=feed.skip_hours,
            skip_days=feed.skip_days,
            hubs=hubs,
            topic=topic,
            error=f"{where}: {feed.left_out or 'the feed has no items'}" if empty else "",
            note="; ".join(notes),
            item_times=tuple(
                item.published for item in feed.items[: len(articles)] if item.published is not None
            ),
        )

    def _result(self, outcome: Outcome, validators: Validators) -> FeedResult:
        fetched = self._fetched
        now = self._clock.now()
        return FeedResult(
            source=self._job.source,
            outcome=outcome,
            started=self._started,
            elapsed=self._clock.ticks() - self._ticked,
            status=fetched.answer.status if fetched else 0,
            bytes_received=fetched.answer.wire if fetched else 0,
            validators=validators,
            not_before=fresh_until(fetched.answer.headers, now=now) if fetched else None,
            moved_to=self._moved_to(fetched) if fetched else "",
        )

    def _moved_to(self, fetched: Fetched) -> str:
        """A private source never moves away from the host that its secret is for."""
        home, there = self._job.url, fetched.moved_to
        if there and self._job.secret and not keeps_credentials(sendable(home), there):
            return ""
        return there


def validators_of(answer: Answer) -> Validators:
    """What the next poll may send to save itself the body."""
    return Validators(
        etag=_short(answer.headers.get("etag", "")),
        last_modified=_short(answer.headers.get("last-modified", "")),
        body_hash=xxhash.xxh3_128_hexdigest(answer.body),
    )


def _short(value: str) -> str:
    """The validator, if it can be sent back: some servers' hold control characters."""
    return value if len(value) <= _LONGEST_VALIDATOR and value.isprintable() else ""
