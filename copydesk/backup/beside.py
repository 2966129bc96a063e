"""Restore a backup in place of an SQLite record that is damaged, which is kept."""

import os
import stat
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy.engine import URL

from copydesk.backup import restoring
from copydesk.backup.restoring import Before, Report, Restored
from copydesk.errors import BackupError, RecordError
from copydesk.record.database import Record

# What SQLite keeps beside its file; the write-ahead log holds commits that are not in it yet.
_BESIDE = ("-wal", "-shm")


def restore(
    record: Record, file: Path, *, now: float, report: Report, last: Callable[[], None]
) -> Restored:
    """Restore into a new file and exchange the record's for it; nobody may work on either.

    What people had deleted is deleted again if the damaged record still tells. ``last`` is called
    when all is in place but the exchange, and is to remove what was made from the damaged record:
    whoever is killed finds that one, or the restored one whole.
    """
    before = _known(record, now=now)
    record.close()
    # SQLite follows a link, and has the log beside the file itself.
    path = Path(os.path.realpath(record.url.database or ""))
    new = path.with_name(f"{path.name}.restoring")
    try:
        _remove(new)
        restored = _restored(record.url.set(database=str(new)), file, before, now, report)
        last()
        kept = _exchange(path, new, now=now)
    except OSError as error:
        raise BackupError(
            f"the damaged record cannot be exchanged: {error.strerror}",
            where=str(error.filename or path),
            next_step=f"Nothing is restored. Move {path.name} and what is named after it away, "
            "then restore again.",
        ) from error
    finally:
        _remove(new)
    return msgspec.structs.replace(
        restored, damaged=str(kept), to_delete=None if before is None else restored.to_delete
    )


def _known(record: Record, *, now: float) -> Before | None:
    """What can still be read; None where any of it cannot, for whatever reason."""
    try:
        with record.reading() as connection:
            return restoring.known_before(connection, now=now)
    except RecordError:
        return None


def _restored(url: URL, file: Path, before: Before | None, now: float, report: Report) -> Restored:
    with closing(Record(url.render_as_string())) as record:
        done = restoring.restore(record, file, now=now, before=before, report=report)
        # The file alone takes the old one's place.
        if not record.cut_log():
            raise BackupError(
                "the restored record cannot be written into one file",
                where=record.where,
                next_step="Nothing is restored. Look for who reads that file, then restore again.",
            )
    return done


def _exchange(path: Path, new: Path, *, now: float) -> Path:
    """Put the new file in the old one's place; answers under which name that is kept."""
    kept = path.with_name(time.strftime(f"{path.name}.damaged-%Y%m%dT%H%M%SZ", time.gmtime(now)))
    # A second name: there is no moment in which a role would find no record, and make an empty one.
    kept.hardlink_to(path)
    for ending in _BESIDE:
        log = path.with_name(path.name + ending)
        # A log that stayed would be read into the new record.
        if log.exists():
            log.rename(kept.with_name(kept.name + ending))
    # Who may read the record stays as it was.
    new.chmod(stat.S_IMODE(path.stat().st_mode))
    new.replace(path)
    return kept


def _remove(new: Path) -> None:
    for ending in ("", *_BESIDE):
        new.with_name(new.name + ending).unlink(missing_ok=True)
