"""Polls of real sources from a real record, and what they leave there."""

import asyncio
import email.utils
import threading
import time

import pytest
from sqlalchemy import select

from config.sources import Source, earlier_ids
from copydesk.record import inbox, registry
from copydesk.record.database import Record
from copydesk.record.registry import SourceRow
from copydesk.record.schema import source_state
from copydesk.roles.crawl import CrawlWork
from copydesk.roles.pacing import Pace
from crawler.job import FeedResult
from crawler.schedule import SchedulePolicy
from tests.crawler.site import Asked, Site, article_page, crawl_settings, response, rss
from tests.crawler.sitemaps.sheets import bare, news, urlset

NOW = time.time()


class Paper(Site):
    """A site with one feed and an honest ETag."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: dict[str, float] = {}
        self.headers: dict[str, str] = {}
        self.routes["/feed"] = self._feed

    def _feed(self, asked: Asked) -> bytes:
        body = rss(
            *(
                f"<item><guid isPermaLink='false'>{title.split()[0]}</guid><title>{title}</title>"
                f"<pubDate>{email.utils.formatdate(at, usegmt=True)}</pubDate></item>"
                for title, at in self.titles.items()
            )
        )
        tag = f'"{hash(body)}"'
        if asked.headers.get("if-none-match") == tag:
            return response(status=304)
        return response(body, headers={"ETag": tag, **self.headers})


async def polled(record: Record, site: Site, *, in_full: bool) -> tuple[FeedResult, SourceRow]:
    """One poll of the only source, and how it stands then."""
    settings = crawl_settings(site, unconditional_share=float(in_full))
    work = CrawlWork(record, settings, Pace(record, SchedulePolicy(), 96), slots=1)
    with record.reading() as connection:
        (source,) = registry.active(connection)
    (result,) = await work.once([source], lambda *_: None)
    with record.reading() as connection:
        return result, registry.one(connection, source.id)


def add(record: Record, site: Site) -> None:
    with record.writing() as connection:
        registry.add(connection, Source(id="p", url=site.url("/feed")), origin="test", now=NOW)


async def test_corrections_after_an_honest_304_convict_nobody(record: Record) -> None:
    async with Paper() as site:
        add(record, site)
        site.titles = {f"{n} reported of the harbour": NOW - 20_000 - n for n in range(3)}
        result, _ = await polled(record, site, in_full=False)
        assert result.new_items == 3
        result, source = await polled(record, site, in_full=False)
        assert (result.outcome, source.job().not_modified_at is None) == ("not-modified", False)
        site.titles = {f"{title} (corrected)": at for title, at in site.titles.items()}
        result, source = await polled(record, site, in_full=True)
        assert (result.outcome, result.note, source.lies) == ("ok", "", 0)
    with record.reading() as connection:
        assert inbox.length(connection) == 6


async def test_a_server_that_hid_news_is_asked_in_full(record: Record) -> None:
    async with Paper() as site:
        add(record, site)
        site.titles = {"0 reported of the harbour": NOW - 20_000}
        await polled(record, site, in_full=False)
        kept = site.routes["/feed"]
        site.routes["/feed"] = response(status=304)
        await polled(record, site, in_full=False)
        site.routes["/feed"] = kept
        site.titles |= {f"{n} reported of the harbour": NOW - 10_000 - n for n in (1, 2)}
        result, source = await polled(record, site, in_full=True)
        assert "said falsely" in result.note
        assert (result.new_items, source.lies) == (2, 1)


async def test_a_feed_under_another_id_brings_only_what_it_did_not_under_its_earlier_one(
    record: Record,
) -> None:
    async with Paper() as site:
        add(record, site)
        site.titles = {f"{n} reported of the harbour": NOW - 20_000 - n for n in range(3)}
        await polled(record, site, in_full=True)
        site.titles |= {"3 reported of the harbour": NOW - 10_000}
        with record.writing() as connection:
            registry.remove(connection, "p")
            renamed = Source(id="paper", url=site.url("/feed"), was=("p",))
            registry.add(connection, renamed, origin="test", now=NOW)
            (source,) = registry.active(connection)
        pace = Pace(record, SchedulePolicy(), 96)
        earlier = earlier_ids([renamed])
        work = CrawlWork(record, crawl_settings(site), pace, slots=1, earlier=earlier)
        (result,) = await work.once([source], lambda *_: None)
    assert (result.items, result.new_items) == (4, 1)


async def test_a_damaged_link_header_costs_nothing(record: Record) -> None:
    async with Paper() as site:
        add(record, site)
        site.headers = {"Link": '<https://[blog]/wp-json/>; rel="https://api.w.org/"'}
        site.titles = {"1 reported of the harbour": NOW}
        result, source = await polled(record, site, in_full=False)
        assert (result.outcome, result.new_items, source.failures) == ("ok", 1, 0)
        assert source.etag != ""


async def test_a_sitemap_is_kept_like_a_feed_and_what_only_changed_not_at_all(
    record: Record,
) -> None:
    async with Site() as site:
        add(record, site)
        story = site.url("/2023/05/30/harbour-closed")
        page = response(article_page(1), content_type="text/html")
        changed = bare(site.url("/opening-hours-2023"), NOW - 60)
        site.routes |= {"/2023/05/30/harbour-closed": page, "/opening-hours-2023": page}
        site.routes["/feed"] = response(urlset(news(story, "Harbour closed", at=NOW), changed))
        result, _ = await polled(record, site, in_full=False)
        assert (result.outcome, result.items, result.new_items) == ("ok", 2, 1)
        result, _ = await polled(record, site, in_full=False)
        assert (result.outcome, result.new_items) == ("unchanged", 0)
        retitled = news(story, "Harbour open again", at=NOW)
        site.routes["/feed"] = response(urlset(retitled, changed))
        result, _ = await polled(record, site, in_full=False)
        assert (result.outcome, result.new_items) == ("ok", 0)
    with record.reading() as connection:
        waiting = inbox.take(connection, limit=9)
    assert [each.article.title for each in waiting] == ["Harbour closed", "Harbour open again"]
    assert len({each.id for each in waiting}) == 1
    assert all("eastern basin" in each.article.text for each in waiting)


async def test_a_stop_gives_up_the_pages_under_way_which_come_with_the_next_start(
    record: Record,
) -> None:
    async with Site() as site:
        add(record, site)
        pages = {f"/2023/05/30/story-{n}": n for n in range(8)}
        items = (
            f"<item><title>Story {n} of the harbour</title><link>{site.url(path)}</link></item>"
            for path, n in pages.items()
        )
        site.routes["/feed"] = response(rss(*items))
        page = response(article_page(1), content_type="text/html")
        stop = asyncio.Event()

        def first(_: Asked) -> bytes:
            stop.set()
            return page

        site.routes |= dict.fromkeys(pages, first)
        # Five seconds of pages: a stop that waited for them would find the poll done.
        settings = crawl_settings(site, host_delay=0.6)
        pace = Pace(record, SchedulePolicy(), 96)
        await CrawlWork(record, settings, pace, slots=1).forever(stop)
        with record.reading() as connection:
            source = registry.one(connection, "p")
            kept = inbox.length(connection)
        assert (source.due, source.failures, source.etag) == (0.0, 0, "")
        assert kept < len(pages) / 2
        result, _ = await polled(record, site, in_full=False)
        assert (result.outcome, result.new_items) == ("ok", len(pages) - kept)
    with record.reading() as connection:
        assert inbox.length(connection) == len(pages)


async def test_a_stop_during_a_tick_is_silent_and_gives_back_what_it_takes(
    record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    asking, go_on = threading.Event(), threading.Event()

    def clock() -> float:
        if threading.current_thread() is not threading.main_thread():
            asking.set()
            go_on.wait(30)
        return NOW

    stop = asyncio.Event()
    async with Paper() as site:
        add(record, site)
        pace = Pace(record, SchedulePolicy(), 96)
        work = CrawlWork(record, crawl_settings(site), pace, slots=1, now=clock)
        crawling = asyncio.create_task(work.forever(stop))
        assert await asyncio.to_thread(asking.wait, 30)
        stop.set()
        await asyncio.sleep(0.05)
        go_on.set()
        await crawling
    assert [each for each in caplog.records if each.name.startswith("apscheduler")] == []
    with record.reading() as connection:
        assert connection.scalars(select(source_state.c.leased_by)).all() == [""]
