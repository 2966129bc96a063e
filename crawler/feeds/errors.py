"""What can be wrong with a feed as such."""

from typing import Literal

from crawler.errors import CrawlError

BodyKind = Literal[
    "empty body", "HTML page", "JSON document", "OPML list", "PDF document",
    "image", "compressed data", "XML document", "plain text", "binary data",
]  # fmt: skip


class NotAFeedError(CrawlError):
    """The body is something else; ``got`` names what."""

    def __init__(self, what: str, *, got: BodyKind, where: str = "", next_step: str = "") -> None:
        super().__init__(what, where=where, next_step=next_step)
        self.got = got

    def __reduce__(self) -> tuple[object, ...]:
        # Workers send this through a pipe; the default would lose the keywords.
        return (_rebuild, (self.what, self.got, self.where, self.next_step))


def _rebuild(what: str, got: BodyKind, where: str, next_step: str) -> NotAFeedError:
    return NotAFeedError(what, got=got, where=where, next_step=next_step)
