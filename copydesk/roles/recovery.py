"""Put a backup in place of the record, with nobody at work, and let the rest be made anew."""

import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from config.settings import Settings
from copydesk.backup import restoring
from copydesk.backup.restoring import Restored
from copydesk.errors import BackupError
from copydesk.locks import held
from copydesk.record.leadership import leading
from copydesk.roles.opening import data_dir, open_record


def recover(
    settings: Settings,
    file: Path,
    *,
    replace: Callable[[], bool],
    report: Callable[[str, int, int], None],
) -> Restored:
    """Check the backup, then restore it; ``replace`` is asked when the record is not empty.

    Raises :class:`BackupError` and, while Copydesk runs here, :class:`InUseError`.
    """
    restoring.check(file, report=lambda done, total: report("checking", done, total))
    folder = data_dir(settings)
    with ExitStack() as stack:
        for lock, duty in (
            ("run.lock", "copydesk run"),
            ("crawl.lock", "a crawler"),
            ("desk.lock", "a desk"),
        ):
            stack.enter_context(held(folder / lock, duty))
        record = stack.enter_context(open_record(settings))
        lead = stack.enter_context(leading(record))
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
            report=lambda rows, total: report("restoring", rows, total),
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
