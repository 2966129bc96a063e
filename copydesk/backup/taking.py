"""Take a backup while everything runs: one consistent moment of the record, in one file."""

import os
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, select

from copydesk import __version__
from copydesk.backup.frames import FORMAT, Header, Rows, Writer
from copydesk.errors import BackupError
from copydesk.record import migrate
from copydesk.record.database import Record
from copydesk.record.schema_hubs import departed_sources

# Of all tables: those of this module name themselves only where it is imported.
TABLES = departed_sources.metadata
_ROWS = 200
_SUFFIX = ".backup"
_NAMED = re.compile(r"copydesk-[0-9]{8}T[0-9]{6}Z" + re.escape(_SUFFIX))
# What a backup into a folder is called until it is whole.
_BEGUN = re.compile(rf"\.{_NAMED.pattern}\..+\.new")
# Nobody has written to it for so long: whoever began it was killed.
_LEFT_SECONDS = 3600.0
# Numbers that must not come back, though their rows may be gone: table to column.
NUMBERED = {
    "dead_letters": "id",
    "fetches": "id",
    "inbox": "seq",
    "saved_searches": "id",
    "search_matches": "id",
}


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was written."""

    file: str
    rows: int
    bytes: int


def take(
    record: Record,
    target: Path,
    *,
    now: float,
    report: Callable[[int, int], None] = lambda _done, _all: None,
) -> Taken:
    """Write the backup to ``target``, a new file, or a new file of the moment in that folder.

    Nobody waits for it: it reads one snapshot. The file appears when it is whole. Only its owner
    may read it. Raises :class:`BackupError`.
    """
    file = target / _name(now) if target.is_dir() else target
    if file.exists():
        raise BackupError("there is a file already", where=str(file), next_step="Name a new one.")
    try:
        if target.is_dir():
            _sweep(target, now=now)
        rows = _appear(file, lambda writer: _write(record, writer, now=now, report=report))
    except OSError as error:
        raise BackupError(
            f"the backup cannot be written: {error.strerror}",
            where=str(file),
            next_step="Choose a folder with room that this user may write.",
        ) from error
    return Taken(file=str(file), rows=rows, bytes=file.stat().st_size)


def prune(folder: Path, keep: int, *, taken: str) -> list[Path]:
    """Remove all but the newest ``keep`` backups that :func:`take` named in this folder.

    The one just ``taken`` stays, also where a clock that was wrong named others after it.
    """
    named = sorted((file for file in folder.iterdir() if _NAMED.fullmatch(file.name)), reverse=True)
    old = [file for file in named if str(file) != taken][keep - 1 :]
    for file in old:
        file.unlink()
    return old


def _sweep(folder: Path, *, now: float) -> None:
    """Remove what backups that were killed left, or one killed every night would fill the disk."""
    for file in folder.iterdir():
        with suppress(FileNotFoundError):
            if _BEGUN.fullmatch(file.name) and now - file.lstat().st_mtime > _LEFT_SECONDS:
                file.unlink()


def _name(now: float) -> str:
    return time.strftime("copydesk-%Y%m%dT%H%M%SZ", time.gmtime(now)) + _SUFFIX


def _appear(file: Path, write: Callable[[Writer], int]) -> int:
    # Under a name that nobody could foresee: a folder may belong to others too, and two backups
    # at once must not write into one file.
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".new", dir=file.parent)
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            rows = write(Writer(stream))
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
        _keep_name(file.parent)
    finally:
        fresh.unlink(missing_ok=True)
    return rows


def _keep_name(folder: Path) -> None:
    """Have the file's name on the disk too: the next step may be to remove older ones."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some file systems of networks do not know it
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(
    record: Record, writer: Writer, *, now: float, report: Callable[[int, int], None]
) -> int:
    with record.reading() as connection:
        counts = {
            str(table.name): int(connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in TABLES.sorted_tables
        }
        writer.put(
            Header(
                format=FORMAT,
                schema=migrate.current(connection),
                made=now,
                program=__version__,
                tables=counts,
                numbers={table: last_number(connection, table) for table in NUMBERED},
            )
        )
        everything = sum(counts.values())
        done = 0
        for table in TABLES.sorted_tables:
            columns = tuple(str(column.name) for column in table.columns)
            result = connection.execution_options(yield_per=_ROWS).execute(select(table))
            for some in result.partitions():
                rows = [list(row) for row in some]
                writer.put(Rows(table=str(table.name), columns=columns, rows=rows))
                done += len(rows)
                report(done, everything)
        writer.end()
    return done


def last_number(connection: Connection, table: str) -> int:
    """The last number that the table gave, one of :data:`NUMBERED`."""
    if connection.dialect.name == "sqlite":
        statement = f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'"  # noqa: S608
    else:
        statement = f"SELECT last_value FROM {table}_{NUMBERED[table]}_seq"  # noqa: S608
    return int(connection.exec_driver_sql(statement).scalar_one_or_none() or 0)
