"""Guarded connections for Twisted's HTTP agent."""

# Twisted is typed in parts only.
# mypy: disable-error-code="no-untyped-call"

import asyncio
import ipaddress
from pathlib import Path
from typing import Any, Literal

from OpenSSL import SSL
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import (
    IHostnameResolver,
    IReactorPluggableNameResolver,
    IStreamClientEndpoint,
)
from twisted.internet.ssl import CertificateOptions, platformTrust
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer  # type: ignore[import-untyped]

from config.errors import ConfigError
from crawler.fetch.addresses import Address
from crawler.fetch.resolve import Resolver


@implementer(IHostnameResolver)
class _Vetted:
    """Hands Twisted's Happy Eyeballs (RFC 8305) only addresses that passed the guard."""

    def __init__(self, addresses: tuple[Address, ...]) -> None:
        self._addresses = addresses

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        receiver: Any,
        hostName: str,  # noqa: ARG002, N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Any = None,  # noqa: ARG002, N803
        transportSemantics: Literal["TCP", "UDP"] = "TCP",  # noqa: N803
    ) -> Any:
        receiver.resolutionBegan(self)
        for address in self._addresses:
            kind = IPv4Address if isinstance(address, ipaddress.IPv4Address) else IPv6Address
            receiver.addressResolved(kind(transportSemantics, str(address), portNumber))
        receiver.resolutionComplete()
        return self


@implementer(IReactorPluggableNameResolver)
class _ReactorWithResolver:
    """The reactor as it is, but with a name resolver for one connection."""

    def __init__(self, reactor: Any, resolver: _Vetted) -> None:
        self._reactor = reactor
        self.nameResolver = resolver

    def installNameResolver(self, resolver: Any) -> Any:  # noqa: N802 - Twisted's name
        raise NotImplementedError("the resolver of one connection is fixed")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)


@implementer(IStreamClientEndpoint)
class _GuardedEndpoint:
    """Resolves, vets and connects to a vetted address. Fails with :class:`FetchError`."""

    def __init__(
        self, reactor: Any, resolver: Resolver, host: str, port: int, timeout: float
    ) -> None:
        self._reactor = reactor
        self._resolver = resolver
        self._host = host
        self._port = port
        self._timeout = timeout

    def connect(self, protocolFactory: Any) -> Deferred[Any]:  # noqa: N803 - Twisted's name
        return Deferred.fromFuture(asyncio.ensure_future(self._connect(protocolFactory)))

    async def _connect(self, factory: Any) -> Any:
        addresses = await self._resolver.addresses(self._host, self._port)
        reactor = _ReactorWithResolver(self._reactor, _Vetted(addresses))
        # The literal address as the name: Twisted's IDNA check would refuse hosts like "a_b.org".
        endpoint = HostnameEndpoint(reactor, str(addresses[0]), self._port, self._timeout)
        return await endpoint.connect(factory).asFuture(asyncio.get_running_loop())


@implementer(IAgentEndpointFactory)
class GuardedEndpoints:
    """Every connection of the agent goes through here, redirected ones too.

    Certificates are verified against the platform's authorities, and those of ``ca_file``. One TLS
    context serves all hosts: loading the authorities takes 9 ms, as much as fetching a page.
    Raises :class:`config.errors.ConfigError` for an unusable ``ca_file``.
    """

    def __init__(self, reactor: Any, resolver: Resolver, *, timeout: float, ca_file: str) -> None:
        self._reactor = reactor
        self._resolver = resolver
        self._timeout = timeout
        self._tls = CertificateOptions(trustRoot=platformTrust())
        if ca_file:
            try:
                self._tls.getContext().load_verify_locations(str(Path(ca_file)))
            except SSL.Error as error:
                raise ConfigError(
                    f"{ca_file} holds no readable certificates",
                    where="ca_file",
                    next_step="Name a PEM file with one or more CA certificates",
                ) from error

    def endpointForURI(self, uri: URI) -> Any:  # noqa: N802 - Twisted's name
        """See :class:`twisted.web.iweb.IAgentEndpointFactory`."""
        host = uri.host.decode("ascii").removeprefix("[").removesuffix("]")
        endpoint: Any = _GuardedEndpoint(
            self._reactor, self._resolver, host, uri.port, self._timeout
        )
        if uri.scheme != b"https":
            return endpoint
        creator: Any = ClientTLSOptions(self._tls._makeTLSConnection, host)
        return wrapClientTLS(creator, endpoint)
