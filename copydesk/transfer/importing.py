"""Import: a file of articles goes into the inbox in the order of its own times."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, BinaryIO

import msgspec

from copydesk.errors import ImportLineError
from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.intake import Accepted
from copydesk.transfer.lines import Line, read_line
from crawler.article import Article

_BATCH = 500
# Packed within one transaction, in which a server hears nothing of us for at most five seconds.
_BATCH_BYTES = 8 * 1024 * 1024
# A line beyond this is no article; it is skipped without being read into memory at once.
_MAX_LINE = 16 * 1024 * 1024
_MEMORY = 64 * 1024 * 1024


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that gave no article."""

    file: str
    number: int
    reason: str


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import amounted to. ``unknown`` counts the lines with each field we do not know."""

    lines: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    bad: int = 0
    unknown: dict[str, int] = {}


class _Found(msgspec.Struct, frozen=True):
    time: float
    offset: int
    length: int


def import_file(
    record: Record,
    name: str,
    stream: BinaryIO,
    *,
    now: float,
    on_bad: Callable[[BadLine], None],
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ImportReport:
    """Read NDJSON from ``stream`` and put every good line into the inbox.

    The file is read twice: first all lines are checked and their times noted, then the articles
    go in by time, so that a file in any order is replayed as it happened. What is not seekable is
    spooled to disk. ``on_bad`` hears of each bad line at once; the others go on.
    """
    with _seekable(stream) as file:
        found: list[_Found] = []
        unknown: Counter[str] = Counter()
        bad = 0
        count = 0
        for number, offset, raw in _lines(file):
            if not raw.strip():
                continue
            count += 1
            try:
                line = _read(raw, now=now)
            except ImportLineError as error:
                bad += 1
                on_bad(BadLine(file=name, number=number, reason=str(error)))
                continue
            unknown.update(line.unknown)
            found.append(_Found(line.article.first_seen, offset, len(raw)))
        found.sort(key=lambda each: (each.time, each.offset))
        totals = Accepted()
        done = 0
        for some in _batches(found):
            articles = [_reread(file, each, now=now) for each in some]
            totals = _add(totals, _put(record, articles, now=now))
            done += len(some)
            progress(done, len(found))
    return ImportReport(
        lines=count,
        new=totals.new,
        revised=totals.revised,
        unchanged=totals.unchanged,
        bad=bad,
        unknown=dict(unknown),
    )


def _batches(found: Sequence[_Found]) -> Iterator[list[_Found]]:
    some: list[_Found] = []
    size = 0
    for each in found:
        if some and (len(some) == _BATCH or size + each.length > _BATCH_BYTES):
            yield some
            some, size = [], 0
        some.append(each)
        size += each.length
    if some:
        yield some


def _read(raw: bytes, *, now: float) -> Line:
    if len(raw) > _MAX_LINE:
        raise ImportLineError(f"the line is longer than {_MAX_LINE:,} bytes")
    return read_line(raw.removeprefix(b"\xef\xbb\xbf"), now=now)


def _reread(file: IO[bytes], found: _Found, *, now: float) -> Article:
    file.seek(found.offset)
    return _read(file.read(found.length), now=now).article


def _put(record: Record, articles: list[Article], *, now: float) -> Accepted:
    with record.writing() as connection:
        return inbox.put(connection, articles, received=now)


def _add(one: Accepted, other: Accepted) -> Accepted:
    return Accepted(
        new=one.new + other.new,
        revised=one.revised + other.revised,
        unchanged=one.unchanged + other.unchanged,
    )


def _lines(file: IO[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Number, offset and bytes of each line; of an endless one only a little too much."""
    file.seek(0)
    number = 0
    while True:
        offset = file.tell()
        raw = file.readline(_MAX_LINE + 1)
        if not raw:
            return
        number += 1
        yield number, offset, raw
        while raw and not raw.endswith(b"\n") and len(raw) > _MAX_LINE:
            raw = file.readline(_MAX_LINE + 1)


@contextmanager
def _seekable(stream: BinaryIO) -> Iterator[IO[bytes]]:
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=_MEMORY) as spool:
        shutil.copyfileobj(stream, spool)
        yield spool
