"""Names to addresses, off the loop, and only addresses that the guard permits."""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from crawler.fetch.addresses import Address, AddressGuard
from crawler.fetch.berths import Berths
from crawler.fetch.errors import FetchError

GetAddrInfo = Callable[..., Sequence[tuple[Any, ...]]]

# getaddrinfo cannot be cancelled: this bounds the threads that hang in it. A thread each, daemonic,
# so that a dead name server cannot hold up the end of the process. Not counting the slow: the names
# of one hostile domain would else keep all others waiting.
_LOOKUPS = 32
# Long enough for the articles of one feed, short enough to follow a host that moves.
_FRESH = 60.0
_REMEMBERED = 4096


class Resolver:
    """Looks names up and vets what comes back, at every new connection.

    The connection is then made to the very address that was vetted, so that a name that changes
    its answer in between (rebinding) gains nothing. ``getaddrinfo`` has the shape of
    :func:`socket.getaddrinfo`.
    """

    def __init__(self, guard: AddressGuard, getaddrinfo: GetAddrInfo = socket.getaddrinfo) -> None:
        self._guard = guard
        self._getaddrinfo = getaddrinfo
        self._slots = Berths(_LOOKUPS)
        self._known: dict[str, tuple[float, tuple[Address, ...]]] = {}

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """The permitted addresses of a host, in the resolver's order of preference.

        Raises :class:`FetchError`: ``dns`` when there is none at all, ``forbidden-address`` when
        the guard permits none of them.
        """
        found = await self._lookup(host)
        permitted = tuple(address for address in found if self._guard.permits(address, port))
        if not permitted:
            at = "" if host == str(found[0]) else f" at {found[0]}, which is"
            raise FetchError(
                f"{host} is{at} not a public internet address",
                outcome="forbidden-address",
                next_step="If it is meant to be fetched, add it to allowed_addresses",
            )
        return permitted

    async def _lookup(self, host: str) -> tuple[Address, ...]:
        now = asyncio.get_running_loop().time()
        known = self._known.get(host)
        if known is not None and now - known[0] < _FRESH:
            return known[1]
        async with self._slots.taken():
            try:
                answers = await _in_daemon_thread(self._getaddrinfo, host)
            except (OSError, UnicodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not a valid name"
                raise FetchError(
                    f"the name {host} could not be looked up ({reason})",
                    outcome="dns",
                    next_step="Check the spelling and this machine's DNS; it is tried again",
                ) from error
        # A scope id ("fe80::1%eth0") is dropped: such an address is not public anyway.
        found = dict.fromkeys(ipaddress.ip_address(str(a[4][0]).split("%")[0]) for a in answers)
        if not found:
            raise FetchError(f"the name {host} has no address", outcome="dns")
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[host] = (now, tuple(found))
        return tuple(found)


async def _in_daemon_thread(getaddrinfo: GetAddrInfo, host: str) -> Sequence[tuple[Any, ...]]:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[tuple[Any, ...]]] = loop.create_future()

    def deliver(result: Sequence[tuple[Any, ...]] | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result or ())

    def look_up() -> None:
        result, failure = None, None
        try:
            result = getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(deliver, result, failure)

    threading.Thread(target=look_up, name="copydesk-dns", daemon=True).start()
    return await answer
