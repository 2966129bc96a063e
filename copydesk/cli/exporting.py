"""``copydesk export``."""

import time
from contextlib import ExitStack
from typing import Literal

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.interrupting import interruptible
from copydesk.errors import ImportLineError


@click.command()
@click.argument("what", type=click.Choice(["articles", "stories"]))
@click.option("--query", default="", help="Only what this search finds.")
@click.option("--since", default="", help="Only from then on: ISO 8601, today, yesterday.")
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
    from copydesk.transfer.times import read_day, read_time

    try:
        start = read_day(since, now=time.time())
        if start is None:
            start = read_time(since, "--since") if since else 0.0
    except ImportLineError as error:
        raise click.BadParameter(str(error)) from error
    with ExitStack() as stack:
        stack.enter_context(interruptible(lambda: "what was printed is not all."))
        record = stack.enter_context(reading_record(app.settings))
        engine = stack.enter_context(reading_engine(app.settings)) if query else None
        for line in lines(record, engine, what, form, query=query, since=start):
            click.echo(line, nl=False)
