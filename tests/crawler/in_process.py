"""Parsing without processes, for tests of what becomes of it; those are tested elsewhere."""

from crawler.bodies import parse_body
from crawler.feeds import ParsedFeed


class InProcess:
    """Does what :class:`crawler.workers.Workers` does, here and now."""

    async def parse_feed(
        self, body: bytes, *, url: str, content_type: str, received: float
    ) -> ParsedFeed:
        return parse_body(body, url=url, content_type=content_type, received=received)
