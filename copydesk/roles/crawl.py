"""Crawl: one tick a second finds the sources that are due; the crawler fetches them."""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from config.errors import CopydeskError
from config.secrets import Secrets
from copydesk.errors import RecordError
from copydesk.record import leases, registry
from copydesk.record.database import Record
from copydesk.record.reading_health import history_of
from copydesk.record.recognising import EarlierIds
from copydesk.record.registry import Outlook, SourceRow
from copydesk.roles.dropping import Dropping, as_a_folder, folder_of
from copydesk.roles.notify import READY, beat, notify
from copydesk.roles.pacing import Pace
from copydesk.roles.patience import patiently
from copydesk.roles.subscribing import Subscribing
from copydesk.roles.taking import Taking
from copydesk.roles.ticking import ticking
from crawler.engine import Crawler
from crawler.fetch.errors import StoppedError
from crawler.fetch.settings import CrawlSettings
from crawler.fetch.urls import redact
from crawler.job import FeedResult
from crawler.schedule import SourceHistory, jitter_of, next_poll
from crawler.workers import Workers

_TICK_SECONDS = 1.0
# Most answers are complete within a second. What is cut off then stays due and is fetched again;
# the articles of a poll that were handed over are kept. Waiting for all took 15 s wherever one of
# the pages under way was slow, and `copydesk run` kills who has not ended after 25.
_GRACE_SECONDS = 1.0
# For each slot so many sources may be in hand, most of them waiting for their host's turn.
_MOST_QUEUED = 16

log = structlog.get_logger()


class CrawlWork:
    """Fetches sources into the inbox of one record; at most ``slots`` at once.

    ``never`` are folders that are read as no drop folder, whatever a source says.
    """

    def __init__(
        self,
        record: Record,
        settings: CrawlSettings,
        pace: Pace,
        *,
        slots: int,
        pages: Literal["yes", "no"] = "yes",
        private: Secrets = Secrets(),  # noqa: B008 - frozen
        public_url: str = "",
        afterwards: Literal["keep", "delete"] = "keep",
        never: Collection[Path] = (),
        earlier: EarlierIds | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._record = record
        self._settings = settings
        self._pace = pace
        self._slots = slots
        self._pages = pages
        self._private = private
        self._hubs = Subscribing(record, public_url, now=now)
        self._now = now
        # A new name for every life: what an earlier one had in hand is not ours.
        self._worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._taking = Taking(record, earlier=earlier, now=now)
        self._drops = Dropping(
            record,
            worker=self._worker,
            put=self._taking.put,
            largest=settings.max_body,
            afterwards=afterwards,
            never=never,
            now=now,
        )
        self._under_way: dict[str, asyncio.Task[FeedResult]] = {}
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None

    async def forever(self, stop: asyncio.Event) -> None:
        """Fetch what becomes due until ``stop`` is set, then give up what does not end at once.

        Raises what the record raises: a crawler that cannot write down what it fetched must not
        go on asking. The articles come again, since their feed's state was not saved either.
        """
        self._stop = stop
        async with Workers() as workers:
            crawler = self._crawler(workers)
            await crawler.start()
            renewing = asyncio.create_task(self._renew_for_ever())
            try:
                async with ticking(partial(self._tick, crawler), seconds=_TICK_SECONDS):
                    notify(READY)
                    await self._until(stop, crawler)
            finally:
                # After the last tick, which may have taken sources yet.
                renewing.cancel()
                await asyncio.to_thread(self._release)
        if self._failure is not None:
            raise self._failure

    async def _until(self, stop: asyncio.Event, crawler: Crawler) -> None:
        subscribing = asyncio.create_task(self._hubs.for_ever(crawler))
        dropping = asyncio.create_task(self._drops.for_ever(partial(self._fetch, crawler)))
        dropping.add_done_callback(self._ended)
        try:
            await stop.wait()
        finally:
            subscribing.cancel()
            dropping.cancel()
            await self._drain(crawler)

    async def once(
        self,
        sources: Sequence[SourceRow],
        report: Callable[[FeedResult, int, int], None],
    ) -> list[FeedResult]:
        """Fetch these sources and end; ``report`` hears each result with done and total."""
        results: list[FeedResult] = []
        await asyncio.to_thread(self._pace.refresh)
        room = asyncio.Semaphore(self._slots)
        async with Workers() as workers:
            crawler = self._crawler(workers)
            await crawler.start()

            async def fetch(source: SourceRow) -> None:
                async with room:
                    leased = await asyncio.to_thread(self._lease, source)
                    if leased is None:
                        log.info(f"{source.id}: another crawler has it in hand or has just read it")
                        return
                    results.append(await self._fetch(crawler, leased))
                report(results[-1], len(results), len(sources))

            renewing = asyncio.create_task(self._renew_for_ever())
            try:
                await asyncio.gather(*(fetch(source) for source in sources))
            finally:
                renewing.cancel()
                await crawler.stop(_GRACE_SECONDS)
                await asyncio.to_thread(self._release)
        return results

    def _crawler(self, workers: Workers) -> Crawler:
        return Crawler(
            self._settings,
            workers=workers,
            unseen=self._taking.unseen,
            sink=self._taking.accept,
            secrets=self._private,
        )

    async def _tick(self, crawler: Crawler) -> None:
        beat()
        if self._stop.is_set():
            return
        room = room_for(self._slots, under_way=len(self._under_way), queued=crawler.queued)
        if room <= 0:
            return
        try:
            due = await asyncio.to_thread(self._take, room)
        except RecordError as error:
            self._break(error)
            return
        if self._stop.is_set():
            return  # it is given back with the rest
        for source in due:
            task = asyncio.create_task(self._fetch(crawler, source))
            self._under_way[source.id] = task
            task.add_done_callback(partial(self._finished, source.id))

    def _finished(self, id_: str, task: asyncio.Task[FeedResult]) -> None:
        del self._under_way[id_]
        if task.cancelled():
            return
        error = task.exception()
        if error is None or isinstance(error, StoppedError):
            return
        self._break(error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._break(error)

    def _break(self, error: BaseException) -> None:
        self._failure = error
        self._stop.set()

    async def _drain(self, crawler: Crawler) -> None:
        if self._under_way:
            log.info(f"stopping; {len(self._under_way)} fetches under way may be made again")
        await crawler.stop(_GRACE_SECONDS)
        for task in list(self._under_way.values()):
            task.cancel()

    async def _fetch(self, crawler: Crawler, source: SourceRow) -> FeedResult:
        history = history_of(source.history)
        result = await self._ask(crawler, source, history)
        plan = next_poll(
            history,
            result,
            self._pace.policy,
            now=self._now(),
            jitter=jitter_of(source.id, history.polls),
            weight=self._pace.weight(source.id),
        )
        outlook = Outlook(
            due=plan.schedule.due,
            interval=plan.schedule.interval,
            reason=plan.schedule.reason,
            failures=plan.history.failures,
            retired=int(plan.history.retired == "yes"),
            history=msgspec.msgpack.encode(plan.history),
            move_to=plan.move_to,
        )
        if folder_of(source) is not None:
            outlook = as_a_folder(outlook, now=self._now())
        await asyncio.to_thread(self._save, result, outlook)
        await self._hubs.heard(result)
        _tell(source, result)
        if plan.move_to:
            log.warning(f"{source.outlet or source.id}: moved for good to {redact(plan.move_to)}")
        return result

    async def _ask(self, crawler: Crawler, source: SourceRow, history: SourceHistory) -> FeedResult:
        job = msgspec.structs.replace(source.job(), newest_item=history.last_item)
        if self._pages == "no":
            job = msgspec.structs.replace(job, fetch_pages="no")
        started = self._now()
        folder = folder_of(source)
        try:
            if folder is not None:
                return await self._drops.read(source, folder, crawler.parser)
            return await crawler.fetch(job)
        except (CopydeskError, asyncio.CancelledError):
            raise
        except Exception as error:
            log.exception(f"{source.id}: an unforeseen error; it is tried again later")
            return FeedResult(
                source=source.id,
                outcome="failed",
                started=started,
                elapsed=self._now() - started,
                error=f"an unforeseen {type(error).__name__}; our log has it",
            )

    def _take(self, limit: int) -> list[SourceRow]:
        self._pace.refresh()
        # Most ticks find nothing: only a look, which keeps no writer waiting.
        with self._record.reading() as connection:
            if not registry.due(connection, now=self._now(), limit=1):
                return []
        with self._record.claiming() as connection:
            return leases.lease_due(connection, self._worker, now=self._now(), limit=limit)

    def _lease(self, source: SourceRow) -> SourceRow | None:
        with self._record.claiming() as connection:
            return leases.lease(connection, self._worker, source, now=self._now())

    async def _renew_for_ever(self) -> None:
        while True:
            await asyncio.sleep(leases.LEASE_SECONDS / 3)
            try:
                await asyncio.to_thread(self._renew)
            except RecordError as error:
                # Two more tries before the leases end; whoever writes meets the same error.
                log.warning(str(error))

    def _renew(self) -> None:
        with self._record.claiming() as connection:
            leases.renew(connection, self._worker, now=self._now())

    def _release(self) -> None:
        try:
            with self._record.claiming() as connection:
                leases.release(connection, self._worker)
        except RecordError as error:
            log.warning(f"what was in hand waits {leases.LEASE_SECONDS:.0f} s: {error}")

    def _save(self, result: FeedResult, outlook: Outlook) -> None:
        def write() -> None:
            with self._record.writing() as connection:
                registry.save_result(connection, result, outlook, worker=self._worker)

        patiently(write)


def room_for(slots: int, *, under_way: int, queued: int) -> int:
    """How many more sources may be taken in hand.

    Those that only wait for their host's turn do not count, or the hundred feeds of one host that
    asks for a minute between requests would be all that is polled for an hour and a half.
    """
    return min(slots - (under_way - queued), _MOST_QUEUED * slots - under_way)


def _tell(source: SourceRow, result: FeedResult) -> None:
    name = source.outlet or source.id
    if result.outcome == "empty":
        log.info(f"{name}: no items yet", source=source.id)
    elif result.error:
        log.warning(f"{name}: {result.error}", source=source.id)
    elif result.outcome in ("not-modified", "unchanged") and not result.note:
        log.debug(f"{name}: nothing new", source=source.id)
    else:
        note = f" ({result.note})" if result.note else ""
        log.info(f"{name}: {result.items} items, {result.new_items} new{note}", source=source.id)
