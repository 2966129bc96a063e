"""What a page says."""

from typing import Literal

import msgspec

from crawler.article import DateOrigin

PageNote = Literal["", "not-html", "empty", "teaser", "paywall", "consent", "blocked", "not-found"]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """An article page, extracted.

    ``note`` is "" when ``text`` is the article. Otherwise the text is not to be taken for it:
    ``teaser`` and ``paywall`` (a beginning only), ``consent``, ``blocked`` (a challenge served as
    200), ``not-found`` (a soft 404), ``not-html``, ``empty``. ``quality`` is in 0..1 and below
    0.5 whenever there is a note. ``method`` names the extractor that won. ``published`` is epoch
    seconds. ``canonical_url`` is what the page claims, made absolute and not yet believed.
    """

    text: str = ""
    title: str = ""
    byline: str = ""
    canonical_url: str = ""
    published: float | None = None
    published_origin: DateOrigin = "unknown"
    published_confidence: float = 0.0
    updated: float | None = None
    language: str = ""
    language_confidence: float = 0.0
    method: str = "none"
    quality: float = 0.0
    section: str = ""
    keywords: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    site_name: str = ""
    description: str = ""
    credit_source: str = ""
    note: PageNote = ""


class FeedCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that a page offers; ``kind`` is "rss", "atom", "json" or "guess"."""

    url: str
    title: str
    kind: Literal["rss", "atom", "json", "guess"]
