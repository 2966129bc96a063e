"""The embedded engine's directory: created whole, recognised by version, refused otherwise.

The first index stands in the directory itself. A rebuilt one stands in a directory of its own
below, and the marker names it: replacing that one file exchanges the index.
"""

import json
import shutil
import time
from pathlib import Path

import tantivy

from indexer.engines.embedded_schema import SCHEMA_VERSION, build
from indexer.errors import EngineMismatchError, EngineUnavailableError, NoIndexError

_MARKER = "copydesk-index.json"
_META = "meta.json"  # tantivy rewrites it at every commit.
_REBUILT = "rebuilt-"
_HEAP = 15_000_000  # Bytes; the least that tantivy takes. Only to see whether the lock is free.
_BEGUN = 60.0  # Seconds in which whoever rebuilds has the folder of the new index locked.

# How tantivy words missing rights, a read-only or a full disk, and too many open files.
_OF_THE_SYSTEM = "Os { code: "

Generation = tuple[Path, int, int]


def create(path: Path) -> tantivy.Index:
    """Open the index in ``path``, making it if the directory holds none."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not (path / _MARKER).exists():
            _refuse_strangers(path)
            index = tantivy.Index(build(), path=str(path), reuse=True)
            _write_marker(path, "")
            return index
    except (OSError, ValueError) as error:
        raise unavailable(path, "the index cannot be created", error) from error
    return open_existing(path)


def open_existing(path: Path) -> tantivy.Index:
    """Open what another process made; EngineUnavailableError while there is none yet."""
    place = current(path)
    try:
        index = tantivy.Index.open(str(place))
        index.config_reader(reload_policy="manual")
        index.reload()
    except (OSError, ValueError) as error:
        if current(path) != place:  # Exchanged at this very moment.
            return open_existing(path)
        if _OF_THE_SYSTEM in str(error):
            raise unavailable(path, "the index cannot be opened", error) from error
        raise mismatch(path, "the index cannot be read, it is damaged") from error
    return index


def current(path: Path) -> Path:
    """The directory that holds the index in use."""
    try:
        marker = json.loads((path / _MARKER).read_text())
        found, directory = marker["schema_version"], str(marker.get("directory", ""))
    except FileNotFoundError as error:
        raise NoIndexError(
            "there is no index yet",
            where=str(path),
            next_step="It is made by the desk: start `copydesk run` or `copydesk desk`.",
        ) from error
    except OSError as error:
        raise unavailable(path, "the index cannot be looked at", error) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise mismatch(path, f"{_MARKER} is damaged") from error
    if found != SCHEMA_VERSION:
        raise mismatch(path, f"the index has schema {found}, this program writes {SCHEMA_VERSION}")
    if directory and not _is_rebuilt(directory):
        raise mismatch(path, f"{_MARKER} is damaged")
    return path / directory


def generation(path: Path) -> Generation | None:
    """Changes whenever a commit was made or the index exchanged; ``None`` while there is none."""
    try:
        if not (path / _MARKER).exists():
            return None
        place = current(path)
        status = (place / _META).stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unavailable(path, "the index cannot be looked at", error) from error
    return place, status.st_mtime_ns, status.st_ino


def following(path: Path) -> Path:
    """Where the next index is to be built: a name that is neither in use nor being written.

    Also when the index in use has another schema, or is damaged.
    """
    try:
        directory = str(json.loads((path / _MARKER).read_text())["directory"])
    except (OSError, ValueError, KeyError, TypeError):
        directory = ""
    return path / f"{_REBUILT}{_number(directory) + 1}"


def clear(path: Path) -> None:
    """Delete what an earlier attempt left there; EngineUnavailableError while that goes on."""
    if is_written(path):
        raise EngineUnavailableError(
            "the index is being rebuilt already",
            where=str(path),
            next_step="Wait for the other `copydesk reindex`, or stop it.",
        )
    shutil.rmtree(path, ignore_errors=True)


def exchange(path: Path, built: Path) -> None:
    """Let the index in ``built`` be the one in use."""
    try:
        _write_marker(path, built.name)
    except OSError as error:
        raise unavailable(path, "the index cannot be exchanged", error) from error


def sweep(path: Path) -> None:
    """Delete the indices that are not in use and that no process writes, or is about to."""
    for folder in path.glob(f"{_REBUILT}*"):
        if _number(folder.name) > _number(current(path).name) and _is_new(folder):
            continue
        # Asked again at last: one that was being written may be in use since.
        if folder == current(path) or is_written(folder) or folder == current(path):
            continue
        shutil.rmtree(folder, ignore_errors=True)
    used = current(path)
    if used == path or is_written(path):
        return
    for file in path.iterdir():
        if file.is_file() and file.name != _MARKER:
            file.unlink(missing_ok=True)


def is_written(path: Path) -> bool:
    """Whether a process holds the writer's lock of the index in this directory."""
    if not (path / _META).exists():
        return False
    try:
        index = tantivy.Index.open(str(path))
    except (OSError, ValueError):
        return False
    try:
        index.writer(heap_size=_HEAP, num_threads=1)
    except ValueError:
        return True
    return False


def unavailable(path: Path, what: str, error: Exception) -> EngineUnavailableError:
    return EngineUnavailableError(
        f"{what} ({error})",
        where=str(path),
        next_step="Check the disk's free space and the directory's owner; nothing is lost, "
        "the index is brought up to date from the record.",
    )


def mismatch(path: Path, what: str) -> EngineMismatchError:
    return EngineMismatchError(
        what, where=str(path), next_step="`copydesk reindex` makes it anew from the record."
    )


def _is_rebuilt(directory: str) -> bool:
    return directory.startswith(_REBUILT) and directory.removeprefix(_REBUILT).isdecimal()


def _number(directory: str) -> int:
    """Which of the rebuilt ones it is; 0 for the first index, in the directory itself."""
    return int(directory.removeprefix(_REBUILT)) if _is_rebuilt(directory) else 0


def _is_new(folder: Path) -> bool:
    """Whether its rebuilding may just have begun: until it is locked nothing else shows that."""
    try:
        return time.time() - folder.stat().st_mtime < _BEGUN
    except FileNotFoundError:
        return False


def _refuse_strangers(path: Path) -> None:
    """A crash before the marker leaves an index without commits; any other is not ours."""
    if (path / _META).exists() and json.loads((path / _META).read_text())["opstamp"]:
        raise mismatch(path, "this is an index, but not one of Copydesk's")


def _write_marker(path: Path, directory: str) -> None:
    fresh = path / f"{_MARKER}.new"
    marker = {"schema_version": SCHEMA_VERSION, "directory": directory}
    fresh.write_text(json.dumps(marker) + "\n")
    fresh.replace(path / _MARKER)
