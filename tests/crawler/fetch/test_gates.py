"""Gates before hosts."""

import asyncio

from crawler.fetch.gates import Gates


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
