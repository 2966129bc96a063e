"""The one door to the network: Twisted's HTTP agent behind every guard."""

# Twisted is typed in parts only.
# mypy: disable-error-code="no-untyped-call"

import asyncio
from typing import Any, cast

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.internet.defer import succeed
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.web.client import Agent, HTTPConnectionPool, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.fetch.connect import GuardedEndpoints
from crawler.fetch.decode import ACCEPT_ENCODING, Body
from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer, Exchange
from crawler.fetch.explain import explain
from crawler.fetch.resolve import Resolver
from crawler.fetch.settings import CrawlSettings

# Beyond the good answers only the beginning is of interest: to tell a bot wall from a fault.
_ERROR_BODY = 64 * 1024
# A connection that nobody uses is kept for so long.
_IDLE_SECONDS = 30


class Network:
    """Sends one request at a time and bounds all of it: address, time, headers, body.

    Public face: :meth:`send` and :meth:`close`. It follows no redirect and knows no policy.
    """

    def __init__(self, reactor: Any, settings: CrawlSettings, resolver: Resolver) -> None:
        self._settings = settings
        self._pool = _Pool(reactor, persistent=True)
        self._pool.maxPersistentPerHost = settings.concurrency_per_host
        self._pool.cachedConnectionTimeout = _IDLE_SECONDS
        self._pool._factory = _bounded_factory(settings.max_headers)
        endpoints = GuardedEndpoints(
            reactor, resolver, timeout=settings.connect_timeout, ca_file=settings.ca_file
        )
        self._agent = Agent.usingEndpointFactory(reactor, endpoints, self._pool)
        self._under_way: set[Exchange] = set()

    async def send(self, exchange: Exchange) -> Answer:
        """Raises :class:`FetchError` for everything that can go wrong outside."""
        started = asyncio.get_running_loop().time()
        if exchange.answer.done():
            raise FetchError("was not asked: nobody waits any more", outcome="failed")
        self._under_way.add(exchange)
        try:
            async with asyncio.timeout(exchange.timeout) as exchange.scope:
                return await self._send(exchange, started)
        except TimeoutError as error:
            waited = asyncio.get_running_loop().time() - started
            raise FetchError(
                f"did not answer completely within {max(waited, exchange.timeout):.0f} s",
                outcome="timeout",
                next_step="It is tried again later",
            ) from error
        finally:
            self._under_way.discard(exchange)

    async def _send(self, exchange: Exchange, started: float) -> Answer:
        loop = asyncio.get_running_loop()
        headers = Headers({name: [value] for name, value in exchange.headers.items()})
        headers.setRawHeaders("Accept-Encoding", [ACCEPT_ENCODING])
        try:
            response: Any = await self._agent.request(
                b"GET" if exchange.form is None else b"POST",
                exchange.url.encode("ascii"),
                headers,
                None if exchange.form is None else _Form(exchange.form),
            ).asFuture(loop)
            latency = loop.time() - started
            received = _joined(response.headers)
            status = int(response.code)
            body = await self._read(exchange, response, status, received)
        except (FetchError, TimeoutError):
            raise
        # Twisted raises dozens of types; each is named.
        except Exception as error:
            raise explain(error) from error
        return Answer(
            url=exchange.url,
            status=status,
            headers=received,
            body=body.content(),
            cookies=tuple(
                line.decode("latin-1") for line in response.headers.getRawHeaders(b"set-cookie", ())
            ),
            wire=body.wire,
            address=str(getattr(response, "_scrapy_ip_address", "")),
            elapsed=loop.time() - started,
            latency=latency,
        )

    async def _read(
        self, exchange: Exchange, response: Any, status: int, headers: dict[str, str]
    ) -> Body:
        good = 200 <= status < 300
        empty = response.length == 0  # Twisted never ends the delivery of a body that is not there
        try:
            body = Body(
                "" if empty else headers.get("content-encoding", ""),
                limit=exchange.max_body if good else min(_ERROR_BODY, exchange.max_body),
                keep_head=exchange.keep_head or not good,
            )
        except FetchError:
            _hang_up(response)
            raise
        if not empty:
            await _deliver(response, body)
        return body

    async def close(self) -> None:
        """Cuts off what is under way and closes the idle connections."""
        now = asyncio.get_running_loop().time()
        for exchange in self._under_way:
            if exchange.scope is not None:
                exchange.scope.reschedule(now)
        # Twisted waits for the peer's goodbye, which may never come (twisted issue 7738).
        closing = self._pool.closeCachedConnections().asFuture(asyncio.get_running_loop())
        await asyncio.wait([closing], timeout=0.5)
        closing.cancel()


class _Pool(HTTPConnectionPool):
    """Twisted's pool (26.10) keeps an empty list of connections for every host there ever was."""

    _connections: dict[Any, list[Any]]

    def getConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802 - Twisted's name
        connection = super().getConnection(key, endpoint)
        self._forget_empty(key)
        return connection

    def _removeConnection(self, key: Any, connection: Any) -> None:  # noqa: N802
        super()._removeConnection(key, connection)
        self._forget_empty(key)

    def _forget_empty(self, key: Any) -> None:
        if not self._connections.get(key, True):
            del self._connections[key]

    def __len__(self) -> int:
        """Hosts that a connection is kept to."""
        return len(self._connections)


@implementer(IBodyProducer)
class _Form:
    """A short body that is written in one go."""

    def __init__(self, data: bytes) -> None:
        self.length = len(data)
        self._data = data

    def startProducing(self, consumer: Any) -> Any:  # noqa: N802 - Twisted's name
        consumer.write(self._data)
        return succeed(None)

    def pauseProducing(self) -> None:  # noqa: N802
        """Nothing is left."""

    def resumeProducing(self) -> None:  # noqa: N802
        """Nothing is left."""

    def stopProducing(self) -> None:  # noqa: N802
        """Nothing is left."""


def _hang_up(response: Any) -> None:
    reader = _Reader(Body("", limit=0, keep_head=True))
    response.deliverBody(reader)
    reader.abort()


async def _deliver(response: Any, body: Body) -> None:
    reader = _Reader(body)
    response.deliverBody(reader)
    try:
        await reader.finished
    finally:
        if not reader.complete:
            # Not loseConnection: that would go on listening to a peer that never stops talking.
            reader.abort()


class _Reader(Protocol):
    def __init__(self, body: Body) -> None:
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.complete = False
        self._body = body

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self.finished.done():
            return
        try:
            wanted = self._body.receive(data)
        except FetchError as error:
            self.finished.set_exception(error)
            return
        if not wanted:
            self.finished.set_result(None)

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # noqa: N802
        self.complete = True
        if self.finished.done():
            return
        if reason.check(ResponseDone):
            self.finished.set_result(None)
        elif reason.check(PotentialDataLoss):
            self._end_without_length()
        else:
            self.finished.set_exception(cast("Exception", reason.value))

    def _end_without_length(self) -> None:
        """Such a body ends with the connection: HTTP/1.0 and many small servers."""
        try:
            self._body.check_whole()
        except FetchError as error:
            self.finished.set_exception(error)
        else:
            self.finished.set_result(None)

    def abort(self) -> None:
        transport = getattr(self.transport, "_producer", None)
        if transport is not None:
            transport.abortConnection()


def _joined(headers: Headers) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): ", ".join(map(_text, values))
        for name, values in headers.getAllRawHeaders()
    }


def _text(value: bytes) -> str:
    """Header bytes beyond ASCII are mostly addresses in UTF-8, whatever RFC 9110 says."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _bounded_factory(limit: int) -> type[_LenientHTTP11ClientFactory]:
    class Connection(_LenientHTTP11ClientProtocol):
        """Twisted bounds one header line (16 kB) but not how many there are."""

        head = 0

        def request(self, request: Any) -> Any:
            self.head = 0
            return super().request(request)

        def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
            super().dataReceived(data)
            parser = self._parser
            if parser is None or parser.state not in ("STATUS", "HEADER"):
                return
            self.head += len(data)
            if self.head > limit:
                self._giveUp(
                    Failure(
                        FetchError(
                            f"sent more than {limit // 1024} KiB of headers", outcome="too-large"
                        )
                    )
                )

    class Connections(_LenientHTTP11ClientFactory):
        def buildProtocol(self, addr: Any) -> Connection:  # noqa: ARG002, N802
            return Connection(self._quiescentCallback)

    return Connections
