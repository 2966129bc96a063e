"""Whose articles an import brings: identity, outlet and language are those of a source."""

import re
from collections.abc import Iterable
from typing import get_args
from urllib.parse import urlsplit

from config.sources import Source
from copydesk.documents import UNNAMED_SOURCE
from copydesk.errors import ImportStoppedError
from copydesk.record import registry
from copydesk.record.database import Record
from crawler.feeds import ParsedFeed
from crawler.identity import canonical_form, site_of
from crawler.job import FeedJob
from crawler.wires.model import WireFormat

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MOST_LETTERS = 80
_LONGEST = 500
_WIRES = frozenset(get_args(WireFormat))


def is_an_id(name: str) -> bool:
    """Whether a source can be called so, now or once it is added."""
    return len(name) <= _MOST_LETTERS and _ID.fullmatch(name) is not None


def source_named(name: str, configured: Iterable[Source], record: Record) -> FeedJob | None:
    """The source as it is polled, ``None`` when there is none of this name."""
    for source in configured:
        if source.id == name:
            return FeedJob(
                source=name,
                url=source.url,
                outlet=source.outlet,
                country=source.country,
                language=source.language,
            )
    with record.reading() as connection:
        known = {row.id: row for row in registry.every(connection)}
    return known[name].job() if name in known else None


class Whose:
    """Tells a file's source: the one that a person ``named``, else what the file itself says."""

    def __init__(self, named: FeedJob | None = None) -> None:
        self._named = named

    @property
    def line(self) -> str:
        """The source of lines that name none."""
        return UNNAMED_SOURCE if self._named is None else self._named.source

    def of(self, feed: ParsedFeed, *, file: str) -> FeedJob:
        """The source of what a file says.

        Feeds are told by their addresses. Raises :class:`ImportStoppedError` for wires and whatever
        else does not say it: what agencies number may be numbered so by others too, and a kill
        reaches the articles of its own source only.
        """
        if self._named is not None:
            return self._named
        name = "" if feed.format in _WIRES else _address(feed)
        if not name:
            raise ImportStoppedError(
                f"as {feed.format} it needs to be told whose it is",
                where=file,
                next_step="Add --source NAME, with one of `copydesk sources list` or a new name. "
                "Nothing was taken in.",
            )
        outlet = site_of(feed.home) or site_of(f"//{name}")
        return FeedJob(source=name, url="", outlet=outlet, language=feed.language)


def _address(feed: ParsedFeed) -> str:
    """What tells a feed from others: its own address, else its home's, else its articles' host.

    Without a query, in which there may be a key.
    """
    own = feed.self_url if not urlsplit(feed.self_url).query else ""
    for address in (own, feed.home, feed.self_url):
        if form := canonical_form(address):
            parts = urlsplit(form)
            return f"{parts.netloc}{parts.path.rstrip('/')}"[:_LONGEST]
    links = (item.link or item.shared_link for item in feed.items)
    return next((urlsplit(form).netloc for form in map(canonical_form, links) if form), "")
