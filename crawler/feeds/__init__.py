"""Feeds: the bytes of RSS, Atom, RDF, JSON Feed or a sitemap become :class:`ParsedFeed`."""

from crawler.feeds.errors import NotAFeedError
from crawler.feeds.jsonfeed import parse_json_feed
from crawler.feeds.model import FeedItem, ParsedFeed
from crawler.feeds.sniff import feed_format
from crawler.feeds.syndication import parse_xml_feed

# The module, not its function: it needs this package's model in turn.
from crawler.sitemaps import parsing as sitemaps

__all__ = ["FeedItem", "NotAFeedError", "ParsedFeed", "parse_feed"]


def parse_feed(body: bytes, *, url: str, content_type: str, received: float) -> ParsedFeed:
    """Parse a feed of any format from its bytes (already decompressed).

    ``url`` is the address it came from, for relative links and messages; ``content_type`` the
    header as sent; ``received`` the epoch second of its arrival. Pure and slow: run it through
    :class:`crawler.workers.Workers`, which adds the deadline. Raises :class:`NotAFeedError`
    when the body is something else.
    """
    match feed_format(body, url=url, content_type=content_type):
        case "json":
            return parse_json_feed(body, url=url, received=received)
        case "sitemap":
            return sitemaps.parse_sitemap(
                body, url=url, content_type=content_type, received=received
            )
        case "xml":
            return parse_xml_feed(body, url=url, content_type=content_type, received=received)
