"""A mailbox on an IMAP server as a place: its messages by number, from the last one taken on.

The position is "UIDVALIDITY UID day", with the day on which the last message arrived. When a server
numbers its messages anew, those that arrived since the day before that are looked at again, which
loses none and adds none twice: they are known.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from typing import TypeVar

from config.secrets import Login
from crawler.collect.imap import Heading, Session
from crawler.collect.place import Entry, Look, Site
from crawler.fetch.errors import FetchError

T = TypeVar("T")
_GOODBYE_SECONDS = 2.0


class Mailbox:
    """See :class:`crawler.collect.place.Place`. At first the newest ``at_first`` are taken."""

    def __init__(self, session: Session, hands: "_Hands", *, at_first: int) -> None:
        self._session = session
        self._hands = hands
        self._at_first = at_first
        self._position = ""
        self._waiting: dict[str, Heading] = {}

    async def look(self, position: str) -> Look:
        headings = await self._hands.do(lambda: self._headings(position))
        self._position = position
        self._waiting = {str(each.uid): each for each in headings}
        waiting = [Entry(f"message {uid}", each.size, uid) for uid, each in self._waiting.items()]
        return Look(waiting, self._session.total)

    async def read(self, entry: Entry, *, limit: int) -> bytes | None:
        uid = int(entry.mark)
        return await self._hands.do(lambda: self._session.body(uid, limit=limit + 1))

    def after(self, taken: Sequence[Entry]) -> str:
        if not taken:
            return self._position
        last = self._waiting[taken[-1].mark]
        day = "" if last.day == date.max else last.day.isoformat()
        return f"{self._session.validity} {last.uid} {day}"

    def _headings(self, position: str) -> list[Heading]:
        validity, _, rest = position.partition(" ")
        uid, _, day = rest.partition(" ")
        if not uid.isdecimal():
            return self._session.last(self._at_first)
        if validity == str(self._session.validity):
            return self._session.after(int(uid))
        return self._session.since(_day_before(day))


class _Hands:
    """A thread for what blocks, and the cord by which it is pulled out of a read without end."""

    def __init__(self, sock: socket.socket) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copydesk-imap")
        # TLS takes the socket over; this is another handle of the same connection.
        self._cord = socket.socket(fileno=os.dup(sock.fileno()))

    async def do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def let_go(self) -> None:
        try:
            self._cord.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it is closed
        finally:
            self._cord.close()
            self._thread.shutdown(wait=False, cancel_futures=True)


@asynccontextmanager
async def opened_mailbox(
    sock: socket.socket,
    site: Site,
    login: Login,
    *,
    ca_file: str,
    seconds: float,
    at_first: int,
) -> AsyncIterator[Mailbox]:
    """The mailbox at ``site``, over a connected socket. Raises :class:`FetchError`.

    ``seconds`` is how long one answer may take that never ends; whoever calls has a deadline.
    """
    hands = _Hands(sock)
    try:
        sock.settimeout(seconds)
        box = site.path.strip("/") or "INBOX"
        tls = None if site.scheme == "imap" else _verifying(ca_file)
        session = await hands.do(lambda: Session(sock, tls, site.host, login, box))
        yield Mailbox(session, hands, at_first=at_first)
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await hands.do(session.close)
    finally:
        hands.let_go()
        sock.close()


def _verifying(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise FetchError(f"{ca_file} holds no readable certificates", outcome="tls") from error
    return context


def _day_before(day: str) -> date:
    try:
        return date.fromisoformat(day) - timedelta(days=1)
    except (ValueError, OverflowError):
        return date.min
