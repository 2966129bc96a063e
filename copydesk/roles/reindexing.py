"""Make the index anew from the record while the old one answers and is written."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
import structlog

from config.settings import Settings
from copydesk.record import timelines
from copydesk.record.database import Record
from copydesk.roles.indexing import Progress, apply_next
from copydesk.roles.opening import open_record, reading_engine, rebuilding_engine
from indexer.engines.protocol import Rebuild
from indexer.errors import EngineMismatchError, EngineUnavailableError

log = structlog.get_logger()


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: the log position that the new index has, how many changes those are, and the
    seconds it took."""

    position: int
    changes: int
    seconds: float


def reindex(
    settings: Settings, report: Callable[[int, int], None] = lambda _done, _all: None
) -> Rebuilt:
    """Rebuild the index that the settings name. A desk may run, here or on another machine."""
    started = time.monotonic()
    with open_record(settings) as record, rebuilding_engine(settings) as engine:
        position = rebuild(
            record,
            engine,
            now=time.time,
            report=lambda progress: report(progress.done, progress.whole),
        )
        with record.reading() as connection:
            changes = timelines.read(connection).changes(position)
    return Rebuilt(position=position, changes=changes, seconds=time.monotonic() - started)


def is_outdated(settings: Settings, record: Record) -> bool:
    """Whether the embedded index is damaged, of another schema, as after an upgrade, or not of this
    record, as after a restore on another machine.

    Elasticsearch is not asked: it may be away, and other machines may still use what it holds.
    """
    if settings.engine.kind != "embedded":
        return False
    try:
        with reading_engine(settings) as engine:
            noted = engine.noted()
    except EngineMismatchError:
        return True
    except EngineUnavailableError:
        return False  # There is none yet: the desk makes it.
    with record.reading() as connection:
        return timelines.read(connection).objection(noted.timeline, noted.position) != ""


@contextmanager
def made_anew_beside(settings: Settings, record: Record, command: Sequence[str]) -> Iterator[None]:
    """Mend an index of another version or record by ``command``, a process beside the desk.

    It may take long; what the desk places meanwhile is found afterwards.
    """
    if not is_outdated(settings, record):
        yield
        return
    log.info("the index does not serve as it is: it is made anew while all goes on")
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        process.terminate()  # what it had begun is begun anew at the next start
        process.wait()


def rebuild(
    record: Record,
    engine: Rebuild,
    *,
    now: Callable[[], float],
    report: Callable[[Progress], None] = lambda _progress: None,
) -> int:
    """Replay the whole log into a new index, then let it take the old one's place.

    The exchange comes as soon as a batch reaches the end of the log as it was then: what arrives
    later is brought by the desk, which reads on from the new index's position.
    """
    engine.prepare()
    with record.reading() as connection:
        timeline = timelines.read(connection).name
    position = 0
    while progress := apply_next(record, engine, timeline=timeline, after=position, now=now):
        position = progress.position
        report(progress)
        if position >= progress.head:
            break
    engine.exchange()
    return position
