"""The duties of the roles, each with its lock, opened from the settings and run to the end."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event

import structlog

from config.load import Configuration
from config.settings import Settings
from config.sources import Source
from copydesk.locks import held
from copydesk.record import registry
from copydesk.record.database import Record
from copydesk.record.registry import SourceRow
from copydesk.roles.crawl import CrawlWork
from copydesk.roles.desk import DeskWork, Totals, run_forever, run_once, warm_up
from copydesk.roles.opening import data_dir, open_record, reading_engine, writing_engine
from copydesk.roles.supervisor import stop_with_parent
from crawler.fetch.settings import CrawlSettings
from crawler.job import FeedResult
from crawler.schedule import SchedulePolicy

log = structlog.get_logger()

CONFIGURED = "configured"


@contextmanager
def desk_work(settings: Settings) -> Iterator[DeskWork]:
    """The desk, alone on its data directory. Raises :class:`copydesk.errors.InUseError`."""
    folder = data_dir(settings)
    with (
        held(folder / "desk.lock", "a desk"),
        open_record(settings) as record,
        writing_engine(settings) as engine,
    ):
        yield DeskWork(
            record,
            engine,
            memory_file=folder / "desk.memory",
            batch=settings.desk.batch,
            window_days=settings.desk.window_days,
        )


def desk_once(settings: Settings, report: Callable[[str, int, int], None]) -> Totals:
    """Place and index all that waits."""
    with desk_work(settings) as work:
        return run_once(work, report)


def desk_forever(settings: Settings) -> None:
    """Place and index until SIGTERM or SIGINT."""
    stop = stop_event()
    started = time.monotonic()
    log.info("getting ready; the first start on a machine compiles for half a minute")
    warm_up()
    with desk_work(settings) as work:
        log.info(f"ready after {time.monotonic() - started:.0f} s")
        run_forever(work, stop)


def crawl_once(
    configuration: Configuration,
    *,
    which: Callable[[Record], list[SourceRow]],
    report: Callable[[FeedResult, int, int], None],
) -> list[FeedResult]:
    """Fetch the sources that ``which`` names and end."""
    with _crawling(configuration) as record:
        work = _crawl_work(configuration.settings, record)
        return asyncio.run(work.once(which(record), report))


def crawl_forever(configuration: Configuration) -> None:
    """Fetch what becomes due until SIGTERM or SIGINT."""
    with _crawling(configuration) as record:
        work = _crawl_work(configuration.settings, record)

        async def run() -> None:
            stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop.set)
            stop_with_parent(partial(loop.call_soon_threadsafe, stop.set))
            with record.reading() as connection:
                count = len(registry.active(connection))
            log.info(f"watching {count} sources")
            await work.forever(stop)

        asyncio.run(run())


def serve_forever(settings: Settings, listener: socket.socket) -> None:
    """Answer until SIGTERM or SIGINT."""
    # Imported here: the web framework takes a second to load and only this role needs it.
    from copydesk.roles.serve import serve

    stop_with_parent(lambda: signal.raise_signal(signal.SIGTERM))
    with open_record(settings) as record, reading_engine(settings) as engine:
        serve(
            record,
            engine,
            listener,
            banner=settings.serve.banner,
            base_url=settings.serve.base_url,
        )


def register_sources(record: Record, sources: tuple[Source, ...]) -> None:
    """Make the record's configured sources those of the configuration."""
    with record.writing() as connection:
        registry.register(connection, sources, origin=CONFIGURED, now=time.time())


def all_sources(record: Record) -> list[SourceRow]:
    """Every source that is neither paused nor retired."""
    with record.reading() as connection:
        return registry.active(connection)


def due_sources(record: Record) -> list[SourceRow]:
    """Every source that is due now."""
    with record.reading() as connection:
        return registry.due(connection, now=time.time(), limit=1_000_000)


def stop_event() -> Event:
    """Set by SIGTERM, SIGINT or the supervisor's death."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop_with_parent(stop.set)
    return stop


@contextmanager
def _crawling(configuration: Configuration) -> Iterator[Record]:
    folder = data_dir(configuration.settings)
    with held(folder / "crawl.lock", "a crawler"), open_record(configuration.settings) as record:
        register_sources(record, configuration.sources)
        yield record


def crawl_settings(settings: Settings) -> CrawlSettings:
    """The crawler's own settings from ours."""
    chosen = settings.crawl
    return CrawlSettings(
        user_agent=chosen.identity(),
        max_body=chosen.max_body,
        deadline=chosen.deadline,
        concurrency=chosen.concurrency,
        concurrency_per_host=chosen.per_host,
        allowed_addresses=chosen.allowed_addresses,
    )


def _crawl_work(settings: Settings, record: Record) -> CrawlWork:
    chosen = settings.crawl
    return CrawlWork(
        record,
        crawl_settings(settings),
        SchedulePolicy(min_interval=chosen.min_interval, max_interval=chosen.max_interval),
        slots=chosen.concurrency,
    )
