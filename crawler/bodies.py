"""What a source's body is, wire or feed, and what it says."""

from crawler.feeds import ParsedFeed, parse_feed
from crawler.wires.reading import read_wire


def parse_body(body: bytes, *, url: str, content_type: str, received: float) -> ParsedFeed:
    """:func:`crawler.feeds.parse_feed` of a body that may be a wire's; told by its bytes.

    Raises :class:`crawler.feeds.NotAFeedError` when it is neither, or cannot be read.
    """
    wire = read_wire(body, url=url, content_type=content_type)
    if wire is not None:
        return wire
    return parse_feed(body, url=url, content_type=content_type, received=received)
