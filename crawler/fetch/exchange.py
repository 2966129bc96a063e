"""One request and its answer, on the way through Scrapy."""

import asyncio
from dataclasses import dataclass, field

import msgspec


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one server said to one request. Header names are lower case, values joined by ", ".

    ``cookies`` are the ``Set-Cookie`` lines, one each. ``wire`` counts the body's bytes as they
    came, ``body`` is decoded. ``elapsed`` is seconds on the network, ``latency`` those until the
    headers had come.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()
    wire: int = 0
    address: str = ""
    elapsed: float = 0.0
    latency: float = 0.0

    @property
    def content_type(self) -> str:
        """The ``Content-Type`` as sent; "" without one."""
        return self.headers.get("content-type", "")


@dataclass(eq=False, slots=True)
class Exchange:
    """A request on its way. ``timeout`` is in seconds from the moment it reaches the network.

    ``form`` is the body of a POST, None for a GET.
    """

    url: str
    headers: dict[str, str] = field(repr=False)
    timeout: float
    max_body: int
    form: bytes | None = field(default=None, repr=False)
    keep_head: bool = False
    answer: "asyncio.Future[Answer]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    scope: "asyncio.Timeout | None" = None

    def abandon(self) -> None:
        """Nobody waits any more: nothing is sent, or what is under way is cut off."""
        self.answer.cancel()
        if self.scope is not None:
            self.scope.reschedule(asyncio.get_running_loop().time())
