"""Content codings, undone as the bytes arrive, never past the cap."""

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

from crawler.fetch.errors import FetchError

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
# What one call may inflate; the cap is checked after each.
_STEP = 65_536
# RFC 8878 section 3.1.1.1.2: decoders should support 8 MB windows, and may refuse larger ones.
_ZSTD_WINDOW = 8 * 1024 * 1024
# zstd has no bounded output in its streaming interface: an RLE block makes 128 KiB from 4 bytes,
# so slices this small keep one step below 2 MiB.
_ZSTD_SLICE = 64
# A further frame, or one to skip (RFC 8878 section 3.1).
_ZSTD_FRAME = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
# How deflate ends what it flushes.
_FLUSHED = b"\x00\x00\xff\xff"
# Two codings on top of each other are legal; more is an attack.
_MOST_CODINGS = 2


class Decoder(Protocol):
    """One content coding."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decoded pieces, each of bounded size, made one at a time as they are asked for.

        Raises ``ValueError`` on damaged data.
        """
        ...

    def whole(self) -> bool:
        """Whether what was fed is all of a stream, as far as one can tell; nothing at all is."""
        ...


class _Zlib:
    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._inner = zlib.decompressobj(wbits)
        self._fresh = True
        self._last = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        full = False
        self._last = (self._last + data)[-4:]
        while data or full:
            try:
                piece = self._inner.decompress(data, _STEP)
            except zlib.error as error:
                if not (self._fresh and self._wbits == zlib.MAX_WBITS):
                    raise ValueError(str(error)) from error
                # "deflate" without the zlib header, as old Microsoft servers send it.
                self._inner, self._wbits = zlib.decompressobj(-zlib.MAX_WBITS), -zlib.MAX_WBITS
                continue
            self._fresh = False
            full = len(piece) == _STEP  # zlib may hold more without any input left over
            yield piece
            data = self._inner.unconsumed_tail
            if self._inner.eof and (data := self._inner.unused_data.lstrip(b"\0")):
                if self._wbits != 16 + zlib.MAX_WBITS or not data.startswith(b"\x1f\x8b"):
                    return  # junk after the stream, which browsers ignore
                self._inner = zlib.decompressobj(self._wbits)  # a further gzip member

    def whole(self) -> bool:
        # Some servers flush the last of it and never end the stream.
        return self._fresh or self._inner.eof or self._last == _FLUSHED or self._lacks_checksum()

    def _lacks_checksum(self) -> bool:
        """Whether all data came but not the checksum behind it, which some servers leave out."""
        probe = self._inner.copy()
        try:
            probe.decompress(bytes(8))
        except zlib.error as error:
            return "data check" in str(error) or "length check" in str(error)
        return probe.eof


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._fresh = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._fresh = False
        try:
            # can_accept_more_data() may say yes while output is left: only emptiness is the end.
            while not self._inner.is_finished():
                piece = self._inner.process(data, output_buffer_limit=_STEP)
                if not piece:
                    return
                yield piece
                data = b""
        except brotli.error as error:
            raise ValueError(str(error)) from error

    def whole(self) -> bool:
        return self._fresh or bool(self._inner.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._frames = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._inner = self._frames.decompressobj()
        self._fresh = True
        self._after = b""  # what came behind a frame, until it is enough to tell what it is

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._fresh = False
        try:
            for start in range(0, len(data), _ZSTD_SLICE):
                piece = data[start : start + _ZSTD_SLICE]
                while piece:
                    if self._inner.eof:
                        self._after += piece
                        if len(self._after) < 4:
                            break
                        if not _ZSTD_FRAME.match(self._after):
                            return  # junk, as behind gzip
                        piece, self._after = self._after, b""
                        self._inner = self._frames.decompressobj()
                    yield self._inner.decompress(piece)
                    piece = self._inner.unused_data
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from error

    def whole(self) -> bool:
        return self._fresh or self._inner.eof


def decoders(content_encoding: str) -> list[Decoder]:
    """The decoders for a ``Content-Encoding`` value, in the order in which they apply.

    Raises :class:`FetchError` (``failed``) for codings we did not ask for and cannot undo.
    """
    chain: list[Decoder] = []
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in ("", "identity", "utf-8", "none", "binary")]
    if len(names) > _MOST_CODINGS:
        raise FetchError(f"is compressed {len(names)} times over", outcome="too-large")
    for name in reversed(names):
        match name:
            case "gzip" | "x-gzip":
                chain.append(_Zlib(16 + zlib.MAX_WBITS))
            case "deflate":
                chain.append(_Zlib(zlib.MAX_WBITS))
            case "br":
                chain.append(_Brotli())
            case "zstd":
                chain.append(_Zstd())
            case _:
                raise FetchError(
                    f"is encoded as {name[:40]!r}, which was not asked for", outcome="failed"
                )
    return chain


class Body:
    """A body as it grows, decoded, bounded before and after decoding.

    With ``keep_head`` a body that is too long is cut at ``limit`` (robots.txt, error pages);
    otherwise it raises :class:`FetchError` (``too-large``). ``wire`` counts bytes as received.
    """

    def __init__(self, content_encoding: str, *, limit: int, keep_head: bool) -> None:
        self.wire = 0
        self._chain = decoders(content_encoding)
        self._limit = limit
        self._keep_head = keep_head
        self._data = bytearray()

    def receive(self, data: bytes) -> bool:
        """Takes the next bytes; ``False`` when no more are wanted."""
        self.wire += len(data)
        pieces: Iterable[bytes] = (data,)
        for decoder in self._chain:
            pieces = _through(decoder, pieces)
        try:
            for piece in pieces:
                self._data += piece
                if max(len(self._data), self.wire) > self._limit:
                    return self._overflow()
        except ValueError as error:
            raise FetchError(f"sent damaged compressed data ({error})", outcome="failed") from error
        if self.wire > self._limit:  # much in, nothing out
            return self._overflow()
        return True

    def _overflow(self) -> bool:
        if self._keep_head:
            del self._data[self._limit :]
            return False
        size = f"{self._limit / 2**20:.3g} MiB"
        packed = f" ({self.wire} bytes compressed)" if self._chain else ""
        raise FetchError(
            f"is larger than {size}{packed}",
            outcome="too-large",
            next_step="Raise max_body if it is meant to be that large",
        )

    def check_whole(self) -> None:
        """Raises :class:`FetchError` if the compressed data ends in the middle, unless only its
        head is wanted.
        """
        if not self._keep_head and not all(decoder.whole() for decoder in self._chain):
            raise FetchError(
                "ended its compressed answer in the middle",
                outcome="connection",
                next_step="It is tried again later",
            )

    def content(self) -> bytes:
        """What has arrived."""
        return bytes(self._data)


def _through(decoder: Decoder, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from decoder.feed(piece)
