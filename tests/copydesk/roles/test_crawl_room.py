"""How many sources the crawl role takes in hand."""

import pytest

from copydesk.roles.crawl import room_for


@pytest.mark.parametrize(
    ("under_way", "queued", "room"),
    [(0, 0, 64), (64, 0, 0), (64, 60, 60), (1000, 990, 24), (1024, 1024, 0), (70, 0, -6)],
)
def test_who_waits_for_a_host_takes_no_room(under_way: int, queued: int, room: int) -> None:
    assert room_for(64, under_way=under_way, queued=queued) == room
