"""One desk leads, under a term that all its writes carry; others stand by.

On PostgreSQL the lead is a session's advisory lock. A leader that is frozen or cut off cannot give
it back, so the server takes it: the session that holds the lock must say something every few
seconds (``idle_session_timeout``, PostgreSQL 14). Whoever gets the lock raises the term in the
table ``leadership``; every write transaction of a desk compares its own term with it. A desk that
lost the lead without knowing is refused by that comparison (a fencing token, Kleppmann 2016).
On SQLite the lock is the kernel's, on a file beside the record.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import msgspec
from sqlalchemy import Connection, Engine, NullPool, create_engine, select

from copydesk.errors import InUseError, LeadershipLostError, RecordError
from copydesk.locks import held
from copydesk.record.database import SILENT_SECONDS, TIMEOUTS, Record
from copydesk.record.faults import explained
from copydesk.record.rows import upsert
from copydesk.record.schema import leadership

DESK = "desk"
# Any number; it must be Copydesk's alone in its database.
_LOCK = 0x436F707964657369
_PING_SECONDS = 1.5


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """The lead, while it lasts; ``record`` writes only under its ``term``."""

    record: Record
    term: int


@contextmanager
def leading(record: Record) -> Iterator[Lead]:
    """Be the one desk of this record, on whatever machine.

    Raises :class:`InUseError` when another desk leads. A lead that is lost shows at the next
    write of ``lead.record``, which raises :class:`LeadershipLostError` and changes nothing.
    """
    with _alone(record) as voice:
        term = _raise_term(record)

        def fence(connection: Connection) -> None:
            if voice is not None:
                voice.check()
            _check(connection, term)

        yield Lead(record=record.fenced(fence), term=term)


@contextmanager
def unled(record: Record) -> Iterator[None]:
    """Nobody leads meanwhile, not even this process. Raises :class:`InUseError`."""
    with _alone(record):
        yield


@contextmanager
def _alone(record: Record) -> Iterator["_Voice | None"]:
    """Hold the lock of the one desk, on a server with a voice that keeps it."""
    if record.dialect == "sqlite":
        with held(Path(f"{record.url.database}.desk-lock"), "a desk"):
            yield None
        return
    # A connection of its own: the lock belongs to the session, not to a transaction.
    engine = create_engine(
        record.url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=TIMEOUTS,
    )
    with _session(engine, record.where) as session:
        with explained(record.where):
            lock = f"SELECT pg_try_advisory_lock({_LOCK})"
            leads = bool(session.exec_driver_sql(lock).scalar_one())
        if not leads:
            raise InUseError(
                f"a desk already places the articles of this record{_holder(record)}",
                where=record.where,
                next_step="Stop it first; one record has one desk.",
            )
        with _voice(session) as voice:
            yield voice


def current_term(connection: Connection) -> int:
    """The term of the last desk that led; 0 when none ever did."""
    statement = select(leadership.c.term).where(leadership.c.role == DESK)
    return int(connection.execute(statement).scalar_one_or_none() or 0)


def _raise_term(record: Record) -> int:
    # Writers exclude each other, so the leader before has finished or will be refused.
    with record.writing() as connection:
        term = current_term(connection) + 1
        holder = f"{socket.gethostname()}, process {os.getpid()}"
        row = {"role": DESK, "term": term, "holder": holder, "since": time.time()}
        upsert(connection, leadership, [row])
    return term


def _check(connection: Connection, term: int) -> None:
    now = current_term(connection)
    if now != term:
        raise LeadershipLostError(
            f"this desk led under term {term}, another leads under term {now}",
            next_step="It stands by; nothing is lost.",
        )


def _holder(record: Record) -> str:
    statement = select(leadership.c.holder).where(leadership.c.role == DESK)
    with record.reading() as connection:
        holder = connection.execute(statement).scalar_one_or_none()
    return f" ({holder})" if holder else ""


@contextmanager
def _session(engine: Engine, where: str) -> Iterator[Connection]:
    """A session that the server ends when nothing is heard of it."""
    with explained(where):
        session = engine.connect()
    try:
        with explained(where):
            session.exec_driver_sql(f"SET idle_session_timeout = '{SILENT_SECONDS}s'")
        yield session
    finally:
        # The lock goes with the session; one that is broken already has nothing to say goodbye to.
        session.invalidate()
        session.close()
        engine.dispose()


class _Voice:
    """Says every moment that the leader is alive."""

    def __init__(self, session: Connection) -> None:
        self._session = session
        self._over = Event()
        self._heard = time.monotonic()
        self._broken = ""
        self.thread = Thread(target=self._speak, daemon=True, name="leader")

    def _speak(self) -> None:
        while not self._over.wait(_PING_SECONDS):
            try:
                with explained(""):
                    self._session.exec_driver_sql("SELECT 1")
            except Exception as error:  # noqa: BLE001 - whatever broke the session, the lead is lost
                self._broken = error.what if isinstance(error, RecordError) else str(error)
                return
            self._heard = time.monotonic()

    def check(self) -> None:
        """Raise :class:`LeadershipLostError` once the server may have given the lead away."""
        silent = time.monotonic() - self._heard
        if self._broken or silent > SILENT_SECONDS:
            raise LeadershipLostError(
                self._broken or f"the database server was silent for {silent:.0f} s",
                next_step="This desk stands by; nothing is lost.",
            )

    def end(self) -> None:
        self._over.set()
        # One that hangs in a dead connection ends with the process.
        self.thread.join(_PING_SECONDS)


@contextmanager
def _voice(session: Connection) -> Iterator[_Voice]:
    voice = _Voice(session)
    voice.thread.start()
    try:
        yield voice
    finally:
        voice.end()
