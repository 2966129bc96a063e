"""Private sources over real sockets: the secret reaches its host, and nothing and nobody else."""

import traceback
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
import pytest

from config.secrets import Secrets
from crawler.article import Article
from crawler.engine import Crawler
from crawler.errors import CrawlError
from crawler.job import FeedJob, FeedResult, Standing, Validators
from crawler.poll import Unseen
from crawler.workers import Workers
from tests.crawler.site import (
    Asked,
    Site,
    article_page,
    crawl_settings,
    response,
    rss,
    rss_item,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORD = "tr0ub4dor-and-3"
BASIC = b64encode(f"desk:{WORD}".encode()).decode()
KINDS = {
    "basic": (f"basic desk:{WORD}", "authorization", f"Basic {BASIC}"),
    "bearer": (f"bearer {WORD}", "authorization", f"Bearer {WORD}"),
    "header": (f"header X-Api-Key: {WORD}", "x-api-key", WORD),
    "cookie": (f"cookie session={WORD}; tier=gold", "cookie", f"session={WORD}; tier=gold"),
}


async def everything_is_new(articles: Sequence[Article]) -> Sequence[Standing]:
    return ["new"] * len(articles)


@asynccontextmanager
async def crawling(
    workers: Workers,
    *sites: Site,
    line: str = KINDS["bearer"][0],
    kept: list[Article],
    unseen: Unseen = everything_is_new,
) -> AsyncIterator[Crawler]:
    async def keep(articles: Sequence[Article]) -> None:
        kept.extend(articles)

    crawler = Crawler(
        crawl_settings(*sites),
        workers=workers,
        unseen=unseen,
        sink=keep,
        secrets=Secrets({"COPYDESK_SECRET_WIRE": line}),
    )
    await crawler.start()
    try:
        yield crawler
    finally:
        await crawler.stop(0.0)


def job(site: Site, path: str = "/feed", **changes: object) -> FeedJob:
    whole = FeedJob(source="wire", url=site.url(path), secret="wire", fetch_pages="no")
    return msgspec.structs.replace(whole, **changes)


def carries(asked: Asked) -> bool:
    return any(WORD in value or BASIC in value for value in (*asked.headers.values(), asked.path))


def to(location: str, status: int = 302, cookie: str = "") -> bytes:
    extra = {"Set-Cookie": cookie} if cookie else {}
    return response(status=status, headers={"Location": location, **extra})


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_reaches_feed_and_pages_of_its_host_but_not_robots(
    workers: Workers, kind: str
) -> None:
    line, header, value = KINDS[kind]
    kept: list[Article] = []
    async with (
        Site() as site,
        Site({"*": response(article_page(2), content_type="text/html")}) as other,
        crawling(workers, site, other, line=line, kept=kept) as crawler,
    ):
        items = (rss_item(1, site.url("/1")), rss_item(2, other.url("/2")))
        site.routes |= {
            "/feed": response(rss(*items)),
            "/1": response(article_page(1), content_type="text/html"),
        }
        result = await crawler.fetch(job(site, fetch_pages="yes"))
        assert (result.outcome, result.pages) == ("ok", 2)
        by_path = {asked.path: asked for asked in site.asked}
        assert by_path["/feed"].headers[header] == value
        assert by_path["/1"].headers[header] == value
        assert not carries(by_path["/robots.txt"])
        assert [asked.path for asked in other.asked] == ["/robots.txt", "/2"]
        assert not any(map(carries, other.asked))
        assert "accept-encoding" in by_path["/feed"].headers
    assert len(kept) == 2
    nothing_in(result, kept)


async def test_redirects_drop_it_with_the_host_and_never_give_it_back(workers: Workers) -> None:
    kept: list[Article] = []
    async with (
        Site() as site,
        Site() as other,
        crawling(workers, site, other, kept=kept) as crawler,
    ):
        site.routes |= {
            "/feed": to("/inside"),
            "/inside": to(other.url("/out")),
            "/back": response(rss(rss_item(1))),
        }
        other.routes["/out"] = to(site.url("/back"))
        result = await crawler.fetch(job(site))
        assert result.outcome == "ok"
        had = {asked.path: carries(asked) for asked in (*site.asked, *other.asked)}
        assert had == {
            "/robots.txt": False, "/feed": True, "/inside": True, "/out": False, "/back": False,
        }  # fmt: skip


async def test_a_cookie_that_the_server_sets_joins_the_secret_one(workers: Workers) -> None:
    async with (
        Site() as site,
        crawling(workers, site, line=f"cookie session={WORD}", kept=[]) as crawler,
    ):

        def bounce(asked: Asked) -> bytes:
            if asked.headers["cookie"] == f"session={WORD}; seen=1":
                return response(rss(rss_item(1)))
            return to("/feed", cookie="seen=1")

        site.routes["/feed"] = bounce
        assert (await crawler.fetch(job(site))).outcome == "ok"


async def test_a_private_source_never_moves_away_from_its_host(workers: Workers) -> None:
    async with (
        Site() as site,
        Site({"/new": response(rss(rss_item(1)))}) as other,
        crawling(workers, site, other, kept=[]) as crawler,
    ):
        site.routes |= {
            "/away": to(other.url("/new"), 301),
            "/here": to("/new", 301),
            "/new": response(rss(rss_item(1))),
        }
        assert (await crawler.fetch(job(site, "/away"))).moved_to == ""
        assert (await crawler.fetch(job(site, "/away", secret=""))).moved_to == other.url("/new")
        assert (await crawler.fetch(job(site, "/here"))).moved_to == site.url("/new")


async def test_an_address_with_the_secret_in_it_is_left_out_and_never_altered(
    workers: Workers,
) -> None:
    async with Site() as site, crawling(workers, site, kept=[]) as crawler:
        tagged = {"ETag": f'"{WORD}-5"', "Last-Modified": WORD}
        mixed = f"<{site.url('/hub')}>; rel=hub, <{site.url('/hub')}?{WORD}>; rel=hub"
        topic = f"<{site.url('/feed')}>; rel=self"
        site.routes |= {
            "/old": to(f"/feed?key={WORD}", 301),
            f"/feed?key={WORD}": response(rss(rss_item(1)), headers=tagged),
            "/both": response(rss(rss_item(1)), headers={"Link": f"{mixed}, {topic}"}),
            "/topic": response(
                rss(rss_item(1)), headers={"Link": f"{mixed}, <{site.url('/')}{WORD}>; rel=self"}
            ),
        }
        moved = await crawler.fetch(job(site, "/old"))
        assert (moved.outcome, moved.moved_to) == ("ok", "")
        assert (moved.validators.etag, moved.validators.last_modified) == ("", "")
        both = await crawler.fetch(job(site, "/both"))
        assert (both.hubs, both.topic) == ((site.url("/hub"),), site.url("/feed"))
        half = await crawler.fetch(job(site, "/topic"))
        assert (half.hubs, half.topic) == ((), "")


async def test_a_secret_that_is_not_there_is_said_and_nobody_is_asked(workers: Workers) -> None:
    async with Site({"*": response(rss())}) as site, crawling(workers, site, kept=[]) as crawler:
        result = await crawler.fetch(job(site, secret="other-wire"))
        assert result.outcome == "refused"
        assert 'there is no secret "other-wire"' in result.error
        assert "COPYDESK_SECRET_OTHER_WIRE" in result.error
        assert site.asked == []


ECHOES = {
    "location": to(f"/x?q={WORD}"),
    "circle": to(f"/feed#{WORD}"),
    "bad location": to(f"gopher://{WORD}/"),
    "elsewhere": to(f"http://{WORD}.invalid/{WORD}"),
    "coding": response(b"x", headers={"Content-Encoding": WORD}),
    "error page": response(WORD.encode(), 500),
    "challenge": response(f"<html><title>Just a moment... {WORD}".encode(), 403),
    "retry": response(status=429, headers={"Retry-After": WORD}),
    "validators": response(rss(rss_item(1)), headers={"ETag": WORD, "Last-Modified": WORD}),
    "title": response(rss(rss_item(1), title=WORD)),
    "hub": response(
        rss(rss_item(1)),
        headers={
            "Link": f"<http://hub.example/{WORD}>; rel=hub, <http://a.example/{WORD}>;rel=self"
        },
    ),
    "type": response(b"%PDF-1.7", content_type=f"x/{WORD}"),
    "moved": to(f"/new?{WORD}", 301),
    "broken": f"HTTP/1.1 {WORD}\r\n\r\n".encode(),
    "not html": f"{WORD}\r\n".encode(),
}


@pytest.mark.parametrize("echo", ECHOES)
async def test_a_server_that_repeats_it_does_not_make_us_tell_it(
    workers: Workers, echo: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    kept: list[Article] = []
    async with (
        Site({"/feed": ECHOES[echo], "*": response(rss(rss_item(1)))}) as site,
        crawling(workers, site, kept=kept) as crawler,
    ):
        old = Validators(etag='"old"')
        result = await crawler.fetch(job(site, validators=old))
        assert any(map(carries, site.asked))
        said = ""
        try:
            await crawler.fetch_bytes(
                site.url("/feed"), kind="feed", secret="wire", home=site.url("/")
            )
        except CrawlError as error:
            said = "".join(traceback.format_exception(error, chain=False))
        assert WORD not in said
    nothing_in(result, kept)
    assert WORD not in caplog.text
    assert BASIC not in caplog.text


def nothing_in(result: FeedResult, kept: list[Article]) -> None:
    """Neither what is recorded of the poll nor its articles hold the secret."""
    for stored in (result, kept):
        packed = msgspec.json.encode(stored)
        assert WORD.encode() not in packed
        assert BASIC.encode() not in packed


async def test_articles_hold_nothing_of_it_although_the_feed_repeats_it(workers: Workers) -> None:
    kept: list[Article] = []
    async with Site() as site, crawling(workers, site, kept=kept) as crawler:
        link = site.url(f"/1?key={WORD}")
        item = rss_item(1, link).replace("item-1", f"item-1-{WORD}")
        assert f"item-1-{WORD}" in item
        site.routes["/feed"] = response(rss(item))
        page = article_page(1).decode().replace("</h1>", f" {WORD}</h1>")
        page = page.replace("</p>", f" {BASIC}.</p>")
        site.routes[f"/1?key={WORD}"] = response(page.encode(), content_type="text/html")
        result = await crawler.fetch(job(site, fetch_pages="yes"))
    assert (result.outcome, result.pages, result.page_failures) == ("ok", 1, 0)
    (article,) = kept
    assert "eastern basin" in article.text
    assert (article.guid, article.link) == ("item-1-***", site.url("/1?key=***"))
    assert WORD not in repr(article)


async def test_what_a_poll_knows_an_article_by_is_what_it_keeps_of_it(workers: Workers) -> None:
    kept: list[Article] = []
    asked: list[Article] = []

    async def unseen(articles: Sequence[Article]) -> Sequence[Standing]:
        asked.extend(articles)
        return ["new"] * len(articles)

    async with Site() as site, crawling(workers, site, kept=kept, unseen=unseen) as crawler:
        site.routes["/feed"] = response(rss(rss_item(1, site.url(f"/1?key={WORD}"))))
        await crawler.fetch(job(site))
    assert kept == asked
    assert WORD not in repr(asked)
