"""``copydesk reindex``: a new search index, while the old one answers."""

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.interrupting import interruptible
from copydesk.cli.output import json_option, print_json, progress


@click.command()
@json_option
@pass_app
def reindex(app: App, as_json: bool) -> None:
    """Make the search index anew from the record, then exchange it for the old one.

    Everything else may go on meanwhile. Needed after an upgrade that changes the index, or when it
    was damaged.
    """
    from copydesk.logs import configure
    from copydesk.roles.reindexing import reindex as make_anew

    configure(app.settings.log, "reindex")
    with (
        interruptible(lambda: "an index that is not whole does not replace the old one."),
        progress("indexing") as line,
    ):
        made = make_anew(app.settings, line)
    if as_json:
        print_json(made)
        return
    click.echo(
        f"A new index answers: {made.changes} changes replayed in {made.seconds:.1f} s. "
        "What came meanwhile follows with the desk."
    )
