"""What could not be placed or indexed is kept with its reason, never dropped."""

from collections.abc import Sequence

import msgspec
import structlog
from sqlalchemy import Connection, insert

from copydesk.record import inbox
from copydesk.record.codec import pack
from copydesk.record.inbox import Waiting
from copydesk.record.schema import dead_letters
from indexer.engines.protocol import Rejected

log = structlog.get_logger()


class Unplaced(msgspec.Struct, frozen=True, kw_only=True):
    """An article that the desk failed on."""

    waiting: Waiting
    reason: str


def bury(connection: Connection, letters: Sequence[Unplaced], *, at: float) -> None:
    """Move the articles from the inbox to the dead letters."""
    if not letters:
        return
    connection.execute(
        insert(dead_letters),
        [
            {
                "at": at,
                "stage": "desk",
                "subject": f"article {letter.waiting.id}",
                "reason": letter.reason,
                "payload": pack(letter.waiting.article),
            }
            for letter in letters
        ],
    )
    inbox.discard(connection, [letter.waiting.seq for letter in letters])


def bury_rejected(connection: Connection, letters: Sequence[Rejected], *, at: float) -> None:
    """Note what the engine refused for good; the record itself still holds the document."""
    if not letters:
        return
    for letter in letters:
        log.warning(f"the engine refuses {letter.kind} {letter.id}: {letter.reason}")
    connection.execute(
        insert(dead_letters),
        [
            {
                "at": at,
                "stage": "index",
                "subject": f"{letter.kind} {letter.id}",
                "reason": letter.reason,
            }
            for letter in letters
        ],
    )
