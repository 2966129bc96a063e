"""Pages that are nobody's: several items of a feed link to them, or they are the feed's own."""

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urldefrag, urlsplit

from crawler.article import Article
from crawler.identity import canonical_form, is_home


class Commons:
    """The pages that the articles of one feed have in common, whether new or known.

    A page is in common when two articles that differ in title link to it, be it to entries of its
    own (a live blog), or when it is one of ``homes``, the addresses of the feed and its outlet. The
    front page of another site may be what a single article is about.
    """

    def __init__(self, articles: Iterable[Article], *, homes: Iterable[str]) -> None:
        own = set(map(_page, homes))
        titles = {(_page(article.url), article.title) for article in articles}
        linked = Counter(page for page, _ in titles)
        self._pages = (own | {page for page, count in linked.items() if count > 1}) - {""}
        self._hosts = {_host(page) for page in own if page}

    def has(self, article: Article) -> bool:
        """Whether what stands on the page of an article is no more its than others'."""
        page = _page(article.url)
        return page in self._pages or (_host(page) in self._hosts and is_home(page))


def _page(url: str) -> str:
    return canonical_form(urldefrag(url).url)


def _host(page: str) -> str:
    return urlsplit(page).netloc
