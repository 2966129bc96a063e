"""What a poll reports: the result grows as the answer is read."""

import time

import msgspec
import xxhash

from crawler.article import Article
from crawler.feeds import ParsedFeed
from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.fetcher import Fetched
from crawler.fetch.politeness import fresh_until
from crawler.fetch.urls import redact
from crawler.harvest import Harvest
from crawler.job import FeedJob, FeedResult, Outcome, Validators

# A validator that is longer is an attack on our memory or on the server's.
_LONGEST_VALIDATOR = 1024


class Report:
    """One poll of one feed; ends in exactly one :class:`FeedResult`."""

    def __init__(self, job: FeedJob) -> None:
        self._job = job
        self._started = time.time()
        self._clock = time.perf_counter()
        self._fetched: Fetched | None = None

    def failed(self, error: FetchError) -> FeedResult:
        """The outside did not give a feed. The validators stay: nothing new was stored."""
        return msgspec.structs.replace(
            self._result(error.outcome, self._job.validators),
            status=error.status or (self._fetched.answer.status if self._fetched else 0),
            not_before=error.not_before,
            error=str(error),
        )

    def heard(self, fetched: Fetched) -> None:
        """The server answered."""
        self._fetched = fetched

    def unmodified(self) -> FeedResult:
        """304."""
        return self._result("not-modified", self._job.validators)

    def unchanged(self, answer: Answer) -> FeedResult:
        """200 with the very same body."""
        return self._result("unchanged", validators_of(answer))

    def read(
        self, answer: Answer, feed: ParsedFeed, articles: list[Article], *, new: int,
        harvest: Harvest,
    ) -> FeedResult:  # fmt: skip
        """The feed was read and all its new articles are with the sink."""
        notes = [feed.problem] if feed.problem else []
        left_out = feed.truncated + len(feed.items) - len(articles)
        if left_out:
            total = len(articles) + left_out
            notes.append(f"took the newest {len(articles)} of {total} items")
        if harvest.failures:
            notes.append(f"{harvest.failures} of {new} pages could not be had")
        empty = not articles
        where = redact(answer.url)
        return msgspec.structs.replace(
            self._result("empty" if empty else "ok", validators_of(answer)),
            items=len(articles),
            new_items=new,
            pages=harvest.pages,
            page_failures=harvest.failures,
            title=feed.title,
            minimum_interval=feed.minimum_interval,
            skip_hours=feed.skip_hours,
            skip_days=feed.skip_days,
            error=f"{where}: the feed has no items" if empty else "",
            note="; ".join(notes),
            item_times=tuple(
                item.published for item in feed.items[: len(articles)] if item.published is not None
            ),
        )

    def _result(self, outcome: Outcome, validators: Validators) -> FeedResult:
        fetched = self._fetched
        now = time.time()
        return FeedResult(
            source=self._job.source,
            outcome=outcome,
            started=self._started,
            elapsed=time.perf_counter() - self._clock,
            status=fetched.answer.status if fetched else 0,
            bytes_received=fetched.answer.wire if fetched else 0,
            validators=validators,
            not_before=fresh_until(fetched.answer.headers, now=now) if fetched else None,
            moved_to=fetched.moved_to if fetched else "",
        )


def validators_of(answer: Answer) -> Validators:
    """What the next poll may send to save itself the body."""
    return Validators(
        etag=_short(answer.headers.get("etag", "")),
        last_modified=_short(answer.headers.get("last-modified", "")),
        body_hash=xxhash.xxh3_128_hexdigest(answer.body),
    )


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_VALIDATOR else ""
