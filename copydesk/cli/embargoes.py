"""``copydesk embargoes``: what is held back until its time, and what nobody knows the time of."""

import time

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.output import json_option, moment, print_json, print_table, printable
from copydesk.cli.placing import place_now

_SHOWN = 1000


@click.group()
def embargoes() -> None:
    """What is under embargo: list it, lift an embargo by hand."""


@embargoes.command(name="list")
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """Show what is under embargo, first what has no end that could be read."""
    from copydesk.record.embargoes import count, count_endless, listed
    from copydesk.roles.opening import reading_record

    with reading_record(app.settings) as record, record.reading() as connection:
        held = listed(connection, limit=_SHOWN)
        counts = {"all": count(connection), "without_end": count_endless(connection)}
    if as_json:
        print_json({"counts": counts, "embargoes": held})
        return
    if not held:
        click.echo("Nothing is under embargo.")
        return
    print_table(
        ("id", "until (UTC)", "since (UTC)", "source", "title"),
        [
            (
                each.id,
                "its source says more" if each.until is None else moment(each.until),
                moment(each.received),
                each.source,
                printable(each.title),
            )
            for each in held
        ],
    )
    click.echo(
        f"{counts['all']} in all, {counts['without_end']} without an end; "
        "`copydesk embargoes lift ID` lets one be seen now.",
        err=True,
    )


@embargoes.command()
@click.argument("articles", nargs=-1, required=True, metavar="ID...")
@pass_app
def lift(app: App, articles: tuple[str, ...]) -> None:
    """Lift the embargo on these articles now; they count as published now."""
    from copydesk.record.embargoes import lift_by_hand
    from copydesk.roles.opening import open_record

    with open_record(app.settings) as record, record.writing() as connection:
        lift_by_hand(connection, articles, now=time.time())
    click.echo(f"{len(set(articles))} lifted. {place_now(app)}")
