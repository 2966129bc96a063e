"""A folder on an SFTP server as a place: its files, each once, and again when it has changed.

The position is a digest of name, size and time of every file that was taken and is still there, so
that a file with an old date that comes late is new all the same. Nothing is moved or deleted.
"""

import socket
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from stat import S_ISREG
from typing import cast

import asyncssh
import xxhash

from config.secrets import Login
from crawler.collect.place import Entry, Look, Site
from crawler.collect.ssh import Sftp, opened_sftp
from crawler.drop import STILL_SECONDS, UNFINISHED
from crawler.fetch.clock import SYSTEM, Clock
from crawler.fetch.errors import FetchError
from crawler.plaintext import line

# A look lists them all, and the record keeps eight bytes of each.
_MOST_FILES = 20_000
_DIGEST = 8


class Folder:
    """See :class:`crawler.collect.place.Place`."""

    def __init__(self, sftp: Sftp, path: str, *, clock: Clock = SYSTEM) -> None:
        self._sftp = sftp
        self._path = path.encode()
        self._clock = clock
        self._known: set[str] = set()
        self._names: dict[str, bytes] = {}

    async def look(self, position: str) -> Look:
        known = _digests(position)
        there = await self._sftp.do(self._listed())
        new = there.keys() - known
        if new:
            # Whoever writes a file may take a while.
            await self._clock.sleep(STILL_SECONDS)
            there = await self._sftp.do(self._listed())
            new &= there.keys()
        self._known = known & there.keys()
        # The oldest first, by its time and then its name, as from a drop folder.
        waiting = sorted((*there[mark], mark) for mark in new)
        self._names = {mark: name for _, name, _, mark in waiting}
        shown = ((line(name.decode("utf-8", "replace"), limit=200), size, mark)
                 for _, name, size, mark in waiting)  # fmt: skip
        return Look([Entry(*each) for each in shown], len(there))

    async def read(self, entry: Entry, *, limit: int) -> bytes | None:
        return await self._sftp.do(self._body(entry, limit=limit))

    async def _body(self, entry: Entry, *, limit: int) -> bytes | None:
        name = self._path + b"/" + self._names[entry.mark]
        # No more than it should have, and one to see that it has not: more would be asked for
        # in hundreds of requests.
        wanted, body = min(entry.size, limit) + 1, bytearray()
        try:
            async with self._sftp.client.open(name, "rb") as file:
                while len(body) < wanted:
                    piece = await file.read(wanted - len(body), len(body))
                    if not piece:
                        break
                    body += _bytes(piece)
        except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection):
            raise
        except asyncssh.SFTPError:
            return None
        # One that is written just now is another one at the next look.
        return bytes(body) if len(body) == entry.size or len(body) > limit else None

    def after(self, taken: Sequence[Entry]) -> str:
        marks = self._known | {entry.mark for entry in taken}
        return b64encode(b"".join(sorted(map(bytes.fromhex, marks)))).decode()

    async def _listed(self) -> dict[str, tuple[float, bytes, int]]:
        """When each file was changed, its name and size, by its digest."""
        found: dict[str, tuple[float, bytes, int]] = {}
        listing = self._sftp.client.scandir(self._path)
        # It is a generator, which closes what it opened there.
        async with aclosing(cast("AsyncGenerator[asyncssh.SFTPName]", listing)) as files:
            async for each in files:
                name, about = _bytes(each.filename), each.attrs
                if not _is_ready(name, about.permissions):
                    continue
                changed, size = float(about.mtime or 0), int(about.size or 0)
                told = b"%d %d %s" % (size, int(changed), name)
                found[xxhash.xxh3_64_hexdigest(told)] = (changed, name, size)
                if len(found) > _MOST_FILES:
                    raise FetchError(
                        f"there are more than {_MOST_FILES:,} files in it",
                        outcome="too-large",
                        next_step="Have those that were read taken away",
                    )
        return found


@asynccontextmanager
async def opened_folder(
    sock: socket.socket, site: Site, login: Login, *, known_hosts: str, clock: Clock
) -> AsyncIterator[Folder]:
    """The folder at ``site``, over a connected socket. Raises :class:`FetchError`."""
    # "/~/wires" begins where the user's session does.
    path = site.path.removeprefix("/~/") if site.path.startswith("/~/") else site.path
    async with opened_sftp(sock, site, login, known_hosts=known_hosts) as sftp:
        root = "." if site.path.startswith("/~/") else "/"
        yield Folder(sftp, path.rstrip("/") or root, clock=clock)


def _is_ready(name: bytes, mode: int | None) -> bool:
    """Whether it is a file, and not one that its name says is unfinished."""
    unfinished = name.startswith(b".") or name.decode("utf-8", "replace").endswith(UNFINISHED)
    return not unfinished and (mode is None or S_ISREG(mode))


def _bytes(said: bytes | str) -> bytes:
    # What is asked for in bytes comes as bytes; the library's types do not know.
    return said if isinstance(said, bytes) else said.encode()


def _digests(position: str) -> set[str]:
    try:
        packed = b64decode(position, validate=True)
    except ValueError:
        return set()  # the source was a mailbox before
    return {packed[at : at + _DIGEST].hex() for at in range(0, len(packed), _DIGEST)}
