"""Names to addresses."""

import asyncio
import threading

from crawler.fetch.addresses import AddressGuard
from crawler.fetch.resolve import Resolver


async def test_names_that_hang_hold_up_no_other() -> None:
    over = threading.Event()

    def names(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        if host.startswith("hangs"):
            over.wait(60)
        return [(0, 0, 0, "", ("93.184.216.34", 0))]

    resolver = Resolver(AddressGuard(), names)
    hanging = [
        asyncio.create_task(resolver.addresses(f"hangs{number}.example", 80))
        for number in range(40)
    ]
    try:
        await asyncio.sleep(0)
        found = await asyncio.wait_for(resolver.addresses("good.example", 80), 30)
        assert not any(task.done() for task in hanging)
        assert [str(address) for address in found] == ["93.184.216.34"]
    finally:
        over.set()
        await asyncio.gather(*hanging)
