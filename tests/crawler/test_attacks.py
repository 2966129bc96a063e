"""Whole polls under attack, all at once, and the engine that goes on fetching everybody else.

What each attack does to one fetch is in tests/crawler/fetch/test_attacks.py; here each has a host
of its own, as an attacker with a domain and a wildcard has, and the bodies reach the parser.
"""

import asyncio
import gzip
from collections.abc import Sequence

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from crawler.article import Article
from crawler.engine import Crawler
from crawler.job import FeedJob, FeedResult, Outcome, Standing
from crawler.workers import Workers
from tests.crawler.fetch.test_attacks import CASES, drips, holds, packed, sends, to
from tests.crawler.site import Route, Site, crawl_settings, response, rss, rss_item

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEAD = '<?xml version="1.0"?>'
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
ZEROS = b"\0" * 30_000_000


def feed(channel: str, doctype: str = "") -> bytes:
    text = f'{HEAD}{doctype}<rss version="2.0"><channel>{channel}</channel></rss>'
    return response(text.encode())


# What reaches the parser; every one ends without an article.
BODIES: dict[str, tuple[Route, tuple[Outcome, ...]]] = {
    "billion laughs": (feed("<title>&l9;</title>", LAUGHS), ("empty", "not-a-feed", "failed")),
    "quadratic blow-up": (
        feed("&a;" * 20_000, f'<!DOCTYPE x [<!ENTITY a "{"A" * 50_000}">]>'),
        ("empty", "not-a-feed", "failed"),
    ),
    "external entity": (
        feed("<title>&x;</title>", '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        ("empty", "not-a-feed"),
    ),
    "external DTD": (
        feed("", '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'),
        ("empty", "not-a-feed"),
    ),
    "nested 200,000 deep": (feed("<a>" * 200_000), ("not-a-feed",)),
    "100,000 attributes": (feed("<item " + 'a="x" ' * 100_000 + "/>"), ("not-a-feed",)),
    "a tag without an end": (feed("<item " + "a" * 1_000_000), ("not-a-feed",)),
    "100,000 namespaces": (
        response(b"<rss " + b" ".join(b'xmlns:a%d="x"' % n for n in range(100_000)) + b"/>"),
        ("not-a-feed",),
    ),
    "null bytes": (response(b"\0" * 1_000_000), ("empty", "not-a-feed")),
    "null bytes before a feed": (response(b"\0" * 1000 + rss()), ("empty", "not-a-feed")),
    "title of 10 MB": (feed(f"<title>{'t' * 10_000_000}</title>"), ("empty", "too-large")),
    "nested JSON": (
        response(b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 200_000),
        ("not-a-feed",),
    ),
    "number of a million digits": (
        response(b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"9" * 1_000_000),
        ("not-a-feed",),
    ),
    "gzip bomb": (packed("gzip", gzip.compress(ZEROS)), ("too-large",)),
    "brotli bomb": (packed("br", brotli.compress(ZEROS, quality=3)), ("too-large",)),
    "zstd bomb": (packed("zstd", zstandard.compress(ZEROS)), ("too-large",)),
    "page of scripts": (response(b"<html>" + b"<script>" * 100_000), ("not-a-feed",)),
    "UTF-16 that is none": (response(b"\xff\xfe" + b"A" * 1_000_001), ("not-a-feed", "empty")),
    "cookie bomb in a circle": (
        sends(b"HTTP/1.1 302 X\r\nLocation: /attack\r\n"
              + b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 200) for n in range(200))
              + b"Content-Length: 0\r\n\r\n"),
        ("failed",),
    ),
    "cookies of 4 MB": (
        sends(b"HTTP/1.1 302 X\r\n" + b"Set-Cookie: a=" + b"x" * 4_000_000 + b"\r\n\r\n"),
        ("too-large", "connection"),
    ),
    "user info in a redirect": (to("http://admin:admin@127.0.0.1:1/"), ("forbidden-address",)),
}  # fmt: skip


# Names that lead inside, whatever they look like.
INSIDE = {
    "private.example": ["10.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "mapped.example": ["::ffff:10.0.0.1"],
    "nat64.example": ["64:ff9b::7f00:1"],
    "sixtofour.example": ["2002:7f00:1::"],
    "local.example": ["fe80::1%lo"],
    "unique.example": ["fd00:ec2::254"],
    "nowhere.example": ["0.0.0.0"],  # noqa: S104
    "cgnat.example": ["100.64.0.1"],
    "multicast.example": ["224.0.0.1"],
    "several.example": ["10.0.0.1", "192.168.1.1", "::1"],
    "none.example": [],
}


def names(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
    """Plays the name servers: a host for every attack, all at one address."""
    return [(0, 0, 0, "", (address, 0)) for address in INSIDE.get(host, ["127.0.0.1"])]


async def test_all_attacks_at_once_and_everybody_else_is_fetched(workers: Workers) -> None:
    taken: list[Article] = []

    async def everything_is_new(articles: Sequence[Article]) -> Sequence[Standing]:
        return ["new"] * len(articles)

    async def take(articles: Sequence[Article]) -> None:
        taken.extend(articles)

    async with Site() as site:
        attacks = {
            # One of them is about the limit alone, which is larger here.
            **{case.name: (case.play, case.ends) for case in CASES if case.name != "one byte over"},
            **{f"poll: {name}": attack for name, attack in BODIES.items()},
        }
        site.routes["/attack"] = to("/attack")
        jobs = {}
        for number, (name, (play, _)) in enumerate(attacks.items()):
            site.routes[f"/attack{number}"] = play
            where = site.url(f"/attack{number}", f"a{number}.example")
            jobs[name] = FeedJob(source=name, url=where, fetch_pages="no")
        for host in INSIDE:
            jobs[host] = FeedJob(source=host, url=site.url("/", host), fetch_pages="no")
        honest = []
        for number in range(60):
            site.routes[f"/good{number}"] = response(rss(rss_item(number)))
            where = site.url(f"/good{number}", f"good{number}.example")
            honest.append(FeedJob(source="good", url=where, fetch_pages="no"))
        crawler = Crawler(
            # Longer than everything else takes: whoever still hangs then, hung all the time.
            crawl_settings(site, deadline=60.0, max_body=12_000_000, concurrency=16, robots="none"),
            workers=workers,
            unseen=everything_is_new,
            sink=take,
            getaddrinfo=names,
        )
        await crawler.start()
        try:
            under_attack = {
                name: asyncio.create_task(crawler.fetch(job)) for name, job in jobs.items()
            }
            served = await asyncio.gather(*(crawler.fetch(job) for job in honest))
            hanging = sum(not task.done() for task in under_attack.values())
            assert [result.outcome for result in served] == ["ok"] * 60
            assert len(taken) == 60
            # They were fetched while more attackers held on to us than requests may be under way.
            assert hanging >= 12
            quick = [name for name, (_, ends) in attacks.items() if "timeout" not in ends]
            quick += list(INSIDE)
            for name in quick:
                result = await asyncio.wait_for(under_attack[name], 50)
                ends = attacks[name][1] if name in attacks else ("forbidden-address", "dns")
                named_end(name, result, ends)
            assert len(taken) == 60
        finally:
            for task in under_attack.values():
                task.cancel()
            await asyncio.wait_for(crawler.stop(0.0), 20)


def named_end(name: str, result: FeedResult, ends: tuple[Outcome, ...]) -> None:
    """An attack ends in nothing but a named error."""
    assert result.outcome in ends, (name, result)
    assert result.error, name
    assert result.new_items == 0, name
    assert len(result.error) < 1000, name


ROBOTS: dict[str, Route] = {
    "1 GB": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nUser-agent: *\n"
                  b"Disallow: /private\n", lambda _: b"# filler\n" * 8000, 0),
    "endless chunks": drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                            lambda _: b"10000\r\n" + b"#" * 65536 + b"\r\n", 0),
    "gzip bomb": packed("gzip", gzip.compress(b"#" * 100_000_000)),
    "one line of 5 MB": response(b"Disallow: /" + b"a" * 5_000_000),
    "a million rules": response(b"User-agent: *\n" + b"Disallow: /x*y*z$\n" * 1_000_000),
    "stars": response(b"User-agent: *\nDisallow: /" + b"*a" * 20_000 + b"$\n"),
    "binary": response(bytes(range(256)) * 1000),
    "never": holds(b""),
    "to itself": to("/robots.txt"),
    "into the machine": to("http://169.254.169.254/robots.txt"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROBOTS)
async def test_a_hostile_robots_file_costs_its_own_host_only(workers: Workers, name: str) -> None:
    async def nothing_is_new(articles: Sequence[Article]) -> Sequence[Standing]:
        return ["known"] * len(articles)

    async def take(_: Sequence[Article]) -> None:
        """Never called."""

    routes: dict[str, Route] = {"/robots.txt": ROBOTS[name], "/feed": response(rss(rss_item(1)))}
    async with Site(routes) as hostile, Site({"/feed": response(rss(rss_item(1)))}) as other:
        crawler = Crawler(
            crawl_settings(hostile, other, deadline=3.0),
            workers=workers,
            unseen=nothing_is_new,
            sink=take,
        )
        await crawler.start()
        try:
            hit, spared = await asyncio.gather(
                *(
                    crawler.fetch(FeedJob(source="s", url=site.url("/feed"), fetch_pages="no"))
                    for site in (hostile, other)
                )
            )
        finally:
            await asyncio.wait_for(crawler.stop(0.0), 10)
    assert spared.outcome == "ok"
    expected = {"never": "timeout", "into the machine": "forbidden-address"}
    assert hit.outcome == expected.get(name, "ok"), hit.error
