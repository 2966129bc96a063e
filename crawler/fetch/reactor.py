"""Twisted's reactor on the asyncio loop that already runs."""

import asyncio
import sys
from typing import Any

from twisted.internet import asyncioreactor

from crawler.fetch.errors import StoppedError

_MODULE = "twisted.internet.reactor"


def install_reactor() -> Any:
    """Binds the process's reactor to the running loop and returns it; no signal handlers.

    Twisted knows one reactor per process. One left behind by a loop that is closed by now (a
    second ``asyncio.run``, a test) is replaced. Raises :class:`StoppedError` when the reactor
    belongs to something else that is still alive.
    """
    loop = asyncio.get_running_loop()
    installed = sys.modules.get(_MODULE)
    if installed is not None:
        owner = getattr(installed, "_asyncioEventloop", None)
        if owner is loop:
            return installed
        if owner is None or not owner.is_closed():
            raise StoppedError(
                "Twisted's reactor already runs on another event loop of this process",
                next_step="Start the crawler on that loop, or in a process of its own",
            )
        del sys.modules[_MODULE]
    asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    reactor: Any = sys.modules[_MODULE]
    reactor.startRunning(installSignalHandlers=False)
    return reactor
