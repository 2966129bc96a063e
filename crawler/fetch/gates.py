"""How many requests one host has at a time, and how fast they follow each other."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from crawler.fetch import throttle
from crawler.fetch.clock import SYSTEM, Clock
from crawler.fetch.throttle import Pace

_REMEMBERED = 10_000


@dataclass(slots=True)
class _Gate:
    places: asyncio.Semaphore
    present: int = 0
    # Who asks for a Crawl-delay is asked by one at a time, whatever the answers take.
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)


class Gates:
    """A gate of equal width before every host, first come first served, opening at its pace.

    All sources of a host share its gate. It stands before Scrapy's queue for two reasons. Scrapy
    admits a whole burst to a host when its slot is free and no delay is set (2.19: it counts
    transfers when they begin, after it has let them all go). And what waits in a slot there counts
    against the total, so that one slow host with many pages would hold up all others.
    """

    def __init__(self, width: int, *, delay: float = 0.0, clock: Clock = SYSTEM) -> None:
        self._width = width
        self._delay = delay
        self._clock = clock
        self._gates: dict[str, _Gate] = {}
        self._paces: dict[str, Pace] = {}
        self._open = asyncio.Event()

    @asynccontextmanager
    async def through(self, host: str) -> AsyncIterator[None]:
        """Waits for a place at ``host`` and for its turn; keeps the place while the block runs."""
        gate = self._gates.setdefault(host, _Gate(asyncio.Semaphore(self._width)))
        gate.present += 1
        try:
            async with gate.places:
                if self.pace(host).floor > self._delay:
                    async with gate.alone:
                        await self._turn(host)
                        yield
                else:
                    await self._turn(host)
                    yield
        finally:
            gate.present -= 1
            if not gate.present:
                del self._gates[host]

    def pace(self, host: str) -> Pace:
        """How ``host`` is asked now."""
        return self._paces.get(host) or Pace(floor=self._delay)

    def wishes(self, host: str, delay: float) -> None:
        """``host`` asks for so many seconds between requests; 0 when it asks for nothing."""
        pace = self.pace(host)
        floor = max(delay, self._delay)
        if floor != pace.floor:
            self._remember(host, throttle.wished(pace, floor))

    def answered(self, host: str, *, latency: float, status: int) -> None:
        """What the last answer took to begin, in seconds."""
        pace = self.pace(host)
        learnt = throttle.answered(pace, latency=latency, status=status, concurrency=self._width)
        if learnt != pace:
            self._remember(host, learnt)

    def open(self) -> None:
        """Nobody waits for his turn any longer, now or later: it is over."""
        self._open.set()

    async def _turn(self, host: str) -> None:
        now = self._clock.ticks()
        # Jitter spreads the load; nothing secret hangs on it.
        pace, wait = throttle.begin(self.pace(host), now=now, jitter=random.random())  # noqa: S311
        if pace.delay or pace.floor:
            self._remember(host, pace)
        if wait <= 0 or self._open.is_set():
            return
        ends = [
            asyncio.ensure_future(self._clock.sleep(wait)),
            asyncio.ensure_future(self._open.wait()),
        ]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()

    def _remember(self, host: str, pace: Pace) -> None:
        # Taken out and put in at the end: who was asked longest ago is forgotten first.
        self._paces.pop(host, None)
        if len(self._paces) >= _REMEMBERED:
            self._paces.pop(next(iter(self._paces)))
        self._paces[host] = pace

    def __len__(self) -> int:
        """Hosts that somebody is at or waits for."""
        return len(self._gates)
