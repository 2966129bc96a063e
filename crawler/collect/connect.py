"""A connection to a place, behind the same guard of addresses as every fetch."""

import asyncio
import socket

from crawler.fetch.errors import FetchError
from crawler.fetch.resolve import Resolver

_LATER = "It is tried again later"


async def connected(resolver: Resolver, host: str, port: int, *, timeout: float) -> socket.socket:  # noqa: ASYNC109 - of each address
    """A socket to the first address of the host that accepts; ``timeout`` is for each of them.

    Raises :class:`FetchError`.
    """
    loop = asyncio.get_running_loop()
    failure = FetchError("has no address", outcome="dns", next_step=_LATER)
    for address in await resolver.addresses(host, port):
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(timeout):
                await loop.sock_connect(sock, (str(address), port))
        except TimeoutError:
            sock.close()
            failure = FetchError(
                "did not accept a connection in time", outcome="timeout", next_step=_LATER
            )
        except OSError as error:
            sock.close()
            failure = FetchError(
                f"cannot be reached: {error.strerror or type(error).__name__}",
                outcome="connection",
                next_step=_LATER,
            )
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure
