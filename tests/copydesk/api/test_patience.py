"""Who sends the headers of a request too slowly is let go; nobody else is."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from copydesk.api import patience
from copydesk.api.patience import PatientProtocol

LINE = b"GET / HTTP/1.1\r\n"
REST = b"Host: here\r\n\r\n"
SOON = 0.4


async def answer(_scope: Any, _receive: Any, send: Any) -> None:
    """Takes longer than headers may."""
    await asyncio.sleep(2 * SOON)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Any, Any]]:
    monkeypatch.setattr(patience, "HEADER_SECONDS", SOON)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(answer, http=PatientProtocol, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await running


async def status(reader: Any) -> bytes:
    async with asyncio.timeout(20):
        head: bytes = await reader.readuntil(b"\r\n\r\n")
        return head.split()[1]


async def drip(writer: Any, text: bytes) -> None:
    """A byte now and then, as who wants to keep a place."""
    for byte in text:
        await asyncio.sleep(SOON / 4)
        if writer.is_closing():
            return
        writer.write(bytes([byte]))


@pytest.mark.asyncio
@pytest.mark.parametrize("begun", [b"", LINE])
async def test_headers_that_do_not_come_end_the_connection(
    monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    async with client(monkeypatch) as (reader, writer):
        writer.write(begun)
        assert await status(reader) == b"408"
        assert await reader.read() == b""


@pytest.mark.asyncio
async def test_headers_that_drip_end_it_too_also_of_a_second_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with client(monkeypatch) as (reader, writer):
        writer.write(LINE + REST)
        assert await status(reader) == b"204"  # however long the answer takes
        dripping = asyncio.create_task(drip(writer, LINE))
        assert await status(reader) == b"408"
        dripping.cancel()


@pytest.mark.asyncio
async def test_a_connection_kept_open_in_silence_is_no_slow_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with client(monkeypatch) as (reader, writer):
        writer.write(LINE + REST)
        assert await status(reader) == b"204"
        await asyncio.sleep(2 * SOON)
        writer.write(LINE + REST)
        assert await status(reader) == b"204"
