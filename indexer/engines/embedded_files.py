"""The embedded engine's directory: created whole, recognised by version, refused otherwise."""

import json
from pathlib import Path

import tantivy

from indexer.engines.embedded_schema import SCHEMA_VERSION, build
from indexer.errors import EngineMismatchError, EngineUnavailableError

_MARKER = "copydesk-index.json"
_META = "meta.json"  # tantivy rewrites it at every commit.


def create(path: Path) -> tantivy.Index:
    """Open the index in ``path``, making it if the directory holds none."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not (path / _MARKER).exists():
            _refuse_strangers(path)
            index = tantivy.Index(build(), path=str(path), reuse=True)
            _write_marker(path)
            return index
    except (OSError, ValueError) as error:
        raise unavailable(path, "the index cannot be created", error) from error
    return open_existing(path)


def open_existing(path: Path) -> tantivy.Index:
    """Open what another process made; EngineUnavailableError while there is none yet."""
    _check_marker(path)
    try:
        index = tantivy.Index.open(str(path))
        index.config_reader(reload_policy="manual")
        index.reload()
    except (OSError, ValueError) as error:
        raise mismatch(path, "the index cannot be read, it is damaged") from error
    return index


def generation(path: Path) -> tuple[int, int] | None:
    """Changes whenever a commit was made; ``None`` while there is no index."""
    try:
        status = (path / _META).stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unavailable(path, "the index cannot be looked at", error) from error
    return status.st_mtime_ns, status.st_ino


def unavailable(path: Path, what: str, error: Exception) -> EngineUnavailableError:
    return EngineUnavailableError(
        f"{what} ({error})",
        where=str(path),
        next_step="Check the disk's free space and the directory's owner; nothing is lost, "
        "the index is brought up to date from the record.",
    )


def mismatch(path: Path, what: str) -> EngineMismatchError:
    return EngineMismatchError(
        what,
        where=str(path),
        next_step="Stop Copydesk, delete this directory and start again: "
        "the index is made anew from the record.",
    )


def _refuse_strangers(path: Path) -> None:
    """A crash before the marker leaves an index without commits; any other is not ours."""
    if (path / _META).exists() and json.loads((path / _META).read_text())["opstamp"]:
        raise mismatch(path, "this is an index, but not one of Copydesk's")


def _write_marker(path: Path) -> None:
    fresh = path / f"{_MARKER}.new"
    fresh.write_text(json.dumps({"schema_version": SCHEMA_VERSION}) + "\n")
    fresh.replace(path / _MARKER)


def _check_marker(path: Path) -> None:
    try:
        found = json.loads((path / _MARKER).read_text())["schema_version"]
    except FileNotFoundError as error:
        raise EngineUnavailableError(
            "there is no index yet",
            where=str(path),
            next_step="It is made by the desk: start `copydesk run` or `copydesk desk`.",
        ) from error
    except OSError as error:
        raise unavailable(path, "the index cannot be looked at", error) from error
    except (ValueError, KeyError, TypeError) as error:
        raise mismatch(path, f"{_MARKER} is damaged") from error
    if found != SCHEMA_VERSION:
        raise mismatch(path, f"the index has schema {found}, this program writes {SCHEMA_VERSION}")
