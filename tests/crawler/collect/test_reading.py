"""What was collected becomes articles, and what becomes none is told."""

import pytest

from crawler.collect.reading import Reading, read
from crawler.feeds import common, syndication
from tests.crawler.in_process import InProcess
from tests.crawler.wires.samples import JOB, NOON, g2


async def reading(body: str) -> Reading:
    return await read(InProcess(), body.encode(), job=JOB, url="file:///wires/1", now=NOON)


def rss(*items: str) -> str:
    told = "".join(f"<item>{each}</item>" for each in items)
    return f'<rss version="2.0"><channel><title>NPA</title>{told}</channel></rss>'


def item(number: int, more: str = "") -> str:
    return f"<link>https://npa.example/2023/05/30/ferry-{number}</link>{more}"


async def test_what_has_an_address_and_no_words_is_left_out_and_counted() -> None:
    found = await reading(rss(item(1, "<title>Ferry aground</title>"), item(2)))
    assert [each.title for each in found.articles] == ["Ferry aground"]
    assert found.problem == "left out 1 without headline and text"


async def test_a_kill_needs_no_words() -> None:
    kill = g2(meta='<pubStatus qcode="stat:canceled"/>', content="", body="")
    found = await reading(kill)
    assert [each.status for each in found.articles] == ["cancelled"]


async def test_items_that_are_too_many_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (common, syndication):
        monkeypatch.setattr(module, "MAX_ITEMS", 2)
    found = await reading(rss(*(item(n, f"<title>Number {n}</title>") for n in range(5))))
    assert (len(found.articles), found.truncated) == (2, 3)
    assert found.problem == "left out 3 items, too many for one body"
