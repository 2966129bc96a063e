"""Addresses without a headline: whether there is news behind them only their pages can say.

Such an article exists once its page was read and has a title, and a date of its own that is recent:
that a page was changed is no news. What came to nothing is remembered in memory only: a restart
looks at it once more, and at no more of it in one poll than of what is new.
"""

from collections.abc import Sequence

import msgspec

from crawler.article import Article
from crawler.discreet import Sink
from crawler.feeds.model import ParsedFeed
from crawler.fetch.clock import Clock
from crawler.identity import canonical_form
from crawler.sitemaps.parsing import SITEMAPS
from crawler.sitemaps.recent import NEWS_SPAN

# A first poll may find hundreds; they are looked at over the next polls.
_A_POLL = 50
_FORGOTTEN = 86_400.0
# So often a page that cannot be had is asked for at once; then it rests, as its server may.
_TRIES = 3
_REST = 3600.0
_REMEMBERED = 20_000
# Not the moment at which a server says that it made the page.
_PROOF = frozenset({"feed", "jsonld", "html", "url"})


class Vain:
    """What is remembered of tips that came to nothing, of all sources."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, int]] = {}

    def without(self, feed: ParsedFeed, *, source: str) -> ParsedFeed:
        """The sitemap without the tips that came to nothing of late."""
        items = tuple(
            item for item in feed.items if item.title or not self._rests(_key(source, item.link))
        )
        return msgspec.structs.replace(feed, items=items)

    def proves(self, article: Article) -> bool:
        """Whether what was had of the page of a tip makes an article of it; remembers it if not."""
        now = self._clock.now()
        if article.extraction.page == "put-off":
            return False
        recent = article.published is not None and article.published >= now - NEWS_SPAN
        if article.title and recent and article.published_origin in _PROOF:
            return True
        key = _key(article.source, article.link)
        until, tries = self._known.pop(key, (0.0, 0))
        if len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        if article.extraction.page == "missed":
            # A rest that is over begins the count anew.
            self._known[key] = (now + _REST, tries + 1 if now < until else 1)
        else:
            self._known[key] = (now + _FORGOTTEN, _TRIES)
        return False

    def _rests(self, key: str) -> bool:
        until, tries = self._known.get(key, (0.0, 0))
        return tries >= _TRIES and self._clock.now() < until


class Tips:
    """The tips of one poll; of a feed there are none. ``dropped`` are those that led to nothing."""

    def __init__(self, feed: ParsedFeed, vain: Vain) -> None:
        untitled = feed.items if feed.format in SITEMAPS else ()
        self._links = {item.link for item in untitled if not item.title}
        self._vain = vain
        self.dropped: set[str] = set()

    def chosen(self, wanted: Sequence[Article]) -> list[Article]:
        """The articles with so many of the best tips as one poll looks at, in the same order.

        Those that are dated come first, then those that were changed, the newest first of each.
        """
        tips = [article for article in wanted if article.link in self._links]
        tips.sort(key=lambda tip: (tip.published is None, -(tip.published or tip.updated or 0.0)))
        later = {article.link for article in tips[_A_POLL:]}
        return [article for article in wanted if article.link not in later]

    def sink(self, sink: Sink) -> Sink:
        """``sink``, given of the tips only what they led to."""

        async def proven(articles: Sequence[Article]) -> None:
            self.dropped |= {
                article.link
                for article in articles
                if article.link in self._links and not self._vain.proves(article)
            }
            kept = [article for article in articles if article.link not in self.dropped]
            if kept:
                await sink(kept)

        return proven


def _key(source: str, link: str) -> str:
    return f"{source} {canonical_form(link)}"
