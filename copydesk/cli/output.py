"""How commands speak: tables and progress for people, JSON for programs."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

_UNWRAPPED = 10_000

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def console() -> Console:
    """The terminal for results."""
    # A pipe has no width: nothing is wrapped there, so that grep sees whole rows.
    width = None if sys.stdout.isatty() else _UNWRAPPED
    return Console(file=sys.stdout, highlight=False, width=width)


def notes() -> Console:
    """The terminal for progress and remarks."""
    return Console(file=sys.stderr, highlight=False)


def print_json(value: Any) -> None:
    """``value`` as one JSON document."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows under headings; a column named with a leading ">" is aligned right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        justify: Literal["left", "right"] = "right" if column.startswith(">") else "left"
        # Folded, not cut: an address or id that ends in "…" cannot be used.
        table.add_column(column.lstrip(">"), justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*(escape(printable(str(cell))) for cell in row))
    console().print(table)


def marked(headline: str, status: str) -> str:
    """A headline, behind how its report stands where that is not as usual."""
    return headline if status == "usable" else f"[{status}] {headline}"


def printable(text: str) -> str:
    """Text from outside without control characters, which could steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def moment(seconds: float | None) -> str:
    """A time for people: UTC, to the minute."""
    if seconds is None or seconds == 0:
        return "never"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


@contextmanager
def progress(what: str) -> Iterator["ProgressLine"]:
    """A progress line on a terminal, nothing elsewhere."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notes(),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        yield ProgressLine(bar, what)


class ProgressLine:
    """One line that says how far a long work has come."""

    def __init__(self, bar: Progress, what: str) -> None:
        self._bar = bar
        self._task = bar.add_task(what, total=None)

    def __call__(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total or None)

    def describe(self, what: str, done: int, total: int) -> None:
        """Change what the line says it is doing."""
        self._bar.update(self._task, description=what, completed=done, total=total or None)

    def say(self, text: str) -> None:
        """A remark that stays, above the line."""
        self._bar.console.print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)
