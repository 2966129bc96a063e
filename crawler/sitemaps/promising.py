"""Which sitemaps of an index are worth a look for news. Pure."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from crawler.dates import from_url, parse_date
from crawler.feeds.common import absolute
from crawler.sitemaps.model import Branch
from crawler.sitemaps.recent import BARE_SPAN, NEWS_SPAN, is_past

# More than are followed, since some may be on sites that the index cannot speak for.
_MOST = 20
_WORD = re.compile(r"[^\W\d_]+")
_NEWS = frozenset({"actu", "actualites", "aktuell", "nachrichten", "noticias", "notizie"})
# What the common publishing systems list beside articles.
_OTHER = frozenset(
    {
        *("archive", "archives", "author", "authors", "categories", "category", "image", "images"),
        *("page", "pages", "photo", "photos", "product", "products", "static", "tag", "tags"),
        *("taxonomy", "topic", "topics", "user", "users", "video", "videos"),
    }
)
_PERIOD = re.compile(r"(?<!\d)(20\d\d)(?:[/_.-]?(0[1-9]|1[0-2]))?(?!\d)")


class _Judged(NamedTuple):
    """One address; sorts by how much it promises."""

    news: int
    other: int
    age: float
    address: str


def promising(branches: Iterable[Branch], *, url: str, received: float) -> tuple[str, ...]:
    """The addresses to follow of the index at ``url``, the best first.

    Only those that say news, if there are any that are not of times past. Else the newest by their
    dates of change, then the undated; what was not changed lately holds nothing that is news.
    """
    judged = [
        found
        for branch in branches
        if not is_past(branch.modified, received - NEWS_SPAN)
        and (address := absolute(branch.location, url))
        and (found := _judged(branch, address, received)) is not None
    ]
    saying = [found for found in judged if found.news < 0]
    # By what they promise only, in the order of the index among equals.
    ranked = sorted(saying or judged, key=lambda found: found[:3])
    return tuple(dict.fromkeys(found.address for found in ranked))[:_MOST]


def says_news(address: str) -> bool:
    """Whether the last part of an address calls it a sitemap of news."""
    words = _words(address)
    return any("news" in word and "letter" not in word for word in words) or not (
        _NEWS.isdisjoint(words)
    )


def _judged(branch: Branch, address: str, received: float) -> _Judged | None:
    """``None`` for what is of times past."""
    news = says_news(address)
    span = NEWS_SPAN if news else BARE_SPAN
    oldest = received - span
    stamp = parse_date(branch.modified)
    ends = [end for end in (_end(address), stamp.at if stamp else None) if end is not None]
    # A day's grace for dates without a time, and for days that begin elsewhere.
    if ends and min(ends) < oldest - 86_400.0:
        return None
    newest = min(*ends, received) if ends else oldest
    return _Judged(-news, not _OTHER.isdisjoint(_words(address)), received - newest, address)


def _words(address: str) -> set[str]:
    parts = urlsplit(address.lower())
    return set(_WORD.findall(f"{parts.path.rstrip('/').rpartition('/')[2]} {parts.query}"))


def _end(address: str) -> float | None:
    """When the time ended that an address names (``sitemap-2023-05.xml``)."""
    path = urlsplit(address).path
    if (day := from_url(path)) is not None:
        return day.at + 86_400.0
    named = _PERIOD.search(path.rpartition("/")[2])
    if named is None:
        return None
    year, month = int(named[1]), int(named[2] or 12)
    return (datetime(year, month, 1, tzinfo=UTC) + timedelta(days=31)).timestamp()
