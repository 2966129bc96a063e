"""Where a site's sitemaps may be, for those who look for its news. Pure."""

import re
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from crawler.sitemaps.promising import says_news

# As the common publishing systems and their search plugins name them.
_USUAL_NEWS = (
    "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemaps/news.xml",
)  # fmt: skip
_USUAL = ("/sitemap.xml", "/sitemap_index.xml")
_MOST = 10


def places(named: Sequence[str], *, home: str) -> tuple[str, ...]:
    """The addresses to look at, given what the robots.txt of ``home`` names: news first."""
    saying = [address for address in named if says_news(address)]
    others = [address for address in named if not says_news(address)]
    guessed = [urljoin(home, path) for path in (() if saying else _USUAL_NEWS)]
    rest = others or [urljoin(home, path) for path in _USUAL]
    # What is named as news leaves no doubt; else a few guesses, and room for what is named.
    return tuple(dict.fromkeys((*saying, *guessed, *rest)))[:_MOST]


def steady(children: Sequence[str]) -> tuple[str, ...]:
    """The sitemaps of news in an index whose names will stay: those without a number.

    Such a one makes a better source than its index, which has to be asked for in vain each time.
    """
    return tuple(
        child
        for child in children
        if says_news(child) and not re.search(r"\d", urlsplit(child).path)
    )[:_MOST]
