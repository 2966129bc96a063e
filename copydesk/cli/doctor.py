"""``copydesk doctor``: what is wrong here, and what to do about it."""

import sys

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.output import json_option, print_json, print_table


@click.command()
@json_option
@pass_app
def doctor(app: App, as_json: bool) -> None:
    """Check configuration, data directory, record, engine, port and internet.

    The exit code is 1 if anything is wrong.
    """
    from copydesk.roles.checkup import check_up

    findings = check_up(app.configuration)
    if as_json:
        print_json(findings)
    else:
        print_table(
            ("", "what", "finding"),
            [(finding.verdict, finding.what, finding.sentence) for finding in findings],
        )
    if any(finding.verdict == "wrong" for finding in findings):
        sys.exit(1)
