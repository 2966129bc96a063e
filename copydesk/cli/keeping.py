"""``copydesk backup | restore | delete``: keep what is known, and have it forgotten."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.interrupting import interruptible
from copydesk.cli.output import json_option, moment, print_json, printable, progress

if TYPE_CHECKING:
    from copydesk.roles.removal import Doomed, Removal

_SHOWN = 10


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(1),
    help="With a folder: keep only so many backups in it, the newest.",
)
@json_option
@pass_app
def backup(app: App, target: Path, keep: int | None, as_json: bool) -> None:
    """Write the whole record to a file, while everything runs.

    TARGET is a new file, or a folder that gets a file named by the moment. The index is not in
    it: it is made anew from the record. Neither are the configuration and its secrets.
    """
    from copydesk.backup.taking import prune, take
    from copydesk.roles.opening import reading_record

    if keep is not None and not target.is_dir():
        raise click.UsageError(f"--keep goes with a folder; {target} is none. Make it first.")
    with (
        interruptible(lambda: "a backup that is not whole leaves no file."),
        reading_record(app.settings) as record,
        progress("backing up") as line,
    ):
        taken = take(record, target, now=time.time(), report=line)
    gone = prune(target, keep, taken=taken.file) if keep is not None else []
    if as_json:
        print_json({"backup": taken, "removed": [str(file) for file in gone]})
        return
    click.echo(f"{taken.file}: {taken.rows} rows, {taken.bytes} bytes.")
    if gone:
        click.echo(f"Removed {len(gone)} older.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Lose what is in the record now.")
@click.option("--check", "only_check", is_flag=True, help="Only read it and say what is in it.")
@json_option
@pass_app
def restore(app: App, file: Path, replace: bool, only_check: bool, as_json: bool) -> None:
    """Put a backup in place of the record, whole or not at all.

    It may come from another machine or database: this is also the way from SQLite to PostgreSQL.
    Articles that were deleted since the backup was taken are deleted again. With --replace a
    damaged SQLite record is exchanged for a new one, and kept beside it.
    """
    from copydesk.backup.restoring import check
    from copydesk.roles.recovery import recover

    if only_check:
        with progress("checking") as line:
            header = check(file, report=line)
        if as_json:
            print_json(header)
        else:
            click.echo(
                f"{file} is whole: made {moment(header.made)} UTC by Copydesk {header.program}, "
                f"{header.tables.get('articles', 0)} articles."
            )
        return
    with (
        interruptible(lambda: "a backup is restored whole or not at all."),
        progress("checking") as line,
    ):
        done = recover(app.settings, file, replace=lambda: replace, report=line.describe)
    if as_json:
        print_json(done)
        return
    click.echo(f"Restored {done.articles} articles as of {moment(done.made)} UTC.")
    if done.damaged:
        click.echo(
            f"The damaged record is kept in {done.damaged}. Remove it when it is of no more use: "
            "it holds what was deleted too."
        )
    if done.to_delete is None:
        click.echo(
            "What was deleted since could not be read from it, and is back. Delete it again."
        )
    elif done.to_delete:
        click.echo(f"{done.to_delete} were deleted since; the desk deletes them again.")
    if app.settings.engine.kind == "elasticsearch":
        click.echo("Next: `copydesk reindex`, then `copydesk run`.")
    else:
        click.echo("Next: `copydesk run`; it makes the index anew.")


@click.command()
@click.argument("articles", nargs=-1)
@click.option("--source", help="Instead: all articles of this source.")
@click.option("--before", default="", help="With --source: only from before then: ISO 8601, today.")
@click.option("--reason", default="by hand", show_default=True, help="Kept with the deletion.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_app
def delete(
    app: App,
    articles: tuple[str, ...],
    source: str | None,
    before: str,
    reason: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Delete articles for good: from the record, the index and the change log.

    ARTICLES are ids or addresses. Only their identity stays, so that no crawl brings them back.
    """
    from copydesk.errors import ImportLineError
    from copydesk.roles.opening import open_record
    from copydesk.roles.removal import delete as carry_out
    from copydesk.roles.removal import named, of_source
    from copydesk.transfer.times import read_date, read_day

    if bool(articles) == bool(source):
        raise click.UsageError("name articles, or a --source")
    if before and not source:
        raise click.UsageError("--before goes with --source")
    try:
        end = read_day(before, now=time.time())
        if end is None:
            end = read_date(before, "--before") if before else float("inf")
    except ImportLineError as error:
        raise click.BadParameter(str(error)) from error
    with open_record(app.settings) as record:
        doomed = of_source(record, source, before=end) if source else named(record, articles)
        if not yes and doomed:
            for each in doomed[:_SHOWN]:
                click.echo(f"{each.id}  {printable(each.title or '(not placed yet)')}", err=True)
            if len(doomed) > _SHOWN:
                click.echo(f"... and {len(doomed) - _SHOWN} more", err=True)
            click.confirm(f"Delete {len(doomed)} for good?", abort=True, err=True)
        done = carry_out(app.settings, record, [each.id for each in doomed], reason=reason)
    _tell(doomed, done, as_json)


def _tell(doomed: "Sequence[Doomed]", done: "Removal", as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "deleted": [each.id for each in doomed],
                "waiting": done.waiting,
                "engine_away": done.engine_away,
            }
        )
    elif done.waiting:
        click.echo(f"{done.waiting} of {len(doomed)} wait for the running desk, which is busy.")
    else:
        click.echo(
            f"Deleted {len(doomed)}. Backups taken before still hold them; so do the index's files "
            "until they are merged, which `copydesk reindex` does now."
        )
    if done.engine_away:
        click.echo("The search engine is away; it forgets them when it is back.", err=True)
    if done.waiting:
        sys.exit(1)
