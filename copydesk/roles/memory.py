"""The desk's memory on disk: a snapshot that is valid at exactly one state of the record."""

import os
import time
from hashlib import blake2b
from pathlib import Path

import structlog
from sqlalchemy import select

from copydesk.documents import desk_document
from copydesk.errors import RoleError
from copydesk.record import changelog
from copydesk.record.codec import unpack
from copydesk.record.database import Record
from copydesk.record.deadletters import Unlearned, bury_unlearned
from copydesk.record.schema import articles
from dedupe.desk import Desk
from dedupe.errors import SnapshotError

_MAGIC = b"copydesk desk memory 1\n"
_DIGEST = 32
_SEQ = 8
_DAY = 86_400.0
# The longest that the desk looks back: for copies; for stories it is four days.
_WINDOW_DAYS = 90

log = structlog.get_logger()


def save(path: Path, desk: Desk, seq: int) -> None:
    """Write the snapshot next to ``path`` and put it in place in one step."""
    state = seq.to_bytes(_SEQ, "big") + desk.snapshot()
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("wb") as file:
            file.write(_MAGIC + blake2b(state, digest_size=_DIGEST).digest() + state)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise RoleError(
            f"the desk's memory cannot be saved: {error.strerror}",
            where=str(path),
            next_step="Nothing is lost; the next start rebuilds it from the record.",
        ) from error


def load(path: Path, record: Record) -> Desk:
    """The desk as it was at the record's present state.

    The snapshot serves only if it was taken at the log's present head. Otherwise (a crash, another
    machine led meanwhile, a damaged file) the desk learns the articles of the window again from
    the record, with the places they were given.
    """
    with record.reading() as connection:
        head = changelog.head(connection)
    if head == 0:
        return Desk()
    try:
        return _read(path, head)
    except FileNotFoundError:
        log.info("no saved memory: rebuilding it from the record")
    except SnapshotError as error:
        log.info(f"the saved memory does not serve: {error}; rebuilding it from the record")
    return _rebuild(record)


def _read(path: Path, head: int) -> Desk:
    content = path.read_bytes()
    start = len(_MAGIC) + _DIGEST
    state = content[start:]
    digest = content[len(_MAGIC) : start]
    if not content.startswith(_MAGIC) or digest != blake2b(state, digest_size=_DIGEST).digest():
        raise SnapshotError("it is damaged", where=str(path))
    seq = int.from_bytes(state[:_SEQ], "big")
    if seq != head:
        raise SnapshotError(f"it is of change {seq}, the record is at {head}", where=str(path))
    return Desk.restore(state[_SEQ:])


def _rebuild(record: Record) -> Desk:
    desk = Desk()
    unlearned: list[Unlearned] = []
    with record.reading() as connection:
        newest = connection.execute(select(articles.c.at).order_by(articles.c.at.desc()).limit(1))
        since = min(newest.scalar_one_or_none() or 0.0, time.time()) - _WINDOW_DAYS * _DAY
        statement = (
            select(articles.c.id, articles.c.copy_group, articles.c.story, articles.c.body)
            .where(articles.c.at >= since)
            .order_by(articles.c.number)
        )
        rows = connection.execution_options(yield_per=1000).execute(statement)
        for row in rows:
            try:
                desk.adopt(desk_document(row.id, unpack(row.body)), row.copy_group, row.story)
            except Exception as error:
                # One article less to compare with; a desk that stops here would never start again.
                log.exception(f"article {row.id} cannot be learned again; see the dead letters")
                reason = f"it cannot be learned again: {type(error).__name__}: {error}"
                unlearned.append(Unlearned(id=row.id, reason=reason))
    if unlearned:
        with record.writing() as connection:
            bury_unlearned(connection, unlearned, at=time.time())
    return desk
