"""Put a backup in place of the record, with nobody at work, and let the rest be made anew."""

import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path

from config.settings import Settings
from copydesk.backup import beside, restoring
from copydesk.backup.restoring import Restored
from copydesk.errors import BackupError, RecordDamagedError
from copydesk.locks import held
from copydesk.record.database import Record
from copydesk.record.leadership import leading, unled
from copydesk.roles.opening import data_dir, open_record


def recover(
    settings: Settings,
    file: Path,
    *,
    replace: Callable[[], bool],
    report: Callable[[str, int, int], None],
) -> Restored:
    """Check the backup, then restore it; ``replace`` is asked when the record is not empty.

    A damaged SQLite record is exchanged for a new one, and kept. Raises :class:`BackupError` and,
    while Copydesk runs here, :class:`InUseError`.
    """
    restoring.check(file, report=lambda done, total: report("checking", done, total))
    restored = partial(report, "restoring")
    folder = data_dir(settings)
    with ExitStack() as stack:
        for lock, duty in (
            ("run.lock", "copydesk run"),
            ("crawl.lock", "a crawler"),
            ("desk.lock", "a desk"),
        ):
            stack.enter_context(held(folder / lock, duty))
        try:
            return _in_place(settings, file, folder, replace=replace, report=restored)
        except RecordDamagedError:
            record = stack.enter_context(closing(Record(settings.record.url)))
            if record.dialect != "sqlite" or not replace():
                raise
            stack.enter_context(unled(record))
            return beside.restore(
                record, file, now=time.time(), report=restored, last=lambda: _forget(folder)
            )


def _in_place(
    settings: Settings,
    file: Path,
    folder: Path,
    *,
    replace: Callable[[], bool],
    report: restoring.Report,
) -> Restored:
    with open_record(settings) as record, leading(record) as lead:
        if restoring.holds_anything(record) and not replace():
            raise BackupError(
                "the record is not empty",
                where=record.where,
                next_step="Restore with --replace to lose what is in it, or into another --data.",
            )
        return restoring.restore(
            lead.record,
            file,
            now=time.time(),
            report=report,
            last=lambda: _forget(folder),
        )


def _forget(folder: Path) -> None:
    """Remove what is made anew from the record: it tells of the one that goes."""
    try:
        (folder / "desk.memory").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.rmtree(folder / "index")
    except OSError as error:
        raise BackupError(
            f"what was made from the record that goes cannot be removed: {error.strerror}",
            where=str(error.filename),
            next_step="Nothing is restored. Remove it, then restore again.",
        ) from error
