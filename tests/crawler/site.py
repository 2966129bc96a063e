"""A web site on the loopback that can misbehave, and what a crawler needs to visit it."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

from crawler.fetch.settings import CrawlSettings

Play = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived; header names in lower case."""

    path: str
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""


Route = bytes | Callable[[Asked], bytes] | Play


def response(
    body: bytes = b"",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/rss+xml",
) -> bytes:
    """A whole HTTP/1.1 response with its length."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    if body:
        lines.append(f"Content-Type: {content_type}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Site:
    """``async with Site({"/feed": response(...)}) as site: site.url("/feed")``.

    A route is bytes to send, a function of the request giving bytes, or a coroutine function that
    plays with the connection. There is no robots.txt (404) unless a route says so.
    """

    def __init__(
        self,
        routes: Mapping[str, Route] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.routes: dict[str, Route] = dict(routes or {})
        self.asked: list[Asked] = []
        self._tls = tls
        self._connections: set[asyncio.Task[object]] = set()

    def paths(self) -> list[str]:
        """What was asked for, without robots.txt."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a path here."""
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    @property
    def allowed(self) -> str:
        """The exception that lets a crawler in."""
        return f"127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self._tls, backlog=500
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._answer(reader, writer):
                await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # the crawler hung up, or the test is over
        finally:
            self._connections.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line = await reader.readuntil(b"\r\n")
        headers = {}
        while (header := (await reader.readuntil(b"\r\n")).strip()) != b"":
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        asked = Asked(line.split()[1].decode(), headers, line.split()[0].decode(), body)
        self.asked.append(asked)
        route = self.routes.get(asked.path) or self.routes.get("*") or response(status=404)
        if isinstance(route, bytes):
            writer.write(route)
            return True
        if asyncio.iscoroutinefunction(route):
            await cast("Play", route)(writer)
            return False
        answer = route(asked)  # type: ignore[arg-type]
        assert isinstance(answer, bytes)
        writer.write(answer)
        return True


def crawl_settings(*sites: Site, **changes: object) -> CrawlSettings:
    """Settings that let a crawler visit these sites, fast and without distrust."""
    chosen: dict[str, object] = {
        "user_agent": "Copydesk/0.1 (+https://example.org/contact)",
        "deadline": 5.0,
        "host_delay": 0.0,
        "unconditional_share": 0.0,
        "allowed_addresses": tuple(site.allowed for site in sites),
    }
    return CrawlSettings(**{**chosen, **changes})  # type: ignore[arg-type]


def rss(*items: str, title: str = "Wire") -> bytes:
    """A small RSS feed."""
    body = f"<channel><title>{title}</title><link>http://wire.example/</link>{''.join(items)}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{body}</rss>'.encode()


def rss_item(number: int, link: str = "") -> str:
    """An item, newer with a higher number."""
    return (
        f"<item><guid isPermaLink='false'>item-{number}</guid>"
        f"<title>Report number {number} of the harbour</title><link>{link}</link>"
        f"<pubDate>Tue, 30 May 2023 {10 + number // 60:02d}:{number % 60:02d}:00 GMT</pubDate>"
        f"<description>The harbour was closed for {number} hours.</description></item>"
    )


_SENTENCES = (
    "The harbour authority said on Tuesday that the eastern basin would stay closed until Friday.",
    "Two ferries were held at the outer mole while divers searched the fairway for the anchor.",
    "The mayor thanked the pilots and asked residents to leave the quay to the fire brigade.",
    "Insurers put the damage at four million euros, though surveyors have yet to go aboard.",
)


def article_page(number: int) -> bytes:
    """An article page with enough text to be extracted."""
    paragraphs = "".join(f"<p>{number}. {sentence}</p>" for sentence in _SENTENCES * 2)
    return (
        f"<html lang='en'><head><title>Report number {number} of the harbour</title></head>"
        f"<body><nav>Home News Sport</nav><article><h1>Report number {number}</h1>{paragraphs}"
        "</article></body></html>"
    ).encode()
