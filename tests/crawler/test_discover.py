"""From a site's address to its feeds."""

import pytest

from crawler.discover import discover
from crawler.fetch.errors import FetchError
from crawler.workers import Workers
from tests.crawler.site import Site, response, rss, rss_item
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
