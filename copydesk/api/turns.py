"""Searches take turns: a few run at once, the others wait without holding a worker thread.

A search that an engine runs cannot be stopped, and the slowest take seconds. Lists, stories and
pages are answered by the same threads, so searches never have more than half of them.
"""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from copydesk.api.problems import RequestError

# Of the threads of asyncio: four and one a processor, 32 at most.
AT_ONCE = min(32, (os.cpu_count() or 1) + 4) // 2
# Searches in line for longer would answer people who have gone on.
WAIT_SECONDS = 5.0
_SEARCHING = frozenset(("/search", "/v1/search", "/v1/search/feed", "/v1/facets", "/v1/timeline"))


class Turns:
    """So many at once, in the order in which they came. For one event loop."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = at_once
        self._line: deque[asyncio.Future[bool]] = deque()

    @asynccontextmanager
    async def taken(self, receive: Receive) -> AsyncIterator[None]:
        """Raises :class:`RequestError` (503) when the turn does not come soon.

        ``receive`` tells when the client hangs up, who then loses its place in the line: of the
        request everything must be read that will be.
        """
        await self._come(receive)
        try:
            yield
        finally:
            self._leave()

    async def _come(self, receive: Receive) -> None:
        if self._free:
            self._free -= 1
            return
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        self._line.append(turn)
        late = loop.call_later(WAIT_SECONDS, _settle, turn)
        watch = loop.create_task(_hang_up(receive))
        watch.add_done_callback(lambda _: _settle(turn))
        try:
            came = await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.result():
                self._leave()
            raise
        finally:
            late.cancel()
            watch.cancel()
            with suppress(ValueError):  # Who came is in line no more.
                self._line.remove(turn)
        if not came:
            raise RequestError(
                503,
                "Too many searches run just now.",
                next_step="Ask again in a few seconds.",
                headers={"Retry-After": "5"},
            )

    def _leave(self) -> None:
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(True)
                return
        self._free += 1


def _settle(turn: asyncio.Future[bool]) -> None:
    if not turn.done():
        turn.set_result(False)


async def _hang_up(receive: Receive) -> None:
    # A body that comes too late ends the request as well.
    with suppress(RequestError):
        while (await receive())["type"] != "http.disconnect":
            pass


def in_turn(app: ASGIApp) -> ASGIApp:
    """The application whose searches by ``GET`` take turns; those with a body do so when it came.

    A turn ends when the answer begins: who reads it slowly holds nobody up.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path_template") not in _SEARCHING or scope.get("method") != "GET":
            await app(scope, receive, send)
            return
        turns: Turns = scope["litestar_app"].state.context.turns
        async with AsyncExitStack() as turn:
            await turn.enter_async_context(turns.taken(receive))

            async def begun(message: Message) -> None:
                await turn.aclose()
                await send(message)

            await app(scope, receive, begun)

    return answer
