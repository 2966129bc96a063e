"""An IMAP server that keeps some messages to itself: real ones do over files they cannot read."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

_FETCH = re.compile(rb"(\S+) (UID )?FETCH ([\d,]+)(:\*)? (.*)")

How = Literal["refuses", "hangs up", "is silent", "sends a gigabyte", "says bad"]


@dataclass
class Stubborn:
    """``messages`` by their numbers, and how it is ``stubborn`` about some of them."""

    messages: dict[int, bytes] = field(default_factory=dict)
    stubborn: dict[int, How] = field(default_factory=dict)
    validity: int = 7
    connections: int = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The address of its mailbox."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"imap://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            writer.write(b"* OK ready\r\n")
            while line := await reader.readline():
                answer = self._answer(line.strip())
                if answer is None:
                    break
                writer.write(answer)
        except (OSError, asyncio.CancelledError):
            pass  # the client went, or the test ended
        finally:
            writer.close()

    def _answer(self, line: bytes) -> bytes | None:
        tag = line.partition(b" ")[0]
        done = tag + b" OK done\r\n"
        if b"CAPABILITY" in line:
            return b"* CAPABILITY IMAP4rev1\r\n" + done
        if b"EXAMINE" in line:
            told = f"* {len(self.messages)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}] valid\r\n"
            return told.encode() + done
        found = _FETCH.match(line)
        if found is None:
            return done
        if b"BODY" not in found[5]:
            return self._list(found) + done
        return self._body(int(found[3]), tag, done)

    def _list(self, found: re.Match[bytes]) -> bytes:
        *others, last = [int(each) for each in found[3].split(b",")]
        lines = b""
        for place, uid in enumerate(sorted(self.messages), 1):
            number = uid if found[2] else place
            if number in others or number >= last or uid == max(self.messages):
                size = len(self.messages[uid])
                lines += (
                    f"* {place} FETCH (UID {uid} RFC822.SIZE {size} "
                    f'INTERNALDATE "{uid % 28 + 1:2}-May-2023 12:00:00 +0000")\r\n'
                ).encode()
        return lines

    def _body(self, uid: int, tag: bytes, done: bytes) -> bytes | None:
        match self.stubborn.get(uid):
            case "hangs up":
                return None
            case "refuses":
                return tag + b" NO [SERVERBUG] ask somebody else\r\n"
            case "says bad":
                return tag + b" BAD internal error\r\n"
            case "is silent":
                return b"* OK still here\r\n"
            case "sends a gigabyte":
                return b"* 1 FETCH (UID %d BODY[] {1000000000}\r\n" % uid
            case None:
                pass
        text = self.messages.get(uid)
        if text is None:
            return done
        return b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n%s" % (uid, len(text), text, done)
