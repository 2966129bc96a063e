"""Articles of an import, kept aside on disk until all are read; then in the order of their time."""

import os
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from copydesk.errors import ImportStoppedError
from copydesk.record.codec import pack, storable, unpack
from copydesk.transfer.reports import Tally
from crawler.article import Article

_BATCH = 500
# Packed within one transaction, in which a server hears nothing of us for at most five seconds.
_BATCH_CHARS = 8 * 1024 * 1024


class Place(NamedTuple):
    """Where an article stands among the others: by time, then by file and place in it.

    Times are epoch seconds; ``changed`` is its file's.
    """

    at: float
    changed: float
    file: int
    position: int


class Spool:
    """A file without a name in ``folder``, of which nothing is left however the process ends.

    In memory are 64 bytes an article.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._at, self._changed = array("d"), array("d")
        self._numbers, self._positions = array("q"), array("q")
        self._offsets, self._lengths = array("q"), array("q")
        self._chars, self._tallies = array("q"), array("q")
        self._known: dict[Tally, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # what was not written for want of room is not wanted any more
            self._file.close()

    def __len__(self) -> int:
        return len(self._at)

    def add(self, article: Article, place: Place, *, tally: Tally) -> None:
        """Keep an article, and who counts it.

        Raises :class:`ImportStoppedError` when there is no room.
        """
        packed = pack(storable(article))
        with self._room():
            offset = self._file.seek(0, os.SEEK_END)
            self._file.write(packed)
        self._at.append(place.at)
        self._changed.append(place.changed)
        self._numbers.append(place.file)
        self._positions.append(place.position)
        self._offsets.append(offset)
        self._lengths.append(len(packed))
        self._chars.append(len(article.text) + len(article.summary) + len(article.title))
        self._tallies.append(self._known.setdefault(tally, len(self._known)))

    def batches(self) -> Iterator[list[tuple[Article, Tally]]]:
        """The articles in order, each with its tally, as many as one transaction takes."""
        with self._room():
            self._file.flush()
        tallies = list(self._known)
        some: list[tuple[Article, Tally]] = []
        chars = 0
        for index in np.lexsort((self._positions, self._numbers, self._changed, self._at)):
            if some and (len(some) == _BATCH or chars + self._chars[index] > _BATCH_CHARS):
                yield some
                some, chars = [], 0
            some.append((self._article(index), tallies[self._tallies[index]]))
            chars += self._chars[index]
        if some:
            yield some

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ImportStoppedError(
                f"there is no keeping articles aside until all are read: {error.strerror}",
                where=str(self._folder),
                next_step="Make room there, or import less at a time. Nothing was taken in.",
            ) from error

    def _article(self, index: int) -> Article:
        self._file.seek(self._offsets[index])
        return unpack(self._file.read(self._lengths[index]))
