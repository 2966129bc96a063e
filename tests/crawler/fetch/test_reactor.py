"""One reactor, one loop at a time."""

import asyncio
import sys
import threading
import time

import pytest

from crawler.fetch.errors import StoppedError
from crawler.fetch.reactor import acquire_reactor, release_reactor


def test_the_reactor_follows_its_users_from_loop_to_loop() -> None:
    async def use() -> tuple[object, object]:
        reactor = acquire_reactor()
        assert sys.modules["twisted.internet.reactor"] is reactor
        assert reactor._asyncioEventloop is asyncio.get_running_loop()
        assert acquire_reactor() is reactor
        release_reactor(reactor)
        release_reactor(reactor)
        return reactor, asyncio.get_running_loop()

    first, second = asyncio.run(use()), asyncio.run(use())
    assert first[0] is not second[0]


def test_a_loop_that_died_with_its_users_does_not_block_the_next() -> None:
    async def leak() -> object:
        return acquire_reactor()

    async def use() -> object:
        reactor = acquire_reactor()
        release_reactor(reactor)
        return reactor

    assert asyncio.run(leak()) is not asyncio.run(use())


async def test_two_open_loops_cannot_share_it() -> None:
    reactor = acquire_reactor()
    ends: list[BaseException] = []

    async def intrude() -> None:
        with pytest.raises(StoppedError, match="another event loop") as caught:
            acquire_reactor()
        ends.append(caught.value)

    thread = threading.Thread(target=lambda: asyncio.run(intrude()))
    thread.start()
    await asyncio.to_thread(thread.join)
    release_reactor(reactor)
    assert len(ends) == 1


async def test_a_clock_that_is_set_back_delays_no_time_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    back = [0.0]
    monkeypatch.setattr(
        "twisted.internet.base.ReactorBase.seconds", staticmethod(lambda: time.time() - back[0])
    )
    reactor = acquire_reactor()
    over = asyncio.Event()
    reactor.callLater(0.05, over.set)
    back[0] = 18_000.0
    async with asyncio.timeout(5):
        await over.wait()
    release_reactor(reactor)
