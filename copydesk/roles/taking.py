"""Between the crawler and the inbox: what is unseen yet, and what comes is taken in."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

import structlog

from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.intake import Accepted
from copydesk.record.recognising import EarlierIds
from copydesk.roles.patience import patiently
from crawler.article import Article
from crawler.job import Standing

log = structlog.get_logger()


class Taking:
    """Takes articles into the inbox of one record; ``earlier`` are former ids of their sources."""

    def __init__(
        self,
        record: Record,
        *,
        earlier: EarlierIds | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._record = record
        self._earlier: Mapping[str, tuple[str, ...]] = earlier or {}
        self._now = now
        # A feed shows a cancellation at every poll; of each two sources it is told once.
        self._told: set[inbox.Refusal] = set()

    async def unseen(self, articles: Sequence[Article]) -> Sequence[Standing]:
        """How these stand, as their feed shows them."""
        return await asyncio.to_thread(self._ask, articles)

    async def accept(self, articles: Sequence[Article]) -> None:
        """Take these in."""
        await self.put(articles)

    async def put(self, articles: Sequence[Article]) -> int:
        """Take these in; returns how many are new."""
        return await asyncio.to_thread(self._put, articles)

    def _ask(self, articles: Sequence[Article]) -> list[Standing]:
        with self._record.reading() as connection:
            refused = inbox.refused(connection, articles, earlier=self._earlier)
            standings = inbox.unseen(connection, articles, now=self._now(), earlier=self._earlier)
        self._tell(refused)
        return standings

    def _put(self, articles: Sequence[Article]) -> int:
        accepted = Accepted()
        refused: set[inbox.Refusal] = set()

        def write() -> None:
            nonlocal accepted, refused
            with self._record.writing() as connection:
                refused = inbox.refused(connection, articles, earlier=self._earlier)
                accepted = inbox.put(
                    connection, articles, received=self._now(), earlier=self._earlier
                )

        patiently(write)
        if accepted.withdrawn:
            log.warning(f"{articles[0].source}: took {accepted.withdrawn} of its articles back")
        self._tell(refused)
        return accepted.new

    def _tell(self, refused: set[inbox.Refusal]) -> None:
        for each in sorted(refused - self._told):
            log.warning(each.sentence(), source=each.source)
        self._told |= refused
