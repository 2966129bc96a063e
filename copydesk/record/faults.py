"""Say in words what a database error means and what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, InterfaceError, SQLAlchemyError

from copydesk.errors import (
    RecordBusyError,
    RecordDamagedError,
    RecordError,
    RecordSchemaError,
)

# What SQLite and PostgreSQL say, the class it belongs to, our sentence and the next step.
_KNOWN: tuple[tuple[str, type[RecordError], str, str], ...] = (
    (
        "database is locked",
        RecordBusyError,
        "the record is locked by another process",
        "It is tried again by itself; if it stays, look for a backup or a shell holding it open.",
    ),
    (
        "lock timeout",
        RecordBusyError,
        "the record is locked by another process",
        "It is tried again by itself; if it stays, look for a backup or a shell holding it open.",
    ),
    (
        "readonly database",
        RecordError,
        "the record is read-only",
        "Give this user the right to write the data directory and everything in it.",
    ),
    (
        "read-only transaction",
        RecordError,
        "the database server takes no writes",
        "Name all servers in [record] url, with target_session_attrs=read-write.",
    ),
    (
        "disk is full",
        RecordError,
        "the disk is full",
        "Free some space; Copydesk goes on from where it stopped, nothing placed is lost.",
    ),
    (
        "disk I/O error",
        RecordError,
        "the disk cannot be read or written",
        "Check the file system of the data directory.",
    ),
    (
        "unable to open database file",
        RecordError,
        "the record cannot be opened",
        "Check that the data directory exists and that this user may write there.",
    ),
    (
        "malformed",
        RecordDamagedError,
        "the record is damaged",
        "Stop Copydesk, then put a backup in its place: copydesk restore --replace FILE",
    ),
    (
        "not a database",
        RecordDamagedError,
        "the file is no database",
        "Choose another --data, or put a backup in its place: copydesk restore --replace FILE",
    ),
    (
        "no such table",
        RecordSchemaError,
        "the record has no tables yet or those of another version",
        "Run `copydesk init`.",
    ),
    (
        "no such column",
        RecordSchemaError,
        "the record has the tables of another version",
        "Run `copydesk init` to bring it up to date.",
    ),
    (
        "connection refused",
        RecordError,
        "the database server does not answer",
        "Check that PostgreSQL runs and that the address in [record] url is right.",
    ),
    (
        "timeout expired",
        RecordError,
        "the database server does not answer",
        "Check that PostgreSQL runs and that the address in [record] url is right.",
    ),
    (
        "FATAL:  the database system is",  # starting up, shutting down, in recovery mode
        RecordError,
        "the database server is just starting or stopping",
        "It is tried again by itself; if it stays, look into the server's own log.",
    ),
    (
        "terminating connection due to idle",
        RecordError,
        "the database server ended the connection because this process was silent for too long",
        "It starts again by itself; if it stays, look what holds this machine up.",
    ),
    (
        "terminating connection due to administrator command",
        RecordError,
        "the database server was stopped",
        "Start it again; Copydesk goes on from where it stopped, nothing placed is lost.",
    ),
    (
        "server closed the connection unexpectedly",
        RecordError,
        "the connection to the database server broke",
        "Check that PostgreSQL runs and is reached; nothing placed is lost.",
    ),
    (
        "could not extend file",
        RecordError,
        "the database server's disk is full",
        "Free some space; Copydesk goes on from where it stopped, nothing placed is lost.",
    ),
    (
        "idle_session_timeout",
        RecordError,
        "the database server is too old",
        "Copydesk needs PostgreSQL 14 or newer.",
    ),
    (
        "password authentication failed",
        RecordError,
        "the database server refuses the user or the password",
        "Check [record] url.",
    ),
)

# What a server calls it in its own language has a code that is everywhere the same (appendix A of
# PostgreSQL's manual), and then the sign by which it is found above.
_CODES = {
    "55P03": "lock timeout",
    "40P01": "lock timeout",  # a deadlock: the server let the other one go on
    "40001": "lock timeout",
    "42P01": "no such table",
    "42703": "no such column",
    "25006": "read-only transaction",
    "25P03": "terminating connection due to idle",
    "57P05": "terminating connection due to idle",
    "57P01": "terminating connection due to administrator command",
    "57P02": "terminating connection due to administrator command",
    "57P03": "FATAL:  the database system is",
    "53100": "could not extend file",
    "28P01": "password authentication failed",
}


def explain(error: SQLAlchemyError, where: str) -> RecordError:
    """The error of ours that says what ``error`` means; raise it ``from`` the original."""
    cause = error.orig if isinstance(error, DatabaseError | InterfaceError) else error
    text = str(cause)
    lowered = _CODES.get(getattr(cause, "sqlstate", None) or "", text).lower()
    for sign, kind, what, next_step in _KNOWN:
        if sign.lower() in lowered:
            return kind(what, where=where, next_step=next_step)
    # PostgreSQL's further lines quote the row.
    first = text.partition("\n")[0]
    return RecordError(f"the record failed: {first}", where=where)


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn every database error inside into one of ours."""
    try:
        yield
    except SQLAlchemyError as error:
        raise explain(error, where) from error
