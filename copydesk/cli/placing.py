"""Place what was just put in the inbox, for commands whose user wants to see it next."""

from copydesk.cli.context import App
from copydesk.cli.output import progress
from copydesk.errors import InUseError


def place_now(app: App) -> str:
    """Place what waits, unless a desk is at it already; says which."""
    from copydesk.roles.desk_duty import desk_once

    try:
        with progress("placing") as line:
            return desk_once(app.settings, line.describe).sentence()
    except InUseError:
        return "The running desk places them."
