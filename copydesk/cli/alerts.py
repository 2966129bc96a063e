"""``copydesk alerts``: saved searches, and what was found for them."""

import time
from typing import TYPE_CHECKING

import click
import msgspec

from copydesk.cli.context import App, login_name, pass_app
from copydesk.cli.finding import QueryCommand, query_given, where_option
from copydesk.cli.output import (
    json_option,
    moment,
    print_json,
    print_table,
    printable,
)

if TYPE_CHECKING:
    from copydesk.alerts.receivers import Shown


@click.group()
def alerts() -> None:
    """Saved searches: hear of every article or story that a query finds from now on.

    Each is told once; an article again when it is corrected, cancelled or deleted later.
    """


@alerts.command(cls=QueryCommand)
@click.argument("name")
@click.argument("query", nargs=-1)
@where_option
@click.option("--stories", is_flag=True, help="Listen for stories instead of articles.")
@click.option("--who", default="", help="Whose search it is; your login name if unset.")
@click.option("--notify", default="", help="An https address that matches are sent to.")
@json_option
@pass_app
def save(
    app: App,
    name: str,
    query: tuple[str, ...],
    where: str | None,
    stories: bool,
    who: str,
    notify: str,
    as_json: bool,
) -> None:
    """Save a search under a name; the desk matches what comes from now on against it.

    With --notify it prints the secret that messages are signed with, this once.
    """
    from copydesk.alerts import receivers, searches, webhook
    from copydesk.roles.opening import open_record
    from crawler.fetch.addresses import AddressGuard

    asked = query_given(query, where)
    guard = AddressGuard.parse(app.settings.alerts.allowed_addresses)
    address = webhook.usable_address(notify, guard) if notify else ""
    secret = ""
    with open_record(app.settings) as record, record.writing() as connection:
        saved = searches.save(
            connection,
            name,
            asked,
            kind="story" if stories else "article",
            who=who or login_name(),
            now=time.time(),
        )
        if address:
            _, secret = receivers.name(connection, saved, address, now=time.time())
    if as_json:
        print_json({**msgspec.structs.asdict(saved), "secret": secret})
        return
    click.echo(f"Saved “{saved.name}”: {saved.query}")
    if address:
        _show_secret(f"{webhook.origin(address)} is told, signed with {secret}")


def _show_secret(sentence: str) -> None:
    click.echo(sentence)
    click.echo("Keep this secret where the receiver checks signatures; it is not shown again.")


@alerts.command(name="list")
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """Show all saved searches, and how telling their receivers goes."""
    from copydesk.alerts import receivers, searches
    from copydesk.roles.opening import reading_record

    with reading_record(app.settings) as record, record.reading() as connection:
        saved = searches.list_searches(connection)
        told = {
            search: receivers.shown(receiver)
            for search, receiver in receivers.by_search(connection).items()
        }
    if as_json:
        print_json(
            [{**msgspec.structs.asdict(each), "notify": told.get(each.id)} for each in saved]
        )
        return
    print_table(
        ("name", "finds", "query", "by", "since (UTC)", ">matches", "tells"),
        [
            (
                *(each.name, each.kind, each.query, each.who),
                *(moment(each.created), each.matches, _told(told.get(each.id))),
            )
            for each in saved
        ],
    )


def _told(receiver: "Shown | None") -> str:
    """Who is told of a search's matches, and what keeps them from it."""
    if receiver is None:
        return ""
    match receiver.state:
        case "stopped":
            return f"{receiver.address}: stopped, {receiver.error}"
        case "failing":
            since, again = moment(receiver.failing_since), moment(receiver.next_attempt)
            return f"{receiver.address}: {receiver.error}, since {since}; again at {again}"
        case _:
            return receiver.address


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
    """Show what a saved search matched: the newest first, or all after a number in order.

    What was corrected, cancelled or deleted later comes again, under a number of its own.
    """
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
        (">number", "time (UTC)", "status", "by", "headline", "story"),
        [
            (
                *(each.number, moment(each.at), "" if each.status == "usable" else each.status),
                *(each.outlet, each.headline or each.id, each.story),
            )
            for each in found
        ],
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


@alerts.command()
@click.argument("name")
@pass_app
def resume(app: App, name: str) -> None:
    """Tell a search's receiver again, from the first match that it did not take."""
    from copydesk.alerts import receivers, searches
    from copydesk.roles.opening import open_record

    with open_record(app.settings) as record, record.writing() as connection:
        search = searches.one_search(connection, name)
        receivers.resume(connection, search, now=time.time())
    click.echo(f"The receiver of “{printable(name)}” is told again.")


@alerts.command()
@click.argument("name")
@click.argument("address")
@json_option
@pass_app
def notify(app: App, name: str, address: str, as_json: bool) -> None:
    """Tell this address of a search's matches, instead of the one before.

    It hears what the one before did not take, signed with the same secret. Where nobody was told
    it hears of matches from now on, and its secret is printed, this once.
    """
    from copydesk.alerts import receivers, searches, webhook
    from copydesk.roles.opening import open_record
    from crawler.fetch.addresses import AddressGuard

    guard = AddressGuard.parse(app.settings.alerts.allowed_addresses)
    usable = webhook.usable_address(address, guard)
    with open_record(app.settings) as record, record.writing() as connection:
        search = searches.one_search(connection, name)
        receiver, secret = receivers.name(connection, search, usable, now=time.time())
    if as_json:
        shown = receivers.shown(receiver)
        print_json({**msgspec.structs.asdict(shown), "secret": secret})
    elif secret:
        _show_secret(f"{webhook.origin(usable)} is told, signed with {secret}")
    else:
        click.echo(f"{webhook.origin(usable)} is told, signed with the secret of before.")


@alerts.command()
@click.argument("name")
@json_option
@pass_app
def secret(app: App, name: str, as_json: bool) -> None:
    """Make a new secret for a search's receiver; the one before signs beside it for a day."""
    from copydesk.alerts import receivers, searches
    from copydesk.roles.opening import open_record

    with open_record(app.settings) as record, record.writing() as connection:
        search = searches.one_search(connection, name)
        receiver = receivers.renew_key(connection, search, now=time.time())
    if as_json:
        print_json({"secret": receiver.key, "old_until": receiver.old_until})
        return
    _show_secret(f"What “{printable(name)}” matches is signed with {receiver.key}")
    click.echo(f"Until {moment(receiver.old_until)} UTC the secret of before signs beside it.")
