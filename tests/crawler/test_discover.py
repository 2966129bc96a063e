"""From a site's address to its feeds, or to its sitemap of news."""

import gzip
import time

import pytest

from crawler.discover import discover
from crawler.fetch.errors import FetchError
from crawler.workers import Workers
from tests.crawler.site import Site, response, rss, rss_item
from tests.crawler.sitemaps.sheets import bare, branch, index, news, urlset
from tests.crawler.test_engine import crawling

pytestmark = pytest.mark.asyncio(loop_scope="session")

FEED = response(rss(rss_item(1, "http://wire.example/1"), title="Harbour"))


def html(head: str = "", body: str = "") -> bytes:
    page = f"<!DOCTYPE html><html><head><title>Site</title>{head}</head><body>{body}</body></html>"
    return response(page.encode(), content_type="text/html")


def link(href: str, title: str = "News") -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">'


async def test_the_address_may_itself_be_a_feed(workers: Workers) -> None:
    async with Site({"/feed": FEED}) as site, crawling(workers, site) as crawler:
        (found,) = await discover(site.url("/feed"), crawler=crawler, workers=workers)
    assert (found.url, found.title, found.items) == (site.url("/feed"), "Harbour", 1)
    assert found.latest is not None


async def test_links_of_the_page_come_in_its_order_and_dead_ones_not_at_all(
    workers: Workers,
) -> None:
    routes = {
        "/": html(link("/dead") + link("/html") + link("/none") + link("/all") + link("/sport")),
        "/html": html(),
        "/none": response(rss()),
        "/all": FEED,
        "/sport": FEED,
    }
    async with Site(routes) as site, crawling(workers, site) as crawler:
        found = await discover(site.url("/"), crawler=crawler, workers=workers)
        assert [feed.url for feed in found] == [
            site.url("/all"), site.url("/sport"), site.url("/none"),
        ]  # fmt: skip


async def test_well_known_places_are_tried_when_the_page_names_none(workers: Workers) -> None:
    async with Site({"/": html(), "/rss.xml": FEED}) as site, crawling(workers, site) as crawler:
        (found,) = await discover(site.url("/"), crawler=crawler, workers=workers)
        assert found.url == site.url("/rss.xml")
        # A front page that refuses us does not mean that its feed does.
        site.routes["/"] = response(status=403)
        (found,) = await discover(site.url("/"), crawler=crawler, workers=workers)
        assert found.url == site.url("/rss.xml")


async def test_a_blog_in_a_folder(workers: Workers) -> None:
    async with (
        Site({"/blog": html(), "/blog/feed/": FEED}) as site,
        crawling(workers, site) as crawler,
    ):
        (found,) = await discover(site.url("/blog"), crawler=crawler, workers=workers)
    assert found.url == site.url("/blog/feed/")


async def test_without_a_scheme_tls_is_tried_first(workers: Workers) -> None:
    async with Site({"/": FEED}) as site, crawling(workers, site, deadline=1.0) as crawler:
        (found,) = await discover(f" 127.0.0.1:{site.port} ", crawler=crawler, workers=workers)
    assert found.url == site.url("/")


async def test_a_site_without_feeds_and_a_site_that_is_not_there(workers: Workers) -> None:
    async with Site({"/": html()}) as site, crawling(workers, site) as crawler:
        assert await discover(site.url("/"), crawler=crawler, workers=workers) == ()
        with pytest.raises(FetchError) as caught:
            await discover("http://nowhere.invalid/", crawler=crawler, workers=workers)
        assert caught.value.outcome == "dns"
        with pytest.raises(FetchError) as caught:
            await discover("http://192.168.0.1/", crawler=crawler, workers=workers)
        assert caught.value.outcome == "forbidden-address"


def gazette(site: Site) -> bytes:
    """A news sitemap of two articles."""
    links = (site.url(f"/story-{number}") for number in (1, 2))
    return response(urlset(*(news(link, "Harbour closed", at=time.time()) for link in links)))


def plain(site: Site) -> bytes:
    return response(urlset(bare(site.url("/story-3"), time.time()), bare(site.url("/contact"))))


def names(*sitemaps: str) -> bytes:
    return response("".join(f"Sitemap: {each}\n" for each in sitemaps).encode())


async def test_where_there_is_no_feed_the_sitemap_of_news_is_found(workers: Workers) -> None:
    async with Site() as site, crawling(workers, site) as crawler:
        site.routes |= {
            "/": html(),
            "/robots.txt": names("/all.xml", site.url("/gnews.xml"), "/dead-news.xml"),
            "/all.xml": plain(site),
            "/gnews.xml": gazette(site),
        }
        first, second = await discover(site.url("/"), crawler=crawler, workers=workers)
        assert (first.url, first.title, first.language) == (
            site.url("/gnews.xml"), "Harbour Gazette", "en",
        )  # fmt: skip
        assert (first.items, first.headlines) == (2, 2)
        assert first.latest == pytest.approx(time.time(), abs=60)
        assert (second.url, second.items, second.headlines) == (site.url("/all.xml"), 1, 0)
        assert second.title == f"127.0.0.1:{site.port}"
        # A feed without items is no better, one with items is.
        site.routes["/"] = html(link("/feed"))
        site.routes["/feed"] = response(rss())
        best, *_, last = await discover(site.url("/"), crawler=crawler, workers=workers)
        assert (best.url, last.url) == (site.url("/gnews.xml"), site.url("/feed"))
        site.routes["/feed"] = FEED
        (best,) = await discover(site.url("/"), crawler=crawler, workers=workers)
        assert best.url == site.url("/feed")


async def test_the_usual_places_of_sitemaps_are_tried_where_robots_txt_names_none(
    workers: Workers,
) -> None:
    async with Site() as site, crawling(workers, site) as crawler:
        site.routes |= {"/": response(status=403), "/news-sitemap.xml": gazette(site)}
        (found,) = await discover(site.url("/"), crawler=crawler, workers=workers)
        assert found.url == site.url("/news-sitemap.xml")
        # One that is old says nothing of news.
        site.routes["/news-sitemap.xml"] = response(status=404)
        site.routes["/sitemap.xml"] = response(urlset(bare(site.url("/story-1"), 1.6e9)))
        assert await discover(site.url("/"), crawler=crawler, workers=workers) == ()


async def test_of_an_index_the_sitemap_of_news_is_found_where_its_name_stays(
    workers: Workers,
) -> None:
    async with Site() as site, crawling(workers, site) as crawler:
        site.routes |= {
            "/": html(),
            "/sitemap_index.xml": response(index(branch(site.url("/google-news.xml")))),
            "/google-news.xml": gazette(site),
        }
        found = await discover(site.url("/"), crawler=crawler, workers=workers)
        assert [each.url for each in found] == [
            site.url("/google-news.xml"), site.url("/sitemap_index.xml"),
        ]  # fmt: skip
        site.routes |= {
            "/sitemap_index.xml": response(index(branch(site.url("/news-17.xml")))),
            "/news-17.xml": gazette(site),
        }
        (numbered,) = await discover(site.url("/"), crawler=crawler, workers=workers)
        assert (numbered.url, numbered.items) == (site.url("/sitemap_index.xml"), 2)


async def test_a_sitemap_given_by_its_address_is_the_source(workers: Workers) -> None:
    async with Site() as site, crawling(workers, site) as crawler:
        packed = gzip.compress(urlset(news(site.url("/story-1"), "Closed", at=time.time())))
        site.routes["/map.xml.gz"] = response(packed, content_type="application/gzip")
        (found,) = await discover(site.url("/map.xml.gz"), crawler=crawler, workers=workers)
        assert (found.url, found.items) == (site.url("/map.xml.gz"), 1)


async def test_a_site_finds_no_news_in_the_pages_of_another(workers: Workers) -> None:
    async with Site() as site, Site() as other, crawling(workers, site, other) as crawler:
        site.routes |= {
            "/": html(),
            "/robots.txt": names(site.url("/map.xml"), other.url("/for-us.xml")),
            "/map.xml": gazette(other),
        }
        other.routes["/for-us.xml"] = gazette(site)
        found = await discover(site.url("/"), crawler=crawler, workers=workers)
    # Its robots.txt vouches for a sitemap elsewhere that lists its own pages.
    assert [each.url for each in found] == [other.url("/for-us.xml")]
