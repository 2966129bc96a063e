"""Where the program begins: Ctrl-C is heard before anything is loaded."""

import os
import signal
from contextlib import suppress
from types import FrameType

_EXIT_INTERRUPTED = 130


def main() -> None:
    """Load the command line, which takes a third of a second, and run it."""
    heard = signal.getsignal(signal.SIGINT)
    if heard is signal.default_int_handler:  # else whoever started us wants none of it
        signal.signal(signal.SIGINT, _end)
    from copydesk.cli.main import main as run

    signal.signal(signal.SIGINT, heard)
    run()


def _end(_number: int, _frame: FrameType | None) -> None:
    # Nothing has been begun. An exception would be told as a traceback, or taken by one of the
    # libraries for the want of an optional part.
    with suppress(OSError):
        os.write(2, b"\ncopydesk: interrupted\n")
    os._exit(_EXIT_INTERRUPTED)
