"""Open the record and run transactions on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from copydesk.errors import InUseError, RecordError
from copydesk.locks import held
from copydesk.record.faults import explained

# A writer waits this long for another one. The longest transaction of ours, a batch of the desk,
# takes well under a second; a backup by `VACUUM INTO` may take some.
BUSY_SECONDS = 30.0
_WRITE = "copydesk_write"
# Any number; it must be Copydesk's alone in its database.
_WRITERS_LOCK = 0x436F707964657368
_LEADERS_LOCK = _WRITERS_LOCK + 1


def sqlite_url(path: Path) -> str:
    """The URL of the embedded default: one file."""
    return URL.create("sqlite", database=str(path)).render_as_string()


class Record:
    """A handle on the database; cheap, thread-safe, one per process.

    Reading transactions see one consistent state. Writing transactions exclude each other from
    their first statement, so what they read stays true until they commit.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise RecordError(
                "this is no database URL",
                where="[record] url",
                next_step="Use sqlite:////path/to/file.db or postgresql+psycopg://user@host/name.",
            ) from error
        self.where = parsed.render_as_string(hide_password=True)
        self.url = parsed
        self._engine = _engine(parsed)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction: one snapshot of the record. Raises :class:`RecordError`."""
        with explained(self.where), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction, committed at the end, undone by any exception."""
        with explained(self.where), self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITE: True})
            with connection.begin():
                yield connection

    @contextmanager
    def leading(self) -> Iterator[None]:
        """Be the one desk of this record, on whatever machine; raises :class:`InUseError`."""
        if self.dialect == "sqlite":
            with held(Path(f"{self.url.database}.desk-lock"), "a desk"):
                yield
            return
        with explained(self.where), self._engine.connect() as connection:
            statement = f"SELECT pg_try_advisory_lock({_LEADERS_LOCK})"
            if not connection.exec_driver_sql(statement).scalar_one():
                raise InUseError(
                    "a desk already places the articles of this record",
                    where=self.where,
                    next_step="Stop it first; one record has one desk.",
                )
            # The lock belongs to the session, not to this transaction, which must not stay open.
            connection.commit()
            try:
                yield
            finally:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LEADERS_LOCK})")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        with explained(url.render_as_string(hide_password=True)):
            engine = create_engine(url, pool_pre_ping=True)
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    # We emit BEGIN ourselves: the driver's own would start every transaction as a reader, and a
    # reader that turns writer fails at once when another one wrote meanwhile.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL syncs the WAL at each commit: a power cut loses no acknowledged article. Batches make
    # it cheap.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")


def _begin_postgresql(connection: Connection) -> None:
    # The same promises as on SQLite: a reader sees one moment, writers take turns.
    if connection.get_execution_options().get(_WRITE, False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
