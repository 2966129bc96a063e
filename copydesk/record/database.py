"""Open the record and run transactions on it."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from config.record_url import FORMS, without_password
from copydesk.errors import RecordError
from copydesk.record.faults import explained

# A writer waits this long for another one. The longest transaction of ours, a batch of the desk,
# takes well under a second; a backup by `VACUUM INTO` may take some.
BUSY_SECONDS = 30.0
# Who holds a lock on the server and is not heard of for this long (frozen, cut off) loses it. A
# standby desk has ten seconds to take over; the rest of them is for polling and for its own start.
SILENT_SECONDS = 5
# Seconds (the last: milliseconds) after which a connection to a server that vanished is given up.
TIMEOUTS = {
    "connect_timeout": 5,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 1000 * SILENT_SECONDS,
}
# SQLite begins its write-ahead log anew at a commit that no reader is behind; where somebody always
# reads that never comes, and 700 MB written made a log of 700 MB. From this length on writers wait
# for the readers of the moment, so long at most and so often.
LONGEST_LOG = 256 << 20
# Bytes after which it is brought into the file, in ordinary times.
_LOG = 131_072_000
_CUT_SECONDS, CUT_EVERY_SECONDS = 1.0, 30.0
_MODE = "copydesk_mode"
# Any number; it must be Copydesk's alone in its database.
_WRITERS_LOCK = 0x436F707964657368

Fence = Callable[[Connection], None]


def sqlite_url(path: Path) -> str:
    """The URL of the embedded default: one file."""
    return URL.create("sqlite", database=str(path)).render_as_string()


class Record:
    """A handle on the database; cheap, thread-safe, one per process.

    Reading transactions see one consistent state. Writing transactions exclude each other from
    their first statement, so what they read stays true until they commit.
    """

    def __init__(self, url: str) -> None:
        self.where = without_password(url)
        try:
            self.url = make_url(url)
            self._engine = _engine(self.url, self.where)
        except (ArgumentError, TypeError, ValueError):
            # Without its cause, which quotes what may be a password, and is logged.
            raise RecordError(
                "this is no database URL", where="[record] url", next_step=FORMS
            ) from None
        except ImportError as error:
            raise RecordError(
                "the library that speaks to this database cannot be loaded",
                where="[record] url",
                next_step="Run: pip install 'copydesk[postgres]'",
            ) from error
        self._fence: Fence = _open_to_all
        self._log = Path(f"{self.url.database}-wal")
        self._cut_at = -CUT_EVERY_SECONDS

    def fenced(self, fence: Fence) -> Self:
        """The same record, where ``fence`` runs first in every write transaction and may refuse.

        Close the original, not this.
        """
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__, _fence=fence)
        return other

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
        with self._begun("write") as connection:
            self._fence(connection)
            yield connection
        self._keep_log_short()

    def confirm(self) -> None:
        """Raise what the fence would raise, without writing and without waiting for writers."""
        with self.reading() as connection:
            self._fence(connection)

    @contextmanager
    def claiming(self) -> Iterator[Connection]:
        """A write transaction that waits for no other: for rows locked with SKIP LOCKED.

        What it reads may change before it commits, except the rows that it locked.
        """
        with self._begun("claim") as connection:
            yield connection

    @contextmanager
    def _begun(self, mode: str) -> Iterator[Connection]:
        with explained(self.where), self._engine.connect() as plain:
            connection = plain.execution_options(**{_MODE: mode})
            with connection.begin():
                yield connection

    def _keep_log_short(self) -> None:
        now = time.monotonic()
        if self.dialect != "sqlite" or now - self._cut_at < CUT_EVERY_SECONDS:
            return
        try:
            if self._log.stat().st_size <= LONGEST_LOG:
                return
        except OSError:
            return
        self._cut_at = now
        self.cut_log()

    def cut_log(self) -> bool:
        """Bring all of the write-ahead log into the file and empty it; whether that was possible.

        It is not while somebody goes on reading what was before. What was deleted is overwritten in
        the file by then, and stands nowhere any more. PostgreSQL looks after itself.
        """
        if self.dialect != "sqlite":
            return True
        # What was to be written is written. Whatever prevents this is told where it matters.
        with (
            suppress(SQLAlchemyError, sqlite3.Error),
            closing(self._engine.raw_connection()) as raw,
        ):
            cursor = raw.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {1000 * _CUT_SECONDS:.0f}")
            try:
                ((busy, *_),) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {1000 * BUSY_SECONDS:.0f}")
            return not busy
        return False

    def reclaim(self, pages: int) -> int:
        """Give at most so many free pages of the file back to its file system; returns how many.

        A tenth of the file stays free for what comes next. PostgreSQL looks after itself.
        """
        if self.dialect != "sqlite":
            return 0
        with self.writing() as connection:
            free = int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())
            every = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
            if free * 10 <= every:
                return 0
            # Each step of this statement frees one page; only a cursor read to its end does all.
            cursor = connection.connection.cursor()
            cursor.execute(f"PRAGMA incremental_vacuum({min(pages, free)})")
            cursor.fetchall()
            cursor.close()
            left = int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())
            return free - left

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _engine(url: URL, where: str) -> Engine:
    if url.get_backend_name() != "sqlite":
        with explained(where):
            engine = create_engine(
                url, pool_pre_ping=True, connect_args=TIMEOUTS, hide_parameters=True
            )
        # Before SQLAlchemy's own first look, which expects text.
        event.listen(engine, "connect", _check_encoding, insert=True)
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    # Parameters stay out of tracebacks: a hub's address and key are among them.
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    # We emit BEGIN ourselves: the driver's own would start every transaction as a reader, and a
    # reader that turns writer fails at once when another one wrote meanwhile.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
    except UnicodeDecodeError as error:
        # It reads the schema first; what SQLite quotes of a damaged one may be no text.
        raise sqlite3.DatabaseError("malformed database schema") from error
    # Deleting much shall make the file smaller. Only a file that is empty yet takes it; asking it
    # of another would wait for its writer.
    if not pages:
        cursor.execute("PRAGMA page_size = 4096")
        cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
    cursor.execute("PRAGMA journal_mode = WAL")
    # FULL syncs the WAL at each commit: a power cut loses no acknowledged article. Batches make
    # it cheap.
    cursor.execute("PRAGMA synchronous = FULL")
    # What is deleted is overwritten: some builds of SQLite do so by themselves, others leave it in
    # the file. "FAST" would leave what had a page of its own, as long texts have.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -65536")
    # 131 MB of WAL instead of 4: a page that many batches touch goes into the file once. With 12
    # indexes of 200,000 rows in random order a commit took 237 us a row with 33 MB, now 191.
    page = cursor.execute("PRAGMA page_size").fetchone()[0]
    cursor.execute(f"PRAGMA wal_autocheckpoint = {_LOG // page}")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _check_encoding(connection: Any, _record: object) -> None:
    """Raise :class:`RecordError` for a database that cannot hold every language.

    A cluster that was made without a locale has SQL_ASCII, of which the driver gives bytes.
    """
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise RecordError(
            f"the database has the encoding {encoding}",
            where=f"database {connection.info.dbname}",
            next_step="Make another: createdb --encoding UTF8 --template template0 NAME",
        )


def _begin_sqlite(connection: Connection) -> None:
    writing = _MODE in connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")


def _begin_postgresql(connection: Connection) -> None:
    # The same promises as on SQLite: a reader sees one moment, writers take turns.
    mode = connection.get_execution_options().get(_MODE)
    if mode is None:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return
    # Not what the server may be set to: a snapshot from before the wait for the lock would miss
    # what the writer before has written.
    connection.exec_driver_sql(
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; "
        f"SET LOCAL idle_in_transaction_session_timeout = '{SILENT_SECONDS}s'; "
        f"SET LOCAL lock_timeout = '{BUSY_SECONDS:.0f}s'"
    )
    if mode == "write":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")


def _open_to_all(_connection: Connection) -> None:
    """The fence of a record that anyone may write."""
