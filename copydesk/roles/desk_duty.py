"""The duty to place, with its lock, from the settings to the end."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import structlog

from config.settings import Settings
from copydesk.errors import InUseError, LeadershipLostError, RecordError, RecordSchemaError
from copydesk.locks import held
from copydesk.record.database import Record
from copydesk.record.leadership import Lead, leading
from copydesk.roles.desk import DeskWork, Totals, run_forever, run_once, warm_up
from copydesk.roles.opening import data_dir, open_record, writing_engine
from copydesk.roles.reporting import telling
from copydesk.roles.supervisor import stop_event

# A standby asks this often whether it may lead.
_ASK_SECONDS = 1.0

log = structlog.get_logger()


@contextmanager
def desk_work(settings: Settings) -> Iterator[DeskWork]:
    """The desk, alone on its record. Raises :class:`copydesk.errors.InUseError`."""
    with (
        _desk_folder(settings) as folder,
        open_record(settings) as record,
        leading(record) as lead,
        _at_work(settings, lead, folder) as work,
    ):
        yield work


def desk_once(settings: Settings, report: Callable[[str, int, int], None]) -> Totals:
    """Place and index all that waits."""
    with desk_work(settings) as work:
        return run_once(work, report)


def desk_forever(settings: Settings) -> None:
    """Place and index until SIGTERM or SIGINT; stand by while another desk leads."""
    stop = stop_event()
    started = time.monotonic()
    log.info("getting ready; the first start on a machine compiles for half a minute")
    warm_up()
    with _desk_folder(settings) as folder, open_record(settings) as record:
        log.info(f"ready after {time.monotonic() - started:.0f} s")
        while not stop.is_set():
            with ExitStack() as stack:
                lead = _lead(record, stack, stop)
                if lead is None:
                    return
                log.info(f"leading, term {lead.term}")
                try:
                    run_forever(stack.enter_context(_at_work(settings, lead, folder)), stop)
                except LeadershipLostError as error:
                    log.warning(str(error))


def _lead(record: Record, stack: ExitStack, stop: Event) -> Lead | None:
    """Wait until no other desk leads; None when told to stop first."""
    told = ""
    while not stop.is_set():
        try:
            return stack.enter_context(leading(record))
        except RecordSchemaError:
            raise
        except (InUseError, RecordError) as error:
            if str(error.what) != told:
                told = str(error.what)
                log.info(f"standing by: {told}")
            stop.wait(_ASK_SECONDS)
    return None


@contextmanager
def _desk_folder(settings: Settings) -> Iterator[Path]:
    folder = data_dir(settings)
    with held(folder / "desk.lock", "a desk"):
        yield folder


@contextmanager
def _at_work(settings: Settings, lead: Lead, folder: Path) -> Iterator[DeskWork]:
    with (
        writing_engine(settings) as engine,
        telling(settings, lead.record, now=time.time) as tell,
    ):
        yield DeskWork(
            lead.record,
            engine,
            memory_file=folder / "desk.memory",
            batch=settings.desk.batch,
            tell=tell,
        )
