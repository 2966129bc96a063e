"""The duty to place, with its lock, from the settings to the end."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import structlog

from config.errors import CopydeskError
from config.settings import Settings
from copydesk.errors import InUseError, RecordError, RecordSchemaError, RoleError
from copydesk.locks import held
from copydesk.record.database import Record
from copydesk.record.leadership import Lead, leading
from copydesk.roles import memory
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import run_forever, run_once, warm_up
from copydesk.roles.memory import Known
from copydesk.roles.notify import READY, beat, notify
from copydesk.roles.opening import data_dir, open_record, writing_engine
from copydesk.roles.reindexing import made_anew_beside
from copydesk.roles.reporting import telling
from copydesk.roles.supervisor import Life, after_death, stop_event
from copydesk.roles.telling_receivers import tell_receivers_once, telling_receivers
from copydesk.roles.totals import Totals
from dedupe.stories.encoder import SentenceEncoder, multilingual_encoder

# A standby asks this often whether it may lead.
_ASK_SECONDS = 1.0
_MEMORY = "desk.memory"

log = structlog.get_logger()


@contextmanager
def desk_work(settings: Settings) -> Iterator[DeskWork]:
    """The desk, alone on its record. Raises :class:`copydesk.errors.InUseError`."""
    with _leading_work(settings) as (_, work):
        yield work


@contextmanager
def _leading_work(settings: Settings) -> Iterator[tuple[Lead, DeskWork]]:
    with (
        _desk_folder(settings) as folder,
        open_record(settings) as record,
        leading(record) as lead,
        _at_work(settings, lead.record, folder, None) as work,
    ):
        yield lead, work


def desk_once(settings: Settings, report: Callable[[str, int, int], None]) -> Totals:
    """Place and index all that waits, and tell who is to be told of matches."""
    with _leading_work(settings) as (lead, work):
        totals = run_once(work, report)
        tell_receivers_once(settings, lead.record)
        return totals


def desk_forever(settings: Settings, *, reindex: Sequence[str]) -> None:
    """Place and index until SIGTERM or SIGINT; stand by while another desk leads.

    ``reindex`` is the command that makes an index anew that an earlier version left.

    A record that fails (its server restarts, its disk is full) is tried again, ever more rarely.
    """
    stop = stop_event()
    started = time.monotonic()
    log.info("getting ready; the first start on a machine compiles for half a minute")
    warm_up()
    _encoder(settings)  # one that is missing is told at once, and not by a standby that takes over
    life = Life()
    with (
        _desk_folder(settings) as folder,
        open_record(settings) as record,
        made_anew_beside(settings, record, reindex),
    ):
        log.info(f"ready after {time.monotonic() - started:.0f} s")
        notify(READY)
        while not stop.is_set():
            began = time.monotonic()
            try:
                _lead_once(settings, record, folder, stop)
            except RecordSchemaError:
                raise
            except RecordError as error:
                log.warning(str(error))
                now = time.monotonic()
                life = after_death(life, lived=now - began, now=now)
                stop.wait(life.start_at - now)


def _lead_once(settings: Settings, record: Record, folder: Path, stop: Event) -> None:
    with ExitStack() as stack:
        taken = _lead(settings, record, folder, stack, stop)
        if taken is None:
            return
        lead, known = taken
        log.info(f"leading, term {lead.term}")
        work = stack.enter_context(_at_work(settings, lead.record, folder, known))
        stack.enter_context(telling_receivers(settings, lead.record))
        run_forever(work, stop)


def _lead(
    settings: Settings, record: Record, folder: Path, stack: ExitStack, stop: Event
) -> tuple[Lead, Known | None] | None:
    """Wait until no other desk leads, learning what that one does; None when told to stop first."""
    known: Known | None = None
    told = ""
    while not stop.is_set():
        beat()
        try:
            try:
                return stack.enter_context(leading(record)), known
            except InUseError as error:
                told = _say_once(error, told)
                # A memory that is up to date takes over at once.
                known = known or _memory(settings, folder, record)
                known.follow(record)
                if known.must_be_saved():
                    _save(folder, known)
        except RecordSchemaError:
            raise
        except RecordError as error:
            told = _say_once(error, told)
        stop.wait(_ASK_SECONDS)
    return None


def _memory(settings: Settings, folder: Path, record: Record) -> Known:
    return memory.load(folder / _MEMORY, record, _encoder(settings))


def _save(folder: Path, known: Known) -> None:
    """Save what a standby knows, or say why not: it can be learned anew."""
    try:
        memory.save(folder / _MEMORY, known)
    except RoleError as error:
        log.warning(str(error))


def _encoder(settings: Settings) -> SentenceEncoder | None:
    """Raises ``DedupeError`` when it is not installed."""
    return multilingual_encoder() if settings.desk.encoder == "multilingual" else None


def _say_once(error: CopydeskError, told: str) -> str:
    if error.what != told:
        log.info(f"standing by: {error.what}")
    return error.what


@contextmanager
def _desk_folder(settings: Settings) -> Iterator[Path]:
    folder = data_dir(settings)
    with held(folder / "desk.lock", "a desk"):
        yield folder


@contextmanager
def _at_work(
    settings: Settings, record: Record, folder: Path, known: Known | None
) -> Iterator[DeskWork]:
    with (
        writing_engine(settings) as engine,
        telling(settings, record, now=time.time) as tell,
    ):
        yield DeskWork(
            record,
            engine,
            memory_file=folder / _MEMORY,
            batch=settings.desk.batch,
            known=known or _memory(settings, folder, record),
            retention=settings.retention,
            tell=tell,
        )
