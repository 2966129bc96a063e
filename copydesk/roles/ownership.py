"""Whose the data directory is: what root makes in it, the user of the service cannot write."""

import os
import pwd
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from copydesk.errors import RoleError

# What Copydesk itself writes there; the configuration may be root's, and a drop folder anybody's.
_OURS = ("record.sqlite*", "desk.memory*", "*.lock", "index")


def refuse_to_take(folder: Path) -> None:
    """Raise :class:`RoleError` where we are root and whoever works in this folder is not.

    That is the owner of the record, else of the folder: who has always run Copydesk as root in the
    folder of another may go on. Where the file system gives all files one owner (a share, a folder
    of the host in a container) there is nothing to take.
    """
    if os.geteuid() != 0:
        return
    owner = _owner(folder)
    with suppress(FileNotFoundError):
        owner = _owner(folder / "record.sqlite")
    if owner == 0 or _owner_of_new(folder) in (owner, None):
        return
    user = shlex.quote(_name(owner) or f"#{owner}")
    place = shlex.quote(str(folder))
    raise RoleError(
        f"it belongs to {_called(owner)}, who could not write what root makes in it",
        where=str(folder),
        next_step=f"Run: sudo -u {user} copydesk --data {place} ... "
        f"(or chown -R root {place}, if root is to run Copydesk from now on)",
    )


def told_of_owners(folder: Path) -> tuple[bool, str]:
    """Whether all that Copydesk wrote there is of the folder's owner, and what to do if not."""
    owner = _owner(folder)
    taken = {path: uids for path in _ours(folder) if (uids := _owners(path) - {owner})}
    if not taken:
        return True, f"all files are of {_called(owner)}"
    names = ", ".join(path.name for path in taken)
    others = ", ".join(sorted({_called(uid) for uids in taken.values() for uid in uids}))
    command = shlex.join(map(str, ("chown", "-R", f"{owner}:{folder.stat().st_gid}", *taken)))
    return False, (
        f"{names}: of {others}, while the folder is of {_called(owner)}, who may not write them. "
        f"Stop Copydesk, then run as root: {command}"
    )


def _ours(folder: Path) -> Iterator[Path]:
    for pattern in _OURS:
        yield from sorted(folder.glob(pattern))


def _owners(path: Path) -> set[int]:
    """The owners of a file, or of a folder and all that is in it."""
    found: set[int] = set()
    inner = (Path(at, name) for at, _, names in os.walk(path) for name in (".", *names))
    for each in (path, *inner):
        with suppress(FileNotFoundError):  # a log or a segment may go at any time
            found.add(_owner(each))
    return found


def _owner(path: Path) -> int:
    return path.stat().st_uid


def _owner_of_new(folder: Path) -> int | None:
    """The owner of a file that we make there; None where we cannot, and so take nothing."""
    try:
        with tempfile.TemporaryFile(dir=folder) as new:
            return os.fstat(new.fileno()).st_uid
    except OSError:
        return None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # in a container the number may be all that is known
        return ""


def _called(uid: int) -> str:
    return _name(uid) or f"user {uid}"
