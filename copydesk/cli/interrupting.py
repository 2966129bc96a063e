"""Ctrl-C ends a command with one sentence and the shells' exit code for it."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO, Any

import click

# 128 and the number of SIGINT, as shells have it.
EXIT_INTERRUPTED = 130


class Interrupted(click.ClickException):
    """A person stopped the command; the message says what that means for what it was at."""

    exit_code = EXIT_INTERRUPTED

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 - click's own
        if sys.stderr.isatty():
            click.echo(err=True)  # behind the terminal's "^C"
        click.echo(f"copydesk: interrupted; {self.message}", err=True)


@contextmanager
def interruptible(meaning: Callable[[], str]) -> Iterator[None]:
    """Have Ctrl-C within the block end the command, which says what ``meaning`` gives then.

    Around all that is to be cleaned up; not around asyncio, which has its own way with Ctrl-C.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, _hear_once)
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(meaning()) from None
    else:
        signal.signal(signal.SIGINT, before)


def _hear_once(_number: int, _frame: FrameType | None) -> None:
    # Two in a row are common: `timeout` sends one to the process and one to its group. The second
    # would cut off the closing of the record, of which SQLAlchemy then prints the traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt
