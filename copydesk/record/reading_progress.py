"""Read how the work gets on: what waits for the desk and the crawler, and what they did last."""

import msgspec
from sqlalchemy import Connection, func, select

from copydesk.record import registry
from copydesk.record.schema import change_log, fetches, inbox

# Clocks of several machines differ a little; a time further ahead is of one that was set back.
AHEAD_SECONDS = 60.0


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a role. Epoch seconds; None when nothing waits or was ever done."""

    waits_since: float | None
    last_done: float | None


def desk_backlog(connection: Connection) -> Backlog:
    """Articles in the inbox, and the last change in the log."""
    oldest = select(inbox.c.received).order_by(inbox.c.seq).limit(1)
    newest = select(change_log.c.at).order_by(change_log.c.seq.desc()).limit(1)
    return Backlog(
        waits_since=connection.execute(oldest).scalar_one_or_none(),
        last_done=connection.execute(newest).scalar_one_or_none(),
    )


def crawl_backlog(connection: Connection, *, now: float) -> Backlog:
    """Sources that are due, in anybody's hand or not, and the last fetch."""
    due = registry.due(connection, now=now, limit=1)
    # Those of a clock that was set back would hide for long what is fetched since.
    before = fetches.c.at <= now + AHEAD_SECONDS
    return Backlog(
        # A new source is due since the beginning of time.
        waits_since=max(due[0].due, due[0].added_at) if due else None,
        last_done=connection.execute(select(func.max(fetches.c.at)).where(before)).scalar_one(),
    )
