"""A mailbox on an IMAP server as a place: its messages by number, from the last one taken on.

The position is "UIDVALIDITY UID day missed": the last message taken, the day on which it arrived,
and those before it that could not be had. When a server numbers its messages anew, those that
arrived since the day before that are looked at again, which loses none and adds none twice: they
are known.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from config.secrets import Login
from crawler.collect.imap import Heading, Session
from crawler.collect.place import Entry, Look, Site
from crawler.fetch.errors import FetchError

T = TypeVar("T")
_GOODBYE_SECONDS = 2.0
# Asked for again at each visit. With more of them it stays before the others.
_MOST_MISSED = 20


class Mailbox:
    """See :class:`crawler.collect.place.Place`. At first the newest ``at_first`` are taken."""

    def __init__(self, session: Session, hands: "_Hands", *, at_first: int) -> None:
        self._session = session
        self._hands = hands
        self._at_first = at_first
        self._before = _Position()
        self._waiting: dict[str, Heading] = {}

    async def look(self, position: str) -> Look:
        self._before = _Position.read(position)
        headings = await self._hands.do(self._headings)
        self._waiting = {str(each.uid): each for each in headings}
        waiting = [
            Entry(f"message {uid}", each.size, uid, "yes" if self._is_missed(each) else "no")
            for uid, each in self._waiting.items()
        ]
        # A server may hang up over those that could not be had.
        waiting.sort(key=lambda entry: entry.again == "yes")
        return Look(waiting, self._session.total)

    async def read(self, entry: Entry, *, limit: int) -> bytes | None:
        uid = int(entry.mark)
        return await self._hands.do(lambda: self._session.body(uid, limit=limit + 1))

    def after(self, taken: Sequence[Entry]) -> str:
        here, had = self._is_numbered_as_before(), {int(entry.mark) for entry in taken}
        if not (here or had):
            return str(self._before)
        had_before = self._before.uid if here else 0
        left = [each.uid for each in self._waiting.values() if each.uid not in had]
        last = max(had_before, *had, 0)
        if len(behind := [uid for uid in left if uid < last]) > _MOST_MISSED:
            last = max(had_before, behind[_MOST_MISSED] - 1)
        missed = tuple(uid for uid in left if uid <= last)
        return str(_Position(str(self._session.validity), last, self._day(last), missed))

    def _headings(self) -> list[Heading]:
        if not self._before.uid:
            return self._session.last(self._at_first)
        if self._is_numbered_as_before():
            return self._session.after(self._before.uid, self._before.missed)
        return self._session.since(_day_before(self._before.day))

    def _is_numbered_as_before(self) -> bool:
        return self._before.validity == str(self._session.validity)

    def _is_missed(self, heading: Heading) -> bool:
        return self._is_numbered_as_before() and heading.uid in self._before.missed

    def _day(self, uid: int) -> str:
        """When this message arrived; of one that is not there, the last that is known."""
        last = self._waiting.get(str(uid))
        if last is None:
            return self._before.day
        return "" if last.day == date.max else last.day.isoformat()


class _Position(NamedTuple):
    validity: str = ""
    uid: int = 0
    day: str = ""
    missed: tuple[int, ...] = ()

    @classmethod
    def read(cls, text: str) -> "_Position":
        """The position; one of nothing where it is not ours."""
        validity, uid, day, missed, *_ = [*text.split(" "), "", "", ""]
        if not (uid.isdecimal() and len(uid) < 12):
            return cls()
        numbers = [each for each in missed.split(",") if each.isdecimal() and len(each) < 12]
        return cls(validity, int(uid), day, tuple(map(int, numbers)))

    def __str__(self) -> str:
        missed = f" {','.join(map(str, self.missed))}" if self.missed else ""
        return f"{self.validity} {self.uid} {self.day}{missed}" if self.uid else ""


class _Hands:
    """A thread for what blocks, and the cord by which it is pulled out of a read without end."""

    def __init__(self, sock: socket.socket) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copydesk-imap")
        # TLS takes the socket over; this is another handle of the same connection.
        self._cord = socket.socket(fileno=os.dup(sock.fileno()))

    async def do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def let_go(self, last: Callable[[], None] | None = None) -> None:
        """Ends what is being done; ``last`` is done after it, and nobody waits for that."""
        with suppress(OSError):  # it is closed
            self._cord.shutdown(socket.SHUT_RDWR)
        self._cord.close()
        if last is not None:
            self._thread.submit(last)
        self._thread.shutdown(wait=False)


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
    session: Session | None = None
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
        hands.let_go(session.drop if session is not None else None)


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
