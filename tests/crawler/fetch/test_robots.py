"""RFC 9309."""

import asyncio
import threading

import pytest

from crawler.fetch import robots as module
from crawler.fetch.clock import Clock
from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.robots import Robots, Rules, read_rules, refusal
from crawler.job import Outcome

URL = "https://example.org/news/1"
NOON = 1_685_448_000.0


def answer(status: int = 200, body: bytes = b"") -> Answer:
    return Answer(url="https://example.org/robots.txt", status=status, headers={}, body=body)


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        (b"", True),
        (b"User-agent: *\nDisallow: /", False),
        (b"User-agent: *\nDisallow: /news", False),
        (b"User-agent: *\nDisallow: /news\nAllow: /news/1", True),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: copydesk\nAllow: /", True),
        (b"User-agent: Copydesk\nDisallow: /news\n\nUser-agent: *\nAllow: /", False),
        (b"User-agent: other\nDisallow: /", True),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /*/1$", False),
        (b"\xff\xfe\x00garbage\x00", True),
        (b"<html>not found</html>", True),
    ],
)
def test_rules(body: bytes, allowed: bool) -> None:
    assert read_rules(answer(body=body), now=NOON).allows(URL, "Copydesk") is allowed


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(404, True), (401, True), (403, True), (410, True), (302, True), (429, False), (500, False),
     (503, False)],
)  # fmt: skip
def test_status(status: int, allowed: bool) -> None:
    rules = read_rules(answer(status), now=NOON)
    assert rules.allows(URL, "Copydesk") is allowed
    if not allowed:
        assert str(status) in refusal(URL, rules).what


@pytest.mark.parametrize(
    ("body", "delay"),
    [
        (b"User-agent: *\nCrawl-delay: 5", 5.0),
        (b"User-agent: *\nRequest-rate: 1/10", 10.0),
        (b"User-agent: *\nCrawl-delay: 2\nRequest-rate: 1/10", 10.0),
        (b"User-agent: *\nCrawl-delay: 86400", 60.0),
        (b"User-agent: *\nDisallow:", 0.0),
    ],
)
def test_delay(body: bytes, delay: float) -> None:
    assert read_rules(answer(body=body), now=NOON).delay("Copydesk") == delay


@pytest.mark.parametrize("length", [10, 8000])
async def test_rules_made_to_be_slow_do_not_stop_the_loop(length: int) -> None:
    seen: list[bool] = []
    loop_thread = threading.get_ident()

    class Slow(Rules):
        """Notes where an address is compared."""

        def allows(self, url: str, token: str) -> bool:
            seen.append(threading.get_ident() == loop_thread)
            return super().allows(url, token)

    made = read_rules(answer(body=b"User-agent: *\n" + b"Disallow: /*aaaaaaaab\n" * 2000), now=NOON)
    rules = Slow(parsed=made.parsed, size=made.size)
    url = "https://example.org/" + "a" * length
    assert await asyncio.gather(*(rules.allowed(url + end, "Copydesk") for end in "ab")) == [
        True,
        False,
    ]
    assert seen == [length == 10] * 2


class Origin:
    """Counts how often robots.txt is asked for."""

    def __init__(self, *ends: Answer | FetchError) -> None:
        self.asked: list[str] = []
        self._ends = list(ends)

    async def fetch(self, url: str) -> Answer:
        self.asked.append(url)
        end = self._ends.pop(0) if len(self._ends) > 1 else self._ends[0]
        await asyncio.sleep(0)
        if isinstance(end, FetchError):
            raise end
        return end


async def test_each_origin_is_asked_once() -> None:
    origin = Origin(answer())
    robots = Robots(origin.fetch, max_age=100.0)
    await asyncio.gather(*(robots.rules(f"https://example.org/{n}") for n in range(20)))
    await robots.rules("http://example.org/")
    await robots.rules("https://example.org:8443/")
    await robots.rules("https://[2001:db8::1]/")
    assert origin.asked == [
        "https://example.org/robots.txt",
        "http://example.org/robots.txt",
        "https://example.org:8443/robots.txt",
        "https://[2001:db8::1]/robots.txt",
    ]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "again"),
    [
        ({}, 600.0),
        ({"retry-after": "60"}, 600.0),
        ({"retry-after": "86400"}, 86_400.0),
        ({"retry-after": "Tue, 30 May 2023 14:00:00 GMT"}, 7200.0),
        ({"retry-after": "soon"}, 600.0),
    ],
)
async def test_a_server_in_trouble_is_asked_for_its_rules_when_it_wants_to_be(
    status: int, said: dict[str, str], again: float
) -> None:
    time = NOON
    origin = Origin(
        Answer(url="https://example.org/robots.txt", status=status, headers=said, body=b"")
    )
    robots = Robots(
        origin.fetch, max_age=86_400.0, clock=Clock(now=lambda: time, ticks=lambda: time)
    )
    first = await robots.rules(URL)
    time = NOON + again - 1
    assert await robots.rules(URL) is first
    time = NOON + again
    assert await robots.rules(URL) is not first
    assert len(origin.asked) == 2


def test_whoever_is_refused_hears_when_to_come_again() -> None:
    busy = Answer(url=URL, status=503, headers={"retry-after": "3600"}, body=b"")
    assert refusal(URL, read_rules(busy, now=NOON)).not_before == NOON + 3600
    assert refusal(URL, read_rules(answer(503), now=NOON)).not_before is None


async def test_rules_are_asked_again_when_they_are_old() -> None:
    origin = Origin(answer(), answer(body=b"User-agent: *\nDisallow: /"))
    robots = Robots(origin.fetch, max_age=0.0)
    assert (await robots.rules(URL)).allows(URL, "Copydesk")
    assert not (await robots.rules(URL)).allows(URL, "Copydesk")


@pytest.mark.parametrize(
    ("outcome", "allowed"),
    [("dns", False), ("timeout", False), ("tls", False), ("failed", True), ("too-large", True)],
)
async def test_a_host_that_cannot_be_reached_says_no_under_its_own_name(
    outcome: Outcome, allowed: bool
) -> None:
    origin = Origin(FetchError("is in trouble", outcome=outcome))
    rules = await Robots(origin.fetch, max_age=100.0).rules(URL)
    assert rules.allows(URL, "Copydesk") is allowed
    if not allowed:
        error = refusal(URL, rules)
        assert (error.outcome, error.where) == (outcome, URL)


async def test_one_impatient_caller_does_not_spoil_it_for_the_others() -> None:
    gate = asyncio.Event()

    async def fetch(_: str) -> Answer:
        await gate.wait()
        return answer()

    robots = Robots(fetch, max_age=100.0)
    first = asyncio.create_task(robots.rules(URL))
    second = asyncio.create_task(robots.rules(URL))
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert (await second).allows(URL, "Copydesk")


async def test_an_origin_that_is_asked_again_is_not_forgotten_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    time = 0.0
    gate = asyncio.Event()
    gate.set()

    async def fetch(_: str) -> Answer:
        await gate.wait()
        raise FetchError("is in trouble", outcome="dns")

    robots = Robots(fetch, max_age=100.0, clock=Clock(ticks=lambda: time))
    for number in range(3):
        await robots.rules(f"https://{number}.example/")
    time = 1000.0
    gate.clear()
    # The second is old and asked again; then come more new ones than fit beside it.
    asked = [asyncio.create_task(robots.rules(f"https://{n}.example/")) for n in (1, 7, 8, 9, 10)]
    await asyncio.sleep(0)
    gate.set()
    found = await asyncio.gather(*asked)
    assert all(rules.unreachable is not None for rules in found)


async def test_large_files_are_remembered_up_to_so_many_bytes_in_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = b"User-agent: *\n" + b"Disallow: /*a\n" * 100
    monkeypatch.setattr(module, "_REMEMBERED_BYTES", 3 * len(body))
    asked: list[str] = []

    async def fetch(url: str) -> Answer:
        asked.append(url)
        return answer(body=body)

    robots = Robots(fetch, max_age=100.0)
    for number in (0, 1, 2, 3, 1, 2, 3, 0):
        await robots.rules(f"https://{number}.example/")
    # The fourth pushed out the first, which is asked again.
    assert [url.removesuffix(".example/robots.txt")[-1] for url in asked] == list("01230")


def test_the_sitemaps_it_names() -> None:
    body = (
        b"Sitemap: /news.xml\nUser-agent: *\nDisallow: /x\nsitemap: https://cdn.example/a.xml\n"
        b"Sitemap: http://[broken/\nSitemap: /news.xml\nSitemap: /" + b"x" * 5000
    )
    rules = read_rules(answer(body=body), now=NOON)
    assert rules.sitemaps(URL) == ("https://example.org/news.xml", "https://cdn.example/a.xml")
    assert read_rules(answer(404), now=NOON).sitemaps(URL) == ()
    many = b"".join(b"Sitemap: /%d.xml\n" % number for number in range(10_000))
    assert len(read_rules(answer(body=many), now=NOON).sitemaps(URL)) == 100
