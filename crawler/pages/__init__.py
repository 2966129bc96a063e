"""Pages: the bytes of an article's page become :class:`Page`."""

from crawler.pages.alternates import find_feeds
from crawler.pages.extraction import extract
from crawler.pages.model import FeedCandidate, Page, PageNote

__all__ = ["FeedCandidate", "Page", "PageNote", "extract", "find_feeds"]
