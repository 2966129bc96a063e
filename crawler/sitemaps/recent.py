"""Which entries of a sitemap are news, as items like those of a feed. Pure.

A sitemap may list all that its outlet ever published, and say of a page on opening hours that it
was changed today. What the outlet calls news counts by its date of publication; of all else only
what was dated or changed in the last two days, and whether that is news its page must say.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from crawler.dates import Stamp, from_url, parse_date
from crawler.feeds.common import MAX_ITEMS, MAX_TITLE, absolute, digest, unique
from crawler.feeds.model import FeedItem
from crawler.identity import canonical_form, is_home, names_an_article
from crawler.plaintext import line
from crawler.sitemaps.model import Entry

_DAY = 86_400.0
# Google wants two days in a news sitemap; who keeps more shows what a weekend's outage would cost.
NEWS_SPAN = 7 * _DAY
BARE_SPAN = 2 * _DAY
# Local time labelled UTC is at most so far ahead (UTC+14, Kiribati); what is further is made up.
_ZONE_ERROR = 14 * 3600.0
# A moment that more pages share is when the file was made, and says nothing of them.
_SHARED = 20
_DAY_FIRST = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9](?![0-9])")
# What a date between slashes or hyphens in an address is believed; eight digits in a row are less.
_SURE = 0.6
# Lists of articles, whose dates are those of what they list.
_LISTS = frozenset(
    {
        *("archive", "archives", "author", "authors", "autor", "autoren", "categories"),
        *("category", "kategorie", "label", "page", "profile", "search", "tag", "tags", "thema"),
        *("themen", "topic", "topics", "user", "users"),
    }
)


class Recent(NamedTuple):
    """The items, newest first, and how many were left out for being too many."""

    items: tuple[FeedItem, ...]
    truncated: int = 0


def recent(entries: Sequence[Entry], *, url: str, received: float) -> Recent:
    """What is news among the entries of the sitemap at ``url``, received at an epoch second.

    An item without a title is one that only its page can prove to be news.
    """
    shared = Counter(entry.modified for entry in entries)
    itself = canonical_form(url)
    items: list[FeedItem] = []
    for entry in entries:
        span = NEWS_SPAN if entry.news else BARE_SPAN
        # No page was published after it was changed, nor news after its own date.
        if is_past((entry.news and entry.published) or entry.modified, received - span):
            continue
        modified = parse_date(entry.modified) if shared[entry.modified] <= _SHARED else None
        link = absolute(entry.location, url)
        if not link:
            continue
        stamp = _dated(entry, link, modified)
        if stamp is None or not _is_within(stamp, span, received):
            continue
        if is_home(link) or canonical_form(link) == itself:
            continue
        if not entry.news and not _may_be_an_article(link):
            continue
        items.append(_item(entry, link, modified))
    return distinct(items, received=received)


def is_past(written: str, since: float) -> bool:
    """Whether a date is more than a day before ``since``, told by its first letters.

    Archives are mostly that, and to read a date takes fifty times as long; ``False`` says nothing.
    """
    oldest = datetime.fromtimestamp(since - _DAY, UTC).date().isoformat()
    return bool(_DAY_FIRST.match(written)) and written[:10] < oldest


def distinct(items: Iterable[FeedItem], *, received: float) -> Recent:
    """Each page once, newest first, with its title where one of several entries has it."""
    ranked = sorted(items, key=lambda item: -min(_moment(item), received))
    pages: dict[str, FeedItem] = {}
    for item in ranked:
        form = canonical_form(item.link)
        if form and (form not in pages or (item.title and not pages[form].title)):
            pages[form] = item
    chosen = tuple(pages.values())
    return Recent(chosen[:MAX_ITEMS], max(0, len(chosen) - MAX_ITEMS))


def _dated(entry: Entry, link: str, modified: Stamp | None) -> Stamp | None:
    """When the page was published as far as can be told, else when it was changed."""
    claim = from_url(urlsplit(link).path)
    written = Stamp(claim.at, precise=False, zoned=False) if claim else None
    if entry.news and (published := parse_date(entry.published)):
        return published
    if claim is not None and claim.weight >= _SURE:
        return written
    return modified or written


def _is_within(stamp: Stamp, span: float, received: float) -> bool:
    # A date without a time is the midnight at which its day began.
    since = received - span - (0.0 if stamp.precise else _DAY)
    return since <= stamp.at <= received + _ZONE_ERROR


def _may_be_an_article(link: str) -> bool:
    *above, _ = urlsplit(link).path.lower().rstrip("/").split("/")
    return names_an_article(link) and _LISTS.isdisjoint(above)


def _item(entry: Entry, link: str, modified: Stamp | None) -> FeedItem:
    published = parse_date(entry.published) if entry.news else None
    title = line(entry.title, limit=MAX_TITLE)
    return FeedItem(
        link=link,
        title=title,
        published=published.at if published else None,
        published_precise=published.precise if published else True,
        updated=modified.at if modified else None,
        categories=unique(line(word, limit=200) for word in re.split("[,;،、，]", entry.keywords)),
        language=line(entry.language, limit=40),
        raw_digest=digest(link, title, entry.keywords),
    )


def _moment(item: FeedItem) -> float:
    if item.published is not None:
        return item.published
    claim = from_url(urlsplit(item.link).path)
    if claim is not None and (claim.weight >= _SURE or item.updated is None):
        return claim.at
    return float("-inf") if item.updated is None else item.updated
