"""Import: files of any form go into the inbox in the order of their articles' own times.

All are read first and their articles kept aside, so that files in any order, and many files at
once, are replayed as it happened.
"""

import asyncio
from collections.abc import Sequence

from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.intake import Fate
from copydesk.roles.patience import patiently
from copydesk.transfer import files
from copydesk.transfer.reading import Reader, Terms
from copydesk.transfer.reports import ImportReport, Tally
from copydesk.transfer.spool import Spool
from crawler.article import Article


class Import:
    """One import of all that ``arguments`` name; ``taken`` of ``found`` articles are in."""

    def __init__(self, arguments: Sequence[str], terms: Terms) -> None:
        # One named twice is read once.
        self._arguments = tuple(dict.fromkeys(arguments))
        self._terms = terms
        self.found = self.taken = 0

    def into(self, record: Record) -> dict[str, ImportReport]:
        """Bring it in; a report for each argument.

        Raises :class:`copydesk.errors.ImportStoppedError` before anything is in the inbox.
        """
        files.check(self._arguments)
        tallies = [Tally() for _ in self._arguments]
        with Spool(self._terms.folder) as spool:
            asyncio.run(Reader(spool, self._terms).read(self._arguments, tallies))
            self.found = len(spool)
            for batch in spool.batches():
                fates = self._put(record, [article for article, _ in batch])
                for fate, (article, tally) in zip(fates, batch, strict=True):
                    tally.fate(fate, status=article.status)
                self.taken += len(batch)
                self._terms.listener.progress("into the inbox", self.taken, self.found)
        return {
            files.shown(argument): tally.report()
            for argument, tally in zip(self._arguments, tallies, strict=True)
        }

    def _put(self, record: Record, articles: Sequence[Article]) -> list[Fate]:
        fates: list[Fate] = []

        def write() -> None:
            nonlocal fates
            with record.writing() as connection:
                fates = inbox.put_archived(
                    connection, articles, received=self._terms.now, earlier=self._terms.earlier
                )

        patiently(write)
        return fates
