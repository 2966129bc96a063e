"""A folder into which an agency's files are dropped: what is ready, and where it goes when read.

A file is ready when it stays the same for a second: whoever writes it may take a while. It is moved
away only after what it says was stored, so that a crash has it read twice and never lost.
"""

import os
import stat
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from crawler.errors import CrawlError

DONE, FAILED = "done", "failed"
# Files of one look; the others wait for the next, which comes at once.
_MOST = 200
STILL_SECONDS = 1.0
# What tools call a file that they still write.
UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", "~")


class DropError(CrawlError):
    """The folder cannot be used; nothing in it was touched."""


class RefusedFileError(CrawlError):
    """A file that is not read: a link, a device, or too large."""


class _Shape(NamedTuple):
    """A file as a look found it, and since when it is like that (seconds of a steady clock)."""

    size: int
    changed: int
    since: float


def opened(file: Path) -> BinaryIO:
    """A file that somebody put into a folder, to be read.

    Raises :class:`RefusedFileError` for what is none, and what opening it raises.
    """
    if file.is_symlink():
        raise RefusedFileError(
            "it is a symbolic link, and those may lead anywhere",
            where=str(file),
            next_step="Put the file itself there.",
        )
    # Not waiting for somebody to write, as opening a pipe would.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    stream = os.fdopen(os.open(file, flags), "rb")
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise RefusedFileError("it is no regular file", where=str(file))
    return stream


class Drop:
    """One folder. ``largest`` is in bytes; ``afterwards`` is what becomes of a file once read.

    ``never`` are folders that it must not be, under whatever name.
    """

    def __init__(
        self,
        folder: Path,
        *,
        largest: int,
        afterwards: Literal["keep", "delete"] = "keep",
        never: Collection[Path] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self._largest = largest
        self._never = never
        self._afterwards = afterwards
        self._clock = clock
        self._seen: dict[str, _Shape] = {}

    def look(self) -> list[Path]:
        """The files that have been as they are for a second, by earlier looks; the oldest first.

        Left alone are folders, names that begin with a dot, and those of unfinished files. Raises
        :class:`DropError` when the folder is not there or files could not be moved out of it.
        """
        self.check()
        now = self._clock()
        found: dict[str, _Shape] = {}
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if not entry.name.startswith(".") and not entry.name.endswith(UNFINISHED):
                        self._note(entry, found, now)
        except OSError as error:
            raise self._unusable(error, "Give this user the right to read it.") from error
        self._seen = found
        ready = [name for name, shape in found.items() if now - shape.since >= STILL_SECONDS]
        ready.sort(key=lambda name: (found[name].changed, name))
        return [self.folder / name for name in ready[:_MOST]]

    def _note(self, entry: os.DirEntry[str], found: dict[str, _Shape], now: float) -> None:
        try:
            info = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        if stat.S_ISDIR(info.st_mode):
            return
        before = self._seen.get(entry.name)
        same = before is not None and before[:2] == (info.st_size, info.st_mtime_ns)
        since = before.since if before is not None and same else now
        found[entry.name] = _Shape(info.st_size, info.st_mtime_ns, since)

    def read(self, file: Path) -> bytes:
        """What is in the file. Raises :class:`RefusedFileError`, and what opening it raises."""
        with opened(file) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > self._largest:
                raise RefusedFileError(
                    f"it has {size} bytes, and {self._largest} are allowed",
                    where=str(file),
                    next_step="Raise crawl.max_body, then drop it again.",
                )
            return stream.read(self._largest + 1)

    def done(self, file: Path) -> None:
        """The file was read, and what it says is stored."""
        try:
            if self._afterwards == "delete":
                file.unlink(missing_ok=True)
            else:
                self._move(file, DONE)
        except OSError as error:
            raise self._unusable(error, _RIGHT) from error

    def failed(self, file: Path) -> None:
        """The file cannot be read; it is put where a person finds it."""
        try:
            self._move(file, FAILED)
        except OSError as error:
            raise self._unusable(error, _RIGHT) from error

    def count_failed(self) -> int:
        """How many files lie where a person is to find them."""
        try:
            with os.scandir(self.folder / FAILED) as entries:
                return sum(1 for _ in entries)
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._unusable(error, _RIGHT) from error

    def _move(self, file: Path, into: str) -> None:
        target = self.folder / into / file.name
        target.parent.mkdir(exist_ok=True)
        if os.path.lexists(target):  # an agency may use a name again
            target = target.with_name(f"{time.time_ns()}-{file.name}")
        file.rename(target)

    def check(self) -> None:
        """Raises :class:`DropError` when the folder is of no use; changes nothing."""
        try:
            about = self.folder.stat()
        except FileNotFoundError:
            about = None
        except OSError as error:
            raise self._unusable(error, _RIGHT) from error
        if about is None or not stat.S_ISDIR(about.st_mode):
            raise DropError("there is no such folder", where=str(self.folder), next_step="Make it.")
        if any(_is(about, folder) for folder in self._never):
            raise DropError(
                "files of Copydesk itself lie in it, and they would be moved away",
                where=str(self.folder),
                next_step="Give the source a folder of its own.",
            )
        if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise DropError("it cannot be written", where=str(self.folder), next_step=_RIGHT)
        for name in (FAILED, DONE):
            inner = self.folder / name
            if inner.is_symlink() or (inner.exists() and not inner.is_dir()):
                raise DropError(
                    f"{name} in it is no folder, and files that were read go there",
                    where=str(self.folder),
                    next_step="Take it away; the folder is made when it is needed.",
                )

    def _unusable(self, error: OSError, next_step: str) -> DropError:
        reason = error.strerror or type(error).__name__
        return DropError(
            f"files cannot be taken out of it: {reason}",
            where=str(self.folder),
            next_step=next_step,
        )


_RIGHT = "Give this user the right to write there: files that were read are moved."


def _is(about: os.stat_result, folder: Path) -> bool:
    try:
        return os.path.samestat(about, folder.stat())
    except OSError:  # it is not there, or not for us to see, and then this one is another
        return False
