"""The duty to place, with its lock, from the settings to the end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from config.settings import Settings
from copydesk.locks import held
from copydesk.roles.desk import DeskWork, Totals, run_forever, run_once, warm_up
from copydesk.roles.opening import data_dir, open_record, writing_engine
from copydesk.roles.supervisor import stop_event

log = structlog.get_logger()


@contextmanager
def desk_work(settings: Settings) -> Iterator[DeskWork]:
    """The desk, alone on its data directory. Raises :class:`copydesk.errors.InUseError`."""
    folder = data_dir(settings)
    with (
        held(folder / "desk.lock", "a desk"),
        open_record(settings) as record,
        record.leading(),
        writing_engine(settings) as engine,
    ):
        yield DeskWork(
            record,
            engine,
            memory_file=folder / "desk.memory",
            batch=settings.desk.batch,
        )


def desk_once(settings: Settings, report: Callable[[str, int, int], None]) -> Totals:
    """Place and index all that waits."""
    with desk_work(settings) as work:
        return run_once(work, report)


def desk_forever(settings: Settings) -> None:
    """Place and index until SIGTERM or SIGINT."""
    stop = stop_event()
    started = time.monotonic()
    log.info("getting ready; the first start on a machine compiles for half a minute")
    warm_up()
    with desk_work(settings) as work:
        log.info(f"ready after {time.monotonic() - started:.0f} s")
        run_forever(work, stop)
