"""``copydesk run``: everything on one machine."""

import sys
from pathlib import Path

import click
import structlog

from config.load import Configuration
from copydesk.locks import held
from copydesk.logs import configure
from copydesk.roles.opening import data_dir, open_record, register_sources
from copydesk.roles.serve import address, bind
from copydesk.roles.supervisor import RoleCommand, stop_event, supervise

log = structlog.get_logger()


def run_everything(configuration: Configuration, *, config_file: Path | None) -> None:
    """Supervise crawl, desk and serve until SIGTERM or SIGINT."""
    settings = configuration.settings
    configure(settings.log, "run")
    stop = stop_event()
    folder = data_dir(settings)
    with held(folder / "run.lock", "copydesk run"):
        # Before the roles start, so that they need not race for the first migration.
        with open_record(settings) as record:
            register_sources(record, configuration.sources)
        listener = bind(settings.serve)
        base = [sys.executable, "-m", "copydesk", "--data", str(folder)]
        if config_file is not None:
            base += ["--config", str(config_file)]
        click.echo(
            f"Copydesk is at {address(listener)}\n"
            f"Data in {folder}, {len(configuration.sources)} sources configured. Ctrl-C stops."
        )
        descriptor = listener.fileno()
        roles = (
            RoleCommand(
                role="serve",
                arguments=(*base, "serve", "--listen-fd", str(descriptor)),
                descriptors=(descriptor,),
            ),
            RoleCommand(role="desk", arguments=(*base, "desk")),
            RoleCommand(role="crawl", arguments=(*base, "crawl")),
        )
        try:
            supervise(roles, stop)
        finally:
            listener.close()
        log.info("stopped; everything is written down")
