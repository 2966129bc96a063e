"""One process per duty and data directory, by a lock that the kernel releases at any death."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from copydesk.errors import InUseError, RoleError

_INSTANT = 0.1  # Seconds.


@contextmanager
def held(path: Path, duty: str) -> Iterator[None]:
    """Hold the lock file ``path`` for ``duty``; raises :class:`InUseError` if another does."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise RoleError(
            f"the lock file cannot be opened: {error.strerror}",
            where=str(path),
            next_step=(
                "Give it to the user who runs Copydesk (was a command run as root here?)."
                if isinstance(error, PermissionError)
                else "Check the file system of the data directory, and its free space."
            ),
        ) from error
    try:
        try:
            _take(descriptor)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            raise InUseError(
                f"{duty} already runs here" + (f" (process {holder})" if holder else ""),
                where=str(path.parent),
                next_step="Stop it first, or choose another data directory with --data.",
            ) from error
        # Who holds it is only told; a full disk must not keep anybody from work that frees some.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # Who only looks, in held_since, has it for an instant too.
        time.sleep(_INSTANT)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def held_since(path: Path) -> float | None:
    """When the present holder took the lock, in epoch seconds; None when nobody holds it."""
    try:
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return os.fstat(file.fileno()).st_mtime
    except FileNotFoundError:
        return None
    return None
