"""``copydesk alerts``: saved searches, and what was found for them."""

import time

import click

from copydesk.cli.context import App, login_name, pass_app
from copydesk.cli.finding import QueryCommand
from copydesk.cli.output import json_option, moment, print_json, print_table, printable


@click.group()
def alerts() -> None:
    """Saved searches: hear of every new or changed article or story that a query finds."""


@alerts.command(cls=QueryCommand)
@click.argument("name")
@click.argument("query", nargs=-1, required=True)
@click.option("--stories", is_flag=True, help="Listen for stories instead of articles.")
@click.option("--who", default="", help="Whose search it is; your login name if unset.")
@json_option
@pass_app
def save(
    app: App, name: str, query: tuple[str, ...], stories: bool, who: str, as_json: bool
) -> None:
    """Save a search under a name; the desk matches what comes from now on against it."""
    from copydesk.alerts import searches
    from copydesk.roles.opening import open_record

    with open_record(app.settings) as record, record.writing() as connection:
        saved = searches.save(
            connection,
            name,
            " ".join(query),
            kind="story" if stories else "article",
            who=who or login_name(),
            now=time.time(),
        )
    if as_json:
        print_json(saved)
    else:
        click.echo(f"Saved “{saved.name}”: {saved.query}")


@alerts.command(name="list")
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """Show all saved searches."""
    from copydesk.alerts import searches
    from copydesk.roles.opening import reading_record

    with reading_record(app.settings) as record, record.reading() as connection:
        saved = searches.list_searches(connection)
    if as_json:
        print_json(saved)
        return
    print_table(
        ("name", "finds", "query", "by", "since (UTC)", ">matches"),
        [
            (each.name, each.kind, each.query, each.who, moment(each.created), each.matches)
            for each in saved
        ],
    )


@alerts.command()
@click.argument("name")
@click.option(
    "--after",
    type=click.IntRange(0, 2**63 - 1),
    help="Only matches after this number; 0 is before all.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@json_option
@pass_app
def matches(app: App, name: str, after: int | None, limit: int, as_json: bool) -> None:
    """Show what a saved search matched: the newest first, or all after a number in order."""
    from copydesk.alerts import searches
    from copydesk.roles.opening import reading_record

    with reading_record(app.settings) as record, record.reading() as connection:
        search = searches.one_search(connection, name)
        found = searches.list_matches(
            connection,
            search,
            after=after or 0,
            limit=limit,
            order="newest" if after is None else "oldest",
        )
    if as_json:
        print_json(found)
        return
    print_table(
        (">number", "time (UTC)", "by", "headline", "story"),
        [(each.number, moment(each.at), each.outlet, each.headline, each.story) for each in found],
    )


@alerts.command()
@click.argument("name")
@pass_app
def remove(app: App, name: str) -> None:
    """Forget a saved search and its matches."""
    from copydesk.alerts import searches
    from copydesk.roles.opening import open_record

    with open_record(app.settings) as record, record.writing() as connection:
        searches.remove(connection, searches.one_search(connection, name))
    click.echo(f"“{printable(name)}” is removed.")
