"""Whole polls of sitemaps: indexes, pages that decide, sites that one cannot speak for."""

import gzip
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from crawler.article import Article
from crawler.engine import Crawler
from crawler.job import FeedJob, Standing, Validators
from crawler.workers import Workers
from tests.crawler.site import Route, Site, article_page, crawl_settings, response
from tests.crawler.sitemaps.sheets import DAY, HOUR, bare, branch, index, news, stamp, urlset
from tests.crawler.test_engine import Inbox, crawling, job

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Record(Inbox):
    """An inbox that knows articles by their addresses, since sitemaps give no other name."""

    links: set[str] = field(default_factory=set)

    async def unseen(self, articles: Sequence[Article]) -> Sequence[Standing]:
        return ["known" if article.link in self.links else "new" for article in articles]

    async def sink(self, articles: Sequence[Article]) -> None:
        self.articles += articles
        self.links |= {article.link for article in articles}


def whole_now() -> float:
    """The time as sitemaps write it: without a fraction."""
    return float(int(time.time()))


def sheet(*entries: str) -> bytes:
    return response(urlset(*entries), content_type="application/xml", headers={"ETag": '"one"'})


def tree(*branches: str) -> bytes:
    return response(index(*branches), content_type="application/xml", headers={"ETag": '"one"'})


def page(number: int, at: float | None) -> bytes:
    """An article that says when it was published, or nothing of it."""
    body = article_page(number)
    if at is not None:
        head = f'<meta property="article:published_time" content="{stamp(at)}"></head>'.encode()
        body = body.replace(b"</head>", head)
    return response(body, content_type="text/html")


def robots(*sitemaps: str) -> bytes:
    lines = "".join(f"Sitemap: {each}\n" for each in sitemaps)
    return response(
        f"User-agent: *\nDisallow: /private\n{lines}".encode(), content_type="text/plain"
    )


async def test_a_news_sitemap_brings_articles_with_their_pages(workers: Workers) -> None:
    record, now = Record(), whole_now()
    async with Site() as site, crawling(workers, site, inbox=record) as crawler:
        entries = [
            news(site.url(f"/story-{n}"), f"Harbour closed {n}", at=now - n * HOUR) for n in (1, 2)
        ]
        old = news(site.url("/story-99"), "Long ago", at=now - 90 * DAY)
        site.routes |= {"/map.xml": sheet(*entries, old), "*": page(1, None)}
        first = await crawler.fetch(job(site, "/map.xml"))
        assert (first.outcome, first.items, first.new_items, first.pages) == ("ok", 2, 2, 2)
        assert (first.title, first.error) == ("Harbour Gazette", "")
        assert first.note == "1 of 3 entries are no recent articles"
        assert [round(at) for at in first.item_times] == [round(now - n * HOUR) for n in (1, 2)]
        assert first.validators.etag == '"one"'
        second = await crawler.fetch(job(site, "/map.xml", validators=first.validators))
        assert second.outcome == "unchanged"
    assert [article.title for article in record.articles] == [
        "Harbour closed 2",
        "Harbour closed 1",
    ]
    article = record.articles[-1]
    assert (article.published_origin, article.outlet, article.language) == (
        "feed", "Harbour Gazette", "en",
    )  # fmt: skip
    assert "eastern basin" in article.text


async def test_a_sitemap_may_come_as_a_file_in_gzip(workers: Workers) -> None:
    record = Record()
    async with Site() as site, crawling(workers, site, inbox=record, max_body=100_000) as crawler:
        packed = gzip.compress(urlset(news(site.url("/story-1"), "Closed", at=whole_now())))
        site.routes["/map.xml.gz"] = response(packed, content_type="application/gzip")
        result = await crawler.fetch(job(site, "/map.xml.gz", fetch_pages="no"))
        assert (result.outcome, result.new_items) == ("ok", 1)
        bomb = gzip.compress(b"<urlset>" + b"\0" * 20_000_000)
        site.routes["/map.xml.gz"] = response(bomb, content_type="application/gzip")
        assert (await crawler.fetch(job(site, "/map.xml.gz"))).outcome == "too-large"
    assert [article.title for article in record.articles] == ["Closed"]


async def test_without_a_headline_the_page_says_whether_there_is_news(workers: Workers) -> None:
    record, now = Record(), whole_now()
    async with Site() as site, crawling(workers, site, inbox=record) as crawler:
        paths = ("/fresh-story-1", "/old-story-2", "/undated-page-3", "/missing-story-4")
        site.routes |= {
            "/map.xml": sheet(*(bare(site.url(path), now - HOUR) for path in paths)),
            "/fresh-story-1": page(1, now - 2 * HOUR),
            "/old-story-2": page(2, now - 900 * DAY),
            "/undated-page-3": response(article_page(3), content_type="text/html"),
        }
        first = await crawler.fetch(job(site, "/map.xml"))
        assert (first.outcome, first.items, first.new_items) == ("ok", 4, 1)
        assert "3 addresses without a headline led to no recent article" in first.note
        # The page that is missing may come: the next poll asks in full.
        assert first.validators == Validators()
        (article,) = record.articles
        assert article.link == site.url("/fresh-story-1")
        assert article.title == "Report number 1"
        assert article.published == pytest.approx(now - 2 * HOUR, abs=2)

        for _ in range(3):
            last = await crawler.fetch(job(site, "/map.xml"))
        assert (last.items, last.new_items) == (1, 0)
        assert last.validators.etag == '"one"'
    asked = [path for path in site.paths() if path != "/map.xml"]
    assert sorted(asked) == sorted([*paths, "/missing-story-4", "/missing-story-4"])
    assert len(record.articles) == 1


async def test_of_a_headline_without_its_page_there_is_an_article_and_of_none_there_is_none(
    workers: Workers,
) -> None:
    record, now = Record(), whole_now()
    async with Site() as site, crawling(workers, site, inbox=record) as crawler:
        entries = (news(site.url("/story-1"), "Closed", at=now), news(site.url("/story-2"), at=now))
        site.routes["/map.xml"] = sheet(*entries)
        missing = await crawler.fetch(job(site, "/map.xml"))
        assert (missing.new_items, missing.page_failures) == (1, 2)
        unread = await crawler.fetch(job(site, "/map.xml", fetch_pages="no"))
        assert (unread.new_items, unread.pages) == (0, 0)
    assert [article.title for article in record.articles] == ["Closed"]


async def test_an_archive_floods_neither_the_record_nor_its_server(workers: Workers) -> None:
    record, now = Record(), whole_now()
    async with Site() as site, crawling(workers, site, inbox=record) as crawler:
        old = (bare(site.url(f"/story-{n}"), now - 3 * DAY - n) for n in range(2000))
        fresh = (bare(site.url(f"/fresh-story-{n}"), now - n) for n in range(130))
        site.routes |= {"/map.xml": sheet(*old, *fresh), "*": page(1, now)}
        first = await crawler.fetch(job(site, "/map.xml"))
        assert (first.items, first.new_items, first.pages) == (130, 50, 50)
        assert first.validators == Validators()
        assert {article.link for article in record.articles} == {
            site.url(f"/fresh-story-{n}") for n in range(50)
        }
        for new in (50, 30, 0):
            again = await crawler.fetch(job(site, "/map.xml"))
            assert again.new_items == new
        assert again.validators.etag == '"one"'
    assert len(site.paths()) == 130 + 4


async def test_a_date_in_the_address_goes_before_any_page_that_was_changed(
    workers: Workers,
) -> None:
    record, now = Record(), whole_now()
    day = stamp(now - DAY)[:10].replace("-", "/")
    async with Site() as site, crawling(workers, site, inbox=record) as crawler:
        changed = (bare(site.url(f"/about-us-{n}"), now - n) for n in range(60))
        dated = bare(site.url(f"/{day}/harbour-closed"), now - HOUR)
        undated = response(article_page(1), content_type="text/html")
        site.routes |= {"/map.xml": sheet(*changed, dated), "*": undated}
        result = await crawler.fetch(job(site, "/map.xml"))
        assert (result.items, result.new_items, result.pages) == (61, 1, 50)
    assert [article.link for article in record.articles] == [site.url(f"/{day}/harbour-closed")]


async def test_an_index_is_followed_to_its_news_and_no_further(workers: Workers) -> None:
    record, now = Record(), whole_now()
    async with Site() as site, crawling(workers, site, inbox=record) as crawler:
        site.routes |= {
            "/map.xml": tree(
                branch(site.url("/posts.xml"), now),
                branch(site.url("/news-1.xml"), now),
                branch("/news-2.xml"),
                branch(site.url("/news-3.xml"), now - 30 * DAY),
            ),
            "/news-1.xml": sheet(news(site.url("/story-1"), "One", at=now)),
            "/news-2.xml": sheet(
                news(site.url("/story-1"), "One", at=now), news(site.url("/story-2"), "Two", at=now)
            ),
        }
        first = await crawler.fetch(job(site, "/map.xml", fetch_pages="no"))
        assert (first.outcome, first.items, first.new_items, first.note) == ("ok", 2, 2, "")
        assert first.title == "Harbour Gazette"
        assert site.paths() == ["/map.xml", "/news-1.xml", "/news-2.xml"]
        # It stays as it is while its sitemaps change: it is never taken for unchanged.
        assert first.validators == Validators()
        site.routes["/news-1.xml"] = response(status=500)
        part = await crawler.fetch(job(site, "/map.xml", fetch_pages="no"))
        assert part.outcome == "ok"
        assert "1 of 2 of its sitemaps could not be had" in part.note
        site.routes["/news-2.xml"] = response(b"<html>no</html>", content_type="text/html")
        none = await crawler.fetch(job(site, "/map.xml", fetch_pages="no"))
        assert (none.outcome, none.items) == ("server-error", 0)
        assert site.url("/news-1.xml") in none.error
        # A sitemap that is gone for good does not retire its index.
        site.routes |= dict.fromkeys(("/news-1.xml", "/news-2.xml"), response(status=410))
        gone = await crawler.fetch(job(site, "/map.xml", fetch_pages="no"))
        assert (gone.outcome, gone.status) == ("not-found", 410)
    assert len(record.articles) == 2


async def test_many_circling_and_nested_indexes_cost_five_requests(workers: Workers) -> None:
    async with Site() as site, crawling(workers, site) as crawler:
        now = whole_now()
        nested = tree(branch(site.url("/map.xml"), now), branch(site.url("/deep.xml"), now))
        many = tree(*(branch(site.url(f"/posts-{n}.xml"), now) for n in range(1000)))
        site.routes |= {"/map.xml": many, "*": nested}
        result = await crawler.fetch(job(site, "/map.xml"))
        assert (result.outcome, len(site.paths())) == ("empty", 6)
        site.asked.clear()
        site.routes["/map.xml"] = nested
        await crawler.fetch(job(site, "/map.xml"))
        assert site.paths() == ["/map.xml", "/deep.xml"]


async def test_robots_and_the_address_guard_hold_for_the_sitemaps_of_an_index(
    workers: Workers,
) -> None:
    async with Site() as site, crawling(workers, site) as crawler:
        site.routes |= {
            "/robots.txt": robots("http://127.0.0.1:1/metadata.xml"),
            "/map.xml": tree(branch(site.url("/private/news.xml"))),
        }
        forbidden = await crawler.fetch(job(site, "/map.xml"))
        assert forbidden.outcome == "robots"
        site.routes["/map.xml"] = tree(branch("http://127.0.0.1:1/metadata.xml"))
        inside = await crawler.fetch(job(site, "/map.xml"))
        assert inside.outcome == "forbidden-address"
    assert site.paths() == ["/map.xml", "/map.xml"]


async def test_a_sitemap_speaks_for_its_own_site_and_for_those_that_name_it(
    workers: Workers,
) -> None:
    record, now = Record(), whole_now()
    async with (
        Site() as site,
        Site() as other,
        crawling(workers, site, other, inbox=record) as crawler,
    ):
        own = news(site.url("/story-1"), "Ours", at=now)
        theirs = news(other.url("/story-2"), "Theirs", at=now)
        site.routes |= {
            "/map.xml": sheet(own, theirs, news("https://nowhere.invalid/story-3", "No", at=now)),
            # That we name their sitemap does not make their pages ours.
            "/robots.txt": robots(other.url("/map.xml")),
            "/index.xml": tree(branch(other.url("/map.xml"))),
            "/stolen.xml": response(status=302, headers={"Location": other.url("/map.xml")}),
        }
        other.routes["/map.xml"] = sheet(theirs)
        result = await crawler.fetch(job(site, "/map.xml", fetch_pages="no"))
        assert [article.title for article in record.articles] == ["Ours"]
        assert result.note == "2 entries are on other sites, whose robots.txt do not name it"
        for path in ("/index.xml", "/stolen.xml"):
            stolen = await crawler.fetch(job(site, path, fetch_pages="no"))
            assert (stolen.outcome, stolen.items) == ("empty", 0)
            assert "other sites" in stolen.error
        assert other.paths() == ["/map.xml", "/map.xml"]
    record.articles.clear()
    async with (
        Site() as site,
        Site({"/robots.txt": robots(site.url("/map.xml"))}) as other,
        crawling(workers, site, other, inbox=record) as crawler,
    ):
        site.routes["/map.xml"] = sheet(news(other.url("/story-2"), "Theirs", at=now))
        result = await crawler.fetch(job(site, "/map.xml", fetch_pages="no"))
        assert (result.outcome, result.note) == ("ok", "")
    assert [article.title for article in record.articles] == ["Theirs"]


async def test_a_site_may_be_written_in_the_letters_of_its_language(workers: Workers) -> None:
    def name_server(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("127.0.0.1", 0))]

    record = Record()
    async with Site() as site:
        link = site.url("/story-1", host="bücher.example")
        site.routes["/map.xml"] = sheet(news(link, "Closed", at=whole_now()))
        crawler = Crawler(
            crawl_settings(site),
            workers=workers,
            unseen=record.unseen,
            sink=record.sink,
            getaddrinfo=name_server,
        )
        await crawler.start()
        url = site.url("/map.xml", host="xn--bcher-kva.example")
        result = await crawler.fetch(FeedJob(source="books", url=url, fetch_pages="no"))
        await crawler.stop(0.0)
    assert (result.outcome, result.new_items, result.note) == ("ok", 1, "")


async def test_an_index_does_not_lead_to_another_site_that_it_is_not_named_for(
    workers: Workers,
) -> None:
    async with Site() as site, Site() as other, crawling(workers, site, other) as crawler:
        site.routes["/map.xml"] = tree(branch(other.url("/news.xml")))
        result = await crawler.fetch(job(site, "/map.xml"))
        assert result.outcome == "empty"
        assert "which its robots.txt does not name" in result.error
        assert other.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"<urlset>" + b"<url><loc>/x-1-2</loc></url>" * 50_000,
        b"<urlset>" + b"<a>" * 200_000,
        b"<sitemapindex>" + b"<sitemap><loc>/map.xml</loc></sitemap>" * 30_000,
        b"http://127.0.0.1:1/x-1\n" * 100_000,
        b"<urlset></urlset>",
    ],
)
async def test_hostile_sitemaps_end_without_an_article(workers: Workers, body: bytes) -> None:
    record = Record()
    routes: dict[str, Route] = {"/map.xml": response(body)}
    async with Site(routes) as site, crawling(workers, site, inbox=record) as crawler:
        result = await crawler.fetch(job(site, "/map.xml"))
        assert result.outcome in ("empty", "not-a-feed"), result.error
        assert site.paths() == ["/map.xml"]
    assert record.articles == []
