"""Whose turn it is: nobody waits for all the documents of another site."""

import asyncio

import pytest

from crawler.turns import Rank, Turns


class Crowd:
    """People who take one thing each and say so; they give it back when told."""

    def __init__(self, turns: Turns[str]) -> None:
        self.turns = turns
        self.served: list[str] = []

    async def come(self, site: str, rank: Rank = Rank.PAGE) -> "asyncio.Task[str]":
        async def take() -> str:
            thing = await self.turns.take(site, rank)
            self.served.append(f"{site} {rank.name.lower()}")
            return thing

        task = asyncio.create_task(take())
        await asyncio.sleep(0)
        return task


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(Turns())


async def test_each_site_has_its_turn(crowd: Crowd) -> None:
    crowd.turns.add("worker")
    for site in ("bad", "bad", "bad", "good", "other"):
        await crowd.come(site)
    # The first came alone; then each that waits has one, in the order in which they came.
    for site in ("bad", "bad", "good", "other", "bad"):
        assert crowd.served[-1].startswith(site)
        crowd.turns.give("worker", site)
        await asyncio.sleep(0)
    assert len(crowd.served) == 5


async def test_a_site_has_one_while_others_wait_and_all_when_nobody_does(crowd: Crowd) -> None:
    for name in ("one", "two"):
        crowd.turns.add(name)
    for _ in range(5):
        await crowd.come("bad")
    assert crowd.served == ["bad page"] * 2
    await crowd.come("good")
    await crowd.come("good")
    crowd.turns.give("one", "bad")
    await asyncio.sleep(0)
    assert crowd.served[2:] == ["good page"]
    crowd.turns.give("one", "good")
    await asyncio.sleep(0)
    assert crowd.served[3:] == ["good page"]


async def test_feeds_go_before_pages(crowd: Crowd) -> None:
    await crowd.come("a")
    await crowd.come("b")
    await crowd.come("c", Rank.FEED)
    crowd.turns.add("worker")
    await asyncio.sleep(0)
    assert crowd.served == ["c feed"]


async def test_feeds_of_one_site_do_not_keep_all_from_the_pages_of_others(crowd: Crowd) -> None:
    for _ in range(3):
        await crowd.come("many", Rank.FEED)
    await crowd.come("one")
    for name in ("first", "second"):
        crowd.turns.add(name)
    await asyncio.sleep(0)
    assert crowd.served == ["many feed", "one page"]


async def test_who_gives_up_costs_nobody_a_turn(crowd: Crowd) -> None:
    gone, stays = await crowd.come("a"), await crowd.come("b")
    gone.cancel()
    await asyncio.sleep(0)
    crowd.turns.add("worker")
    assert await stays == "worker"
    # Lent and cancelled in the same moment: it goes to the next.
    late, last = await crowd.come("c"), await crowd.come("d")
    crowd.turns.give("worker", "b")
    late.cancel()
    assert await asyncio.wait_for(last, 5) == "worker"
    assert crowd.served == ["b page", "d page"]
