"""Feeds: the bytes of RSS, Atom, RDF or JSON Feed become :class:`ParsedFeed`."""

from crawler.feeds.errors import NotAFeedError
from crawler.feeds.model import FeedItem, ParsedFeed

__all__ = ["FeedItem", "NotAFeedError", "ParsedFeed"]
