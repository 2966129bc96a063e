"""The few things that are asked of an IMAP server (RFC 3501), with bounds on what it answers.

All of it blocks, and belongs into a thread. Nothing is changed: mailboxes are opened read-only, and
bodies are peeked at.
"""

import imaplib
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from config.secrets import Login
from crawler.fetch.errors import FetchError

# What a server may say beside the message that was asked for.
_TALK = 32 * 1024 * 1024
_LINE = 100
# imaplib makes text and numbers of what servers say, and raises this over what are none.
_FAILS = (OSError, imaplib.IMAP4.error, ValueError)
_AT_ONCE = 1000
_ITEM = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")
_DAY = re.compile(rb'\bINTERNALDATE " ?(\d{1,2})-([A-Z][a-z]{2})-(\d{4})')
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
           b"Dec")  # fmt: skip
_BEYOND_ASCII = re.compile(r"[^\x20-\x7e]+")


class Heading(NamedTuple):
    """A message without its body; ``day`` is when it arrived, as its server's clock has it."""

    uid: int
    size: int
    day: date


class Session:
    """A mailbox, open for reading. All methods raise :class:`FetchError`."""

    def __init__(
        self, sock: socket.socket, tls: ssl.SSLContext | None, host: str, login: Login, box: str
    ) -> None:
        try:
            safe = tls.wrap_socket(sock, server_hostname=host) if tls else sock
            self._imap = _Bounded(safe)
        except _FAILS as error:
            raise explain(error) from error
        try:
            data = self._entered(login, box)
        except BaseException:
            self.drop()
            raise
        self.total = _number(data[0])
        self.validity = _number(self._imap.response("UIDVALIDITY")[1][0])
        self.next = _number(self._imap.response("UIDNEXT")[1][0])

    def _entered(self, login: Login, box: str) -> Sequence[object]:
        try:
            _log_in(self._imap, login)
            status, data = self._imap.select(_quoted(box), readonly=True)
        except _FAILS as error:
            raise explain(error) from error
        if status != "OK":
            raise FetchError(
                f'has no mailbox "{box}" that this login may read',
                outcome="not-found",
                next_step="Correct the path of the address; upper and lower case differ",
            )
        return data

    def last(self, count: int) -> list[Heading]:
        """The newest messages, so many at most."""
        return self._headings("FETCH", max(self.total - count + 1, 1)) if self.total else []

    def after(self, uid: int, missed: Sequence[int]) -> list[Heading]:
        """The messages that came after the one of this number, and some before it."""
        if not self.total or (not missed and 0 < self.next <= uid + 1):
            return []
        # "5:*" has the last message in it, whatever its number.
        found = self._headings("UID", *missed, uid + 1)
        return [each for each in found if each.uid > uid or each.uid in missed]

    def since(self, day: date) -> list[Heading]:
        """The messages that arrived on this day or later."""
        count, found = _AT_ONCE, self.last(_AT_ONCE)
        while count < self.total and found and found[0].day >= day:
            count *= 2
            found = self.last(count)
        return [each for each in found if each.day >= day]

    def body(self, uid: int, *, limit: int) -> bytes | None:
        """A whole message, or ``limit`` bytes of it; ``None`` when the server has none."""
        self._imap.allow(limit + _TALK)
        for part in self._said("UID", str(uid), f"(UID BODY.PEEK[]<0.{limit}>)") or ():
            if isinstance(part, tuple) and b"BODY[" in part[0].upper():
                return bytes(part[1])
        return None

    def close(self) -> None:
        """Leaves politely."""
        with suppress(*_FAILS, FetchError):  # it ends, one way or the other
            self._imap.allow(_TALK)
            self._imap.logout()

    def drop(self) -> None:
        """Leaves at once. What reads from the connection would keep it open behind its back."""
        with suppress(*_FAILS):
            self._imap.shutdown()

    def _headings(self, how: str, *which: int) -> list[Heading]:
        """The messages of these numbers, which are UIDs or places, and all from the last one on."""
        self._imap.allow(_TALK)
        these = f"{','.join(map(str, which))}:*"
        lines = self._said(how, these, "(UID RFC822.SIZE INTERNALDATE)")
        if lines is None:
            raise FetchError(
                "its server does not list the messages", outcome="server-error", next_step=_LATER
            )
        return sorted(heading for line in lines if (heading := _heading(line)) is not None)

    def _said(
        self, how: str, which: str, what: str
    ) -> list[bytes | tuple[bytes, bytes] | None] | None:
        """The answer; ``None`` for a no."""
        try:
            if how == "UID":
                status, data = self._imap.uid("FETCH", which, what)
            else:
                status, data = self._imap.fetch(which, what)
        except _FAILS as error:
            raise explain(error) from error
        return list(data) if status == "OK" else None


class _Bounded(imaplib.IMAP4):
    """Over a socket that is there, and with an end to what the server may send."""

    def __init__(self, sock: socket.socket) -> None:
        self._given = sock
        self._left = _TALK
        super().__init__(timeout=sock.gettimeout())

    def allow(self, count: int) -> None:
        """So many bytes from now on."""
        self._left = count

    def _create_socket(self, timeout: float | None) -> socket.socket:  # noqa: ARG002 - imaplib's
        return self._given

    def read(self, size: int) -> bytes:
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        # What a line costs us, however short it is.
        self._spend(len(line) + _LINE)
        return line

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise FetchError(
                "its server sends more than was asked for", outcome="too-large", next_step=_LATER
            )


def _log_in(imap: imaplib.IMAP4, login: Login) -> None:
    if login.key_file:
        raise FetchError(
            "its secret is a key, and a mailbox is opened with a password",
            outcome="refused",
            next_step="Write it as basic USER:PASSWORD",
        )
    try:
        imap.login(_in_quotes(login.user), login.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        # What the server says may repeat the password.
        raise FetchError(
            "its server does not accept the login",
            outcome="refused",
            next_step="Correct the secret of the source; some providers want a password for apps",
        ) from error


def explain(error: Exception) -> FetchError:
    """What went wrong on the way, in an outcome and a sentence."""
    match error:
        case FetchError():
            return error
        case ssl.SSLCertVerificationError():
            return FetchError(
                f"no secure connection: {error.verify_message}",
                outcome="tls",
                next_step="Tell its operator, or add its authority to those of this machine",
            )
        case ssl.SSLError():
            return FetchError(
                f"no secure connection: {error.reason or 'the handshake failed'}",
                outcome="tls",
                next_step="Check that the port is one with TLS, mostly 993",
            )
        case TimeoutError():
            return FetchError("did not answer in time", outcome="timeout", next_step=_LATER)
        case imaplib.IMAP4.abort() | OSError():
            return FetchError(
                "closed the connection without a complete answer",
                outcome="connection",
                next_step=_LATER,
            )
        case _:
            return FetchError(
                "answers with something that is not IMAP",
                outcome="server-error",
                next_step="Check host and port of the address",
            )


def _heading(line: bytes | tuple[bytes, bytes] | None) -> Heading | None:
    said = line[0] if isinstance(line, tuple) else line or b""
    uid, size, day = _ITEM.search(said), _SIZE.search(said), _DAY.search(said)
    if uid is None:
        return None
    return Heading(int(uid[1]), int(size[1]) if size else 0, _day(day))


def _day(said: re.Match[bytes] | None) -> date:
    """The day; one that is none, or not said, counts as late, so that nothing is passed over."""
    if said is None:
        return date.max
    try:
        return date(int(said[3]), _MONTHS.index(said[2]) + 1, int(said[1]))
    except ValueError:
        return date.max


def _number(said: object) -> int:
    return int(said) if isinstance(said, bytes) and said.isdigit() and len(said) < 12 else 0


def _quoted(name: str) -> str:
    """A name as IMAP wants it: in quotes, beyond ASCII in its own UTF-7 (RFC 3501 5.1.3)."""
    return _in_quotes(_BEYOND_ASCII.sub(_utf7, name.replace("&", "&-")))


def _in_quotes(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(run: re.Match[str]) -> str:
    coded = b64encode(run[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{coded}-"


_LATER = "It is tried again later"
