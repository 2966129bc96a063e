"""Delete articles for a person: find them, ask for it, and see it done."""

import time
from collections.abc import Sequence
from contextlib import suppress

import msgspec
from sqlalchemy import Connection, select

from config.settings import Settings
from copydesk.documents import clock
from copydesk.errors import DamagedError, InUseError, NotFoundError
from copydesk.record import deleting
from copydesk.record.codec import unpack
from copydesk.record.database import Record
from copydesk.record.rows import chunked
from copydesk.record.schema import articles
from copydesk.roles.desk_duty import desk_work

_WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.25


class Doomed(msgspec.Struct, frozen=True, kw_only=True):
    """An article that is going to be deleted; ``title`` is empty for one that is not placed."""

    id: str
    title: str
    outlet: str


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended: how many still wait for a busy desk, and whether the engine is away."""

    waiting: int
    engine_away: bool


def named(record: Record, names: Sequence[str]) -> list[Doomed]:
    """The articles of these ids or addresses; raises :class:`NotFoundError` for the first none."""
    found: list[str] = []
    with record.reading() as connection:
        for name in names:
            ids = deleting.find(connection, name) or _at_address(connection, name)
            if not ids:
                raise NotFoundError(
                    f'there is no article "{name}"',
                    next_step="Give its id or its address as `copydesk search --json` shows them.",
                )
            found += ids
    return _shown(record, found)


def of_source(record: Record, source: str, *, before: float) -> list[Doomed]:
    """The articles of a source that appeared before this time; raises :class:`NotFoundError`."""
    with record.reading() as connection:
        if not deleting.source_is_known(connection, source):
            raise NotFoundError(
                f'there is no source "{source}"', next_step="`copydesk sources list` shows all."
            )
        found = deleting.of_source(connection, source, before=before)
        unplaced = deleting.unplaced(connection, source=source)
        found += [each.id for each in unplaced if _appeared(each) < before]
    return _shown(record, found)


def _at_address(connection: Connection, address: str) -> list[str]:
    """What is not placed yet and has an address that tells no article from another."""
    found = set()
    for each in deleting.unplaced(connection):
        with suppress(DamagedError):
            one = unpack(each.payload)
            if address and address in (one.url, one.link, one.canonical_url):
                found.add(each.id)
    return sorted(found)


def _appeared(each: deleting.Unplaced) -> float:
    try:
        return clock(unpack(each.payload))
    except DamagedError:
        return each.received


def delete(settings: Settings, record: Record, ids: Sequence[str], *, reason: str) -> Removal:
    """Delete them, or have the running desk do it and wait a while for it."""
    # A restored backup brings back what retention forgot, and must not what a person deleted.
    reason = f"{reason} (by hand)" if reason == deleting.RETENTION else reason
    with record.writing() as connection:
        deleting.request(connection, ids, reason=reason, now=time.time())
    try:
        with desk_work(settings) as work:
            while work.delete_requested():
                pass
            work.erase()
            indexed = work.index()
            work.save()
    except InUseError:
        return Removal(waiting=_wait(record, ids), engine_away=False)
    return Removal(waiting=_waiting(record, ids), engine_away=not indexed)


def _wait(record: Record, ids: Sequence[str]) -> int:
    deadline = time.monotonic() + _WAIT_SECONDS
    while (left := _waiting(record, ids)) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    return left


def _waiting(record: Record, ids: Sequence[str]) -> int:
    with record.reading() as connection:
        return len(deleting.pending(connection, ids))


def _shown(record: Record, ids: Sequence[str]) -> list[Doomed]:
    unique = list(dict.fromkeys(ids))
    told: dict[str, Doomed] = {}
    with record.reading() as connection:
        for some in chunked(unique):
            statement = select(articles.c.id, articles.c.title, articles.c.outlet)
            for id_, title, outlet in connection.execute(statement.where(articles.c.id.in_(some))):
                told[id_] = Doomed(id=id_, title=title, outlet=outlet)
    return [told.get(id_, Doomed(id=id_, title="", outlet="")) for id_ in unique]
