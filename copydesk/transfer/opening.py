"""A file of an import, open to be sought in: gzip is unpacked, what comes by a pipe copied."""

import gzip
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast

from copydesk.transfer.files import STANDARD_INPUT, File
from crawler import drop

_GZIP = b"\x1f\x8b"


class Opened:
    """What is in the file, and how much of its own bytes was read for it."""

    def __init__(self, stream: IO[bytes], bytes_: IO[bytes]) -> None:
        self.stream = stream
        self._bytes = bytes_

    def position(self) -> int:
        """How far reading has come."""
        return self._bytes.tell()


@contextmanager
def opened(file: File, *, folder: Path) -> Iterator[Opened]:
    """The file; what comes through a pipe is copied into ``folder`` first, without a name.

    Raises :class:`crawler.drop.RefusedFileError` for what is no file, and what opening it raises.
    """
    with ExitStack() as stack:
        plain = _seekable(_bytes_of(file, stack), folder, stack)
        mark = plain.read(len(_GZIP))
        plain.seek(0)
        if mark == _GZIP:
            unpacked = stack.enter_context(gzip.GzipFile(fileobj=plain, mode="rb"))
            yield Opened(cast("IO[bytes]", unpacked), plain)
        else:
            yield Opened(plain, plain)


def _bytes_of(file: File, stack: ExitStack) -> IO[bytes]:
    if file.how == "found":
        return stack.enter_context(drop.opened(file.path))
    if str(file.path) == STANDARD_INPUT:
        return sys.stdin.buffer
    return stack.enter_context(file.path.open("rb"))


def _seekable(stream: IO[bytes], folder: Path, stack: ExitStack) -> IO[bytes]:
    if stream.seekable():
        return stream
    copy = stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return copy
