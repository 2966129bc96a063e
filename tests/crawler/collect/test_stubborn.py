"""Messages that a server does not give hold up no other, and are not forgotten."""

import asyncio
import gc
from pathlib import Path
from typing import get_args

import pytest

from tests.crawler.collect.desk import Desk
from tests.crawler.collect.stubborn import How, Stubborn
from tests.crawler.wires.test_letters import mail


def numbered(*uids: int) -> dict[int, bytes]:
    return {uid: mail(Message_ID=f"<{uid}@npa.example>", Subject=f"Number {uid}") for uid in uids}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "", "basic desk:opens it all", {"deadline": 3.0})


@pytest.mark.parametrize("how", get_args(How))
async def test_it_is_named_and_the_others_are_taken(desk: Desk, how: How) -> None:
    server = Stubborn(numbered(1, 2, 3, 4, 5), {3: how})
    async with server.serving() as url:
        first = await desk.poll(url)
        assert desk.titles == ["Number 1", "Number 2", "Number 4", "Number 5"]
        assert (first.error, first.new_items) == ("", 4)
        assert "message 3 cannot be had" in first.note
        server.messages |= numbered(6)
        again = await desk.poll(url)
        assert desk.titles[4:] == ["Number 6"]
        assert "message 3 cannot be had" in again.note
        # Nor is it an error while nothing else comes.
        assert (await desk.poll(url)).error == ""
        server.stubborn.clear()
        last = await desk.poll(url)
        assert desk.titles[5:] == ["Number 3"]
        assert (last.note, last.validators.etag) == ("", "7 6 2023-05-07")
        assert (await desk.poll(url)).bytes_received == 0


async def test_what_is_deleted_meanwhile_is_not_asked_for_again(desk: Desk) -> None:
    server = Stubborn(numbered(1, 2, 3), {1: "refuses"})
    async with server.serving() as url:
        await desk.poll(url)
        assert desk.position == "7 3 2023-05-04 1"
        del server.messages[1]
        await desk.poll(url)
        assert desk.position == "7 3 2023-05-04"


async def test_a_server_that_gives_nothing_is_an_error_and_loses_nothing(desk: Desk) -> None:
    server = Stubborn(numbered(*range(1, 31)), dict.fromkeys(range(1, 31), "hangs up"))
    async with server.serving() as url:
        result = await desk.poll(url)
        assert (result.outcome, desk.position) == ("connection", "")
        assert "closed the connection" in result.error
        assert server.connections == 8
        server.stubborn = dict.fromkeys(range(1, 31), "refuses")
        await desk.poll(url)
        assert desk.position == ""
        server.stubborn.clear()
        assert (await desk.poll(url)).new_items == 30


async def test_no_more_are_left_behind_than_are_asked_for_again(desk: Desk) -> None:
    bad: dict[int, How] = dict.fromkeys(range(2, 30), "refuses")
    server = Stubborn(numbered(*range(1, 31)), bad)
    async with server.serving() as url:
        assert (await desk.poll(url)).new_items == 2
        assert desk.position.startswith("7 21 ")
        assert desk.position.endswith(f" {','.join(map(str, range(2, 22)))}")
        server.stubborn.clear()
        assert (await desk.poll(url)).new_items == 28


async def test_numbered_anew_nothing_is_missed(desk: Desk) -> None:
    server = Stubborn(numbered(1, 2, 3), {1: "refuses"})
    async with server.serving() as url:
        await desk.poll(url)
        server.validity, server.messages = 8, numbered(2, 4)
        assert (await desk.poll(url)).new_items == 1
        assert desk.position == "8 4 2023-05-05"


async def test_a_server_that_goes_in_the_middle_keeps_what_was_read(desk: Desk) -> None:
    server = Stubborn(numbered(1, 2, 3))
    async with server.serving() as url:
        server.stubborn[3] = "hangs up"
        result = await desk.poll(url)
        assert (result.error, result.new_items) == ("", 2)
        assert "ended early" in result.note
        assert desk.position == "7 2 2023-05-03"
        server.stubborn.clear()
        assert (await desk.poll(url)).new_items == 1


async def test_no_connection_is_left_to_the_collector_of_garbage(desk: Desk) -> None:
    def held() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    server = Stubborn(numbered(1), {1: "sends a gigabyte"})
    gc.disable()
    try:
        async with server.serving() as url:
            await desk.poll(url)
            await asyncio.sleep(0.2)
            before = held()
            for secret in (desk.secret, "key desk:/none"):
                desk.secret = secret
                for _ in range(5):
                    assert (await desk.poll(url)).error
            await asyncio.sleep(0.2)
            # The server's ends, in this process too, may take a moment.
            assert held() < before + 5
    finally:
        gc.enable()
