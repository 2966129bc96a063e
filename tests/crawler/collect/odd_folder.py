"""An SFTP server whose every answer a test may put in words of its own (draft-ietf-secsh-filexfer).

Over asyncssh's connection, by hand: its own server would not break the rules.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh

_INIT, _VERSION = 1, 2
OK, EOF, FAILURE, UNSUPPORTED = 0, 1, 4, 8
_STATUS, _HANDLE, _DATA, _NAMES = 101, 102, 103, 104
_KEY = asyncssh.generate_private_key("ssh-ed25519")

Answer = bytes | Awaitable[bytes] | None


def text(said: bytes) -> bytes:
    return struct.pack(">I", len(said)) + said


def packet(kind: int, number: int, body: bytes) -> bytes:
    return text(struct.pack(">BI", kind, number) + body)


def status(number: int, code: int) -> bytes:
    return packet(_STATUS, number, struct.pack(">I", code) + text(b"so it is") + text(b"en"))


def names(number: int, files: dict[bytes, bytes]) -> bytes:
    """All files, as of 1 January 2001."""
    listed = struct.pack(">I", len(files))
    for name, body in files.items():
        about = struct.pack(">IQIII", 0b1101, len(body), 0o100644, 978_307_200, 978_307_200)
        listed += text(name) + text(b"as ls has it") + about
    return packet(_NAMES, number, listed)


class OddFolder:
    """A folder of ``files``. An answer that is ``None`` is a connection that ends."""

    def __init__(self, files: dict[bytes, bytes]) -> None:
        self.files = files
        self.connections = 0
        self._listed = False

    def opendir(self, number: int) -> Answer:
        self._listed = False
        return packet(_HANDLE, number, text(b"folder"))

    def readdir(self, number: int) -> Answer:
        if self._listed:
            return status(number, EOF)
        self._listed = True
        return names(number, self.files)

    def open(self, number: int, name: bytes) -> Answer:
        return packet(_HANDLE, number, text(name))

    def read(self, number: int, name: bytes, begin: int, count: int) -> Answer:
        body = self.files[name][begin : begin + count]
        return packet(_DATA, number, text(body)) if body else status(number, EOF)

    def close(self, number: int) -> Answer:
        return status(number, OK)

    async def ended(self) -> None:
        """The client says that it has nothing more to say; the server ends when this does."""

    def answer(self, kind: int, number: int, said: bytes, rest: bytes) -> Answer:
        match kind:  # section 3
            case 3:
                return self.open(number, said.rpartition(b"/")[2])
            case 4:
                return self.close(number)
            case 5:
                return self.read(number, said, *struct.unpack(">QI", rest))
            case 11:
                return self.opendir(number)
            case 12:
                return self.readdir(number)
            case _:
                return status(number, UNSUPPORTED)

    @asynccontextmanager
    async def serving(self, known_hosts: Path, **options: object) -> AsyncIterator[str]:
        """The folder's address; the host's key is written to ``known_hosts``."""
        server = await asyncssh.create_server(
            lambda: _Server(self), "127.0.0.1", 0, server_host_keys=[_KEY], **options
        )
        async with server:
            address = f"127.0.0.1:{server.get_port()}"
            _make_known(known_hosts, address)
            yield f"sftp://{address}/wires"


def _make_known(known_hosts: Path, address: str) -> None:
    host, _, port = address.partition(":")
    known_hosts.write_text(f"[{host}]:{port} {_KEY.export_public_key().decode()}")


class _Server(asyncssh.SSHServer):
    def __init__(self, folder: OddFolder) -> None:
        self._folder = folder

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._folder.connections += 1
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        del username
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return bool(username and password)

    def session_requested(
        self,
    ) -> tuple[asyncssh.SSHServerChannel[bytes], asyncssh.SSHServerSession[bytes]]:
        channel = self._connection.create_server_channel(encoding=None)
        return channel, _Session(self._folder)


class _Session(asyncssh.SSHServerSession[bytes]):
    def __init__(self, folder: OddFolder) -> None:
        self._folder = folder
        self._said = asyncio.StreamReader()

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def subsystem_requested(self, subsystem: str) -> bool:
        return subsystem == "sftp"

    def session_started(self) -> None:
        self._work = asyncio.ensure_future(self._serve())

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        del datatype
        self._said.feed_data(data)

    def eof_received(self) -> bool:
        self._said.feed_eof()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._work.cancel()

    async def _serve(self) -> None:
        try:
            while True:
                await self._answer(await self._said.readexactly(await self._length()))
        except asyncio.IncompleteReadError:
            await self._folder.ended()
            self._channel.exit(0)
        except (asyncssh.Error, OSError):
            pass  # the client went

    async def _length(self) -> int:
        return int.from_bytes(await self._said.readexactly(4), "big")

    async def _answer(self, asked: bytes) -> None:
        kind, number = struct.unpack(">BI", asked[:5])
        if kind == _INIT:
            self._channel.write(text(struct.pack(">BI", _VERSION, 3)))
            return
        length = int.from_bytes(asked[5:9], "big")
        answer = self._folder.answer(kind, number, asked[9 : 9 + length], asked[9 + length :])
        if isinstance(answer, Awaitable):
            answer = await answer
        if answer is None:
            self._channel.get_connection().abort()
        else:
            self._channel.write(answer)
