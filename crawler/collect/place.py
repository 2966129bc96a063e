"""A place as whoever collects there sees it, whatever protocol leads to it."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from config.ways import WAYS
from crawler.fetch.errors import FetchError

_CORRECT = "Correct the address of the source"


class Entry(NamedTuple):
    """One thing that lies there: a ``name`` for people, its size in bytes, the place's own mark.

    ``again`` says whether it could not be had at an earlier visit that had what came after it.
    """

    name: str
    size: int
    mark: str
    again: Literal["yes", "no"] = "no"


class Look(NamedTuple):
    """What waits to be taken, the oldest first, and how many things lie there in all."""

    waiting: Sequence[Entry]
    total: int


class Place(Protocol):
    """An open mailbox or folder. Its methods raise :class:`crawler.fetch.errors.FetchError`.

    A position is the place's own word for what was taken; "" when nothing ever was.
    """

    async def look(self, position: str) -> Look:
        """What is new since the position."""
        ...

    async def read(self, entry: Entry, *, limit: int) -> bytes | None:
        """Its bytes, at most ``limit`` and one more; ``None`` when it cannot be had now.

        That is one that has gone or changed meanwhile, or which the server keeps to itself.
        """
        ...

    def after(self, taken: Sequence[Entry]) -> str:
        """The position when these, of those that wait, have been taken too."""
        ...


class Site(NamedTuple):
    """An address, taken apart."""

    scheme: str
    host: str
    port: int
    path: str


def site_at(url: str) -> Site:
    """``imaps://host:port/Press%20releases`` taken apart, what is escaped in its path read.

    Raises :class:`FetchError` for what is no address.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or WAYS[parts.scheme].port
    except ValueError as error:
        raise FetchError("is no usable address", outcome="failed", next_step=_CORRECT) from error
    if not host:
        raise FetchError("names no host", outcome="failed", next_step=_CORRECT)
    return Site(parts.scheme, host, port, unquote(parts.path))
