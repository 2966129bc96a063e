"""``copydesk demo``: the built-in newsroom."""

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.output import json_option, print_json, progress


@click.command()
@click.option("--once", is_flag=True, help="Read the whole day at once, then end.")
@json_option
@pass_app
def demo(app: App, once: bool, as_json: bool) -> None:
    """Show Copydesk without internet: invented outlets on this machine publish a day's news.

    The real pipeline fetches, groups and serves them, in a data directory of its own (--data
    chooses another empty one).
    """
    from copydesk.roles.demo import demo_once, run_demo

    if not once:
        run_demo(app.data)
        return
    from config.settings import LogSettings
    from copydesk.logs import configure

    configure(LogSettings(level="error"), "demo")
    with progress("fetching") as line:
        folder, results, totals = demo_once(
            app.data,
            fetched=lambda _result, done, total: line(done, total),
            placed=line.describe,
        )
    if as_json:
        print_json({"data": str(folder), "sources": len(results), "desk": totals})
        return
    click.echo(
        f"{len(results)} outlets read. {totals.sentence()}\n"
        f"Look at it: copydesk --data {folder} serve"
    )
