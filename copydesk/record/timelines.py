"""Which record it is: what is made from one is not taken for what is made from another.

A record's life is one timeline, under a name that nobody else has, until a backup is put in its
place: that begins another, which shares the log with the one before as far as the backup went
(PostgreSQL's timelines after a recovery to a point in time). Whoever keeps something that was made
from the log (an index, the desk's memory) keeps the name with its position.
"""

import secrets

import msgspec
from sqlalchemy import Connection, insert, select, update

from copydesk.record import changelog
from copydesk.record.schema import log_head
from copydesk.record.schema_hubs import timelines

# Of no article. Its removal is the first change after a restore, so that there is one.
_RESTORED = "restored"


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A name; the last position shared with the timeline before, and the first that is its own."""

    forked: int
    since: int
    name: str


class Timelines(msgspec.Struct, frozen=True, kw_only=True):
    """All lives of the record, the oldest first, and the last position of its log."""

    lives: tuple[Timeline, ...]
    head: int

    @property
    def name(self) -> str:
        """The name of what is made from the record now."""
        return self.lives[-1].name

    @property
    def tag(self) -> str:
        """The name, and how new the record was: an index that lags shows things as they are now."""
        return f"{self.name} {self.head}"

    def objection(self, tag: str, position: int) -> str:
        """Why what was made up to ``position`` of a log is not of this record, or "".

        ``tag`` is its name alone, or a :attr:`tag`. What was made before there were names bears "",
        and so does what holds nothing.
        """
        if (tag, position) == ("", 0):
            return ""
        name, _, newest = tag.partition(" ")
        position = max(position, int(newest or 0))
        named = [number for number, life in enumerate(self.lives) if life.name == name]
        if not named:
            return "is of another record"
        following = self.lives[named[-1] + 1 :]
        if (following and position > following[0].forked) or any(
            life.forked < position < life.since for life in self.lives
        ):
            return "is of the record that a restored backup replaced"
        return "is ahead of the record" if position > self.head else ""

    def changes(self, position: int) -> int:
        """How many changes were logged up to ``position``: nothing was where the log leapt."""
        leapt = [life for life in self.lives if life.since <= position]
        return position - sum(max(life.since - life.forked - 1, 0) for life in leapt)

    def behind(self, position: int) -> int:
        """How many changes came after ``position``."""
        return self.changes(self.head) - self.changes(position)


def read(connection: Connection) -> Timelines:
    """The lives of the record as this transaction sees it."""
    columns = [timelines.c[name] for name in Timeline.__struct_fields__]
    rows = connection.execute(select(*columns).order_by(timelines.c.forked, timelines.c.since))
    return Timelines(
        lives=tuple(Timeline(**row._mapping) for row in rows), head=changelog.head(connection)
    )


def begin(connection: Connection, *, beyond: int, at: float) -> int:
    """Go on under a new name, above ``beyond``, which a replaced record counted, and above what a
    lost one may have: numbers are versions to an index, and readers go on after theirs.

    Returns from where.
    """
    before = changelog.head(connection)
    # The clock's milliseconds: a record that was restored before, and is lost now, began at those
    # of then and would need 1,000 changes a second ever since to be here.
    connection.execute(update(log_head).values(seq=max(before, beyond, int(at * 1000))))
    # So that readers come to the head although nothing changed: it removes what never was.
    given = changelog.append(connection, [("article", _RESTORED, "remove")], at=at)
    since = given["article", _RESTORED]
    name = secrets.token_hex(8)
    connection.execute(insert(timelines).values(forked=before, since=since, name=name))
    return before
