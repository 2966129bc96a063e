"""The desk: places what waits in the inbox, writes it down, brings the engine up to date."""

import time
from collections.abc import Callable, Mapping, Sequence
from math import inf
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import Connection

from config.settings import RetentionSettings
from copydesk.alerts.reader import match_new
from copydesk.documents import desk_document
from copydesk.errors import (
    DamagedError,
    NotFoundError,
    OverruleError,
    RecordBusyError,
    RoleError,
)
from copydesk.record import changelog, deleting, inbox, journal, overruling, standstill
from copydesk.record.database import Record
from copydesk.record.deadletters import Unplaced, bury, bury_unreadable
from copydesk.record.inbox import Waiting
from copydesk.record.journal import Chapter, Told
from copydesk.record.overruling import Asked
from copydesk.record.placing import (
    Placed,
    Summary,
    first_seen,
    record_batch,
    recorded_places,
)
from copydesk.record.retrying import asked_again
from copydesk.record.tallies import Tallies
from copydesk.roles import memory
from copydesk.roles.collecting import Heap
from copydesk.roles.erasing import Erasure
from copydesk.roles.indexing import catch_up
from copydesk.roles.lifting import Lifting
from copydesk.roles.memory import Known
from copydesk.roles.notify import beat
from copydesk.roles.order import as_first_seen, as_published
from copydesk.roles.retaining import Retention
from copydesk.roles.retelling import decide
from dedupe.document import StoryChange
from indexer.engines.protocol import Engine
from indexer.errors import IndexerError

# A desk that dies is told again what it decided since the last snapshot, which takes about as long
# as deciding did.
_RETELLING_SECONDS = 20.0
_ENGINE_RETRY_SECONDS = 10.0
_BUSY_TRIES = 5
_LISTEN_SECONDS = 0.25

log = structlog.get_logger()


class DeskWork:
    """The desk's loop, one step at a time. Only one may run per record."""

    def __init__(
        self,
        record: Record,
        engine: Engine,
        *,
        memory_file: Path,
        batch: int,
        known: Known | None = None,
        retention: RetentionSettings = RetentionSettings(),  # noqa: B008 - it is immutable
        tell: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._record = record
        self._retention = Retention(record, retention, now=now)
        self._lifting = Lifting(record, batch=batch, now=now)
        self._erasure = Erasure(record)
        self._engine = engine
        self._memory_file = memory_file
        self._batch = batch
        self._tell = tell
        self._now = now
        self._known = known or memory.load(memory_file, record)
        self._known.lead(record)
        self._tallies = Tallies()
        self._settled = 0
        self._unsaved_seconds = 0.0
        self._heap = Heap()
        self._engine_retry_at = 0.0
        self._prepared = False
        self._standstill_over = False

    def confirm(self) -> None:
        """Raise :class:`LeadershipLostError` when another desk leads; with nothing to write too."""
        self._record.confirm()

    def place_waiting(self) -> Summary | None:
        """Place one batch; None when nothing waits."""
        waiting, known = self._take()
        if not waiting:
            return None
        started = time.monotonic()
        batch, unplaced, told = self._placed(as_published(waiting), known)
        self._unsaved_seconds += time.monotonic() - started
        placements = [placed.placement for placed in batch]
        # What the desk did before it failed at the last ones, and no later answer told.
        late = self._known.desk.told()
        changes = [change for each in placements for change in each.changes]
        chapter = Chapter(
            act="place",
            told=tuple(told),
            answers=journal.answers(placements),
            changed=journal.changed([*changes, *late]),
        )
        return self._write(chapter, batch, changes=late, unplaced=unplaced)

    def delete_requested(self) -> Summary | None:
        """Delete some of what is to be deleted; None when nothing is."""
        with self._record.reading() as connection:
            ids = deleting.requested(connection, limit=self._batch)
        if not ids:
            return None
        changes = self._known.desk.withdraw(*ids)
        self._known.torn = "yes"
        chapter = Chapter(act="withdraw", told=tuple(map(Told, ids)))
        return self._write(chapter, changes=changes, deleted=ids)

    def overrule(self) -> Summary | None:
        """Carry out one thing that a person asks about stories; None when nobody does."""
        with self._record.reading() as connection:
            asked = overruling.next_asked(connection)
        if asked is None:
            return None
        try:
            with self._record.reading() as connection:
                order = overruling.order_of(connection, asked.wish)
        except (OverruleError, NotFoundError) as error:
            return self._refuse(asked, str(error))
        try:
            done = self._known.desk.overrule(order)
        except Exception as error:
            # Refused first, or the desk would stumble over it at every start.
            self._refuse(asked, f"{type(error).__name__}: {error}")
            raise

        def note(connection: Connection) -> None:
            overruling.apply(connection, asked, order, done.effect, now=self._now())

        chapter = Chapter(act="overrule", overrule=order)
        return self._write(chapter, changes=done.changes, also=note)

    def _refuse(self, asked: Asked, why: str) -> Summary:
        with self._record.writing() as connection:
            overruling.refuse(connection, asked, why, now=self._now())
        return Summary()

    def listen(self, *, seconds: float = _LISTEN_SECONDS) -> bool:
        """Do what people ask for, saved searches too; whether the engine has to hear of it."""
        done = list(iter(self.overrule, None))
        match_new(self._record, now=self._now, seconds=seconds)
        with self._record.reading() as connection:
            return bool(done or asked_again(connection, limit=1))

    def lift_embargoes(self) -> int:
        """Have the articles whose time has come wait like all others; returns how many."""
        return self._lifting.step()

    def forget(self) -> bool:
        """Delete a little of what is asked for or kept long enough; False when that is nothing."""
        expired = self._retention.step()
        deleted = self.delete_requested() is not None or bool(expired)
        if deleted:
            self._erasure.deleted()
        self._erasure.step()
        return deleted

    def erase(self) -> None:
        """Leave nothing of what was deleted in the record's files; for runs that end."""
        self._erasure.finish()

    def settle(self) -> Summary | None:
        """Do now what the desk postponed (merges, splits); for runs that end."""
        changes = self._known.desk.settle()
        if changes:
            return self._write(Chapter(act="settle"), changes=changes)
        self._settled = 1
        return None

    def index(
        self,
        report: Callable[[int, int], None] = lambda _done, _all: None,
        *,
        seconds: float = inf,
    ) -> bool:
        """Bring the engine up to date, for about so long; whether it is.

        It is not when there was more to do, and when it is away or needs a person, who is told: by
        the log here, by the record wherever somebody asks.
        """
        if time.monotonic() < self._engine_retry_at:
            return False
        try:
            # Not at the start: an engine that is away then must not keep the desk from placing.
            if not self._prepared:
                self._engine.prepare()
                self._prepared = True
            reached = catch_up(
                self._record,
                self._engine,
                now=self._now,
                report=lambda progress: report(progress.done, progress.whole),
                seconds=seconds,
            )
        except IndexerError as error:
            log.warning(str(error))
            with self._record.writing() as connection:
                standstill.note(connection, str(error), at=self._now())
            self._standstill_over = False
            self._engine_retry_at = time.monotonic() + _ENGINE_RETRY_SECONDS
            return False
        if not self._standstill_over:  # nor is what a desk before this one said
            with self._record.writing() as connection:
                standstill.end(connection)
            self._standstill_over = True
        self._tell()
        return reached.position >= reached.head

    def report(self) -> None:
        """Say how the work goes, although nothing may have been indexed for a while."""
        self._tell()

    def save(self) -> None:
        """Write the desk's memory to disk, so that the next start is quick."""
        memory.save(self._memory_file, self._known)
        with self._record.writing() as connection:
            journal.prune(connection, position=self._known.position, now=self._now())
        self._unsaved_seconds = 0.0

    def save_if_worth(self) -> None:
        """Save when telling the desk again what is not saved would take long, or cannot be done."""
        long = self._unsaved_seconds > _RETELLING_SECONDS
        if (long and self._known.may_be_saved()) or self._known.must_be_saved():
            self.save_if_possible()
            self._heap.settle()

    def save_if_possible(self) -> None:
        """Save, or say why not: news must not wait for room for what can be made anew."""
        try:
            self.save()
        except RoleError as error:
            log.warning(str(error))
            self._unsaved_seconds = 0.0  # try again after as much work

    def _take(self) -> tuple[list[Waiting], dict[str, Told]]:
        """The next batch, and the places of those of it that are known."""
        try:
            with self._record.reading() as connection:
                taken = inbox.take(connection, limit=self._batch)
                undated = (each.id for each in taken if each.article.published is None)
                waiting = as_first_seen(taken, first_seen(connection, undated))
                return waiting, recorded_places(connection, (each.id for each in waiting))
        except DamagedError:
            with self._record.writing() as connection:
                if not bury_unreadable(connection, limit=self._batch, at=self._now()):
                    raise
            return self._take()

    def _placed(
        self, waiting: Sequence[Waiting], recorded: Mapping[str, Told]
    ) -> tuple[list[Placed], list[Unplaced], list[Told]]:
        batch: list[Placed] = []
        unplaced: list[Unplaced] = []
        told: list[Told] = []
        for each in waiting:
            document = desk_document(each.id, each.article)
            known = self._forgotten(each.id, recorded)
            try:
                placement = decide(self._known.desk, document, known)
            except Exception as error:
                log.exception(f"article {each.id} cannot be placed; kept as a dead letter")
                unplaced.append(Unplaced(waiting=each, reason=f"{type(error).__name__}: {error}"))
                continue
            batch.append(Placed(waiting=each, at=document.at, placement=placement))
            told.append(known or Told(each.id))
        return batch, unplaced, told

    def _forgotten(self, id_: str, recorded: Mapping[str, Told]) -> Told | None:
        return None if self._known.desk.remembers(id_) else recorded.get(id_)

    def _write(
        self,
        chapter: Chapter,
        batch: Sequence[Placed] = (),
        *,
        changes: Sequence[StoryChange] = (),
        unplaced: Sequence[Unplaced] = (),
        deleted: Sequence[str] = (),
        also: Callable[[Connection], None] = lambda _connection: None,
    ) -> Summary:
        # The desk's memory is already ahead of the record, so the same batch must be written or
        # the process must end and rebuild its memory.
        for attempt in range(1, _BUSY_TRIES + 1):
            try:
                with self._record.writing() as connection:
                    bury(connection, unplaced, at=self._now())
                    before = self._meet(connection)
                    summary = record_batch(
                        connection,
                        batch,
                        afterwards=changes,
                        deleted=deleted,
                        tallies=self._tallies,
                        now=self._now(),
                    )
                    also(connection)
                    after = changelog.head(connection)
                    chapter = msgspec.structs.replace(chapter, after=after, settled=self._settled)
                    journal.note(connection, chapter, before=before, now=self._now())
            except RecordBusyError:
                if attempt == _BUSY_TRIES:
                    raise
                log.warning("the record is busy; trying again")
                beat()  # five waits are longer than a watchdog's patience, and each has an end
            else:
                self._known.position, self._settled = after, 0
                return summary
        raise AssertionError("unreachable")

    def _meet(self, connection: Connection) -> int:
        """Where the log stands; raises :class:`RoleError` when the desk missed something."""
        head = changelog.head(connection)
        position = journal.past_asides(connection, position=self._known.position)
        if position != head:
            raise RoleError(
                f"the record changed between {position} and {head} without the desk",
                next_step="The desk starts anew and learns of it.",
            )
        return head
