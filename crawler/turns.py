"""Who is next, where a few do the work of many: each site in its turn, feeds before pages."""

import asyncio
from collections import Counter, deque
from contextlib import suppress
from enum import IntEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Rank(IntEnum):
    """What goes first. A feed tells of news that nobody has yet, a page completes one article."""

    FEED = 0
    PAGE = 1


class Turns(Generic[T]):
    """Lends a few things (workers) to many who wait.

    First comes whoever's site has the fewest in hand, so that one whose documents take to the
    deadline holds one of them and not all while others wait; among these feeds, then the site that
    waits longest. A site may have all while nobody else wants any.
    """

    def __init__(self) -> None:
        self._free: list[T] = []
        self._in_hand: Counter[str] = Counter()
        self._waiting: dict[tuple[Rank, str], deque[asyncio.Future[T]]] = {}

    async def take(self, site: str, rank: Rank) -> T:
        """Waits for a thing; whoever has it gives it back by :meth:`give`."""
        mine: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        queue = self._waiting.setdefault((rank, site), deque())
        queue.append(mine)
        self._lend()
        try:
            return await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self.give(mine.result(), site)  # lent in the very moment
            else:
                self._forget(mine, (rank, site))
            raise

    def add(self, thing: T) -> None:
        """One thing more to lend."""
        self._free.append(thing)
        self._lend()

    def give(self, thing: T, site: str) -> None:
        """Back from ``site``, or another in its place."""
        self.done(site)
        self.add(thing)

    def done(self, site: str) -> None:
        """``site`` has what was lent no more, and it does not come back."""
        self._in_hand[site] -= 1
        if not self._in_hand[site]:
            del self._in_hand[site]

    def _lend(self) -> None:
        while self._free and self._waiting:
            key = min(self._waiting, key=lambda key: (self._in_hand[key[1]], key[0]))
            queue = self._waiting.pop(key)
            mine = queue.popleft()
            if queue:
                self._waiting[key] = queue  # behind all others
            if not mine.done():
                self._in_hand[key[1]] += 1
                mine.set_result(self._free.pop())

    def _forget(self, mine: "asyncio.Future[T]", key: tuple[Rank, str]) -> None:
        queue = self._waiting.get(key, deque())
        with suppress(ValueError):
            queue.remove(mine)
        if not queue:
            self._waiting.pop(key, None)
