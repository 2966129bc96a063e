"""Something that was collected, as articles, or why it is none."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from crawler.article import Article
from crawler.assemble import from_feed
from crawler.errors import CrawlError
from crawler.feeds import NotAFeedError, ParsedFeed
from crawler.fetch.errors import StoppedError
from crawler.job import FeedJob


class Parses(Protocol):
    """What :class:`crawler.workers.Workers` does for what was collected."""

    async def parse_feed(
        self, body: bytes, *, url: str, content_type: str, received: float
    ) -> ParsedFeed: ...


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The articles in their order, oldest first; ``fault`` says why there are none at all.

    ``problem`` is what was left out or not well-formed. Both follow the name of what was read.
    ``truncated`` counts the items that were too many. ``passing`` says that the fault may lie not
    in what was read but in this moment, as when a parsing process was ended.
    """

    articles: Sequence[Article] = ()
    problem: str = ""
    fault: str = ""
    truncated: int = 0
    passing: bool = False


async def read(parser: Parses, body: bytes, *, job: FeedJob, url: str, now: float) -> Reading:
    """What these bytes say. Raises :class:`StoppedError`."""
    return await read_as(parser, body, whose=lambda _feed: job, url=url, now=now)


async def read_as(
    parser: Parses, body: bytes, *, whose: Callable[[ParsedFeed], FeedJob], url: str, now: float
) -> Reading:
    """The same where what they say tells whose they are; raises what ``whose`` raises too."""
    try:
        feed = await parser.parse_feed(body, url=url, content_type="", received=now)
    except StoppedError:
        raise
    except CrawlError as error:
        return Reading(fault=fault(error), passing=not isinstance(error, NotAFeedError))
    # A file's items as one, the oldest first: a kill comes after what it kills.
    articles = _articles(feed, whose(feed), now=now) if feed.items else []
    # Items of a feed may have nothing but an address; here nobody looks at its page.
    saying = [each for each in articles if each.title or each.status == "cancelled"]
    silent = len(articles) - len(saying)
    problems = (
        feed.problem,
        f"left out {silent} without headline and text" if silent else "",
        f"left out {feed.truncated} items, too many for one body" if feed.truncated else "",
    )
    return Reading(
        articles=saying, problem="; ".join(filter(None, problems)), truncated=feed.truncated
    )


def _articles(feed: ParsedFeed, job: FeedJob, *, now: float) -> list[Article]:
    return [from_feed(job, item, now=now) for item in reversed(feed.items)]


def fault(error: CrawlError | OSError) -> str:
    """What is wrong with something and what to do, to follow its name."""
    if isinstance(error, NotAFeedError):
        return (
            f"is of no wire or feed that is known here: it looks like {error.got}. "
            "Look whether it is complete, and ask its agency for a format that is"
        )
    if isinstance(error, CrawlError):
        return f"cannot be read: {error.what}. {error.next_step}".rstrip(". ")
    if isinstance(error, PermissionError):
        return f"cannot be read: {error.strerror}. Give this user the right to read it"
    return f"cannot be read: {error.strerror}"
