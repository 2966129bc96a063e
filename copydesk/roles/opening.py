"""Open what a role needs from the settings: data directory, record, engine."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from config.settings import Settings
from config.sources import Source
from copydesk.errors import RecordSchemaError, RoleError
from copydesk.locks import held
from copydesk.record import migrate, registry
from copydesk.record.database import Record
from copydesk.roles.ownership import refuse_to_take
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.embedded_rebuild import EmbeddedRebuild
from indexer.engines.protocol import Engine, Reader, Rebuild

if TYPE_CHECKING:
    from indexer.engines.elasticsearch_client import ElasticsearchSettings

CONFIGURED = "configured"


def data_dir(settings: Settings) -> Path:
    """The data directory for who writes in it, created if missing.

    Raises :class:`RoleError` when it cannot be, and to root when it is another user's.
    """
    path = made_data_dir(settings)
    refuse_to_take(path)
    return path


def made_data_dir(settings: Settings) -> Path:
    """The data directory, created if missing. Raises :class:`RoleError` when it cannot be.

    One that we create is its user's alone: the record holds what is under embargo, what private
    sources bring, and the keys of hubs.
    """
    path = settings.data_dir
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RoleError(
            f"the data directory cannot be created: {error.strerror}",
            where=str(path),
            next_step="Choose another with --data, or give this user the right to write there.",
        ) from error
    return path


@contextmanager
def open_record(settings: Settings) -> Iterator[Record]:
    """The record, with its schema up to date."""
    data_dir(settings)
    with _up_to_date(settings) as record:
        yield record


@contextmanager
def record_with_sources(settings: Settings, sources: tuple[Source, ...]) -> Iterator[Record]:
    """The record for who looks at its sources, with ``sources`` if it has none yet.

    Root may look at another's: what SQLite makes beside a file it gives to the owner of that.
    """
    if not exists(Record(settings.record.url)):
        data_dir(settings)
    with _up_to_date(settings) as record:
        register_at_first(record, sources)
        yield record


@contextmanager
def _up_to_date(settings: Settings) -> Iterator[Record]:
    record = Record(settings.record.url)
    try:
        migrate.upgrade(record)
        yield record
    finally:
        record.close()


@contextmanager
def reading_record(settings: Settings) -> Iterator[Record]:
    """The record for who only looks: nothing is made, brought up to date or locked.

    Raises :class:`RecordSchemaError` when there is none yet, or one of another version.
    """
    record = Record(settings.record.url)
    try:
        if not exists(record):
            raise RecordSchemaError(
                "there is no record yet",
                where=record.where,
                next_step="`copydesk init` makes it, and so does `copydesk run`.",
            )
        migrate.check(record)
        yield record
    finally:
        record.close()


def exists(record: Record) -> bool:
    """Whether there is a database, with or without tables."""
    return record.dialect != "sqlite" or Path(record.url.database or "").exists()


def register_sources(record: Record, sources: tuple[Source, ...]) -> None:
    """Make the record's configured sources those of the configuration."""
    with record.writing() as connection:
        registry.register(connection, sources, origin=CONFIGURED, now=time.time())


def register_at_first(record: Record, sources: tuple[Source, ...]) -> None:
    """The same in a record that has no sources yet: who only looks must not change the others'."""
    with record.reading() as connection:
        known = registry.every(connection)
    if not known:
        register_sources(record, sources)


@contextmanager
def writing_engine(settings: Settings) -> Iterator[Engine]:
    """The engine for the one process that indexes."""
    with closing(
        EmbeddedEngine(_index(settings)) if _is_embedded(settings) else _elasticsearch(settings)
    ) as engine:
        yield engine


@contextmanager
def reading_engine(settings: Settings) -> Iterator[Reader]:
    """The engine for any process that only searches."""
    with closing(
        # Root may look, into the folder of whomever.
        EmbeddedEngine.open_reader(settings.data_dir / "index")
        if _is_embedded(settings)
        else _elasticsearch(settings)
    ) as engine:
        yield engine


@contextmanager
def rebuilding_engine(settings: Settings) -> Iterator[Rebuild]:
    """A new index beside the one in use. Raises :class:`copydesk.errors.InUseError`."""
    with (
        held(data_dir(settings) / "reindex.lock", "a rebuilding of the index"),
        closing(
            EmbeddedRebuild(_index(settings)) if _is_embedded(settings) else _anew(settings)
        ) as engine,
    ):
        yield engine


def _index(settings: Settings) -> Path:
    return data_dir(settings) / "index"


def _is_embedded(settings: Settings) -> bool:
    return settings.engine.kind == "embedded"


# The client is imported late: it takes a third of a second to load, and most never use it.


def _elasticsearch(settings: Settings) -> Engine:
    from indexer.engines.elasticsearch import ElasticsearchEngine

    return ElasticsearchEngine(_cluster(settings))


def _anew(settings: Settings) -> Rebuild:
    from indexer.engines.elasticsearch_rebuild import ElasticsearchRebuild

    return ElasticsearchRebuild(_cluster(settings))


def _cluster(settings: Settings) -> "ElasticsearchSettings":
    from indexer.engines.elasticsearch_client import ElasticsearchSettings

    return msgspec.convert(settings.engine, ElasticsearchSettings, from_attributes=True)
