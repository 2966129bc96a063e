"""How long a client may take to say what it wants, and to take what it asked for."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# The first lines of a request are one packet; who drips them, or says nothing, keeps a place.
HEADER_SECONDS = 30.0
# What is left of a body that nobody reads, once the answer is out.
BODY_SECONDS = 30.0
# Of an answer that waits here, so much must go in such a time: 1 kB/s.
WRITE_SECONDS = 30.0
WRITE_BYTES = 30_000
_AT_ONCE = struct.pack("ii", 1, 0)
_TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\n"
    b"content-length: 0\r\n"
    b"cache-control: no-store\r\n"
    b"connection: close\r\n\r\n"
)


class _Timer:
    """One thing to be done later, unless it is stopped."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handle: asyncio.TimerHandle | None = None

    @property
    def runs(self) -> bool:
        return self._handle is not None

    def start(self, seconds: float, action: Callable[[], None]) -> None:
        self.stop()
        self._handle = self._loop.call_later(seconds, self._end, action)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _end(self, action: Callable[[], None]) -> None:
        self._handle = None
        action()


class PatientProtocol(H11Protocol):
    """uvicorn's HTTP, where headers and unread bodies must be whole in time, and answers be read.

    The time of the headers runs from the connection, and for later requests on it from their first
    byte; until that comes the server's own time for idle connections runs. A stream of events is
    cut off only when it waits to be read and is not.
    """

    _unread = 0

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._headers, self._body, self._reading = (_Timer(self.loop) for _ in range(3))
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read on; what was waited for has come when the parser has left its idle state."""
        super().data_received(data)
        if self.conn.their_state is not h11.SEND_BODY:
            self._body.stop()
        if self.conn.their_state is not h11.IDLE:
            self._headers.stop()
        elif not self._headers.runs:
            self._wait()

    def on_response_complete(self) -> None:
        """The answer is out, as far as we are concerned; its client has to do its part."""
        if self.conn.their_state is h11.SEND_BODY:
            self._body.start(BODY_SECONDS, self.transport.close)
        self._watch()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Much of the answer waits: it must be read."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """Enough was read to go on; the rest is watched only when there is no more to come."""
        self._reading.stop()
        if self.cycle is not None and self.cycle.response_complete:
            self._watch()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        for timer in (self._headers, self._body, self._reading):
            timer.stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._headers.start(HEADER_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(_TOO_SLOW)
            self.transport.close()

    def _watch(self) -> None:
        self._reading.stop()
        self._unread = self.transport.get_write_buffer_size()
        if self._unread:
            self._reading.start(WRITE_SECONDS, self._is_it_read)

    def _is_it_read(self) -> None:
        before = self._unread
        self._watch()
        if self._unread > max(before - WRITE_BYTES, 0):
            # Reset, or the system keeps megabytes of the answer for minutes.
            self.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE
            )
            self.transport.abort()
