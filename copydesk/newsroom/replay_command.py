"""``python -m copydesk.newsroom.replay_command``: serve a recorded day until Ctrl-C."""

import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import click

from config.errors import CopydeskError
from copydesk.newsroom.configuration import configuration
from copydesk.newsroom.replay import Replay

_REPORT_SECONDS = 10


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--day", required=True, help="The day to replay, as 2023-03-15 (UTC).")
@click.option("--speed", default=288.0, show_default=True, help="Times as fast as real time.")
@click.option("--whole-day", is_flag=True, help="Show the whole day at once.")
@click.option(
    "--config",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    help="Where to write the configuration to run Copydesk with.",
)
def main(path: Path, day: str, speed: float, whole_day: bool, target: Path) -> None:
    """Serve one DAY of the recording at PATH as RSS feeds on loopback addresses."""
    try:
        chosen = date.fromisoformat(day)
        replay = Replay.whole_day(path, chosen) if whole_day else Replay(path, chosen, speed)
    except (CopydeskError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    with replay:
        target.write_text(configuration(replay), encoding="utf-8")
        click.echo(f"{replay.items} items of {len(replay.sources())} feeds; wrote {target}")
        try:
            while True:
                now = datetime.fromtimestamp(replay.clock(), UTC)
                click.echo(f"the feeds stand at {now:%Y-%m-%d %H:%M} UTC")
                time.sleep(_REPORT_SECONDS)
        except KeyboardInterrupt:
            sys.exit(0)


if __name__ == "__main__":
    main()
