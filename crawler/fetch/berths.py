"""How many requests are under way in all, so that the slow do not hold up the quick."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Most answers of news sites are complete within a second; who takes longer may take the whole
# deadline, and a few dozen such hosts would else be all that is fetched.
PATIENCE = 1.0
# For each berth so many requests may be slow at the same time; they cost a socket each.
SLOW = 7


class Berths:
    """``width`` requests at a time, not counting up to ``SLOW`` times as many slow ones."""

    def __init__(self, width: int, *, patience: float = PATIENCE) -> None:
        self._quick = asyncio.Semaphore(width)
        self._slow_left = width * SLOW
        self._patience = patience

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Waits for a berth; it is given to another when the block runs long."""
        await self._quick.acquire()
        given_up = False

        def give_up() -> None:
            nonlocal given_up
            if self._slow_left:
                self._slow_left -= 1
                given_up = True
                self._quick.release()

        timer = asyncio.get_running_loop().call_later(self._patience, give_up)
        try:
            yield
        finally:
            timer.cancel()
            if given_up:
                self._slow_left += 1
            else:
                self._quick.release()
