"""Something that was collected, as articles, or why it is none."""

from collections.abc import Sequence
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
    """

    articles: Sequence[Article] = ()
    problem: str = ""
    fault: str = ""


async def read(parser: Parses, body: bytes, *, job: FeedJob, url: str, now: float) -> Reading:
    """What these bytes say. Raises :class:`StoppedError`."""
    try:
        feed = await parser.parse_feed(body, url=url, content_type="", received=now)
    except StoppedError:
        raise
    except CrawlError as error:
        return Reading(fault=fault(error))
    # A file's items as one, the oldest first: a kill comes after what it kills.
    articles = [from_feed(job, item, now=now) for item in reversed(feed.items)]
    return Reading(articles=articles, problem=feed.problem)


def fault(error: CrawlError | OSError) -> str:
    """What is wrong with something and what to do, to follow its name."""
    if isinstance(error, NotAFeedError):
        return (
            f"is of no wire or feed that is known here: it looks like {error.got}. "
            "Look whether it is complete, and ask its agency for a format that is"
        )
    if isinstance(error, CrawlError):
        return f"cannot be read: {error.what}. {error.next_step}".rstrip(". ")
    return f"cannot be read: {error.strerror}. Give this user the right to read it"
