"""``copydesk import`` and ``copydesk export``."""

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.interrupting import interruptible
from copydesk.cli.output import json_option, notes, print_json, printable, progress
from copydesk.cli.placing import place_now
from copydesk.errors import ImportLineError

if TYPE_CHECKING:
    from copydesk.transfer.importing import BadLine, ImportReport

_SHOWN_BAD_LINES = 20


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=str))
@click.option("--inbox-only", is_flag=True, help="Leave the placing to the desk.")
@json_option
@pass_app
def import_(app: App, files: tuple[str, ...], inbox_only: bool, as_json: bool) -> None:
    """Take in articles from NDJSON files ("-" reads standard input).

    One JSON object a line: "title" with "guid" or "url"; optional are text, summary, byline,
    outlet, source, language (BCP 47), country, section, keywords, published and first_seen (ISO
    8601 or epoch seconds). Without a title the first sentence of the text stands for it, without an
    outlet the site of the URL. The file's own times are the clock. The same file twice adds
    nothing.

    A bad line is reported with its number and reason; the others go on, and the exit code is 1.
    """
    from copydesk.roles.opening import open_record
    from copydesk.transfer.importing import import_file

    reports: dict[str, ImportReport] = {}
    bad_lines: list[BadLine] = []

    def on_bad(line: "BadLine") -> None:
        bad_lines.append(line)
        if len(bad_lines) <= _SHOWN_BAD_LINES:
            click.echo(f"{line.file}:{line.number}: {printable(line.reason)}", err=True)
        elif len(bad_lines) == _SHOWN_BAD_LINES + 1:
            click.echo("... more bad lines follow; --json names them all", err=True)

    taken: dict[str, int] = {}

    def so_far() -> str:
        told = ", ".join(f"{count} articles of {name}" for name, count in taken.items())
        return (
            f"in the inbox are {told or 'no articles yet'}. "
            "Import again for the rest: nothing is added twice."
        )

    with interruptible(so_far), open_record(app.settings) as record:
        # One after the other, so that a crash leaves whole files done.
        for name in files:
            taken[name] = 0
            with _open(name) as stream, progress(f"importing {name}") as line:

                def on_batch(done: int, total: int) -> None:
                    taken[name] = done  # noqa: B023 - called within the turn
                    line(done, total)

                reports[name] = import_file(
                    record, name, stream, now=time.time(), on_bad=on_bad, progress=on_batch
                )
    with interruptible(lambda: "all articles are in the inbox, and the desk places the rest."):
        placed = "They wait in the inbox." if inbox_only else place_now(app)
    _summarise(reports, bad_lines, placed, as_json)
    if bad_lines:
        sys.exit(1)


@click.command()
@click.argument("what", type=click.Choice(["articles", "stories"]))
@click.option("--query", default="", help="Only what this search finds.")
@click.option("--since", default="", help="Only from this time on (ISO 8601 or epoch seconds).")
@click.option(
    "--format", "form", type=click.Choice(["ndjson", "csv"]), default="ndjson", show_default=True
)
@pass_app
def export(
    app: App,
    what: Literal["articles", "stories"],
    query: str,
    since: str,
    form: Literal["ndjson", "csv"],
) -> None:
    """Print all articles or stories, one line each.

    NDJSON of articles holds their full texts: `copydesk import` takes it in again. CSV does not.
    In CSV, a text that a spreadsheet would take for a formula starts with an apostrophe.
    """
    from copydesk.roles.opening import reading_engine, reading_record
    from copydesk.transfer.exporting import export as lines
    from copydesk.transfer.times import read_time

    try:
        start = read_time(since, "--since") if since else 0.0
    except ImportLineError as error:
        raise click.BadParameter(str(error)) from error
    with ExitStack() as stack:
        stack.enter_context(interruptible(lambda: "what was printed is not all."))
        record = stack.enter_context(reading_record(app.settings))
        engine = stack.enter_context(reading_engine(app.settings)) if query else None
        for line in lines(record, engine, what, form, query=query, since=start):
            click.echo(line, nl=False)


def _summarise(
    reports: Mapping[str, "ImportReport"],
    bad_lines: Sequence["BadLine"],
    placed: str,
    as_json: bool,
) -> None:
    from copydesk.transfer.lines import hint

    if as_json:
        print_json({"files": reports, "bad_lines": bad_lines, "desk": placed})
        return
    for name, report in reports.items():
        for field, count in report.unknown.items():
            notes().print(
                f'{name}: {count} lines have a field "{field}" that is not used; {hint(field)}',
                markup=False,
            )
        click.echo(
            f"{name}: {report.lines} lines, {report.new} new, {report.revised} revised, "
            f"{report.unchanged} known, {report.bad} bad."
        )
    click.echo(placed)


def _open(name: str) -> AbstractContextManager[BinaryIO]:
    if name == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise ImportLineError(
            f"cannot be read: {error.strerror}", where=name, next_step="Check the name."
        ) from error
