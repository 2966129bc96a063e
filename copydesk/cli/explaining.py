"""``copydesk explain``: the whole life of an article or story, or why it is not there."""

import sys

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.output import json_option, print_json, printable


@click.command()
@click.argument("of", metavar="URL-OR-ID")
@json_option
@pass_app
def explain(app: App, of: str, as_json: bool) -> None:
    """Tell the whole life of an article or story, or why it is not there.

    Takes an article's id, address, guid or identity key, or the id of a story or copy group. The
    exit code is 1 for what is not there.
    """
    from copydesk.explain.explaining import explain as explained
    from copydesk.explain.telling import tell
    from copydesk.roles.opening import reading_engine, reading_record

    with (
        reading_record(app.settings) as record,
        reading_engine(app.settings) as engine,
        record.reading() as connection,
    ):
        found = explained(connection, engine, of, audience="operator")
    if as_json:
        print_json(found)
    else:
        for title, lines in tell(found):
            click.secho(title, bold=True)
            for line in lines:
                click.echo(f"  {printable(line)}")
    if found.article is None and found.story is None:
        sys.exit(1)
