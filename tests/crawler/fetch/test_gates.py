"""Gates before hosts."""

import asyncio
import itertools

from crawler.fetch.clock import Clock
from crawler.fetch.gates import Gates


class Hours:
    """A clock that stands still until somebody waits."""

    def __init__(self) -> None:
        self.time = 1000.0

    async def sleep(self, seconds: float) -> None:
        until = self.time + seconds
        await asyncio.sleep(0)
        self.time = max(self.time, until)

    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, ticks=lambda: self.time, sleep=self.sleep)


async def test_width_holds_for_each_host_and_nothing_is_remembered() -> None:
    gates = Gates(2)
    present: dict[str, int] = {"a": 0, "b": 0}
    most = dict(present)

    async def visit(host: str) -> None:
        async with gates.through(host):
            present[host] += 1
            most[host] = max(most[host], present[host])
            await asyncio.sleep(0)
            present[host] -= 1

    visits = [asyncio.create_task(visit(host)) for host in "ab" * 10]
    await asyncio.sleep(0)
    visits[-1].cancel()
    await asyncio.gather(*visits, return_exceptions=True)
    assert most == {"a": 2, "b": 2}
    assert len(gates) == 0


async def test_a_host_that_asks_for_a_delay_gets_it_and_one_visitor_at_a_time() -> None:
    hours = Hours()
    gates = Gates(4, clock=hours.clock())
    gates.wishes("a", 10.0)
    began: list[float] = []
    present = most = 0

    async def visit() -> None:
        nonlocal present, most
        async with gates.through("a"):
            began.append(hours.time)
            present += 1
            most = max(most, present)
            await asyncio.sleep(0)
            present -= 1

    await asyncio.gather(*(visit() for _ in range(4)))
    gaps = [later - sooner for sooner, later in itertools.pairwise(began)]
    assert most == 1
    assert all(10.0 <= gap <= 12.5 for gap in gaps)
    # It takes its wish back.
    gates.wishes("a", 0.0)
    assert gates.pace("a").floor == 0.0


async def test_a_slow_host_is_asked_less_and_others_as_before() -> None:
    hours = Hours()
    gates = Gates(2, clock=hours.clock())
    gates.answered("slow", latency=8.0, status=200)
    assert gates.pace("slow").delay == 4.0
    assert gates.pace("quick").delay == 0.0
    for _ in range(2):
        async with gates.through("slow"):
            pass
    assert 4.0 <= hours.time - 1000.0 <= 5.0


async def test_whoever_waits_for_his_turn_hears_when_it_is_over() -> None:
    gates = Gates(1, delay=3600.0)
    passed: list[int] = []

    async def visit(number: int) -> None:
        async with gates.through("a"):
            passed.append(number)

    visits = [asyncio.create_task(visit(number)) for number in range(3)]
    await asyncio.sleep(0.01)
    assert passed == [0]
    gates.open()
    await asyncio.wait_for(asyncio.gather(*visits), 5)
