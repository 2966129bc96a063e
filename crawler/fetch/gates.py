"""How many requests one host has at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gates:
    """A gate of equal width before every host, first come first served.

    It stands before Scrapy's queue for two reasons. Scrapy admits a whole burst to a host when its
    slot is free and no delay is set (2.19: it counts transfers when they begin, after it has let
    them all go). And what waits in a slot there counts against the total, so that one slow host
    with many pages would hold up all others.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._gates: dict[str, tuple[asyncio.Semaphore, list[None]]] = {}

    @asynccontextmanager
    async def through(self, host: str) -> AsyncIterator[None]:
        """Waits for a place at ``host`` and keeps it while the block runs."""
        gate, present = self._gates.setdefault(host, (asyncio.Semaphore(self._width), []))
        present.append(None)
        try:
            async with gate:
                yield
        finally:
            present.pop()
            if not present:
                del self._gates[host]

    def __len__(self) -> int:
        """Hosts that somebody is at or waits for."""
        return len(self._gates)
