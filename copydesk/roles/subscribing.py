"""Hubs are told what we want pushed (WebSub), as long as we have a public address for them."""

import asyncio
import time
from collections.abc import Callable
from functools import partial

import structlog

from config.errors import CopydeskError
from copydesk.errors import RecordError
from copydesk.record import subscriptions
from copydesk.record.database import Record
from copydesk.roles.patience import patiently
from crawler.engine import Crawler
from crawler.fetch.errors import FetchError, StoppedError
from crawler.fetch.urls import redact
from crawler.job import FeedResult
from crawler.websub import Subscription, form, told, wanted

# The path under which hubs call; the rest of the address is each subscription's token.
CALLBACK = "/websub/"
_EVERY_SECONDS = 30.0
_AT_ONCE = 20
# An offer that changed counts when it has stood so long: the topic of some feeds is another one at
# each poll, and a hub would be asked each time.
_STANDING = 86_400.0

log = structlog.get_logger()


class Subscribing:
    """Keeps the subscriptions of a record. ``public_url`` is what hubs reach us at; "" for never.

    Without a public address nothing happens: no hub is asked, and leases run out by themselves.
    """

    def __init__(
        self, record: Record, public_url: str, *, now: Callable[[], float] = time.time
    ) -> None:
        self._record = record
        self._base = public_url.rstrip("/")
        self._now = now
        # What sources offer that is not what they are subscribed to, and since when.
        self._changed: dict[str, tuple[tuple[str, ...], float]] = {}

    async def heard(self, result: FeedResult) -> None:
        """Notes what a poll says about hubs."""
        if not self._base or not result.hubs:
            return
        try:
            await asyncio.to_thread(patiently, partial(self._note, result))
        except RecordError as error:
            log.warning(f"{result.source}: its hub is not asked: {error}", source=result.source)

    async def for_ever(self, crawler: Crawler) -> None:
        """Subscribes, renews and unsubscribes what there is to, until cancelled."""
        while self._base:
            await self.once(crawler)
            await asyncio.sleep(_EVERY_SECONDS)

    async def once(self, crawler: Crawler) -> None:
        """Tells every hub that is to be told now."""
        try:
            due = await asyncio.to_thread(self._due)
            await asyncio.gather(*(self._tell(crawler, one) for one in due))
        except StoppedError:
            return
        except CopydeskError as error:
            # Polling goes on without hubs; the record's trouble is the crawler's own to report.
            log.warning(f"subscriptions wait: {error}")

    async def _tell(self, crawler: Crawler, one: Subscription) -> None:
        leaving = one.state == "leaving"
        if leaving and one.failures:
            # Told once. Whoever pushes on finds the address gone.
            await asyncio.to_thread(self._forget, one)
            return
        body = form(
            one,
            "unsubscribe" if leaving else "subscribe",
            callback=f"{self._base}{CALLBACK}{one.token}",
        )
        problem = ""
        try:
            answer = await crawler.tell_hub(one.hub, body)
            if not 200 <= answer.status < 300:
                problem = f"the hub {redact(one.hub)} answered {answer.status}"
        except FetchError as error:
            problem = str(error)
        await asyncio.to_thread(self._told, one, problem)
        if problem:
            log.warning(f"{one.source}: no push: {problem}", source=one.source)

    def _note(self, result: FeedResult) -> None:
        with self._record.reading() as connection:
            known = subscriptions.of_source(connection, result.source)
        if known is not None and known.state == "leaving":
            return
        now_wanted = wanted(known, result.source, result.hubs, result.topic)
        if now_wanted is None or now_wanted is known:
            self._changed.pop(result.source, None)
        elif known is None or self._stands(result):
            with self._record.writing() as connection:
                subscriptions.save(connection, now_wanted)

    def _stands(self, result: FeedResult) -> bool:
        offer, now = (*result.hubs, result.topic), self._now()
        before, since = self._changed.get(result.source, ((), now))
        if offer != before:
            since = now
        self._changed[result.source] = (offer, since)
        return now - since >= _STANDING

    def _due(self) -> list[Subscription]:
        with self._record.writing() as connection:
            subscriptions.leave_unpolled(connection)
            return subscriptions.take(connection, now=self._now(), limit=_AT_ONCE)

    def _told(self, one: Subscription, problem: str) -> None:
        with self._record.writing() as connection:
            # The hub may have verified while it was answering us: its word is the newer one.
            known = subscriptions.of_token(connection, one.token)
            if known is not None and known.lease_until == one.lease_until:
                subscriptions.save(connection, told(known, problem, now=self._now()))

    def _forget(self, one: Subscription) -> None:
        with self._record.writing() as connection:
            subscriptions.forget(connection, one.source)
