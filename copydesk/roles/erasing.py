"""After a deletion: the write-ahead log of an SQLite record still holds what was deleted."""

import time

from copydesk.record.database import Record

# To cut the log has writers wait for the readers of the moment, a second at most.
_CUT_SECONDS = 30.0


class Erasure:
    """Cuts the log after deletions, each half minute at most; what readers prevent comes again."""

    def __init__(self, record: Record) -> None:
        self._record = record
        # Whoever deleted before may have been killed in between.
        self._is_left = True
        self._cut_at = -_CUT_SECONDS

    def deleted(self) -> None:
        """Note that there is something to cut."""
        self._is_left = True

    def step(self) -> None:
        """Cut the log if that is due."""
        if self._is_left and time.monotonic() - self._cut_at >= _CUT_SECONDS:
            self.finish()

    def finish(self) -> None:
        """Cut the log now, for a desk that ends."""
        self._cut_at = time.monotonic()
        self._is_left = not self._record.cut_log()
