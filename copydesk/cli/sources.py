"""``copydesk sources``: list, add, test, pause, resume and remove what is polled."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.output import (
    json_option,
    marked,
    moment,
    print_json,
    print_table,
    printable,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

_GRADES = ("wrong", "note", "good")


@click.group()
def sources() -> None:
    """What is polled: list it, add to it, test it, pause it."""


@sources.command(name="list")
@click.option("--failing", is_flag=True, help="Only those whose last fetch failed.")
@json_option
@pass_app
def list_(app: App, failing: bool, as_json: bool) -> None:
    """Show all sources and how their polling stands."""
    from copydesk.record.reading import list_sources
    from copydesk.roles.opening import record_with_sources

    with (
        record_with_sources(app.settings, app.configuration.sources) as record,
        record.reading() as connection,
    ):
        rows = [row for row in list_sources(connection) if not failing or row.last_error]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("id", "outlet", "lang", "state", "last fetch (UTC)", "next (UTC)", "remark"),
        [
            (
                row.id,
                row.outlet,
                row.language,
                "paused" if row.paused else "retired" if row.retired else row.last_outcome or "new",
                moment(row.last_fetch),
                moment(row.due) if row.due else "now",
                row.last_error,
            )
            for row in rows
        ],
    )


@sources.command(name="health")
@click.argument("source", required=False)
@click.option("--all", "everything", is_flag=True, help="Those that are well, too.")
@json_option
@pass_app
def health_(app: App, source: str | None, everything: bool, as_json: bool) -> None:
    """Show which sources are not well, and why; of one SOURCE, its last fetches.

    Fails when a source needs a person to look.
    """
    from copydesk.record import registry
    from copydesk.record.reading_health import last_fetches, source_health
    from copydesk.roles.opening import record_with_sources

    with (
        record_with_sources(app.settings, app.configuration.sources) as record,
        record.reading() as connection,
    ):
        found = source_health(connection, now=time.time())
        if source is not None:
            registry.one(connection, source)
            found = [row for row in found if row.id == source]
            everything = True
        fetched = [] if source is None else last_fetches(connection, source)
    shown = [row for row in found if everything or row.grade != "good"]
    wrong = sum(row.grade == "wrong" for row in found)
    if as_json:
        print_json(shown if source is None else {"health": shown[0], "fetches": fetched})
    else:
        # What needs a look first.
        shown.sort(key=lambda row: (_GRADES.index(row.grade), row.id))
        print_table(
            ("id", "outlet", "grade", "state", "since (UTC)", "reason", "last error"),
            [
                (
                    row.id, row.outlet, row.grade, row.state,
                    moment(row.since) if row.since else "", row.reason, row.error,
                )
                for row in shown
            ],
        )  # fmt: skip
        if source is not None:
            print_table(
                ("fetched (UTC)", "outcome", ">status", ">items", ">new", ">seconds", "error"),
                [
                    (
                        moment(row.at), row.outcome, row.status or "", row.items, row.new_items,
                        f"{row.elapsed:.1f}", row.error,
                    )
                    for row in fetched
                ],
            )  # fmt: skip
        noted = sum(row.grade == "note" for row in found)
        click.echo(f"{len(found)} sources: {wrong} wrong, {noted} to note, the others well.")
    if wrong:
        raise click.exceptions.Exit(1)


@sources.command()
@click.argument("address")
@click.option("--id", "id_", help="Short name; made from the address if unset.")
@click.option("--outlet", help="Who publishes; the feed's own title if unset.")
@click.option("--language", default="", help="BCP 47 language; detected if unset.")
@click.option("--country", default="", help="ISO 3166 country of the outlet.")
@click.option(
    "--pages/--no-pages", default=True, help="Fetch the pages that the feed links to, or not."
)
@click.option("--secret", default="", help="Name of the secret that a private source needs.")
@pass_app
def add(
    app: App,
    address: str,
    id_: str | None,
    outlet: str | None,
    language: str,
    country: str,
    pages: bool,
    secret: str,
) -> None:
    """Add a source, given only a site's address: its feed or news sitemap is found by itself.

    A mailbox (imaps://HOST/MAILBOX) or a folder (sftp://HOST/FOLDER) is looked into; it needs a
    secret.
    """
    from copydesk.roles.adding import add_source, find_feed
    from copydesk.roles.opening import open_record
    from crawler.fetch.urls import redact

    feed = find_feed(app.settings, address, secret=secret)
    with open_record(app.settings) as record:
        source = add_source(
            record,
            feed,
            id_=id_,
            outlet=outlet,
            language=language,
            country=country,
            fetch_pages="yes" if pages else "no",
            secret=secret,
        )
    click.echo(
        f"Added {source.id}: {source.outlet or 'unnamed'}, {redact(source.url)}\n"
        f"It is due now; a running crawler takes it up by itself."
    )


@sources.command()
@click.argument("source")
@json_option
@pass_app
def test(app: App, source: str, as_json: bool) -> None:
    """Fetch a source (its id, or any address) once and show what comes, storing nothing."""
    from copydesk.roles.adding import try_source

    trial = try_source(app.configuration, source)
    if as_json:
        print_json(trial)
        return
    result = trial.result
    click.echo(
        f"{result.outcome}: {result.items} items, {result.bytes_received:,} bytes, "
        f"{result.elapsed:.1f} s"
    )
    for words in filter(None, (result.error, result.note)):
        click.echo(printable(words))
    print_table(
        ("published (UTC)", "lang", "text", "headline"),
        [
            (
                moment(article.published),
                article.language,
                f"{len(article.text)} characters" if article.text else article.extraction.note,
                marked(article.title, article.status),
            )
            for article in trial.articles
        ],
    )
    if result.error:
        raise click.exceptions.Exit(1)


@sources.command()
@click.argument("source")
@pass_app
def pause(app: App, source: str) -> None:
    """Leave a source alone until it is resumed."""
    from copydesk.record import registry

    with _changing(app) as connection:
        registry.pause(connection, source)
    click.echo(f"{source} is paused; `copydesk sources resume {source}` polls it again.")


@sources.command()
@click.argument("source")
@pass_app
def resume(app: App, source: str) -> None:
    """Poll a paused or retired source again, now."""
    from copydesk.record import registry

    with _changing(app) as connection:
        paused = registry.resume(connection, source).paused
    if paused:
        raise click.UsageError(f"the configuration pauses {source}: take `paused` out there.")
    click.echo(f"{source} is due now.")


@sources.command()
@click.argument("source")
@pass_app
def remove(app: App, source: str) -> None:
    """Forget a source that was added by hand; its articles stay."""
    from copydesk.record import registry
    from copydesk.roles.adding import ADDED
    from copydesk.roles.opening import open_record

    with open_record(app.settings) as record, record.writing() as connection:
        if registry.one(connection, source).origin != ADDED:
            raise click.UsageError(
                f"{source} comes from the configuration: take it out there, or pause it."
            )
        registry.remove(connection, source)
    click.echo(f"{source} is removed; its articles stay.")


@contextmanager
def _changing(app: App) -> Iterator["Connection"]:
    """The record, once it has the sources of the configuration."""
    from copydesk.roles.opening import open_record, register_at_first

    with open_record(app.settings) as record:
        register_at_first(record, app.configuration.sources)
        with record.writing() as connection:
            yield connection
