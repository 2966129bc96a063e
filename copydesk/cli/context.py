"""What every command starts from: the chosen files, loaded when first needed, and the person."""

import getpass
import os
from functools import cached_property
from pathlib import Path

import click

from config.load import Configuration, load
from config.settings import Settings


class App:
    """The command line's own options and the configuration they lead to."""

    def __init__(self, *, data: Path | None, config_file: Path | None) -> None:
        self.data = data
        self.config_file = config_file

    @cached_property
    def configuration(self) -> Configuration:
        """Raises :class:`config.errors.InvalidConfigurationError` naming every problem."""
        return load(data=self.data, config=self.config_file)

    @property
    def settings(self) -> Settings:
        """The settings alone."""
        return self.configuration.settings


pass_app = click.make_pass_decorator(App)


def login_name() -> str:
    """Who is at work here; in a container the number may be all that is known of the user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the former until Python 3.12
        return f"user {os.getuid()}"
