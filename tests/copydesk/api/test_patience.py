"""Who sends the headers of a request too slowly is let go; nobody else is."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn

from copydesk.api import patience
from copydesk.api.patience import PatientProtocol

LINE = b"GET / HTTP/1.1\r\n"
REST = b"Host: here\r\n\r\n"
SOON = 0.4
MUCH = 20_000_000


async def answer(_scope: Any, _receive: Any, send: Any) -> None:
    """Takes longer than headers may."""
    await asyncio.sleep(2 * SOON)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def at_once(_scope: Any, _receive: Any, send: Any) -> None:
    """Reads no body."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def much(_scope: Any, _receive: Any, send: Any) -> None:
    """More than sockets hold."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": bytes(MUCH)})


async def stream(_scope: Any, _receive: Any, send: Any) -> None:
    """A little now and then, longer than any answer may wait to be read."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(12):
        await asyncio.sleep(SOON / 2)
        body = {"type": "http.response.body", "body": bytes(100_000), "more_body": True}
        await send(body)
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def client(
    monkeypatch: pytest.MonkeyPatch, answer: Any = answer
) -> AsyncIterator[tuple[Any, Any]]:
    for name in ("HEADER_SECONDS", "BODY_SECONDS", "WRITE_SECONDS"):
        monkeypatch.setattr(patience, name, SOON)
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


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"Content-Length: 100000", b"Transfer-Encoding: chunked"])
async def test_a_body_that_nobody_reads_and_does_not_end_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    async with client(monkeypatch, at_once) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\n" + body + b"\r\n\r\n")
        assert await status(reader) == b"204"
        piece = b"x" if b"Length" in body else b"1\r\nx\r\n"

        async def keep_dripping() -> None:
            while not writer.is_closing():
                writer.write(piece)
                await asyncio.sleep(SOON / 8)

        dripping = asyncio.create_task(keep_dripping())
        with suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 20) == b""
        dripping.cancel()


@pytest.mark.asyncio
async def test_a_body_that_comes_after_the_answer_costs_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with client(monkeypatch, at_once) as (reader, writer):
        for _ in range(2):
            writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\n")
            assert await status(reader) == b"204"
            await asyncio.sleep(SOON / 4)
            writer.write(b"late")
        await asyncio.sleep(SOON / 2)
        assert not reader.at_eof()


@pytest.mark.asyncio
async def test_an_answer_that_is_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    async with client(monkeypatch, much) as (reader, writer):
        writer.write(LINE + REST)
        assert await status(reader) == b"200"
        writer.transport.pause_reading()
        await asyncio.sleep(4 * SOON)
        writer.transport.resume_reading()
        with pytest.raises(ConnectionResetError):  # nothing of it is kept for this client
            await asyncio.wait_for(reader.readexactly(MUCH), 20)


@pytest.mark.asyncio
@pytest.mark.parametrize("answer", [much, stream])
async def test_who_reads_slowly_but_reads_gets_everything(
    monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    async with client(monkeypatch, answer) as (reader, writer):
        writer.write(LINE + REST)
        assert await status(reader) == b"200"
        got = 0
        wanted = MUCH if answer is much else 1_200_000
        while got < wanted:
            piece = await asyncio.wait_for(reader.read(1 << 20), 20)
            assert piece
            got += len(piece)
            await asyncio.sleep(SOON / 8)
        assert got >= wanted
