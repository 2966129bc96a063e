"""A job that runs again and again while its user works, whatever the wall clock does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler


@asynccontextmanager
async def ticking(tick: Callable[[], Awaitable[None]], *, seconds: float) -> AsyncIterator[Job]:
    """Calls ``tick`` every so many seconds, never twice at once; at the end the last one ends.

    A tick that is cut off instead would be told as an error.
    """
    turn = asyncio.Lock()

    async def once() -> None:
        async with turn:
            await tick()

    scheduler = AsyncIOScheduler(timezone=UTC)
    # The job holds no truth: what is due stands in the record, so a missed tick is nothing.
    job = scheduler.add_job(
        once,
        "interval",
        seconds=seconds,
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.start()
    watching = asyncio.create_task(_keep(job, seconds))
    try:
        yield job
    finally:
        watching.cancel()
        scheduler.pause()
        await asyncio.sleep(0)  # what was just begun takes its turn
        async with turn:
            scheduler.shutdown(wait=False)


async def _keep(job: Job, seconds: float) -> None:
    """The scheduler goes by the wall clock: set back by hours it would rest for as many."""
    while True:
        await asyncio.sleep(seconds)
        now = datetime.now(UTC)
        if (job.next_run_time - now).total_seconds() > 2 * seconds:
            job.modify(next_run_time=now)
