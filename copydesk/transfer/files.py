"""The files that an import's arguments name, and those in the folders that they name."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from copydesk.errors import ImportStoppedError
from crawler.drop import UNFINISHED

STANDARD_INPUT = "-"


class Amiss(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in a folder and is not read, and why."""

    shown: str
    reason: str


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file to read, ``shown`` to people; it was changed at an epoch second, 0 if nobody knows.

    ``found`` in a folder, or ``named`` by a person, who may name pipes and links.
    """

    shown: str
    path: Path
    how: Literal["named", "found"]
    size: int = 0
    changed: float = 0.0


def check(arguments: Sequence[str]) -> None:
    """Raises :class:`ImportStoppedError` for an argument that names nothing."""
    for argument in arguments:
        try:
            if argument != STANDARD_INPUT:
                Path(argument).stat()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ImportStoppedError(
                f"cannot be read: {reason}", where=shown(argument), next_step="Check the name."
            ) from error


def files_of(argument: str) -> Iterator[File | Amiss]:
    """The file, or those of a folder by name, its own before those of folders in it.

    In folders names that begin with a dot or are of unfinished files are passed over.
    """
    if argument != STANDARD_INPUT and Path(argument).is_dir():
        yield from _within(argument)
    else:
        yield _named(argument)


def shown(name: str) -> str:
    """A file's name as text, whatever its bytes are."""
    return os.fsencode(name).decode("utf-8", "replace")


def _named(argument: str) -> File:
    file = File(shown=shown(argument), path=Path(argument), how="named")
    if argument == STANDARD_INPUT:
        return file
    info = Path(argument).stat()
    return msgspec.structs.replace(file, size=info.st_size, changed=info.st_mtime)


def _within(top: str) -> Iterator[File | Amiss]:
    waiting = [Path(top)]
    while waiting:
        folder = waiting.pop()
        try:
            names = _names(folder)
        except OSError as error:
            yield _unreadable(folder, error)
            continue
        deeper: list[Path] = []
        for name in names:
            path = folder / name
            try:
                info = path.lstat()
            except OSError as error:
                yield _unreadable(path, error)
                continue
            if stat.S_ISDIR(info.st_mode):
                deeper.append(path)
            else:
                yield _found(path, info)
        waiting += reversed(deeper)


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        names = (entry.name for entry in entries)
        return sorted(n for n in names if not n.startswith(".") and not n.endswith(UNFINISHED))


def _found(path: Path, info: os.stat_result) -> File | Amiss:
    if stat.S_ISLNK(info.st_mode):
        reason = "it is a symbolic link, and those may lead anywhere. Name what it leads to"
        return Amiss(shown=shown(str(path)), reason=reason)
    if not stat.S_ISREG(info.st_mode):
        return Amiss(shown=shown(str(path)), reason="it is no regular file")
    return File(
        shown=shown(str(path)), path=path, how="found", size=info.st_size, changed=info.st_mtime
    )


def _unreadable(path: Path, error: OSError) -> Amiss:
    return Amiss(shown=shown(str(path)), reason=f"it cannot be read: {error.strerror}")
