"""A whole poll: feed, parsing, pages, sink, result."""

import asyncio
import gc
import gzip
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
import pytest

from crawler.article import Article
from crawler.assemble import from_feed
from crawler.commons import Commons
from crawler.engine import Crawler
from crawler.feeds.model import FeedItem
from crawler.fetch.client import Client
from crawler.fetch.clock import SYSTEM
from crawler.fetch.errors import StoppedError
from crawler.harvest import Harvest
from crawler.job import FeedJob, Standing, Validators
from crawler.poll import Progress
from crawler.workers import Workers
from tests.crawler.site import (
    Asked,
    Route,
    Site,
    article_page,
    crawl_settings,
    response,
    rss,
    rss_item,
)

# The pool of parsing processes lives on the session's loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Inbox:
    """What the application would keep."""

    articles: list[Article] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    standing: dict[str, Standing] = field(default_factory=dict)
    seen: list[Progress] = field(default_factory=list)

    async def unseen(self, articles: Sequence[Article]) -> Sequence[Standing]:
        return [
            self.standing.get(article.guid, "known") if article.guid in self.known else "new"
            for article in articles
        ]

    async def sink(self, articles: Sequence[Article]) -> None:
        self.articles += articles
        self.known |= {article.guid for article in articles}


@asynccontextmanager
async def crawling(
    workers: Workers, *sites: Site, inbox: Inbox | None = None, **changes: object
) -> AsyncIterator[Crawler]:
    box = inbox or Inbox()
    crawler = Crawler(
        crawl_settings(*sites, **changes),
        workers=workers,
        unseen=box.unseen,
        sink=box.sink,
        progress=box.seen.append,
    )
    await crawler.start()
    try:
        yield crawler
    finally:
        await crawler.stop(0.0)


def job(site: Site, path: str = "/feed", **changes: object) -> FeedJob:
    whole = FeedJob(source="harbour", url=site.url(path), outlet="Harbour Gazette")
    return msgspec.structs.replace(whole, **changes)


async def test_a_poll_brings_new_articles_with_their_pages(workers: Workers) -> None:
    inbox = Inbox()
    async with Site() as site, crawling(workers, site, inbox=inbox) as crawler:
        site.routes["/feed"] = response(
            rss(*(rss_item(n, site.url(f"/{n}")) for n in (1, 2, 3))), headers={"ETag": '"one"'}
        )
        site.routes |= {
            f"/{n}": response(article_page(n), content_type="text/html") for n in (1, 2, 3)
        }
        result = await crawler.fetch(job(site))
        assert (result.outcome, result.error) == ("ok", "")
        assert (result.items, result.new_items, result.pages, result.page_failures) == (3, 3, 3, 0)
        assert result.title == "Wire"
        assert result.validators.etag == '"one"'
        assert len(result.item_times) == 3
        assert {article.extraction.origin for article in inbox.articles} == {"page"}
        assert all("eastern basin" in article.text for article in inbox.articles)
        assert [event.stage for event in inbox.seen][:2] == ["asking", "read"]

        again = await crawler.fetch(job(site))
        assert (again.outcome, again.items, again.new_items) == ("ok", 3, 0)
        assert len(inbox.articles) == 3


async def test_oldest_articles_come_first(workers: Workers) -> None:
    inbox = Inbox()
    async with Site() as site, crawling(workers, site, inbox=inbox) as crawler:
        site.routes["/feed"] = response(rss(*(rss_item(n) for n in (3, 1, 2))))
        await crawler.fetch(job(site, fetch_pages="no"))
    assert [article.guid for article in inbox.articles] == ["item-1", "item-2", "item-3"]


async def test_a_page_that_cannot_be_had_leaves_the_summary_and_says_why(workers: Workers) -> None:
    inbox = Inbox()
    async with Site() as site, crawling(workers, site, inbox=inbox) as crawler:
        site.routes["/feed"] = response(rss(rss_item(1, site.url("/missing"))))
        result = await crawler.fetch(job(site))
    assert (result.outcome, result.pages, result.page_failures) == ("ok", 0, 1)
    assert result.note == "1 of 1 pages could not be had"
    (article,) = inbox.articles
    assert article.summary == "The harbour was closed for 1 hours."
    assert article.extraction.note == ("page not had: there is nothing at this address (HTTP 404)")
    assert article.extraction.page == "missed"


async def test_pages_behind_a_wall_that_were_not_asked_for_are_asked_for_later(
    workers: Workers,
) -> None:
    inbox = Inbox()
    wall = response(b"<html><head><title>Just a moment...</title></head></html>", 403)
    async with Site() as site, crawling(workers, site, inbox=inbox) as crawler:
        numbers = range(1, 31)
        site.routes["/feed"] = response(rss(*(rss_item(n, site.url(f"/{n}")) for n in numbers)))
        site.routes |= {f"/{n}": wall for n in numbers}
        await crawler.fetch(job(site))
    asked = [a for a in inbox.articles if "not asked" not in a.extraction.note]
    held = [a for a in inbox.articles if "not asked" in a.extraction.note]
    assert asked
    assert held
    assert {article.extraction.page for article in asked} == {""}
    assert {article.extraction.page for article in held} == {"missed"}


async def test_pages_are_asked_for_again_after_what_is_new_and_are_no_news(
    workers: Workers,
) -> None:
    inbox = Inbox()
    async with Site() as site, crawling(workers, site, inbox=inbox, page_budget=2) as crawler:

        def feed(*numbers: int) -> bytes:
            items = (rss_item(n, site.url(f"/{n}")) for n in numbers)
            return response(rss(*items), headers={"ETag": f'"{numbers}"'})

        site.routes["/feed"] = feed(1)
        first = await crawler.fetch(job(site))
        # Unchanged it would be answered with 304, and the page never be asked for again.
        assert (first.new_items, first.validators) == (1, Validators())
        inbox.standing["item-1"] = "again"
        site.routes |= {
            "/feed": feed(1, 2, 3),
            "*": response(article_page(1), content_type="text/html"),
        }
        second = await crawler.fetch(job(site))
        assert (second.new_items, second.pages) == (2, 2)
        assert {article.guid: article.extraction.page for article in inbox.articles[1:]} == {
            "item-2": "",
            "item-3": "",
            "item-1": "put-off",
        }
        assert second.validators == Validators()
        inbox.standing["item-1"] = "later"
        assert (await crawler.fetch(job(site))).validators == Validators()
        inbox.standing["item-1"] = "again"
        last = await crawler.fetch(job(site))
        assert (last.new_items, last.pages) == (0, 1)
        assert last.validators.etag == '"(1, 2, 3)"'
        assert "eastern basin" in inbox.articles[-1].text


async def test_a_page_that_is_refused_is_not_asked_for_again(workers: Workers) -> None:
    inbox = Inbox()
    async with Site() as site, crawling(workers, site, inbox=inbox) as crawler:
        site.routes |= {
            "/feed": response(rss(rss_item(1, site.url("/1"))), headers={"ETag": '"one"'}),
            "*": response(status=403),
        }
        result = await crawler.fetch(job(site))
    assert [article.extraction.page for article in inbox.articles] == [""]
    assert result.validators.etag == '"one"'


@pytest.mark.parametrize("home", ["/", "/?from=removed", "/index.html", "/politics"])
async def test_an_article_that_leads_to_the_front_page_does_not_get_its_text(
    workers: Workers, home: str
) -> None:
    inbox = Inbox()
    async with Site() as site, crawling(workers, site, inbox=inbox) as crawler:
        site.routes |= {
            "/feed": response(
                rss(
                    rss_item(1, site.url("/removed-story-77")),
                    rss_item(2, site.url("/short-link")),
                    rss_item(3, site.url("/live#entry-4711")),
                )
            ),
            "/removed-story-77": response(status=302, headers={"Location": home}),
            "/short-link": response(status=302, headers={"Location": "/2023/05/30/the-story-78"}),
            "*": response(article_page(1), content_type="text/html"),
        }
        result = await crawler.fetch(job(site))
    removed, moved, stayed = sorted(inbox.articles, key=lambda article: article.guid)
    assert (result.pages, result.page_failures) == (2, 1)
    assert (removed.text, removed.summary) == ("", "The harbour was closed for 1 hours.")
    assert "front or section page" in removed.extraction.note
    assert "eastern basin" in moved.text
    assert "eastern basin" in stayed.text


async def test_a_form_that_links_lead_to_is_no_article(workers: Workers) -> None:
    inbox = Inbox()
    form = "/consent?back="
    async with Site() as site, crawling(workers, site, inbox=inbox) as crawler:
        site.routes |= {
            "/feed": response(rss(*(rss_item(n, site.url(f"/story-{n}")) for n in (1, 2)))),
            **{f"/story-{n}": response(status=302, headers={"Location": f"{form}{n}"})
               for n in (1, 2)},
            "*": response(article_page(1), content_type="text/html"),
        }  # fmt: skip
        result = await crawler.fetch(job(site))
    assert (result.new_items, result.pages, result.page_failures) == (2, 0, 2)
    assert {(each.text, each.extraction.page) for each in inbox.articles} == {("", "")}
    assert all("asks for consent" in each.extraction.note for each in inbox.articles)


async def test_a_page_that_items_have_in_common_is_not_asked_for(workers: Workers) -> None:
    inbox = Inbox(known={"item-3"})
    async with Site() as site, crawling(workers, site, inbox=inbox) as crawler:
        live = site.url("/live-ticker")
        links = (site.url("/"), live, live, f"{live}#entry-4711", site.url("/story-5"))
        site.routes |= {
            "/": response(rss(*(rss_item(n, link) for n, link in enumerate(links, 1)))),
            "*": response(article_page(5), content_type="text/html"),
        }
        result = await crawler.fetch(job(site, "/"))
        assert set(site.paths()) == {"/", "/story-5"}
    assert (result.new_items, result.pages, result.page_failures) == (4, 1, 0)
    *common, own = sorted(inbox.articles, key=lambda article: article.guid)
    assert [article.guid for article in common] == ["item-1", "item-2", "item-4"]
    assert {(article.text, article.extraction.page) for article in common} == {("", "")}
    assert all("several items" in article.extraction.note for article in common)
    assert "eastern basin" in own.text


async def test_pages_that_take_too_long_to_read_end_the_reading_of_their_site() -> None:
    long = article_page(1).replace(b"<p>", b"<p>" + b"And so on and on. " * 3000)
    async with (
        Workers(count=2, deadline=0.05) as hasty,
        Site({"*": response(long, content_type="text/html")}) as site,
    ):
        items = [FeedItem(title=f"{n}", link=site.url(f"/story-{n}")) for n in range(20)]
        articles = [from_feed(job(site), item, now=1.0) for item in items]
        client = Client(crawl_settings(site))
        await client.start()
        harvest = Harvest(client, hasty, crawl_settings(site), None, SYSTEM, Commons((), homes=()))
        notes = [
            article.extraction.note
            async for batch in harvest.completed(articles)
            for article in batch
        ]
        await client.stop()
        assert len(notes) == harvest.failures == 20
        assert sum("longer than 0.05 s" in note for note in notes) <= 3
        # No more bodies lay in memory than may, and what nobody would read was not fetched.
        assert len(site.paths()) <= 10


async def test_no_article_is_lost_to_a_page_budget(workers: Workers) -> None:
    inbox = Inbox()
    async with Site() as site, crawling(workers, site, inbox=inbox, page_budget=2) as crawler:
        site.routes["/feed"] = response(rss(*(rss_item(n, site.url(f"/{n}")) for n in range(5))))
        site.routes["*"] = response(article_page(1), content_type="text/html")
        result = await crawler.fetch(job(site))
    assert (result.new_items, result.pages) == (5, 2)
    assert len(inbox.articles) == 5
    notes = [article.extraction.note for article in inbox.articles if article.extraction.note]
    assert notes == ["page not fetched: a poll fetches at most 2 pages"] * 3


async def test_no_article_is_lost_to_slow_pages(workers: Workers) -> None:
    async def hang(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    inbox = Inbox()
    async with (
        Site() as site,
        crawling(workers, site, inbox=inbox, pages_deadline=0.5) as crawler,
    ):
        site.routes |= {
            "/feed": response(rss(rss_item(1, site.url("/slow")), rss_item(2, site.url("/fast")))),
            "/slow": hang,
            "/fast": response(article_page(2), content_type="text/html"),
        }
        result = await crawler.fetch(job(site))
    assert (result.outcome, result.pages, result.page_failures) == ("ok", 1, 1)
    slow = next(article for article in inbox.articles if article.guid == "item-1")
    assert slow.extraction.note == (
        "page not fetched: the pages of this poll took longer than 0.5 s"
    )


async def test_not_modified_and_unchanged(workers: Workers) -> None:
    body = rss(rss_item(1))
    async with Site() as site, crawling(workers, site) as crawler:

        def honest(asked: Asked) -> bytes:
            tag = asked.headers.get("if-none-match")
            return response(status=304) if tag == '"one"' else response(body, headers=first)

        first = {"ETag": '"one"', "Last-Modified": "Tue, 30 May 2023 10:00:00 GMT"}
        site.routes |= {"/feed": honest, "/ignorant": response(body)}
        fresh = await crawler.fetch(job(site, fetch_pages="no"))
        again = await crawler.fetch(job(site, validators=fresh.validators))
        assert (again.outcome, again.status) == ("not-modified", 304)
        assert again.validators == fresh.validators
        assert site.asked[-1].headers["if-modified-since"] == "Tue, 30 May 2023 10:00:00 GMT"
        # A server that knows no validators sends the same bytes again: the hash notices.
        fresh = await crawler.fetch(job(site, "/ignorant", fetch_pages="no"))
        again = await crawler.fetch(job(site, "/ignorant", validators=fresh.validators))
        assert (again.outcome, again.status, again.items) == ("unchanged", 200, 0)


async def test_a_server_that_always_says_not_modified_is_found_out(workers: Workers) -> None:
    inbox = Inbox()
    body = rss(rss_item(2))

    def liar(asked: Asked) -> bytes:
        conditional = "if-none-match" in asked.headers
        return response(status=304) if conditional else response(body)

    old = Validators(etag='"old"', body_hash="of-other-bytes")
    async with (
        Site({"/feed": liar}) as site,
        crawling(workers, site, inbox=inbox, unconditional_share=1.0) as crawler,
    ):
        result = await crawler.fetch(job(site, validators=old, fetch_pages="no"))
    assert (result.outcome, result.new_items) == ("ok", 1)


async def test_not_modified_without_being_asked_is_a_fault(workers: Workers) -> None:
    async with Site({"/feed": response(status=304)}) as site, crawling(workers, site) as crawler:
        result = await crawler.fetch(job(site))
    assert result.outcome == "failed"
    assert "HTTP 304" in result.error


async def test_a_failed_sink_loses_nothing(workers: Workers) -> None:
    class DiskFullError(Exception):
        pass

    async def full(_: Sequence[Article]) -> None:
        raise DiskFullError

    async with Site({"/feed": response(rss(rss_item(1)), headers={"ETag": '"x"'})}) as site:
        crawler = Crawler(crawl_settings(site), workers=workers, unseen=Inbox().unseen, sink=full)
        await crawler.start()
        # No result, so no validators are kept: the next poll reads the same items again.
        with pytest.raises(DiskFullError):
            await crawler.fetch(job(site, fetch_pages="no"))
        await crawler.stop(0.0)


async def test_a_failed_sink_ends_the_pages_that_are_still_coming(workers: Workers) -> None:
    hung_up = asyncio.Event()

    async def hang(writer: asyncio.StreamWriter) -> None:
        try:
            await writer.wait_closed()
        finally:
            hung_up.set()

    async def full(_: Sequence[Article]) -> None:
        raise OSError(28, "No space left on device")

    async with Site() as site:
        site.routes |= {
            "/feed": response(rss(rss_item(1, site.url("/slow")), rss_item(2, site.url("/fast")))),
            "/slow": hang,
            "/fast": response(article_page(2), content_type="text/html"),
        }
        crawler = Crawler(
            crawl_settings(site, deadline=60.0), workers=workers, unseen=Inbox().unseen, sink=full
        )
        await crawler.start()
        with pytest.raises(OSError, match="No space"):
            await crawler.fetch(job(site))
        await asyncio.wait_for(hung_up.wait(), 5)
        await crawler.stop(0.0)


FAILURES: list[tuple[str, bytes, str, str]] = [
    ("missing", response(status=404), "not-found", "HTTP 404"),
    ("gone", response(status=410), "gone", "gone for good"),
    ("forbidden", response(status=403), "refused", "HTTP 403"),
    ("login", response(status=401), "refused", "login"),
    ("legal", response(status=451), "refused", "legal"),
    ("fault", response(b"<html>oops", 500), "server-error", "HTTP 500"),
    ("empty", response(b""), "empty", "empty body"),
    ("no items", response(rss()), "empty", "has no items"),
    ("html", response(b"<!DOCTYPE html><html><body>Hello", 200), "not-a-feed", "HTML page"),
    ("pdf", response(b"%PDF-1.7 ....", 200), "not-a-feed", "PDF"),
    (
        "challenge",
        response(b"<html><head><title>Just a moment...</title></head></html>", 403),
        "blocked",
        "Cloudflare",
    ),
    (
        "soft block",
        response(b"<html><head><title>Just a moment...</title></head></html>", 200),
        "blocked",
        "challenge instead of the feed",
    ),
    (
        "bomb",
        response(gzip.compress(b"<rss>" + b" " * 30_000_000), 200, {"Content-Encoding": "gzip"}),
        "too-large",
        "16 MiB",
    ),
    (
        "damaged",
        response(b"\x1f\x8bnonsense", 200, {"Content-Encoding": "gzip"}),
        "failed",
        "damag",
    ),
    ("coding", response(b"xyz", 200, {"Content-Encoding": "rot13"}), "failed", "rot13"),
    ("no location", response(status=301), "failed", "without saying where"),
    (
        "scheme",
        response(status=302, headers={"Location": "file:///etc/passwd"}),
        "failed",
        "unusable",
    ),
    (
        "into the machine",
        response(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
        "forbidden-address",
        "169.254.169.254 is not a public internet address",
    ),
    ("not http", b"220 mail.example.org ESMTP\r\n", "connection", "not HTTP"),
    (
        "hangs up",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort",
        "connection",
        "without a complete answer",
    ),
]


@pytest.mark.parametrize(
    ("answer", "outcome", "words"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
async def test_failures_are_named_and_cost_nobody_else_anything(
    workers: Workers, answer: bytes, outcome: str, words: str
) -> None:
    async def bad(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    inbox = Inbox()
    routes: dict[str, Route] = {"/bad": bad, "/feed": response(rss(rss_item(1)))}
    async with Site(routes) as site, crawling(workers, site, inbox=inbox) as crawler:
        before = Validators(etag='"kept"')
        result, other = await asyncio.gather(
            crawler.fetch(job(site, "/bad", validators=before)),
            crawler.fetch(job(site, fetch_pages="no")),
        )
        assert (result.outcome, other.outcome) == (outcome, "ok")
        assert words in result.error
        assert result.error.startswith("http://")
        if words != "has no items":
            assert result.validators == before
    assert len(inbox.articles) == 1


async def test_slow_and_endless_servers_end_at_the_deadline(workers: Workers) -> None:
    async def slow_headers(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"H")
            await writer.drain()
            await asyncio.sleep(0.05)

    async def slow_body(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"<")
            await writer.drain()
            await asyncio.sleep(0.05)

    async def endless_chunks(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await writer.drain()

    async def endless_headers(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-Filler: " + b"y" * 1000 + b"\r\n")
            await writer.drain()

    async def silent(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    routes: dict[str, Route] = {
        "/slow-headers": slow_headers,
        "/slow-body": slow_body,
        "/silent": silent,
        "/endless": endless_chunks,
        "/headers": endless_headers,
        "/feed": response(rss(rss_item(1))),
    }
    async with (
        Site(routes) as site,
        crawling(
            workers, site, deadline=1.5, max_body=1_000_000, concurrency_per_host=8
        ) as crawler,
    ):
        results = await asyncio.gather(*(crawler.fetch(job(site, path)) for path in routes))
    outcomes = [result.outcome for result in results]
    assert outcomes == ["timeout", "timeout", "timeout", "too-large", "too-large", "ok"]
    assert "64 KiB of headers" in results[4].error


async def test_fifty_megabytes_are_refused_before_they_are_read(workers: Workers) -> None:
    async def huge(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n<rss>")
        for _ in range(800):
            writer.write(b" " * 65536)
            await writer.drain()

    async with Site({"/feed": huge}) as site, crawling(workers, site) as crawler:
        result = await crawler.fetch(job(site))
    assert result.outcome == "too-large"
    assert "max_body" in result.error


async def test_a_parser_that_takes_too_long_is_a_failed_poll() -> None:
    body = rss(*(rss_item(n) for n in range(5000)))
    async with (
        Workers(count=1, deadline=0.01) as hasty,
        Site({"/feed": response(body)}) as site,
        crawling(hasty, site) as crawler,
    ):
        result = await crawler.fetch(job(site))
    assert (result.outcome, result.status) == ("failed", 200)
    assert "took longer than 0.01 s" in result.error


async def test_many_items_are_cut_to_the_newest_and_it_is_said(workers: Workers) -> None:
    inbox = Inbox()
    async with (
        Site({"/feed": response(rss(*(rss_item(n) for n in range(50))))}) as site,
        crawling(workers, site, inbox=inbox, max_items=10) as crawler,
    ):
        result = await crawler.fetch(job(site, fetch_pages="no"))
    assert (result.items, result.new_items) == (10, 10)
    assert result.note == "took the newest 10 of 50 items"
    assert {article.guid for article in inbox.articles} == {f"item-{n}" for n in range(40, 50)}


async def test_what_the_server_wishes_is_reported(workers: Workers) -> None:
    wait = response(status=429, headers={"Retry-After": "120"})
    down = response(status=503, headers={"Retry-After": "3600"})
    cached = response(rss(rss_item(1)), headers={"Cache-Control": "public, max-age=900"})
    routes = {"/429": wait, "/503": down, "/cached": cached}
    async with Site(routes) as site, crawling(workers, site) as crawler:
        slow = await crawler.fetch(job(site, "/429"))
        # A good answer in between: else both together would speak for the whole host.
        kept = await crawler.fetch(job(site, "/cached", fetch_pages="no"))
        fault = await crawler.fetch(job(site, "/503"))
    assert (slow.outcome, fault.outcome, kept.outcome) == ("rate-limited", "server-error", "ok")
    for result, seconds in ((slow, 120), (fault, 3600), (kept, 900)):
        assert result.not_before is not None
        assert result.not_before - result.started == pytest.approx(seconds, abs=5)


async def test_redirects(workers: Workers) -> None:
    def to(status: int, where: str) -> bytes:
        return response(status=status, headers={"Location": where})

    routes = {
        "/feed": response(rss(rss_item(1))),
        "/moved": to(301, "/moved-again"),
        "/moved-again": to(308, "/feed"),
        "/for-now": to(302, "/feed"),
        "/mixed": to(301, "/for-now"),
        "/circle": to(302, "/circle-back"),
        "/circle-back": to(302, "/circle"),
        **{f"/far/{n}": to(302, f"/far/{n + 1}") for n in range(20)},
    }
    async with Site(routes) as site, crawling(workers, site) as crawler:
        moved = await crawler.fetch(job(site, "/moved", fetch_pages="no"))
        assert (moved.outcome, moved.moved_to) == ("ok", site.url("/feed"))
        for path in ("/for-now", "/mixed"):
            stays = await crawler.fetch(job(site, path, fetch_pages="no"))
            assert (stays.outcome, stays.moved_to) == ("ok", "")
        circle = await crawler.fetch(job(site, "/circle"))
        assert (circle.outcome, circle.status) == ("failed", 302)
        assert "in a circle" in circle.error
        far = await crawler.fetch(job(site, "/far/0"))
        assert "more than 8 times" in far.error


async def test_a_page_behind_a_counter_of_clicks_is_the_outlet_s_own(workers: Workers) -> None:
    inbox, path = Inbox(), "/2023/05/30/report-1-of-the-harbour"
    async with (
        Site() as counter,
        Site() as site,
        crawling(workers, counter, site, inbox=inbox) as crawler,
    ):
        canonical = f'<head><link rel="canonical" href="{site.url(path)}">'.encode()
        page = article_page(1).replace(b"<head>", canonical)
        site.routes[f"{path}?from=feed"] = response(page, content_type="text/html")
        counter.routes |= {
            "/feed": response(rss(rss_item(1, counter.url("/c/1")))),
            "/c/1": response(status=302, headers={"Location": site.url(f"{path}?from=feed")}),
        }
        await crawler.fetch(job(counter))
    (article,) = inbox.articles
    assert article.extraction.origin == "page"
    assert (article.canonical_url, article.credit) == (site.url(path), None)


async def test_stop_lets_jobs_finish_and_cuts_off_the_rest(workers: Workers) -> None:
    reached = asyncio.Event()

    async def hang(_: asyncio.StreamWriter) -> None:
        reached.set()
        await asyncio.sleep(60)

    inbox = Inbox()
    async with Site({"*": hang}) as site:
        crawler = Crawler(
            crawl_settings(site, host_delay=30.0, deadline=60.0),
            workers=workers,
            unseen=inbox.unseen,
            sink=inbox.sink,
        )
        await crawler.start()
        # The first occupies the network, the others wait for their turn at the host.
        jobs = [asyncio.create_task(crawler.fetch(job(site, f"/{n}"))) for n in range(5)]
        await reached.wait()
        await asyncio.wait_for(crawler.stop(0.1), timeout=5)
        ends = await asyncio.gather(*jobs, return_exceptions=True)
        assert all(isinstance(end, StoppedError) for end in ends)
        with pytest.raises(StoppedError):
            await crawler.fetch(job(site))
    assert inbox.articles == []


async def test_stop_is_silent_about_pages_under_way(workers: Workers) -> None:
    """Python tells of every task whose error nobody asked for, with 30 lines of traceback each."""
    reached, untold = asyncio.Event(), list[str]()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: untold.append(context["message"]))

    async def hang(_: asyncio.StreamWriter) -> None:
        reached.set()
        await asyncio.sleep(60)

    inbox = Inbox()
    async with Site({"*": hang}) as site:
        pages = (rss_item(n, site.url(f"/page/{n}")) for n in range(5))
        site.routes["/robots.txt"] = response(status=404)
        site.routes["/feed"] = response(rss(*pages))
        crawler = Crawler(
            crawl_settings(site, deadline=60.0),
            workers=workers,
            unseen=inbox.unseen,
            sink=inbox.sink,
        )
        await crawler.start()
        polling = asyncio.create_task(crawler.fetch(job(site)))
        await reached.wait()
        await asyncio.wait_for(crawler.stop(0.1), timeout=5)
        with pytest.raises(StoppedError):
            await polling
    del polling  # its traceback leads to the tasks
    gc.collect()
    await asyncio.sleep(0)
    assert untold == []


async def test_a_second_crawler_runs_after_the_first(workers: Workers) -> None:
    async with Site({"/feed": response(rss(rss_item(1)))}) as site:
        for _ in range(2):
            async with crawling(workers, site) as crawler:
                assert (await crawler.fetch(job(site, fetch_pages="no"))).outcome == "ok"


async def test_credentials_reach_the_server_and_nobody_else(workers: Workers) -> None:
    async with Site() as other, Site() as site, crawling(workers, site, other) as crawler:
        other.routes["/feed"] = response(status=404)
        site.routes["/feed"] = response(
            status=302, headers={"Location": other.url("/feed?key=abc")}
        )
        address = site.url("/feed?token=s3cret").replace("://", "://editor:pa55@")
        site.routes["/feed?token=s3cret"] = site.routes["/feed"]
        result = await crawler.fetch(FeedJob(source="private", url=address))
    assert site.asked[-1].headers["authorization"].startswith("Basic ")
    assert all("authorization" not in asked.headers for asked in other.asked)
    assert result.outcome == "not-found"
    for secret in ("pa55", "editor", "s3cret", "abc"):
        assert secret not in result.error
