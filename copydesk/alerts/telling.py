"""Tells receivers what saved searches matched: each at its own pace, in order, at least once."""

import asyncio
import random
import time
from collections.abc import Callable
from functools import partial

import structlog

from copydesk.alerts import receivers, searches, webhook
from copydesk.alerts.posting import Poster
from copydesk.alerts.webhook import Message, Receiver, Verdict
from copydesk.errors import NotFoundError, RecordError
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
        for receiver in await asyncio.to_thread(self._due):
            if receiver.search not in self._under_way:
                task = asyncio.create_task(self._tell(receiver))
                self._under_way[receiver.search] = task
                task.add_done_callback(partial(self._ended, receiver.search))

    def _ended(self, search: int, _task: "asyncio.Task[None]") -> None:
        del self._under_way[search]

    async def _tell(self, receiver: Receiver) -> None:
        """Tell one receiver until it has all, fails, or is not to be told any more."""
        try:
            async with self._berths.taken():
                while following := await self._tell_next(receiver):
                    receiver = following
        except RecordError as error:
            log.warning(f"receivers of matches wait: {error}")
        except Exception as error:
            # Ours to mend; until then it must not be tried twice a second.
            log.exception("a receiver of matches cannot be told", search=receiver.search)
            await self._note(receiver, receiver.pending, _fault(error))

    async def _tell_next(self, receiver: Receiver) -> Receiver | None:
        """Send one message; the receiver if there may be more for it."""
        message = await asyncio.to_thread(self._next, receiver)
        if message is None:
            return None
        now = self._now()
        signed = webhook.headers(receiver.key, message, now=now)
        verdict = (
            await self._poster.post(receiver.address, message.body, signed, now=now)
            if message.body
            else _NOTHING_LEFT
        )
        return await self._note(receiver, message.last, verdict)

    async def _note(self, receiver: Receiver, last: int, verdict: Verdict) -> Receiver | None:
        """Write down how it went; the receiver if it took the message and is still wanted."""
        after = webhook.after(receiver, last, verdict, now=self._now(), chance=self._chance())
        known = await asyncio.to_thread(self._save, after)
        if after.failures:
            _report(after)
        return after if known and not after.failures else None

    def _due(self) -> list[Receiver]:
        with self._record.reading() as connection:
            return receivers.due(connection, now=self._now(), limit=_MOST)

    def _next(self, receiver: Receiver) -> Message | None:
        """What is to be sent next: a message that was not taken as it was, else what is new."""
        # Nobody else may lead meanwhile: one that lost the lead must not send beside the other.
        self._record.confirm()
        with self._record.reading() as connection:
            try:
                search = searches.one_search(connection, receiver.search)
            except NotFoundError:
                return None  # removed meanwhile
            found = searches.list_matches(
                connection,
                search,
                after=receiver.told,
                before=receiver.pending + 1 if receiver.pending else None,
                limit=webhook.BATCH,
            )
            if found:
                return webhook.message(search, found, site=self._site)
            last = receiver.pending or receivers.last_match(connection, search.id)
        # What matched was deleted before it could be told.
        return Message(id="", last=last, body=b"") if last > receiver.told else None

    def _save(self, receiver: Receiver) -> int:
        with self._record.writing() as connection:
            return receivers.save(connection, receiver)


_NOTHING_LEFT = Verdict(status=204)


def _fault(error: Exception) -> Verdict:
    return Verdict(status=0, trouble=f"a fault of Copydesk's own, {type(error).__name__}")


def _report(receiver: Receiver) -> None:
    where = webhook.origin(receiver.address)
    if receiver.state == "stopped":
        log.warning(
            f"{where} is told no more: {receiver.error}. `copydesk alerts resume` tries it again.",
            search=receiver.search,
        )
    elif receiver.failures == 1:
        log.warning(f"{where} is not told yet: {receiver.error}", search=receiver.search)
