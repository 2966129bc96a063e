"""What a source's body is, wire, feed or sitemap, and what it says."""

from crawler.feeds.jsonfeed import parse_json_feed
from crawler.feeds.model import ParsedFeed
from crawler.feeds.sniff import feed_format
from crawler.feeds.syndication import parse_xml_feed
from crawler.sitemaps.parsing import parse_sitemap
from crawler.wires.reading import read_wire


def parse_body(body: bytes, *, url: str, content_type: str, received: float) -> ParsedFeed:
    """Parse what a source answered with (already decompressed); its bytes tell the format.

    ``url`` is the address it came from, for relative links and messages; ``content_type`` the
    header as sent; ``received`` the epoch second of its arrival. Pure and slow: run it through
    :class:`crawler.workers.Workers`, which adds the deadline. Raises
    :class:`crawler.feeds.NotAFeedError` when it is none of these, or cannot be read.
    """
    wire = read_wire(body, url=url, content_type=content_type)
    if wire is not None:
        return wire
    match feed_format(body, url=url, content_type=content_type):
        case "json":
            return parse_json_feed(body, url=url, received=received)
        case "sitemap":
            return parse_sitemap(body, url=url, content_type=content_type, received=received)
        case "xml":
            return parse_xml_feed(body, url=url, content_type=content_type, received=received)
