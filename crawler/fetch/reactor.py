"""Twisted's reactor on the asyncio loop that already runs."""

import asyncio
import sys
import time
from typing import Any

import twisted.internet
from twisted.internet import asyncioreactor

from crawler.fetch.errors import StoppedError

_MODULE = "twisted.internet.reactor"

# Twisted knows one reactor per process, and it is bound to one loop. Ours follows its users: while
# a client runs it stays, between clients it may change loops (tests, a second ``asyncio.run``).
_by_loop: dict[asyncio.AbstractEventLoop, Any] = {}
_users: dict[Any, int] = {}


def acquire_reactor() -> Any:
    """The process's reactor, bound to the running loop, without signal handlers.

    Give it back with :func:`release_reactor`. Raises :class:`StoppedError` when the reactor is in
    use on another loop that is still open.
    """
    loop = asyncio.get_running_loop()
    reactor = sys.modules.get(_MODULE)
    if getattr(reactor, "_asyncioEventloop", None) is not loop:
        _refuse_if_in_use(reactor)
        reactor = _by_loop.get(loop) or _new(loop)
        sys.modules[_MODULE] = reactor
        twisted.internet.reactor = reactor
    _users[reactor] = _users.get(reactor, 0) + 1
    return reactor


def release_reactor(reactor: Any) -> None:
    """One user less."""
    _users[reactor] -= 1


def _refuse_if_in_use(reactor: Any) -> None:
    if reactor is None:
        return
    in_use = reactor not in _users or _users[reactor] > 0
    if in_use and not (reactor in _users and reactor._asyncioEventloop.is_closed()):
        raise StoppedError(
            "Twisted's reactor is already in use on another event loop of this process",
            next_step="Start the crawler on that loop, or in a process of its own",
        )


def _new(loop: asyncio.AbstractEventLoop) -> Any:
    for closed in [known for known in _by_loop if known.is_closed()]:
        del _users[_by_loop.pop(closed)]
    sys.modules.pop(_MODULE, None)
    asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    reactor: Any = sys.modules[_MODULE]
    # Its own is the wall clock: set back by hours, no time limit of a fetch would end for as many.
    reactor.seconds = time.monotonic
    reactor.startRunning(installSignalHandlers=False)
    _by_loop[loop] = reactor
    _users[reactor] = 0
    return reactor
