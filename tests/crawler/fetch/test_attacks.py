"""What hostile and broken servers do, case by case: a named end, and the next fetch works.

Every case ends in its outcome within the deadline and the limits; after all of them the same
client still fetches.
"""

import asyncio
import gzip
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from crawler.fetch.client import Client
from crawler.fetch.errors import FetchError
from crawler.fetch.refusals import usable
from crawler.job import Outcome
from tests.crawler.site import Asked, Play, Route, Site, crawl_settings, response

LIMIT = 200_000
HEAD = b"HTTP/1.1 200 OK\r\n"
BOMB = b"\0" * 20_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """``play`` is what the server does; ``ends`` are the outcomes that are right."""

    name: str
    play: Route
    ends: tuple[Outcome, ...]


def sends(data: bytes) -> Play:
    """Sends bytes and hangs up."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return play


def holds(data: bytes) -> Play:
    """Sends bytes and never hangs up."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await asyncio.sleep(60)

    return play


def drips(start: bytes, drop: Callable[[int], bytes], pause: float = 0.02) -> Play:
    """Sends a beginning, then drop after drop for ever."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        for number in range(10**9):
            writer.write(drop(number))
            await writer.drain()
            await asyncio.sleep(pause)

    return play


def packed(coding: str, data: bytes) -> bytes:
    return response(data, headers={"Content-Encoding": coding})


def to(location: str, status: int = 302) -> bytes:
    return response(status=status, headers={"Location": location})


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
CASES = [
    # Slow
    Case("silence", holds(b""), ("timeout",)),
    Case("half a status line", holds(b"HTTP/1."), ("timeout",)),
    Case("half a header", holds(HEAD + b"Content-Ty"), ("timeout",)),
    Case("headers and no body", holds(HEAD + b"Content-Length: 9\r\n\r\n"), ("timeout",)),
    Case("half a body", holds(HEAD + b"Content-Length: 9\r\n\r\n1234"), ("timeout",)),
    Case("half a chunk", holds(CHUNKED + b"ff\r\nabc"), ("timeout",)),
    Case("no last chunk", holds(CHUNKED + b"3\r\nabc\r\n"), ("timeout",)),
    Case("status drips", drips(b"", lambda _: b"H"), ("timeout",)),
    Case("headers drip", drips(HEAD, lambda n: b"X-%d: y\r\n" % n), ("timeout",)),
    Case("body drips", drips(HEAD + b"\r\n", lambda _: b"x"), ("timeout",)),
    Case("chunks drip", drips(CHUNKED, lambda _: b"1\r\nx\r\n"), ("timeout",)),
    Case("redirect body drips", drips(to("/ok").replace(b"Length: 0", b"Length: 99999"),
                                      lambda _: b"x"), ("timeout",)),
    Case("100 Continue for ever", drips(b"", lambda _: b"HTTP/1.1 100 Continue\r\n\r\n"),
         ("timeout", "too-large", "connection")),
    # Endless
    Case("endless body", drips(HEAD + b"\r\n", lambda _: b"x" * 65536, 0), ("too-large",)),
    Case("endless chunks", drips(CHUNKED, lambda _: b"10000\r\n" + b"x" * 65536 + b"\r\n", 0),
         ("too-large",)),
    Case("endless headers", drips(HEAD, lambda n: b"X-%d: " % n + b"y" * 900 + b"\r\n", 0),
         ("too-large",)),
    Case("endless header line", drips(HEAD + b"X: ", lambda _: b"y" * 4096, 0),
         ("too-large", "connection")),
    Case("endless status line", drips(b"HTTP/1.1 200 ", lambda _: b"y" * 4096, 0),
         ("too-large", "connection")),
    Case("endless folded header",
         drips(HEAD + b"X: a\r\n", lambda _: b" " + b"y" * 99 + b"\r\n", 0),
         ("too-large",)),
    Case("endless trailers", drips(CHUNKED + b"0\r\n", lambda n: b"X-%d: y\r\n" % n, 0),
         ("too-large", "timeout", "connection")),
    Case("endless chunk size", drips(CHUNKED, lambda _: b"0" * 4096, 0),
         ("too-large", "timeout", "connection")),
    Case("endless chunk extension", drips(CHUNKED + b"1;", lambda _: b"x" * 4096, 0),
         ("too-large", "timeout", "connection")),
    Case("endless error page", drips(b"HTTP/1.1 500 X\r\n\r\n", lambda _: b"x" * 65536, 0),
         ("server-error",)),
    # Large
    Case("announced size", sends(HEAD + b"Content-Length: 99999999999\r\n\r\nx"),
         ("too-large", "connection")),
    Case("one byte over", response(b"x" * (LIMIT + 1)), ("too-large",)),
    Case("million cookies", sends(HEAD + b"Set-Cookie: a=b\r\n" * 100_000 + b"\r\n"),
         ("too-large",)),
    # Compressed
    Case("gzip bomb", packed("gzip", gzip.compress(BOMB)), ("too-large",)),
    Case("deflate bomb", packed("deflate", zlib.compress(BOMB)), ("too-large",)),
    Case("brotli bomb", packed("br", brotli.compress(BOMB, quality=3)), ("too-large",)),
    Case("zstd bomb", packed("zstd", zstandard.compress(BOMB)), ("too-large",)),
    Case("gzip in gzip", packed("gzip, gzip", gzip.compress(gzip.compress(BOMB))), ("too-large",)),
    Case("gzip in brotli", packed("gzip, br", brotli.compress(gzip.compress(BOMB), quality=3)),
         ("too-large",)),
    Case("nine times gzip", packed(", ".join(["gzip"] * 9), b"x"), ("too-large",)),
    Case("zstd window of 2 GB", packed("zstd", b"\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00"),
         ("failed",)),
    Case("damaged gzip", packed("gzip", gzip.compress(b"x" * 999)[:20] + b"\xff" * 99),
         ("failed",)),
    Case("gzip that is text", packed("gzip", b"just text"), ("failed",)),
    Case("brotli that is text", packed("br", b"\xffjust text"), ("failed",)),
    Case("unknown coding", packed("compress", b"x"), ("failed",)),
    Case("coding of 10 kB", packed("x" * 10_000, b"x"), ("failed",)),
    # Broken
    Case("not HTTP", sends(b"SSH-2.0-OpenSSH_9.6\r\n"), ("connection",)),
    Case("mail server", sends(b"220 mail.example ESMTP\r\n"), ("connection",)),
    Case("null bytes", sends(b"\0" * 1000), ("connection", "timeout")),
    Case("status 999999", sends(b"HTTP/1.1 999999 X\r\n\r\n"), ("server-error", "connection")),
    Case("status zero", sends(b"HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n"),
         ("failed", "connection")),
    Case("status word", sends(b"HTTP/1.1 OK\r\n\r\n"), ("connection",)),
    Case("negative length", sends(HEAD + b"Content-Length: -1\r\n\r\nx"), ("connection",)),
    Case("two lengths", sends(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
         ("connection",)),
    Case("length that is a word", sends(HEAD + b"Content-Length: many\r\n\r\nx"), ("connection",)),
    Case("less than announced", sends(HEAD + b"Content-Length: 9\r\n\r\nx"), ("connection",)),
    Case("chunk size that is a word", sends(CHUNKED + b"zz\r\nx\r\n"), ("connection",)),
    Case("negative chunk", sends(CHUNKED + b"-5\r\nx\r\n"), ("connection",)),
    Case("chunks cut off", sends(CHUNKED + b"5\r\nhel"), ("connection",)),
    Case("gzip cut off, no length",
         sends(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(range(256)))[:99]),
         ("connection",)),
    Case("hangs up at once", sends(b""), ("connection",)),
    Case("hangs up in the headers", sends(HEAD + b"Content-Type: te"), ("connection",)),
    # Redirects
    Case("to the metadata service", to("http://169.254.169.254/"), ("forbidden-address",)),
    Case("to the loopback", to("http://127.0.0.1:22/"), ("forbidden-address",)),
    Case("to the loopback as a number", to("http://2130706433/"), ("forbidden-address",)),
    Case("to the loopback in octal", to("http://0177.0.0.01/"), ("forbidden-address",)),
    Case("to the loopback in IPv6", to("http://[::1]/"), ("forbidden-address",)),
    Case("to the loopback mapped", to("http://[::ffff:7f00:1]:22/"), ("forbidden-address",)),
    Case("to NAT64", to("http://[64:ff9b::a9fe:a9fe]/"), ("forbidden-address",)),
    Case("to 6to4", to("http://[2002:a9fe:a9fe::1]/"), ("forbidden-address",)),
    Case("to a private network", to("//10.0.0.1/"), ("forbidden-address",)),
    Case("to CGNAT", to("http://100.64.0.1/"), ("forbidden-address",)),
    Case("to multicast", to("http://224.0.0.1/"), ("forbidden-address",)),
    Case("to nowhere", to("http://0.0.0.0/"), ("forbidden-address",)),
    Case("to a file", to("file:///etc/passwd"), ("failed",)),
    Case("to data", to("data:text/html,x"), ("failed",)),
    Case("to javascript", to("javascript:alert(1)"), ("failed",)),
    Case("to gopher", to("gopher://127.0.0.1:6379/_FLUSHALL"), ("failed",)),
    Case("to nothing", response(status=301), ("failed",)),
    Case("to garbage", to("http://[:::/"), ("failed",)),
    Case("to 20 kB", to("/" + "a" * 20_000), ("failed", "connection", "too-large")),
    Case("to itself", to("/attack"), ("failed",)),
    Case("header injection", to("/ok%0d%0aX-Evil:%201"), ("not-found",)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_attack(case: Case) -> None:
    async with Site({"/attack": case.play, "/ok": response(b"fine")}) as site:
        # Short where the deadline is what ends it; else long, for a busy machine.
        deadline = 0.5 if "timeout" in case.ends else 10.0
        fetching = Client(crawl_settings(site, deadline=deadline, max_body=LIMIT, robots="none"))
        await fetching.start()
        try:
            await _attacked(fetching, site, case)
            # Feeds are asked for whatever its pages did: the host is on no hold for them.
            fine = await fetching.get(site.url("/ok"), kind="feed")
            assert fine.answer.body == b"fine"
        finally:
            await asyncio.wait_for(fetching.stop(), 5)
    assert not any("x-evil" in asked.headers for asked in site.asked)


async def _attacked(fetching: Client, site: Site, case: Case) -> None:
    with pytest.raises(FetchError) as caught:
        usable((await fetching.get(site.url("/attack"), kind="page")).answer, now=0.0)
    said = str(caught.value)
    assert caught.value.outcome in case.ends, said
    assert len(said) < 1000


async def test_a_cookie_bounce_is_followed() -> None:
    async with Site() as site:

        def bounce(asked: Asked) -> bytes:
            if "seen=1" in asked.headers.get("cookie", ""):
                return response(b"news")
            return response(
                status=302,
                headers={"Location": site.url("/"), "Set-Cookie": "seen=1; Path=/; HttpOnly"},
            )

        site.routes["/"] = bounce
        fetching = Client(crawl_settings(site))
        await fetching.start()
        assert (await fetching.get(site.url("/"), kind="page")).answer.body == b"news"
        # The next fetch starts without.
        assert len((await fetching.get(site.url("/"), kind="page")).hops) == 1
        await fetching.stop()


async def test_a_name_server_that_never_answers_costs_one_deadline() -> None:
    def dead(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        if host == "dead.example":
            time_over.wait(5)
        return [(0, 0, 0, "", ("127.0.0.1", 0))]

    time_over = threading.Event()
    async with Site({"/": response(b"fine")}) as site:
        fetching = Client(crawl_settings(site, deadline=0.3, robots="none"), getaddrinfo=dead)
        await fetching.start()
        slow = [
            asyncio.create_task(fetching.get(f"http://dead.example/{n}", kind="feed"))
            for n in range(3)
        ]
        assert (await fetching.get(site.url("/"), kind="feed")).answer.body == b"fine"
        ends = await asyncio.gather(*slow, return_exceptions=True)
        assert [getattr(end, "outcome", end) for end in ends] == ["timeout"] * 3
        await fetching.stop()
        time_over.set()
