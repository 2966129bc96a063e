"""``copydesk deadletter``: what could not be placed or indexed, and another try."""

import sys
import time

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.output import json_option, moment, print_json, print_table, printable
from copydesk.cli.placing import place_now

_SHOWN = 1000
_NUMBER = click.IntRange(1, 2**63 - 1)


@click.group()
def deadletter() -> None:
    """What could not be placed or indexed: list it, look at it, try it again."""


@deadletter.command(name="list")
@click.option("--stage", type=click.Choice(["desk", "index"]), help="Only what failed there.")
@json_option
@pass_app
def list_(app: App, stage: str | None, as_json: bool) -> None:
    """Show the newest dead letters, each with its reason."""
    from copydesk.record.retrying import count_by_stage, list_letters
    from copydesk.roles.opening import reading_record

    with reading_record(app.settings) as record, record.reading() as connection:
        letters = list_letters(connection, stage=stage or "", limit=_SHOWN)
        counts = count_by_stage(connection)
    if as_json:
        print_json({"counts": counts, "letters": letters})
        return
    if not letters:
        click.echo("There are no dead letters.")
        return
    print_table(
        (">number", "time (UTC)", "stage", "what", "reason"),
        [
            (each.number, moment(each.at), each.stage, f"{each.kind} {each.id}", each.reason)
            for each in letters
        ],
    )
    shown = f"{sum(counts.values())} in all" if len(letters) == _SHOWN else f"{len(letters)}"
    click.echo(f"{shown}; `copydesk deadletter retry --all` tries them again.", err=True)


@deadletter.command()
@click.argument("number", type=_NUMBER)
@json_option
@pass_app
def show(app: App, number: int, as_json: bool) -> None:
    """Show one dead letter and what it holds."""
    from copydesk.record.retrying import open_letter
    from copydesk.roles.opening import reading_record

    with reading_record(app.settings) as record, record.reading() as connection:
        opened = open_letter(connection, number)
    if as_json:
        print_json(opened)
        return
    letter, article = opened.letter, opened.article
    click.echo(f"{letter.kind} {letter.id}, at the {letter.stage}, {moment(letter.at)} UTC")
    click.echo(printable(letter.reason))
    if article is not None:
        click.echo(f"{printable(article.title)}\n{printable(article.url or article.link)}")
        click.echo(f"{article.source}, {len(article.text):,} characters of text")
    elif opened.damage:
        click.echo(f"What it holds is lost: {opened.damage}.")
    else:
        click.echo(f"`copydesk explain {letter.id}` tells the rest.")


@deadletter.command()
@click.argument("numbers", nargs=-1, type=_NUMBER)
@click.option("--all", "everything", is_flag=True, help="Try all of them again.")
@json_option
@pass_app
def retry(app: App, numbers: tuple[int, ...], everything: bool, as_json: bool) -> None:
    """Send dead letters to the desk or the engine again.

    The exit code is 1 when one of them cannot be tried again.
    """
    from copydesk.record.retrying import letter_numbers
    from copydesk.record.retrying import retry as retry_letters
    from copydesk.roles.opening import open_record

    if bool(numbers) == everything:
        raise click.UsageError("Name dead letters by their numbers, or give --all.")
    with open_record(app.settings) as record, record.writing() as connection:
        chosen = letter_numbers(connection) if everything else numbers
        done = retry_letters(connection, chosen, now=time.time())
    again = sum(each.fate == "again" for each in done)
    placed = place_now(app) if again else "Nothing to place."
    kept = [each for each in done if each.fate == "kept"]
    if as_json:
        print_json({"letters": done, "desk": placed})
    else:
        for each in kept:
            click.echo(f"{each.letter.number}: {printable(each.remark)}", err=True)
        superseded = sum(each.fate == "superseded" for each in done)
        click.echo(f"{again} sent again, {superseded} no longer needed, {len(kept)} kept. {placed}")
    if kept:
        sys.exit(1)


@deadletter.command()
@click.argument("numbers", nargs=-1, type=_NUMBER, required=True)
@pass_app
def drop(app: App, numbers: tuple[int, ...]) -> None:
    """Forget dead letters that nobody needs."""
    from copydesk.record.retrying import check_letters
    from copydesk.record.retrying import drop as drop_letters
    from copydesk.roles.opening import open_record

    with open_record(app.settings) as record, record.writing() as connection:
        check_letters(connection, numbers)
        drop_letters(connection, numbers)
    click.echo(f"{len(set(numbers))} dropped.")
