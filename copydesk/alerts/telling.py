"""Tells receivers what saved searches matched: each at its own pace, in order, at least once."""

import asyncio
import random
import time
from collections.abc import Callable
from functools import partial

import msgspec
import structlog

from copydesk.alerts import deliveries, receivers, searches, webhook
from copydesk.alerts.posting import Poster
from copydesk.alerts.searches import Match, SavedSearch
from copydesk.alerts.webhook import Receiver, Verdict
from copydesk.errors import RecordError
from copydesk.record.database import Record
from crawler.fetch.berths import Berths

# A match is noted within a second or so of the article's placing; this adds half as much at most.
_LOOK_SECONDS = 0.5
# After the record failed: it is the desk's own to report and to survive.
_RECORD_SECONDS = 5.0
# Quick ones at a time; the slow do not count (see Berths), but for their sockets and memory:
# 16 * 8 messages of 50 kB.
_AT_ONCE = 16
# Looked at in one go; more are looked at half a second later.
_MOST = 500

log = structlog.get_logger()


class _Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Matches of a search, or what became of some, up to number ``last``, for its receiver."""

    receiver: Receiver
    search: SavedSearch
    matches: tuple[Match, ...]
    last: int


class Telling:
    """One loop that only starts deliveries, and a task for each receiver that has something due.

    Only one may run per record: ``record`` is the leading desk's, whose writes are refused once
    another desk leads. A message whose success could not be written down is sent again.
    ``site`` is where people see Copydesk's pages, "" where that is not known.
    """

    def __init__(
        self,
        record: Record,
        poster: Poster,
        *,
        site: str = "",
        now: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._record = record
        self._poster = poster
        self._site = site
        self._now = now
        self._chance = chance
        self._berths = Berths(_AT_ONCE)
        self._under_way: dict[int, asyncio.Task[None]] = {}

    async def for_ever(self) -> None:
        """Tell what there is to tell, until cancelled."""
        while True:
            try:
                await self.start_due()
                await asyncio.sleep(_LOOK_SECONDS)
            except RecordError as error:
                log.warning(f"receivers of matches wait: {error}")
                await asyncio.sleep(_RECORD_SECONDS)

    async def once(self) -> None:
        """Tell all that is due now, each receiver until it has all or fails."""
        await self.start_due()
        while self._under_way:
            await asyncio.wait(self._under_way.values())

    async def start_due(self) -> None:
        """Begin with every receiver that is due and not being told already."""
        for search in await asyncio.to_thread(self._due):
            if search not in self._under_way:
                task = asyncio.create_task(self.tell(search))
                self._under_way[search] = task
                task.add_done_callback(partial(self._ended, search))

    def _ended(self, search: int, _task: "asyncio.Task[None]") -> None:
        del self._under_way[search]

    async def tell(self, search: int) -> None:
        """Tell the receiver of a search what is due, until it has all or fails."""
        try:
            async with self._berths.taken():
                while await self._tell_next(search):
                    pass
        except RecordError as error:
            log.warning(f"receivers of matches wait: {error}")

    async def _tell_next(self, search: int) -> bool:
        """Send one message, if one is due; whether another may be."""
        batch = await asyncio.to_thread(self._next, search)
        if batch is None:
            return False
        try:
            verdict = await self._send(batch)
        except Exception as error:
            # Ours to mend; until then it must not be tried twice a second.
            log.exception("a receiver of matches cannot be told", search=search)
            verdict = Verdict(status=0, trouble=f"a fault of our own, {type(error).__name__}")
        after = await asyncio.to_thread(self._settle, batch, verdict)
        if after is None:
            return False
        if after.failures:
            _report(after, now=self._now())
        return not after.failures

    async def _send(self, batch: _Batch) -> Verdict:
        if not batch.matches:  # they were deleted before they could be told
            return Verdict(status=204)
        receiver, now = batch.receiver, self._now()
        message = webhook.message(batch.search, batch.matches, site=self._site)
        signed = webhook.headers(webhook.keys(receiver, now=now), message, now=now)
        return await self._poster.post(receiver.address, message.body, signed, now=now)

    def _due(self) -> list[int]:
        with self._record.reading() as connection:
            due = receivers.due(connection, now=self._now(), limit=_MOST)
        return [receiver.search for receiver in due]

    def _next(self, search: int) -> _Batch | None:
        """What is sent next: what was not taken as it was, else what is new; as things are now."""
        # Nobody else may lead meanwhile: one that lost the lead must not send beside the other.
        self._record.confirm()
        with self._record.reading() as connection:
            receiver = receivers.of_search(connection, search)
            if receiver is None or receiver.state != "active":
                return None
            if not webhook.is_due(receiver, now=self._now()):
                return None
            saved = searches.one_search(connection, search)
            found = searches.list_matches(
                connection,
                saved,
                after=receiver.told,
                before=receiver.pending + 1 if receiver.pending else None,
                limit=webhook.BATCH,
            )
            found = webhook.alike(found)
            last = found[-1].number if found else receivers.last_match(connection, search)
        if last <= receiver.told:
            return None
        last = receiver.pending or last
        return _Batch(receiver=receiver, search=saved, matches=tuple(found), last=last)

    def _settle(self, batch: _Batch, verdict: Verdict) -> Receiver | None:
        """Write down how it went; the receiver as it is then, None where it was removed.

        Somebody may have given it another address or key meanwhile.
        """
        with self._record.writing() as connection:
            receiver = receivers.of_search(connection, batch.search.id)
            if receiver is None:
                return None
            if verdict.trouble and receiver.address != batch.receiver.address:
                return receiver  # that the one before took nothing says nothing of this one
            after = webhook.after(
                receiver, batch.last, verdict, now=self._now(), chance=self._chance()
            )
            receivers.save(connection, after)
            deliveries.count(
                connection,
                {
                    "delivered": 0 if after.failures else len(batch.matches),
                    "failed": 1 if after.failures else 0,
                    "given-up": 1 if after.state == "stopped" else 0,
                },
            )
            return after


def _report(receiver: Receiver, *, now: float) -> None:
    where = webhook.origin(receiver.address)
    if receiver.state == "stopped":
        log.warning(
            f"{where} is told no more: {receiver.error}. `copydesk alerts resume` tries it again.",
            search=receiver.search,
        )
    elif webhook.fails_long(receiver, now=now):
        hours = (now - (receiver.failing_since or now)) / 3600
        log.warning(
            f"{where} has taken nothing for {hours:.0f} hours: {receiver.error}",
            search=receiver.search,
        )
    elif receiver.failures == 1:
        log.warning(f"{where} is not told yet: {receiver.error}", search=receiver.search)
