"""The duty to crawl, with its lock, from the settings to the end."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import structlog

from config.drops import own_folders
from config.errors import ConfigError
from config.load import Configuration
from config.secrets import FILE_NAME, Secrets
from config.settings import Settings
from config.sources import earlier_ids
from copydesk.locks import held
from copydesk.record import registry
from copydesk.record.database import Record
from copydesk.record.registry import SourceRow
from copydesk.roles.crawl import CrawlWork
from copydesk.roles.opening import data_dir, open_record, register_sources
from copydesk.roles.pacing import Pace
from copydesk.roles.supervisor import stop_with_parent
from crawler.fetch.settings import CrawlSettings
from crawler.job import FeedResult
from crawler.schedule import SchedulePolicy

_POLLS_PER_REQUEST = 4

log = structlog.get_logger()


def crawl_once(
    configuration: Configuration,
    *,
    which: Callable[[Record], list[SourceRow]],
    report: Callable[[FeedResult, int, int], None],
) -> list[FeedResult]:
    """Fetch the sources that ``which`` names and end."""
    with _crawling(configuration) as record:
        work = _crawl_work(configuration, record)
        return asyncio.run(work.once(which(record), report))


def crawl_forever(configuration: Configuration) -> None:
    """Fetch what becomes due until SIGTERM or SIGINT."""
    with _crawling(configuration) as record:
        work = _crawl_work(configuration, record)

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


def all_sources(record: Record) -> list[SourceRow]:
    """Every source that is neither paused nor retired."""
    with record.reading() as connection:
        return registry.active(connection)


def due_sources(record: Record) -> list[SourceRow]:
    """Every source that is due now; folders always are."""
    with record.reading() as connection:
        due = registry.due(connection, now=time.time(), limit=1_000_000)
        return [*due, *registry.drops(connection)]


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
        known_hosts=chosen.known_hosts or str(settings.data_dir / "known_hosts"),
    )


def source_secrets(settings: Settings) -> Secrets:
    """Where the secrets of private sources are looked up."""
    named = settings.crawl.secrets_file
    file = Path(named) if named else settings.data_dir / FILE_NAME
    return Secrets(os.environ, file)


def missing_secrets(configuration: Configuration) -> list[ConfigError]:
    """What is wrong with the secrets that the configured sources name, once for each name.

    Not a reason to stop: only a crawler needs them, and the other sources do without.
    """
    secrets = source_secrets(configuration.settings)
    problems: list[ConfigError] = []
    for name in sorted({source.secret for source in configuration.sources if source.secret}):
        try:
            secrets.named(name)
        except ConfigError as error:
            problems.append(error)
    return problems


def _crawl_work(configuration: Configuration, record: Record) -> CrawlWork:
    settings = configuration.settings
    chosen = settings.crawl
    return CrawlWork(
        record,
        crawl_settings(settings),
        Pace(
            record,
            SchedulePolicy(min_interval=chosen.min_interval, max_interval=chosen.max_interval),
            chosen.polls_per_day,
        ),
        # A poll is mostly waiting for its pages' turn; requests are bounded on their own.
        slots=_POLLS_PER_REQUEST * chosen.concurrency,
        pages=chosen.fetch_pages,
        private=source_secrets(settings),
        public_url=settings.serve.public_url,
        afterwards=chosen.drop_done,
        never=own_folders(settings, configuration.file),
        earlier=earlier_ids(configuration.sources),
    )
