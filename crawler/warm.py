"""Loaded once by the server that parsing processes are forked from: what is slow to load.

The models are then shared by all workers, and a killed one is replaced in milliseconds.
"""

import atexit
import os
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path

from crawler.language import detect
from crawler.pages import extract

detect("Loads the language model.")
extract(b"<html><body><p>Loads lazily built parts.</p></body></html>", url="", content_type="")


@atexit.register
def _leave_no_folder(parent: int = os.getppid()) -> None:
    """Remove the server's address, a socket in a folder of its own, for who was killed.

    Who ends by itself does so. The server ends when nobody is left who may ask it for a process.
    """
    server = vars(forkserver._forkserver)
    address = server.get("_forkserver_address")
    if address and not server.get("_forkserver_pid") and os.getppid() != parent:
        with suppress(OSError):
            Path(address).unlink()
            Path(address).parent.rmdir()
