"""The desk's memory: what it knows, up to which change; a snapshot of both on disk."""

import os
import time
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import msgspec
import structlog
from sqlalchemy import select

from copydesk.documents import desk_document
from copydesk.errors import RoleError
from copydesk.record import overruling, timelines
from copydesk.record.codec import unpack
from copydesk.record.database import Record
from copydesk.record.deadletters import Unlearned, bury_unlearned
from copydesk.record.reading_stories import merged_stories
from copydesk.record.schema import articles
from copydesk.roles.notify import beat
from copydesk.roles.retelling import Place, ThreadLostError, follow
from dedupe.desk import Desk
from dedupe.errors import SnapshotError
from dedupe.stories import StoryDesk
from dedupe.stories.encoder import SentenceEncoder

_KIND = b"copydesk desk memory "
_MAGIC = _KIND + b"3\n"
_DIGEST = 32
_SEQ, _NAME = 8, 16
_DAY = 86_400.0
# The longest that the desk looks back: for copies; for stories it is four days.
_WINDOW_DAYS = 90

log = structlog.get_logger()


# So much of the time may go into saving.
SAVING_SHARE = 0.05


class Known(msgspec.Struct, kw_only=True):
    """A desk that knows the record up to a position of the change log, and which record that is.

    It is ``torn`` when what is on disk cannot be told the rest again: the text of an article that
    was deleted since is gone, or all was learned from the articles anyhow.
    """

    desk: Desk
    position: int = 0
    timeline: str = ""
    encoder: SentenceEncoder | None = None
    torn: Literal["yes", "no"] = "no"
    saving_seconds: float = 0.0
    rests_until: float = 0.0

    def must_be_saved(self) -> bool:
        """Whether it is torn, and saving it would not take too much of the time."""
        return self.torn == "yes" and time.monotonic() >= self.rests_until

    def follow(self, record: Record) -> None:
        """Learn what has come since; where that is not told, everything anew from the articles."""
        try:
            for place in follow(self.desk, Place(self.position, self.timeline), record):
                self.position, self.timeline = place.position, place.timeline
                if place.act == "withdraw":
                    self.torn = "yes"
        except ThreadLostError as error:
            log.info(f"rebuilding the desk's memory from the articles: {error}")
            self.desk, place = _rebuild(record, self.encoder)
            self.position, self.timeline = place.position, place.timeline
            self.torn = "yes"


def save(path: Path, known: Known) -> None:
    """Write the snapshot next to ``path`` and put it in place in one step.

    One that cannot be written is not tried again before there is more to save.
    """
    started = time.monotonic()
    known.torn = "no"
    place = known.position.to_bytes(_SEQ, "big") + known.timeline.encode().ljust(_NAME)
    pieces = [place, *known.desk.pieces()]
    digest = blake2b(digest_size=_DIGEST)
    for piece in pieces:
        digest.update(piece)
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("wb") as file:
            file.write(_MAGIC + digest.digest())
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise RoleError(
            f"the desk's memory cannot be saved: {error.strerror}",
            where=str(path),
            next_step="Nothing is lost; the next start rebuilds it from the record.",
        ) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    known.saving_seconds = time.monotonic() - started
    known.rests_until = started + known.saving_seconds / SAVING_SHARE


def load(path: Path, record: Record, encoder: SentenceEncoder | None = None) -> Known:
    """The desk as it was at the record's present state.

    From the snapshot the desk is told again what it did since (a crash, another machine led
    meanwhile). Where snapshot and journal do not reach (a damaged file, another version), it learns
    the articles of the window from the record, with the places they were given.
    """
    try:
        known = _read(path, encoder)
    except FileNotFoundError:
        known = Known(desk=_blank(encoder), encoder=encoder)
    except (OSError, SnapshotError) as error:
        log.info(f"the saved memory does not serve: {error}")
        known = Known(desk=_blank(encoder), encoder=encoder)
    known.follow(record)
    return known


def _blank(encoder: SentenceEncoder | None) -> Desk:
    return Desk(stories=StoryDesk(encoder))


def _read(path: Path, encoder: SentenceEncoder | None) -> Known:
    with path.open("rb") as file:
        magic, digest = file.read(len(_MAGIC)), file.read(_DIGEST)
        state = memoryview(file.read())
    if magic.startswith(_KIND) and magic != _MAGIC:
        raise SnapshotError("it is of another version", where=str(path))
    if magic != _MAGIC or digest != blake2b(state, digest_size=_DIGEST).digest():
        raise SnapshotError("it is damaged", where=str(path))
    position, timeline = state[:_SEQ], state[_SEQ : _SEQ + _NAME]
    return Known(
        desk=Desk.restore(state[_SEQ + _NAME :], encoder),
        position=int.from_bytes(position, "big"),
        timeline=bytes(timeline).decode().rstrip(),
        encoder=encoder,
    )


def _rebuild(record: Record, encoder: SentenceEncoder | None) -> tuple[Desk, Place]:
    desk = _blank(encoder)
    unlearned: list[Unlearned] = []
    with record.reading() as connection:
        lives = timelines.read(connection)
        for gone, kept in merged_stories(connection):
            desk.redirected(gone, kept)
        for effect in overruling.effects(connection):
            desk.recall(effect)
        newest = connection.execute(select(articles.c.at).order_by(articles.c.at.desc()).limit(1))
        since = min(newest.scalar_one_or_none() or 0.0, time.time()) - _WINDOW_DAYS * _DAY
        statement = (
            select(*(articles.c[name] for name in ("id", "at", "copy_group", "story", "body")))
            .where(articles.c.at >= since)
            .order_by(articles.c.number)
        )
        rows = connection.execution_options(yield_per=1000).execute(statement)
        for row in rows:
            beat()
            try:
                # The body of an undated article tells when its last text was seen.
                document = msgspec.structs.replace(
                    desk_document(row.id, unpack(row.body)), at=row.at
                )
                desk.adopt(document, row.copy_group, row.story)
            except Exception as error:
                # One article less to compare with; a desk that stops here would never start again.
                log.exception(f"article {row.id} cannot be learned again; see the dead letters")
                reason = f"it cannot be learned again: {type(error).__name__}: {error}"
                unlearned.append(Unlearned(id=row.id, reason=reason))
    if unlearned:
        with record.writing() as connection:
            bury_unlearned(connection, unlearned, at=time.time())
    return desk, Place(lives.head, lives.name)
