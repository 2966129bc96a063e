"""A quick web site on the loopback, in a process of its own: pages and feeds made beforehand."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

PAGES = 5000
_SENTENCES = (
    "The harbour authority said on Tuesday that the eastern basin would stay closed until Friday.",
    "Two ferries were held at the outer mole while divers searched the fairway for the anchor.",
    "The mayor thanked the pilots and asked residents to leave the quay to the fire brigade.",
    "Insurers put the damage at four million euros, though surveyors have yet to go aboard.",
)


def page(number: int) -> bytes:
    """An article of some 20 kB of markup."""
    paragraphs = "".join(f"<p>{number}.{n} {_SENTENCES[n % 4]}</p>" for n in range(40))
    filler = "<li><a href='/x'>Section</a></li>" * 300
    return _answer(
        f"<!DOCTYPE html><html lang='en'><head><title>Report {number} of the harbour</title></head>"
        f"<body><nav><ul>{filler}</ul></nav><article><h1>Report {number} of the harbour</h1>"
        f"{paragraphs}</article></body></html>".encode(),
        "text/html; charset=utf-8",
    )


def feed(base: str, first: int, count: int) -> bytes:
    """A feed of so many items, whose pages are numbered from ``first``."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{base}-{n}</guid><title>Report {n} of the harbour</title>"
        f"<link>{base}/page/{n % PAGES}</link><description>{_SENTENCES[n % 4]}</description></item>"
        for n in range(first, first + count)
    )
    text = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Wire</title>{items}"
    return _answer(f"{text}</channel></rss>".encode(), "application/rss+xml")


def _answer(body: bytes, kind: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


_MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class _Site(asyncio.Protocol):
    pages: tuple[bytes, ...] = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._data = b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head, self._data = self._data[:end], self._data[end + 4 :]
            self._transport.write(self._reply(head))  # type: ignore[attr-defined]

    def _reply(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode()
        match path.strip("/").split("/"):
            case ["page", number]:
                return self.pages[int(number) % len(self.pages)]
            case ["feed", first, count]:
                host = head.lower().partition(b"host: ")[2].partition(b"\r\n")[0].decode()
                return feed(f"http://{host}", int(first), int(count))
            case _:
                return _MISSING


def _serve(told: Connection) -> None:
    _Site.pages = tuple(page(number) for number in range(PAGES))

    async def run() -> None:
        # Every address of 127.0.0.0/8 is a host of its own.
        everywhere = "0.0.0.0"  # noqa: S104
        server = await asyncio.get_running_loop().create_server(_Site, everywhere, 0, backlog=1000)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def site() -> Iterator[int]:
    """The port of a running site, until the end of the block."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(there,), daemon=True
    )
    process.start()
    try:
        yield int(here.recv())
    finally:
        process.terminate()
        process.join()
