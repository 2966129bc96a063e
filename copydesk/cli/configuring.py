"""``copydesk config``: check and show."""

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.output import json_option, print_json, print_table


@click.group()
def config() -> None:
    """Check and show the configuration."""


@config.command()
@pass_app
def check(app: App) -> None:
    """Name every problem with its file and line; exit code 78 if there is any."""
    from config.errors import InvalidConfigurationError
    from copydesk.roles.crawl_duty import missing_secrets

    configuration = app.configuration
    if problems := missing_secrets(configuration):
        raise InvalidConfigurationError(problems)
    read = configuration.file or "no file (defaults and environment only)"
    click.echo(f"The configuration is good: {read}, {len(configuration.sources)} sources.")


@config.command()
@json_option
@pass_app
def show(app: App, as_json: bool) -> None:
    """Show every setting, its value (secrets masked) and where it comes from."""
    from config.reference import show as shown

    rows = shown(app.configuration)
    if as_json:
        print_json(rows)
        return
    print_table(("setting", "value", "from"), [(row.name, row.value, row.origin) for row in rows])
