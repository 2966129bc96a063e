"""Whose fault it is: holds and robots along redirects, with the network played."""

import asyncio
from collections.abc import Callable

import pytest

from crawler.fetch.clock import Clock
from crawler.fetch.errors import FetchError, OnHoldError
from crawler.fetch.exchange import Answer
from crawler.fetch.fetcher import Ask, Fetcher, Kind
from crawler.fetch.settings import CrawlSettings

NOW = 1_685_440_800.0
DAY = 86_400.0
Says = Callable[[str], Answer]


def answer(status: int = 200, **headers: str) -> Says:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda url: Answer(url=url, status=status, headers=named, body=b"")


def dead(url: str) -> Answer:
    raise FetchError("did not answer", outcome="timeout", where=url)


class Internet:
    """What each address says; the rest is good. There is no robots.txt unless one is told of."""

    def __init__(self) -> None:
        self.says: dict[str, Says] = {}
        self.asked: list[str] = []
        self.now = NOW
        clock = Clock(now=lambda: self.now, ticks=lambda: self.now)
        settings = CrawlSettings(user_agent="Copydesk/1", host_delay=0.0)
        self.fetcher = Fetcher(settings, self._exchange, clock=clock)

    async def _exchange(self, ask: Ask) -> Answer:
        if ask.kind != "robots":
            self.asked.append(ask.url)
        otherwise = answer(404) if ask.kind == "robots" else answer()
        return self.says.get(ask.url, otherwise)(ask.url)

    async def get(self, url: str, kind: Kind = "page") -> int | FetchError:
        """The final status, or why there is none."""
        self.asked.clear()
        try:
            return (await self.fetcher.get(url, kind=kind)).answer.status
        except FetchError as error:
            return error


async def test_who_asks_for_rest_gets_it_and_who_led_there_is_not_punished() -> None:
    net = Internet()
    net.says |= {
        "https://short.example/1": answer(302, location="https://slow.example/1"),
        "https://short.example/2": answer(302, location="https://slow.example/2"),
        "https://short.example/9": answer(302, location="https://good.example/9"),
        "https://slow.example/1": answer(429, retry_after="86400"),
    }
    assert await net.get("https://short.example/1") == 429
    assert await net.get("https://short.example/9") == 200
    # Neither asked by itself nor behind a redirect.
    for url, asked in (
        ("https://slow.example/5", []),
        ("https://short.example/2", ["https://short.example/2"]),
    ):
        held = await net.get(url)
        assert isinstance(held, FetchError)
        # What passes is told from what lasts by the time until which it does.
        assert (held.outcome, held.not_before) == ("rate-limited", NOW + DAY)
        assert "not asked: slow.example" in held.what
        assert net.asked == asked
    net.now += DAY
    assert await net.get("https://short.example/2") == 200


async def test_a_host_is_dead_whoever_led_there_and_nobody_else_is() -> None:
    net = Internet()
    for n in range(6):
        net.says[f"https://short.example/{n}"] = answer(302, location=f"https://dead.example/{n}")
        net.says[f"https://dead.example/{n}"] = dead
    for n in range(5):
        assert isinstance(await net.get(f"https://short.example/{n}"), FetchError)
    assert net.asked == ["https://short.example/4"]
    assert await net.get("https://short.example/9") == 200


async def test_a_host_that_redirects_to_itself_has_not_answered_well_by_that() -> None:
    net = Internet()
    for n in range(6):
        net.says[f"http://a.example/{n}"] = answer(301, location=f"https://a.example/{n}")
        net.says[f"https://a.example/{n}"] = dead
    for n in range(5):
        assert isinstance(await net.get(f"http://a.example/{n}"), FetchError)
    assert net.asked == []


async def test_two_feeds_of_one_host_speak_for_it_behind_redirects_too() -> None:
    net = Internet()
    for n in (1, 2, 3):
        net.says[f"https://short.example/{n}"] = answer(301, location=f"https://a.example/{n}")
        net.says[f"https://a.example/{n}"] = answer(429, retry_after="600")
    assert await net.get("https://short.example/1", "feed") == 429
    assert await net.get("https://short.example/2", "feed") == 429
    assert isinstance(await net.get("https://a.example/3", "feed"), FetchError)
    assert await net.get("https://short.example/9", "feed") == 200


@pytest.mark.parametrize(
    "location", ["http://a.example/robots.txt", "https://a.example/robots.txt", "http://[", ""]
)
async def test_a_robots_file_behind_a_redirect_that_is_not_followed_is_none(location: str) -> None:
    net = Internet()
    net.says["https://a.example/robots.txt"] = answer(301, location=location)
    assert await net.get("https://a.example/feed", "feed") == 200


async def test_who_waits_for_a_turn_learns_of_the_hold_that_came_meanwhile() -> None:
    net = Internet()
    pages = [f"https://slow.example/{n}" for n in range(6)]
    net.says |= dict.fromkeys(pages, answer(429, retry_after="86400"))
    outcomes = await asyncio.gather(
        *(net.fetcher.get(page, kind="page") for page in pages), return_exceptions=True
    )
    assert len(net.asked) <= CrawlSettings(user_agent="Copydesk/1").concurrency_per_host
    held = [outcome for outcome in outcomes if isinstance(outcome, OnHoldError)]
    assert len(held) == len(pages) - len(net.asked)
    assert {error.not_before for error in held} == {NOW + DAY}
