"""What could not be placed or indexed is kept with its reason, never dropped."""

from collections.abc import Iterable, Sequence

import msgspec
import structlog
from sqlalchemy import Connection, delete, insert, select

from copydesk.errors import DamagedError
from copydesk.record import inbox
from copydesk.record.codec import pack, unpack
from copydesk.record.inbox import Waiting
from copydesk.record.rows import chunked
from copydesk.record.schema import dead_letters
from copydesk.record.schema import inbox as inbox_table
from indexer.engines.protocol import Rejected

DESK, INDEX = "desk", "index"

log = structlog.get_logger()


class Unplaced(msgspec.Struct, frozen=True, kw_only=True):
    """An article that the desk failed on."""

    waiting: Waiting
    reason: str


class Unlearned(msgspec.Struct, frozen=True, kw_only=True):
    """An article of the record that the desk could not take into its memory again."""

    id: str
    reason: str


def bury(connection: Connection, letters: Sequence[Unplaced], *, at: float) -> None:
    """Move the articles from the inbox to the dead letters."""
    _write(
        connection,
        [
            _row(
                DESK,
                f"article {each.waiting.id}",
                each.reason,
                at,
                pack(each.waiting.article),
                received=each.waiting.received,
            )
            for each in letters
        ],
    )
    inbox.discard(connection, [letter.waiting.seq for letter in letters])


def bury_unreadable(connection: Connection, *, limit: int, at: float) -> int:
    """Move those of the oldest ``limit`` rows of the inbox that cannot be read; returns how many.

    One damaged row must not stop all that waits behind it.
    """
    rows = connection.execute(select(inbox_table).order_by(inbox_table.c.seq).limit(limit)).all()
    letters: list[dict[str, object]] = []
    seqs: list[int] = []
    for row in rows:
        try:
            unpack(row.payload)
        except DamagedError as error:
            log.warning(f"article {row.article} in the inbox is damaged; kept as a dead letter")
            subject = f"article {row.article}"
            letters.append(_row(DESK, subject, error.what, at, row.payload, received=row.received))
            seqs.append(row.seq)
    _write(connection, letters)
    inbox.discard(connection, seqs)
    return len(seqs)


def bury_unlearned(connection: Connection, letters: Sequence[Unlearned], *, at: float) -> None:
    """Note what the desk's memory lacks; the record itself still holds the article."""
    subjects = [f"article {letter.id}" for letter in letters]
    _replace(connection, DESK, subjects)
    rows = [
        _row(DESK, subject, letter.reason, at)
        for subject, letter in zip(subjects, letters, strict=True)
    ]
    _write(connection, rows)


def bury_rejected(connection: Connection, letters: Sequence[Rejected], *, at: float) -> None:
    """Note what the engine refused for good; the record itself still holds the document."""
    for letter in letters:
        log.warning(f"the engine refuses {letter.kind} {letter.id}: {letter.reason}")
    reasons = {f"{letter.kind} {letter.id}": letter.reason for letter in letters}
    _replace(connection, INDEX, list(reasons))
    _write(connection, [_row(INDEX, subject, reason, at) for subject, reason in reasons.items()])


def resolve_indexed(connection: Connection, subjects: Iterable[str]) -> None:
    """Forget the letters of what the engine has taken since: a newer version was to its liking."""
    letters = dead_letters.c
    open_ = set(connection.scalars(select(letters.subject).where(letters.stage == INDEX)))
    if open_:
        _replace(connection, INDEX, sorted(open_.intersection(subjects)))


def _row(
    stage: str,
    subject: str,
    reason: str,
    at: float,
    payload: bytes | None = None,
    *,
    received: float | None = None,
) -> dict[str, object]:
    return {
        "at": at,
        "stage": stage,
        "subject": subject,
        "reason": reason,
        "payload": payload,
        "received": received,
    }


def _write(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        connection.execute(insert(dead_letters), list(rows))


def _replace(connection: Connection, stage: str, subjects: Sequence[str]) -> None:
    """Take out letters that hold nothing of their own: the newest reason is enough."""
    for some in chunked(subjects):
        connection.execute(
            delete(dead_letters).where(
                dead_letters.c.stage == stage,
                dead_letters.c.subject.in_(some),
                dead_letters.c.payload.is_(None),
            )
        )
