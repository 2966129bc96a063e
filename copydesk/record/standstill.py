"""What keeps the desk from bringing the index on, where every process and machine can read it.

It is a cursor of its own kind: the reader's name holds the words, ``seq`` since when (whole epoch
seconds), ``at`` when the desk met it last. The first success removes it, and the words of a desk
that says them no more count as past after a while.
"""

import msgspec
from sqlalchemy import Connection, delete, select

from copydesk.record import changelog
from copydesk.record.reading_progress import AHEAD_SECONDS
from copydesk.record.schema import cursors

_READER = "engine stands still: "
# PostgreSQL's index takes a key of 2,704 bytes at most; ours are cut well before.
_MOST_BYTES = 2000
# A desk tries again every 10 seconds; one try waits a minute or two for a server that hangs.
_SAID_SECONDS = 300.0
_OURS = cursors.c.reader.startswith(_READER, autoescape=True)


class Standstill(msgspec.Struct, frozen=True, kw_only=True):
    """The desk's words, with their next step. Epoch seconds: since when, and when said last."""

    words: str
    since: float
    said: float

    def lasts(self, now: float) -> bool:
        """Whether a desk still says so. A time far ahead is of a clock that was set back."""
        return now - _SAID_SECONDS <= self.said <= now + AHEAD_SECONDS


def read(connection: Connection) -> Standstill | None:
    """What the desk said last; None when it brought the index on since, or never failed to."""
    row = connection.execute(
        select(cursors).where(_OURS).order_by(cursors.c.at.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Standstill(
        words=row.reader.removeprefix(_READER), since=float(row.seq), said=float(row.at)
    )


def lasting(connection: Connection, *, now: float) -> Standstill | None:
    """The same, if a desk still says so."""
    found = read(connection)
    return found if found is not None and found.lasts(now) else None


def note(connection: Connection, words: str, *, at: float) -> None:
    """The desk failed, for this reason. The first failure since a success says since when."""
    before = read(connection)
    since = int(at if before is None else min(before.since, at))
    end(connection)
    changelog.save_cursor(connection, _READER + _storable(words), since, at=at)


def end(connection: Connection) -> None:
    """The desk brought the index on."""
    connection.execute(delete(cursors).where(_OURS))


def _storable(words: str) -> str:
    """Without what no database can hold, and which a server may quote, and without half letters."""
    whole = words.replace("\x00", "").encode("utf-8", "replace")
    return whole[:_MOST_BYTES].decode("utf-8", "ignore")
