"""Import: files of any form go into the inbox in the order of their articles' own times.

All are read first and their articles kept aside, so that files in any order, and many files at
once, are replayed as it happened.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.intake import Fate
from copydesk.roles.patience import patiently
from copydesk.transfer import files
from copydesk.transfer.reading import Reader, StartParsing
from copydesk.transfer.reports import ImportReport, Listener, Tally
from copydesk.transfer.spool import Spool
from copydesk.transfer.whose import Whose
from crawler.article import Article
from crawler.workers import Workers


class Import:
    """One import of all that ``arguments`` name; ``taken`` of ``found`` articles are in the inbox.

    ``folder`` has room for what is kept aside, ``largest`` is in bytes, ``now`` an epoch second.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        whose: Whose,
        largest: int,
        now: float,
        listener: Listener,
        start: StartParsing = Workers,
    ) -> None:
        # One named twice is read once.
        self._arguments = tuple(dict.fromkeys(arguments))
        self._folder = folder
        self._whose = whose
        self._largest = largest
        self._now = now
        self._listener = listener
        self._start = start
        self.found = self.taken = 0

    def into(self, record: Record) -> dict[str, ImportReport]:
        """Bring it in; a report for each argument.

        Raises :class:`copydesk.errors.ImportStoppedError` before anything is in the inbox.
        """
        files.check(self._arguments)
        tallies = [Tally() for _ in self._arguments]
        with Spool(self._folder) as spool:
            reader = Reader(
                spool,
                folder=self._folder,
                whose=self._whose,
                largest=self._largest,
                now=self._now,
                listener=self._listener,
                start=self._start,
            )
            asyncio.run(reader.read(self._arguments, tallies))
            self.found = len(spool)
            for batch in spool.batches():
                fates = self._put(record, [article for article, _ in batch])
                for fate, (article, tally) in zip(fates, batch, strict=True):
                    tally.fate(fate, status=article.status)
                self.taken += len(batch)
                self._listener.progress("into the inbox", self.taken, self.found)
        return {
            files.shown(argument): tally.report()
            for argument, tally in zip(self._arguments, tallies, strict=True)
        }

    def _put(self, record: Record, articles: Sequence[Article]) -> list[Fate]:
        fates: list[Fate] = []

        def write() -> None:
            nonlocal fates
            with record.writing() as connection:
                fates = inbox.put_archived(connection, articles, received=self._now)

        patiently(write)
        return fates
