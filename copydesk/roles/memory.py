"""The desk's memory: what it knows, up to which change; a snapshot of both on disk."""

import os
import time
from contextlib import suppress
from hashlib import blake2b
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from copydesk.errors import RoleError
from copydesk.record.database import Record
from copydesk.roles.relearning import keep_up, learn_window
from copydesk.roles.retelling import Place, ThreadLostError, follow
from dedupe.desk import Desk
from dedupe.errors import SnapshotError
from dedupe.stories import StoryDesk
from dedupe.stories.encoder import SentenceEncoder

_KIND = b"copydesk desk memory "
_MAGIC = _KIND + b"5\n"
_DIGEST = 32
_SEQ, _NAME, _FOLLOWS = 8, 16, 9

log = structlog.get_logger()


# So much of the time may go into saving: what is not saved can be told again.
_SAVING_SHARE = 0.02
# What the file still tells of deleted articles shall go sooner.
_MENDING_SHARE = 0.05


class Known(msgspec.Struct, kw_only=True):
    """A desk that knows the record up to a position of the change log, and which record that is.

    It ``follows`` another desk by deciding what that one decided, and is then the same to a hair.
    What was learned from the articles follows by the places they are given: it would find time and
    again that it decides otherwise. When it leads, its own decisions are those that count.

    It is ``torn`` when what is on disk cannot be told the rest again: the text of an article that
    was deleted since is gone, or all was learned from the articles anyhow.
    """

    desk: Desk
    position: int = 0
    timeline: str = ""
    encoder: SentenceEncoder | None = None
    follows: Literal["decisions", "places"] = "decisions"
    torn: Literal["yes", "no"] = "no"
    saved_at: float = 0.0
    saving_seconds: float = 0.0

    def may_be_saved(self) -> bool:
        """Whether saving it would not take too much of the time, a quiet desk's or a busy one's."""
        return time.monotonic() >= self.saved_at + self.saving_seconds / _SAVING_SHARE

    def must_be_saved(self) -> bool:
        """Whether it is torn, and saving it would not take far too much of the time."""
        rested = time.monotonic() >= self.saved_at + self.saving_seconds / _MENDING_SHARE
        return self.torn == "yes" and rested

    def follow(self, record: Record) -> None:
        """Learn what has come since; where that is not told, everything anew from the articles."""
        place = Place(self.position, self.timeline)
        try:
            if self.follows == "places":
                self._reach(keep_up(self.desk, place, record))
                return
            for reached in follow(self.desk, place, record):
                self._reach(reached)
                if reached.act == "withdraw":
                    self.torn = "yes"
        except ThreadLostError as error:
            log.info(f"rebuilding the desk's memory from the articles: {error}")
            desk = _blank(self.encoder)
            self._reach(learn_window(desk, record))
            self.desk, self.follows, self.torn = desk, "places", "yes"

    def lead(self, record: Record) -> None:
        """Learn what has come since, and decide from here on what others follow."""
        self.follow(record)
        if self.follows == "places":
            # Only from this very state on can its decisions be told again.
            self.follows, self.torn = "decisions", "yes"

    def _reach(self, place: Place) -> None:
        self.position, self.timeline = place.position, place.timeline


def save(path: Path, known: Known) -> None:
    """Write the snapshot next to ``path`` and put it in place in one step.

    One that cannot be written is not tried again before there is more to save.
    """
    started = time.monotonic()
    known.torn = "no"
    place = known.position.to_bytes(_SEQ, "big") + known.timeline.encode().ljust(_NAME)
    head = place + known.follows.encode().ljust(_FOLLOWS)
    digest = blake2b(digest_size=_DIGEST)
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("wb") as file:
            file.write(_MAGIC)
            for piece in chain([head], known.desk.pieces()):
                digest.update(piece)
                file.write(piece)
            file.write(digest.digest())
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
    known.saved_at, known.saving_seconds = started, time.monotonic() - started


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
        magic, rest = file.read(len(_MAGIC)), memoryview(file.read())
    state, digest = rest[:-_DIGEST], rest[-_DIGEST:]
    if magic.startswith(_KIND) and magic != _MAGIC:
        raise SnapshotError("it is of another version", where=str(path))
    if magic != _MAGIC or digest != blake2b(state, digest_size=_DIGEST).digest():
        raise SnapshotError("it is damaged", where=str(path))
    position, timeline, follows, desk = _parts(state, _SEQ, _NAME, _FOLLOWS)
    return Known(
        desk=Desk.restore(desk, encoder),
        position=int.from_bytes(position, "big"),
        timeline=bytes(timeline).decode().rstrip(),
        encoder=encoder,
        follows="places" if bytes(follows).rstrip() == b"places" else "decisions",
    )


def _parts(state: memoryview, *sizes: int) -> list[memoryview]:
    """The first parts of these sizes, and the rest."""
    ends = [0, *accumulate(sizes)]
    return [state[start:end] for start, end in pairwise([*ends, len(state)])]
