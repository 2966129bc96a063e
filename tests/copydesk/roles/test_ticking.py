"""What ticks goes on when the wall clock is set back, and ends when its last tick has ended."""

import asyncio
from datetime import timedelta

import pytest

from copydesk.roles.ticking import ticking


async def test_a_clock_that_is_set_back_does_not_stop_the_ticks() -> None:
    """The scheduler then finds its next run hours ahead."""
    ticks = asyncio.Semaphore(0)

    async def tick() -> None:
        ticks.release()

    async with ticking(tick, seconds=0.02) as job, asyncio.timeout(20):
        await ticks.acquire()
        job.modify(next_run_time=job.next_run_time + timedelta(hours=5))
        for _ in range(10):
            await ticks.acquire()


async def test_the_last_tick_ends_first(caplog: pytest.LogCaptureFixture) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def tick() -> None:
        begun.set()
        await asyncio.sleep(0.05)
        ended.set()

    async with ticking(tick, seconds=0.02):
        await begun.wait()
    assert ended.is_set()
    assert caplog.records == []
