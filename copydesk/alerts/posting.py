"""One POST to a receiver: guarded, bounded in time and size, no redirect followed.

The crawler's guard decides about addresses. Its fetch path does not fit: that is a Scrapy engine,
which the desk would carry for a few requests.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from socket import getaddrinfo as system_names
from urllib.parse import SplitResult, urlsplit

import h11

from copydesk import __version__
from copydesk.alerts.webhook import Verdict
from crawler.fetch.addresses import Address, AddressGuard, is_public
from crawler.fetch.errors import FetchError
from crawler.fetch.politeness import retry_after
from crawler.fetch.resolve import GetAddrInfo, Resolver

# Standard Webhooks advises 15 to 30 s; a receiver that works longer should answer first.
DEADLINE = 15.0
_CONNECT_SECONDS = 5.0
_MOST_ADDRESSES = 3
_LARGEST_ANSWER = 64 * 1024


class Poster:
    """Posts to receivers. ``getaddrinfo`` is for tests that play the name servers."""

    def __init__(
        self,
        guard: AddressGuard,
        *,
        deadline: float = DEADLINE,
        tls: ssl.SSLContext | None = None,
        getaddrinfo: GetAddrInfo = system_names,
    ) -> None:
        self._resolver = Resolver(guard, getaddrinfo)
        self._deadline = deadline
        self._tls = tls or ssl.create_default_context()

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, now: float
    ) -> Verdict:
        """Post and say how it went; nothing that goes wrong outside is raised."""
        try:
            async with asyncio.timeout(self._deadline):
                status, answered = await self._exchange(urlsplit(url), body, headers)
        except TimeoutError:
            return _silent(f"did not answer within {self._deadline:g} s")
        except FetchError as error:
            inside = error.outcome == "forbidden-address"
            step = "; [alerts] allowed_addresses may name it" if inside else ""
            return _silent(f"{error.what}{step}")
        except ssl.SSLError as error:
            why = getattr(error, "verify_message", "") or error.reason or "TLS failed"
            return _silent(f"no secure connection: {why}")
        except OSError as error:
            return _silent(f"no connection: {error.strerror or type(error).__name__}")
        except h11.RemoteProtocolError:
            return _silent("what it answered is not HTTP")
        return _verdict(status, answered, now=now)

    async def _exchange(
        self, parts: SplitResult, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str]]:
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        permitted = await self._resolver.addresses(host, port)
        if not secure:
            # Whoever sits between could read it; inside, that is the operator's to judge.
            permitted = tuple(address for address in permitted if not is_public(address))
        if not permitted:
            raise FetchError("plain http goes to allowed_addresses only", outcome="tls")
        reader, writer = await self._connected(permitted, host, port, secure)
        try:
            return await _asked(reader, writer, parts, body, headers)
        finally:
            # Not closed politely: a receiver that never says goodbye would be waited for.
            writer.transport.abort()

    async def _connected(
        self, permitted: tuple[Address, ...], host: str, port: int, secure: bool
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connected to the very address that was vetted (no rebinding), the first that answers."""
        tls, name = (self._tls, host) if secure else (None, None)
        *others, last = permitted[:_MOST_ADDRESSES]
        for address in others:
            with suppress(OSError):  # TimeoutError too
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return await asyncio.open_connection(
                        str(address), port, ssl=tls, server_hostname=name
                    )
        return await asyncio.open_connection(str(last), port, ssl=tls, server_hostname=name)


async def _asked(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    parts: SplitResult,
    body: bytes,
    headers: Mapping[str, str],
) -> tuple[int, dict[str, str]]:
    """The final status and the headers of the answer; its body is of no interest."""
    wire = h11.Connection(h11.CLIENT)
    request = h11.Request(
        method="POST",
        target=f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}",
        headers=[
            ("Host", parts.netloc),
            ("User-Agent", f"Copydesk/{__version__}"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
            *headers.items(),
        ],
    )
    parts_of_it: tuple[h11.Event, ...] = (request, h11.Data(data=body), h11.EndOfMessage())
    for part in parts_of_it:
        writer.write(wire.send(part) or b"")
    await writer.drain()
    return await _answered(reader, wire)


async def _answered(
    reader: asyncio.StreamReader, wire: h11.Connection
) -> tuple[int, dict[str, str]]:
    left = _LARGEST_ANSWER
    while True:
        event = wire.next_event()
        if isinstance(event, h11.Response):
            pairs = ((name.decode("latin-1").lower(), value) for name, value in event.headers)
            return event.status_code, {name: value.decode("latin-1") for name, value in pairs}
        if event is h11.NEED_DATA:
            data = await reader.read(left)
            left -= len(data)
            if not data:
                raise FetchError("hung up without an answer", outcome="connection")
            if left <= 0:
                raise FetchError("sent an endless answer", outcome="too-large")
            wire.receive_data(data)


def _verdict(status: int, headers: Mapping[str, str], *, now: float) -> Verdict:
    if 200 <= status < 300:
        return Verdict(status=status)
    why = " (redirects are not followed)" if 300 <= status < 400 else ""
    asked = retry_after(headers, now=now) if status in (429, 503) else None
    wait = max(asked - now, 0.0) if asked is not None else 0.0
    return Verdict(status=status, trouble=f"it answered {status}{why}", wait=wait)


def _silent(trouble: str) -> Verdict:
    return Verdict(status=0, trouble=trouble)
