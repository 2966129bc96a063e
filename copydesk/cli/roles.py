"""``copydesk init | run | crawl | desk | serve``: the daemon and its roles."""

import sys

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.output import json_option, print_json, progress

once_option = click.option("--once", is_flag=True, help="Do what is due now, then end.")


@click.command()
@pass_app
def init(app: App) -> None:
    """Create the data directory and the record, or bring them and the index up to date."""
    from copydesk.roles.opening import open_record, register_sources
    from copydesk.roles.reindexing import is_outdated
    from copydesk.roles.reindexing import reindex as make_anew

    with open_record(app.settings) as record:
        register_sources(record, app.configuration.sources)
        outdated = is_outdated(app.settings, record)
    if outdated:
        with progress("indexing") as line:
            made = make_anew(app.settings, line)
        click.echo(f"The old index did not serve; a new one was made in {made.seconds:.1f} s.")
    click.echo(
        f"{app.settings.data.dir} is ready with {len(app.configuration.sources)} sources.\n"
        "Next: `copydesk run`, or `copydesk sources add ADDRESS` for a source of your own."
    )


@click.command()
@click.option(
    "--demo-if-offline",
    is_flag=True,
    help="Without internet run the built-in newsroom instead, apart from real data.",
)
@pass_app
def run(app: App, demo_if_offline: bool) -> None:
    """Run everything: fetch, group, index and serve until Ctrl-C or SIGTERM."""
    from copydesk.roles.daemon import run_everything
    from copydesk.roles.demo import run_demo
    from copydesk.roles.online import is_online

    if demo_if_offline and not is_online(app.configuration.sources):
        click.echo("No internet here: showing the built-in newsroom instead (invented news).")
        run_demo(None)
        return
    run_everything(app.configuration, config_file=app.config_file)


@click.command()
@once_option
@click.option("--all", "everything", is_flag=True, help="With --once: also what is not due yet.")
@json_option
@pass_app
def crawl(app: App, once: bool, everything: bool, as_json: bool) -> None:
    """Fetch sources into the inbox.

    With --once the exit code is 1 when every source failed.
    """
    import msgspec

    from copydesk.logs import configure
    from copydesk.roles.crawl_duty import all_sources, crawl_forever, crawl_once, due_sources

    configure(app.settings.log, "crawl")
    if not once:
        if everything:
            raise click.UsageError("--all goes with --once")
        crawl_forever(app.configuration)
        return
    with progress("fetching") as line:
        results = crawl_once(
            app.configuration,
            which=all_sources if everything else due_sources,
            report=lambda _result, done, total: line(done, total),
        )
    failed = [result for result in results if result.error]
    new = sum(result.new_items for result in results)
    if as_json:
        print_json([msgspec.structs.asdict(result) for result in results])
    else:
        click.echo(f"{len(results)} sources fetched, {new} new articles, {len(failed)} failed.")
    if results and len(failed) == len(results):
        sys.exit(1)


@click.command()
@once_option
@json_option
@pass_app
def desk(app: App, once: bool, as_json: bool) -> None:
    """Place what waits in the inbox into copy groups and stories, and index it."""
    from copydesk.logs import configure
    from copydesk.roles.desk_duty import desk_forever, desk_once

    configure(app.settings.log, "desk")
    if not once:
        again = [sys.executable, "-m", "copydesk", "--data", str(app.settings.data_dir)]
        if app.config_file is not None:
            again += ["--config", str(app.config_file)]
        desk_forever(app.settings, reindex=(*again, "reindex"))
        return
    with progress("placing") as line:
        totals = desk_once(app.settings, line.describe)
    if as_json:
        print_json(totals)
    else:
        click.echo(totals.sentence())
    if totals.indexed == "no":
        click.echo(
            "The index is behind, as said above; run this again when it is mended.", err=True
        )
        sys.exit(1)


@click.command()
@click.option("--host", help="Address to bind ([serve] host).")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to bind ([serve] port).")
@click.option("--listen-fd", type=int, hidden=True)
@pass_app
def serve(app: App, host: str | None, port: int | None, listen_fd: int | None) -> None:
    """Answer the JSON API and the web page."""
    import socket

    import msgspec

    from copydesk.logs import configure
    from copydesk.roles.serve import address, bind, serve_forever

    configure(app.settings.log, "serve")
    chosen = app.settings.serve
    if host is not None:
        chosen = msgspec.structs.replace(chosen, host=host)
    if port is not None:
        chosen = msgspec.structs.replace(chosen, port=port)
    listener = bind(chosen) if listen_fd is None else socket.socket(fileno=listen_fd)
    if listen_fd is None:
        click.echo(f"Serving {address(listener)} (Ctrl-C stops)")
    serve_forever(msgspec.structs.replace(app.settings, serve=chosen), listener)
