"""The file of a backup: zstd over frames of msgpack, closed by a count and a digest.

A frame is four bytes of length (big endian) and one msgpack value. The first is a ``Header``,
then come ``Rows``, the last is an ``End`` with the BLAKE2b digest of everything before it: a file
that was cut, altered or never finished is told from a whole one before anything is restored.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Annotated, Any, BinaryIO

import msgspec
import zstandard
from msgspec import Meta

from copydesk.errors import BackupError

FORMAT = 1
# Level 3 is a third slower than copying; article bodies are compressed already.
_LEVEL = 3
_LENGTH = 4
# A frame of more is written as two; what is longer all the same was made to hurt: as a list of
# nothings it would take eight times as much memory.
_LONG_FRAME = 16 << 20
_LONGEST_FRAME = 128 << 20
_Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_Moment = Annotated[float, Meta(ge=0, le=253_402_300_799)]  # the year 9999
_NEXT_STEP = "Take another backup; this one is of no use."


class Header(msgspec.Struct, frozen=True, kw_only=True, tag="copydesk backup"):
    """What is in the file: schema revision, when (epoch seconds), rows by table, numbers given."""

    format: int
    schema: str
    made: _Moment
    program: Annotated[str, Meta(max_length=100)]
    tables: dict[str, _Number]
    numbers: dict[str, _Number]


class Rows(msgspec.Struct, frozen=True, kw_only=True, tag="rows"):
    """Some rows of one table, in the order of its columns."""

    table: str
    columns: Annotated[tuple[str, ...], Meta(max_length=1000)]
    rows: Annotated[list[Annotated[list[Any], Meta(max_length=1000)]], Meta(max_length=10_000)]


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end"):
    """The file is whole: so many rows, and the digest of all before."""

    rows: int
    digest: str


Frame = Header | Rows | End
_decoder = msgspec.msgpack.Decoder(Frame)


class Writer:
    """Writes frames; :meth:`end` must come last."""

    def __init__(self, file: BinaryIO) -> None:
        self._stream = zstandard.ZstdCompressor(level=_LEVEL).stream_writer(file, closefd=False)
        self._digest = blake2b(digest_size=32)
        self._rows = 0

    def put(self, frame: Header | Rows) -> None:
        """Write one frame."""
        content = msgspec.msgpack.encode(frame)
        if len(content) > _LONG_FRAME and isinstance(frame, Rows) and len(frame.rows) > 1:
            half = len(frame.rows) // 2
            for rows in (frame.rows[:half], frame.rows[half:]):
                self.put(msgspec.structs.replace(frame, rows=rows))
            return
        self._digest.update(content)
        self._rows += len(frame.rows) if isinstance(frame, Rows) else 0
        self._write(content)

    def end(self) -> None:
        """Close the file's own account of itself."""
        self._write(msgspec.msgpack.encode(End(rows=self._rows, digest=self._digest.hexdigest())))
        self._stream.flush(zstandard.FLUSH_FRAME)

    def _write(self, content: bytes) -> None:
        self._stream.write(len(content).to_bytes(_LENGTH, "big") + content)


def frames(file: BinaryIO, *, where: str) -> Iterator[Header | Rows]:
    """The frames before the end; raises :class:`BackupError` for a file that is not whole."""
    digest = blake2b(digest_size=32)
    rows = 0
    first = True
    with zstandard.ZstdDecompressor().stream_reader(file, closefd=False) as stream:
        while True:
            content = _read(stream, where)
            try:
                frame = _decoder.decode(content)
            except (msgspec.DecodeError, RecursionError) as error:
                raise _broken("it holds something else", where) from error
            if isinstance(frame, Header) != first:
                raise _broken("its frames are out of order", where)
            if isinstance(frame, End):
                if frame.rows != rows or frame.digest != digest.hexdigest():
                    raise _broken("its digest does not fit its content", where)
                return
            first = False
            digest.update(content)
            rows += len(frame.rows) if isinstance(frame, Rows) else 0
            yield frame


def _read(stream: zstandard.ZstdDecompressionReader, where: str) -> bytes:
    length = int.from_bytes(_exactly(stream, _LENGTH, where), "big")
    if length > _LONGEST_FRAME:
        raise _broken("a frame is impossibly long", where)
    return _exactly(stream, length, where)


def _exactly(stream: zstandard.ZstdDecompressionReader, length: int, where: str) -> bytes:
    parts: list[bytes] = []
    missing = length
    while missing:
        try:
            part = stream.read(missing)
        except zstandard.ZstdError as error:
            raise _broken("it is no backup of Copydesk, or damaged", where) from error
        if not part:
            raise _broken("it ends too early", where)
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _broken(why: str, where: str) -> BackupError:
    return BackupError(f"this backup cannot be used: {why}", where=where, next_step=_NEXT_STEP)
