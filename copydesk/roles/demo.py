"""The demo: the built-in newsroom, read by the real pipeline, apart from real data."""

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click

from config.load import default_data_dir, load
from copydesk.errors import RoleError
from copydesk.locks import held
from copydesk.newsroom import Newsroom
from copydesk.newsroom.configuration import configuration
from copydesk.roles.crawl_duty import all_sources, crawl_once
from copydesk.roles.daemon import run_everything
from copydesk.roles.desk_duty import desk_once
from copydesk.roles.totals import Totals
from crawler.job import FeedResult

BANNER = "Demo newsroom: invented news of 30 May 2023 by outlets that do not exist"
# Only a directory with this file in it is ever emptied.
_MARK = "made-by-copydesk-demo"
# Real data could be reached through these; the demo keeps only what is about its own page and log.
_KEPT_VARIABLES = ("COPYDESK_SERVE_", "COPYDESK_LOG_")
_POLL_SECONDS = 3


def demo_folder(chosen: Path | None) -> Path:
    """Where the demo keeps its data: the chosen directory, or one beside the real one."""
    if chosen is not None:
        return chosen.absolute()
    real = default_data_dir(os.environ)
    return real.with_name(f"{real.name}-demo")


def run_demo(chosen: Path | None) -> None:
    """Show the newsroom's day arriving, until Ctrl-C."""
    folder = _fresh(demo_folder(chosen))
    _forget_real_settings()
    with Newsroom.timed() as newsroom:
        _configure(folder, newsroom)
        click.echo(f"{BANNER}.")
        run_everything(load(data=folder), config_file=None)


def demo_once(
    chosen: Path | None,
    *,
    fetched: Callable[[FeedResult, int, int], None],
    placed: Callable[[str, int, int], None],
) -> tuple[Path, list[FeedResult], Totals]:
    """Read the newsroom's whole day once; returns the data directory and what was done."""
    folder = _fresh(demo_folder(chosen))
    _forget_real_settings()
    with Newsroom.complete() as newsroom:
        _configure(folder, newsroom)
        loaded = load(data=folder)
        results = crawl_once(loaded, which=all_sources, report=fetched)
    return folder, results, desk_once(loaded.settings, placed)


def _fresh(folder: Path) -> Path:
    """An empty marked directory. Raises :class:`RoleError` rather than empty a foreign one, and
    :class:`copydesk.errors.InUseError` while a demo runs on it."""
    try:
        if folder.exists() and any(folder.iterdir()):
            if not (folder / _MARK).exists():
                raise RoleError(
                    "this directory holds something else; the demo will not touch it",
                    where=str(folder),
                    next_step="Choose an empty one with --data.",
                )
            _empty(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).touch()
    except OSError as error:
        raise RoleError(
            f"the demo's directory cannot be made: {error.strerror}",
            where=str(folder),
            next_step="Choose another with --data.",
        ) from error
    return folder


def _empty(folder: Path) -> None:
    locks = [folder / f"{duty}.lock" for duty in ("run", "crawl", "desk")]
    with ExitStack() as stack:
        for lock in locks:
            stack.enter_context(held(lock, "a demo"))
        for entry in folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry not in locks:
                entry.unlink()


def _forget_real_settings() -> None:
    for name in [name for name in os.environ if name.startswith("COPYDESK_")]:
        if not name.startswith(_KEPT_VARIABLES):
            del os.environ[name]


def _configure(folder: Path, newsroom: Newsroom) -> None:
    text = configuration(
        newsroom, min_interval=_POLL_SECONDS, max_interval=2 * _POLL_SECONDS, banner=BANNER
    )
    (folder / "copydesk.toml").write_text(text, encoding="utf-8")
