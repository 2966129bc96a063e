"""Where no drop folder may be: what lies in one is taken for wires and moved away."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from config import secrets
from config.errors import ConfigError
from config.record_url import sqlite_file
from config.settings import Settings
from config.sources import Source


def own_folders(settings: Settings, file: Path | None) -> dict[Path, str]:
    """The folders that hold what is Copydesk's own, links resolved, and what each of them is.

    ``file`` is the configuration.
    """
    data, crawl = settings.data_dir, settings.crawl
    folders = {_real(data): "the data directory", _real(data / "index"): "the index"}
    for what, named in (
        ("record", sqlite_file(settings.record.url)),
        ("configuration", file),
        ("secrets", crawl.secrets_file or data / secrets.FILE_NAME),
        ("known hosts", crawl.known_hosts or data / "known_hosts"),
        ("certificates", settings.engine.ca_file),
    ):
        if named:
            # Path.expanduser would raise where there is no such user.
            path = Path(os.path.expanduser(named))  # noqa: PTH111
            # Of a file that is a link, the link and what it leads to would both be carried away.
            for folder in (_real(path.parent), _real(path).parent):
                folders.setdefault(folder, f"the folder of the {what}")
    return folders


def check_drops(
    sources: Sequence[Source], settings: Settings, file: Path | None
) -> Iterator[ConfigError]:
    """What is wrong with the places of drop folders, whatever links lead there."""
    data, index = _real(settings.data_dir), _real(settings.data_dir / "index")
    taken = own_folders(settings, file)
    for source in sources:
        if not source.drop:
            continue
        folder = _real(Path(source.drop))
        what = taken.get(folder, "")
        if folder in data.parents:
            what = "a folder around the data directory"
        elif index in folder.parents:
            what = "a folder within the index"
        if what:
            yield ConfigError(
                f"{source.id}: its drop folder {source.drop} is {what}",
                where=str(file),
                next_step="Give it a folder of its own: files in it are read and moved away.",
            )
        taken.setdefault(folder, f"the drop folder of {source.id}")


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
