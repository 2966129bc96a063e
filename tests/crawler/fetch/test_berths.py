"""Berths: the slow do not hold up the quick."""

import asyncio

from crawler.fetch.berths import SLOW, Berths


async def hold(berths: Berths, until: asyncio.Event) -> None:
    async with berths.taken():
        await until.wait()


async def test_who_takes_long_gives_his_berth_up_to_a_limit() -> None:
    berths = Berths(2, patience=0.0)
    over = asyncio.Event()
    slow = [asyncio.create_task(hold(berths, over)) for _ in range(2 * (SLOW + 1) + 3)]
    done = asyncio.Event()
    done.set()
    quick = asyncio.create_task(hold(berths, done))
    for _ in range(100):
        await asyncio.sleep(0)
    # All slow places and both berths are taken; three of the slow and the quick one wait.
    assert not quick.done()
    over.set()
    await asyncio.gather(*slow, quick)
    again = asyncio.Event()
    more = [asyncio.create_task(hold(berths, again)) for _ in range(2 * SLOW)]
    await asyncio.wait_for(hold(berths, done), 5)
    again.set()
    await asyncio.gather(*more)


async def test_the_patient_keep_to_the_width() -> None:
    berths = Berths(2)
    present = most = 0

    async def visit() -> None:
        nonlocal present, most
        async with berths.taken():
            present += 1
            most = max(most, present)
            await asyncio.sleep(0)
            present -= 1

    visits = [asyncio.create_task(visit()) for _ in range(10)]
    await asyncio.sleep(0)
    visits[-1].cancel()
    await asyncio.gather(*visits, return_exceptions=True)
    assert most == 2
