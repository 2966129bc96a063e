"""Tell the operations index how the work goes: delays at once, the rest about once a minute."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Protocol

import msgspec
import structlog

from config.settings import Settings
from copydesk.clocks import Every
from copydesk.operations import (
    fetches_after,
    newly_searchable,
    open_letters,
    source_states,
)
from copydesk.record import changelog
from copydesk.record.database import Record
from copydesk.record.reading import last_number
from copydesk.roles.indexing import READER
from indexer.errors import IndexerError
from indexer.operations import Indexed, OperationDocument

DELAYS, FETCHES = "operations delays", "operations fetches"
_BATCH = 2000
_SNAPSHOT_SECONDS = 60.0
_FORGET_SECONDS = 3600.0
_KEPT_SECONDS = 30 * 86_400.0

log = structlog.get_logger()


class Target(Protocol):
    """Where it is told: :class:`indexer.engines.elasticsearch_operations.OperationsIndex`."""

    def append(self, documents: Sequence[OperationDocument], *, seen: float) -> None:
        """Write documents."""

    def replace(self, documents: Sequence[OperationDocument], *, seen: float) -> None:
        """Write how things stand now."""

    def forget(self, *, now: float) -> None:
        """Delete what is too old."""


class Reporting:
    """What was told is remembered in the record, so that nothing is told twice or left out.

    Delays are measured from here on: what the record holds already was searchable before.
    """

    def __init__(self, record: Record, target: Target, *, now: Callable[[], float]) -> None:
        self._record = record
        self._target = target
        self._now = now
        self._snapshots, self._forgetting = Every(_SNAPSHOT_SECONDS), Every(_FORGET_SECONDS)
        with record.writing() as connection:
            if not changelog.load_cursor(connection, DELAYS):
                number = last_number(connection)
                changelog.save_cursor(connection, DELAYS, number, at=now())

    def tell(self) -> None:
        """Say what is new. An index that is away is told later, and nobody waits for it."""
        try:
            self._delays()
            now = self._now()
            if self._snapshots.is_due(now):
                self._fetches()
                self._snapshot()
            if self._forgetting.is_due(now):
                self._target.forget(now=now)
        except IndexerError as error:
            log.warning(str(error))

    def _delays(self) -> None:
        while True:
            with self._record.reading() as connection:
                after = changelog.load_cursor(connection, DELAYS)
                position = changelog.load_cursor(connection, READER)
                found = newly_searchable(connection, after=after, position=position, limit=_BATCH)
            if found.number == after:
                return
            now = self._now()
            if found.published:
                delays = tuple(max(now - at, 0.0) for at in found.published)
                document = Indexed(id=str(found.number), at=now, delays=delays)
                self._target.append([document], seen=now)
            self._remember(DELAYS, found.number)

    def _fetches(self) -> None:
        since = self._now() - _KEPT_SECONDS
        while True:
            with self._record.reading() as connection:
                after = changelog.load_cursor(connection, FETCHES)
                found = fetches_after(connection, after, since=since, limit=_BATCH)
            if not found:
                return
            self._target.append(found, seen=self._now())
            self._remember(FETCHES, int(found[-1].id))

    def _snapshot(self) -> None:
        now = self._now()
        with self._record.reading() as connection:
            documents: list[OperationDocument] = [
                *source_states(connection, now=now),
                *open_letters(connection),
            ]
        self._target.replace(documents, seen=now)

    def _remember(self, reader: str, seq: int) -> None:
        with self._record.writing() as connection:
            changelog.save_cursor(connection, reader, seq, at=self._now())


@contextmanager
def telling(
    settings: Settings, record: Record, *, now: Callable[[], float]
) -> Iterator[Callable[[], None]]:
    """What the desk calls when it has indexed, and now and then; nothing for an embedded engine."""
    if settings.engine.kind == "embedded":
        yield _nobody
        return
    # Imported here: the client takes a third of a second to load, and most never use it.
    from indexer.engines.elasticsearch_client import ElasticsearchSettings
    from indexer.engines.elasticsearch_operations import OperationsIndex

    cluster = msgspec.convert(settings.engine, ElasticsearchSettings, from_attributes=True)
    with closing(OperationsIndex(cluster)) as index:
        yield Reporting(record, index, now=now).tell


def _nobody() -> None:
    """No dashboards, nobody to tell."""
