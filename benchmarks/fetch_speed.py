"""Pages a second with every guard on, beside plain Scrapy and news-please on the same site.

``python -m benchmarks.fetch_speed`` fetches 5,000 pages of one loopback host alternately with our
client and with Scrapy at its defaults (16 requests in all, 8 a host, no delay), each run in a
process of its own, three times each, and compares the medians. Ours has the same width and no
delay, and all else: address guard, robots, caps, deadline, throttle, holds. news-please and our
crawler then fetch and read 200 pages; it is installed into a temporary environment of its own, or
skipped with the reason. Last, 1,000 sources on hosts of their own are due at once: the crawl role
takes them from record to inbox, with its workers on one core, and the rate is held against 10,000
an hour. ``--only scrapy|news-please|sources`` runs a part.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.fetch_site import PAGES, site
from config.sources import Source
from copydesk.record import migrate, registry
from copydesk.record.database import Record, sqlite_url
from copydesk.roles.crawl import CrawlWork
from copydesk.roles.pacing import Pace
from crawler.article import Article
from crawler.engine import Crawler
from crawler.fetch.client import Client
from crawler.fetch.settings import CrawlSettings
from crawler.job import FeedJob, Standing
from crawler.schedule import SchedulePolicy
from crawler.workers import Workers

ROUNDS = 3
READ_PAGES = 200
SOURCES = 1000
AN_HOUR = 10_000
_INSTALL_SECONDS = 600


def settings(**changes: object) -> CrawlSettings:
    """Scrapy's width, no delay, every guard on."""
    chosen: dict[str, object] = {
        "user_agent": "Copydesk/1.0 (+https://example.org/contact)",
        "allowed_addresses": ("127.0.0.0/8",),
        "concurrency": 16,
        "concurrency_per_host": 8,
        "host_delay": 0.0,
    }
    return CrawlSettings(**{**chosen, **changes})  # type: ignore[arg-type]


async def ours(port: int) -> dict[str, float]:
    """Seconds and CPU seconds for all pages with our client."""
    client = Client(settings())
    await client.start()
    began, used = time.perf_counter(), time.process_time()
    fetched = await asyncio.gather(
        *(client.get(f"http://127.0.0.1:{port}/page/{n}", kind="page") for n in range(PAGES))
    )
    spent = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
    assert sum(one.answer.status == 200 for one in fetched) == PAGES  # noqa: S101
    await client.stop()
    return spent


def scrapy(port: int) -> dict[str, float]:
    """The same with Scrapy at its defaults."""
    from scrapy import Spider
    from scrapy.crawler import CrawlerProcess

    spent: dict[str, float] = {}
    had = 0

    class Plain(Spider):
        name = "plain"
        start_urls = [f"http://127.0.0.1:{port}/page/{n}" for n in range(PAGES)]  # noqa: RUF012

        def parse(self, response: object, **_: object) -> None:
            nonlocal had
            had += len(response.body) > 0  # type: ignore[attr-defined]

    process = CrawlerProcess({"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False})
    process.crawl(Plain)
    began, used = time.perf_counter(), time.process_time()
    process.start()
    spent = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used}
    assert had == PAGES  # noqa: S101
    return spent


async def reading(port: int) -> dict[str, float]:
    """A feed of 200 items with their pages, fetched and read by our crawler."""
    taken: list[Article] = []

    async def everything_is_new(articles: Sequence[Article]) -> Sequence[Standing]:
        return ["new"] * len(articles)

    async def take(articles: Sequence[Article]) -> None:
        taken.extend(articles)

    async with Workers() as workers:
        crawler = Crawler(
            settings(page_budget=READ_PAGES), workers=workers, unseen=everything_is_new, sink=take
        )
        await crawler.start()
        began = time.perf_counter()
        url = f"http://127.0.0.1:{port}/feed/0/{READ_PAGES}"
        result = await crawler.fetch(FeedJob(source="s", url=url))
        seconds = time.perf_counter() - began
        await crawler.stop(1.0)
    assert result.pages == len(taken) == READ_PAGES  # noqa: S101
    return {"seconds": seconds}


_NEWS_PLEASE = """
import sys, time, logging
logging.disable(logging.CRITICAL)
from newsplease import NewsPlease
urls = [f"http://127.0.0.1:{sys.argv[1]}/page/{n}" for n in range(int(sys.argv[2]))]
began = time.perf_counter()
# 1.6.16 loses every article unless it is given arguments for its requests.
read = NewsPlease.from_urls(urls, request_args={"timeout": 60}, fetch_images=False)
seconds = time.perf_counter() - began
assert sum(bool(a and a.maintext) for a in read.values()) == len(urls)
print("{\\"seconds\\": %f}" % seconds)
"""


def news_please(port: int, folder: Path) -> dict[str, float] | str:
    """The same with news-please, or why not."""
    python = folder / "bin" / "python"
    steps = [
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "news-please"],
        [str(python), "-c", _NEWS_PLEASE, str(port), str(READ_PAGES)],
    ]
    for step in steps:
        try:
            done = subprocess.run(
                step, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS
            )
        except subprocess.TimeoutExpired:
            return f"{step[:4]} took longer than {_INSTALL_SECONDS} s"
        if done.returncode:
            return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no reason"
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


async def sources(port: int, count: int) -> dict[str, float]:
    """So many sources with one item and its page each, from record to inbox, on one core."""
    with tempfile.TemporaryDirectory() as folder:
        record = Record(sqlite_url(Path(folder) / "record.sqlite"))
        migrate.upgrade(record)
        with record.writing() as connection:
            for n in range(count):
                host = f"127.1.{n // 200}.{n % 200 + 1}:{port}"
                registry.add(
                    connection,
                    Source(id=f"s{n}", url=f"http://{host}/feed/{n}/1"),
                    origin="benchmark",
                    now=0.0,
                )
        with record.reading() as connection:
            rows = registry.active(connection)
        pace = Pace(record, SchedulePolicy(), polls_per_day=24.0)
        work = CrawlWork(record, settings(host_delay=0.25), pace, slots=64)
        began, used = time.perf_counter(), sum(os.times()[:4])
        results = await work.once(rows, lambda *_: None)
        seconds = time.perf_counter() - began
        cpu = sum(os.times()[:4]) - used
        assert sum(result.new_items for result in results) == count  # noqa: S101
        record.close()
    return {"seconds": seconds, "cpu": cpu}


def _apart(name: str, port: int, *more: str) -> dict[str, float]:
    """A part in a process of its own: one reactor, one memory, one measurement."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.fetch_speed",
            "--part",
            name,
            "--port",
            str(port),
            *more,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _compare_scrapy(port: int) -> None:
    runs: dict[str, list[dict[str, float]]] = {"ours": [], "scrapy": []}
    for _ in range(ROUNDS):
        for name, found in runs.items():
            found.append(_apart(name, port))
    rate = {name: PAGES / median(run["seconds"] for run in each) for name, each in runs.items()}
    cpu = {name: median(run["cpu"] for run in each) for name, each in runs.items()}
    for name in runs:
        print(f"{name:12} {rate[name]:8.0f} pages/s {1e3 * cpu[name] / PAGES:8.2f} ms CPU a page")
    print(
        f"ratio        {rate['ours'] / rate['scrapy']:8.2f} (goal .90), "
        f"CPU {cpu['scrapy'] / cpu['ours']:.2f}"
    )


def _compare_news_please(port: int) -> None:
    mine = READ_PAGES / _apart("reading", port)["seconds"]
    with tempfile.TemporaryDirectory() as folder:
        found = news_please(port, Path(folder))
    print(f"ours         {mine:8.1f} pages/s fetched and read")
    if isinstance(found, str):
        print(f"news-please  skipped: {found}")
    else:
        theirs = READ_PAGES / found["seconds"]
        print(f"news-please  {theirs:8.1f} pages/s fetched and read; ratio {mine / theirs:.2f}")


def _keep_up(port: int, count: int) -> None:
    spent = _apart("sources", port, "--sources", str(count))
    hourly = count / spent["seconds"] * 3600
    print(
        f"sources      {hourly:8.0f} an hour on one core ({count} at once, a feed and a page "
        f"each, {spent['seconds']:.0f} s, {1e3 * spent['cpu'] / count:.0f} ms CPU a source in "
        f"its own process, without the workers); "
        f"{hourly / AN_HOUR:.1f} times {AN_HOUR}"
    )


def main() -> None:
    """Print the comparison, or run one part of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["scrapy", "news-please", "sources"])
    parser.add_argument("--part", choices=["ours", "scrapy", "reading", "sources"])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--sources", type=int, default=SOURCES, help="how many are due at once")
    chosen = parser.parse_args()
    if chosen.part == "scrapy":
        print(json.dumps(scrapy(chosen.port)))
    elif chosen.part:
        if chosen.part == "sources":
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        parts: dict[str, Callable[[int], Coroutine[None, None, dict[str, float]]]] = {
            "ours": ours,
            "reading": reading,
            "sources": partial(sources, count=chosen.sources),
        }
        print(json.dumps(asyncio.run(parts[chosen.part](chosen.port))))
    else:
        comparisons: dict[str, Callable[[int], None]] = {
            "scrapy": _compare_scrapy,
            "sources": partial(_keep_up, count=chosen.sources),
            "news-please": _compare_news_please,
        }
        with site() as port:
            for name, compare in comparisons.items():
                if chosen.only in (None, name):
                    compare(port)


if __name__ == "__main__":
    main()
