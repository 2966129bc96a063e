"""A subscription from the first poll to the last word, with a hub on the loopback."""

import asyncio
import hashlib
import hmac
import socket
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from config.sources import Source
from copydesk.record import database, registry, subscriptions
from copydesk.record.database import Record, sqlite_url
from copydesk.record.schema import source_state
from copydesk.roles.subscribing import Subscribing
from crawler.article import Article
from crawler.engine import Crawler
from crawler.job import FeedResult, Standing
from crawler.schedule import SourceHistory
from crawler.websub import Subscription, new_subscription, verified
from crawler.workers import Workers
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site as Served
from tests.copydesk.api.serving import serving
from tests.crawler.site import Asked, Site, crawl_settings, response, rss, rss_item

NOW = MORNING + 7200  # the served clock


class Hub(Site):
    """A web site with a feed that names it as its hub."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[dict[str, str]] = []
        self.status = 202
        self.routes |= {"/feed": self._feed, "/hub": self._hear}

    def _feed(self, _: Asked) -> bytes:
        links = f'<{self.url("/hub")}>; rel="hub", <{self.url("/feed")}>; rel="self"'
        return response(rss(rss_item(1)), headers={"Link": links})

    def _hear(self, asked: Asked) -> bytes:
        assert asked.method == "POST"
        assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
        self.told.append({name: v[0] for name, v in parse_qs(asked.body.decode()).items()})
        return response(status=self.status)

    def intent(self, **changes: str) -> str:
        """The query with which the hub verifies what it was told last."""
        said = self.told[-1]
        asked = {
            "hub.mode": said["hub.mode"],
            "hub.topic": said["hub.topic"],
            "hub.challenge": "ch4llenge",
            "hub.lease_seconds": "864000",
        } | {f"hub.{name}": value for name, value in changes.items()}
        return f"{said['hub.callback']}?{httpx.QueryParams(asked)}"


@asynccontextmanager
async def crawling(hub: Hub) -> AsyncIterator[Crawler]:
    async def everything_is_new(articles: Sequence[Article]) -> Sequence[Standing]:
        return ["new"] * len(articles)

    async def forget(_: Sequence[Article]) -> None:
        """Nothing is kept."""

    async with Workers(count=1) as workers:
        crawler = Crawler(
            crawl_settings(hub), workers=workers, unseen=everything_is_new, sink=forget
        )
        await crawler.start()
        try:
            yield crawler
        finally:
            await crawler.stop(0.0)


def add(record: Record, source: str, url: str, *, due: float) -> None:
    with record.writing() as connection:
        registry.add(connection, Source(id=source, url=url), origin="test", now=NOW)
        connection.execute(
            source_state.update().where(source_state.c.source == source).values(due=due)
        )


def known(record: Record, source: str) -> Subscription | None:
    with record.reading() as connection:
        return subscriptions.of_source(connection, source)


def due(record: Record, source: str) -> float:
    with record.reading() as connection:
        return registry.one(connection, source).due


def fetched(url: str) -> httpx.Response:
    return httpx.get(url, timeout=20)


async def test_from_the_first_poll_to_the_last_word(tmp_path: Path) -> None:
    with serving(tmp_path) as ours:
        async with Hub() as hub, crawling(hub) as crawler:
            await _whole_life(ours, hub, crawler)


async def _whole_life(ours: Served, hub: Hub, crawler: Crawler) -> None:
    record = ours.record
    add(record, "harbour", hub.url("/feed"), due=NOW + 9000)
    with record.reading() as connection:
        job = registry.one(connection, "harbour").job()
    result = await crawler.fetch(msgspec.structs.replace(job, fetch_pages="no"))
    assert (result.hubs, result.topic) == ((hub.url("/hub"),), hub.url("/feed"))

    # Without a public address nothing happens.
    silent = Subscribing(record, "")
    await silent.heard(result)
    await silent.for_ever(crawler)
    assert (hub.told, known(record, "harbour")) == ([], None)

    subscribing = Subscribing(record, f"{ours.url}/", now=lambda: NOW)
    await subscribing.heard(result)
    await subscribing.once(crawler)
    await subscribing.heard(result)
    await subscribing.once(crawler)
    assert [said["hub.mode"] for said in hub.told] == ["subscribe"]
    callback = hub.told[0]["hub.callback"]
    assert callback.startswith(f"{ours.url}/websub/")
    assert len(urlsplit(callback).path) > 48

    # A push before the hub verified is nobody's.
    assert (await asyncio.to_thread(httpx.post, callback, content=b"x")).status_code == 404
    for wrong in ({"topic": "https://other.example/"}, {"mode": "unsubscribe"}, {"mode": "x"}):
        assert (await asyncio.to_thread(fetched, hub.intent(**wrong))).status_code == 404
    answer = await asyncio.to_thread(fetched, hub.intent())
    assert (answer.status_code, answer.text) == (200, "ch4llenge")
    assert answer.headers["content-type"].startswith("text/plain")
    active = known(record, "harbour")
    assert active is not None
    assert (active.state, active.lease_until) == ("active", NOW + 864_000)

    # A push polls now; what it brings is nobody's business.
    assert due(record, "harbour") == NOW + 9000
    push = await asyncio.to_thread(httpx.post, callback, content=b"<lies/>")
    assert (push.status_code, push.content) == (202, b"")
    assert due(record, "harbour") == NOW

    # Renewed in time, with the same address.
    later = Subscribing(record, ours.url, now=lambda: NOW + 0.8 * 864_000)
    await later.once(crawler)
    assert [said["hub.mode"] for said in hub.told] == ["subscribe"] * 2
    assert hub.told[1]["hub.callback"] == callback

    with record.writing() as connection:
        registry.pause(connection, "harbour")
    await later.once(crawler)
    assert hub.told[-1]["hub.mode"] == "unsubscribe"
    assert (await asyncio.to_thread(fetched, hub.intent())).text == "ch4llenge"
    assert known(record, "harbour") is None
    assert (await asyncio.to_thread(httpx.post, callback, content=b"x")).status_code == 404


async def test_a_hub_that_refuses_is_asked_again_later_and_polling_goes_on(tmp_path: Path) -> None:
    with serving(tmp_path) as ours:
        async with Hub() as hub, crawling(hub) as crawler:
            hub.status = 403
            add(ours.record, "harbour", hub.url("/feed"), due=NOW)
            await _offered(ours, hub.url("/hub"), crawler)
            one = known(ours.record, "harbour")
            assert one is not None
            assert (one.state, one.failures, one.attempt_at) == ("wanted", 1, NOW + 3600)
            assert "answered 403" in one.error


@pytest.mark.parametrize("way", ["direct", "redirect"])
async def test_a_hub_inside_our_network_is_not_told(tmp_path: Path, way: str) -> None:
    with serving(tmp_path) as ours:
        async with Hub() as hub, Hub() as inside, crawling(hub) as crawler:
            hub.routes["/moved"] = response(status=307, headers={"Location": inside.url("/hub")})
            add(ours.record, "harbour", hub.url("/feed"), due=NOW)
            address = inside.url("/hub") if way == "direct" else hub.url("/moved")
            await _offered(ours, address, crawler)
            one = known(ours.record, "harbour")
            assert one is not None
            assert "not a public internet address" in one.error
            assert inside.asked == []


async def test_a_redirected_hub_gets_the_form_again(tmp_path: Path) -> None:
    with serving(tmp_path) as ours:
        async with Hub() as hub, crawling(hub) as crawler:
            hub.routes["/moved"] = response(status=308, headers={"Location": "/hub"})
            hub.routes["/seen"] = response(status=302, headers={"Location": "/hub"})
            add(ours.record, "harbour", hub.url("/feed"), due=NOW)
            await _offered(ours, hub.url("/moved"), crawler)
            assert len(hub.told) == 1
            # Other redirects would turn the form into a GET: they are a refusal.
            answer = await crawler.tell_hub(hub.url("/seen"), b"hub.mode=subscribe")
            assert (answer.status, len(hub.told)) == (302, 1)


async def _offered(ours: Served, hub: str, crawler: Crawler) -> None:
    subscribing = Subscribing(ours.record, ours.url, now=lambda: NOW)
    await subscribing.heard(offer(hub))
    await subscribing.once(crawler)


def offer(hub: str, topic: str = "https://news.example/feed") -> FeedResult:
    """A poll that names a hub."""
    return FeedResult(
        source="harbour", outcome="ok", started=NOW, elapsed=0.0, hubs=(hub,), topic=topic
    )


async def test_a_topic_that_is_another_one_at_each_poll_is_one_subscription(
    record: Record,
) -> None:
    add(record, "harbour", "https://news.example/feed", due=NOW)
    time = NOW
    subscribing = Subscribing(record, "https://us.example", now=lambda: time)
    tokens = set()
    for number in range(400):
        # At times the first one again, as from a cache.
        await subscribing.heard(
            offer("https://hub.example/", f"https://news.example/?{number % 7}")
        )
        tokens.add(getattr(known(record, "harbour"), "token", ""))
        time += 1800.0
    assert len(tokens) == 1
    # What stays changed for a day counts, once.
    for _ in range(60):
        await subscribing.heard(offer("https://other.example/"))
        tokens.add(getattr(known(record, "harbour"), "token", ""))
        time += 1800.0
    assert len(tokens) == 2
    one = known(record, "harbour")
    assert one is not None
    assert (one.hub, one.topic) == ("https://other.example/", "https://news.example/feed")


async def test_a_busy_record_costs_a_push_and_not_the_crawler(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(record, "harbour", "https://news.example/feed", due=NOW)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    hasty = Record(sqlite_url(tmp_path / "record.sqlite"))
    subscribing = Subscribing(hasty, "https://us.example", now=lambda: NOW)
    with closing(sqlite3.connect(tmp_path / "record.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await subscribing.heard(offer("https://hub.example/"))
        assert known(record, "harbour") is None
        # It is waited for longer than one attempt takes.
        waiting = asyncio.create_task(subscribing.heard(offer("https://hub.example/")))
        await asyncio.sleep(0.1)
        other.execute("ROLLBACK")
        await waiting
    assert known(record, "harbour") is not None
    hasty.close()


def subscribed(ours: Served, *, key: str) -> Subscription:
    add(ours.record, "harbour", "https://news.example/feed", due=NOW + 9000)
    one = new_subscription("harbour", "https://hub.example/", "https://news.example/feed")
    active = verified(msgspec.structs.replace(one, key=key), 864_000.0, now=NOW)
    with ours.record.writing() as connection:
        subscriptions.save(connection, active)
    return active


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signed_push_counts(tmp_path: Path, method: str) -> None:
    with serving(tmp_path) as ours:
        one = subscribed(ours, key="k3y")
        right = hmac.new(b"k3y", b"<feed/>", getattr(hashlib, method)).hexdigest()
        answer = ours.client.post(
            f"/websub/{one.token}",
            content=b"<feed/>",
            headers={"X-Hub-Signature": f"{method}={right}"},
        )
        assert (answer.status_code, due(ours.record, "harbour")) == (202, NOW)


@pytest.mark.parametrize(
    "headers", [{}, {"X-Hub-Signature": "sha256=" + "0" * 64}, {"X-Hub-Signature": "md5=1"}]
)
def test_a_push_without_the_right_signature_does_nothing_and_looks_the_same(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    with serving(tmp_path) as ours:
        one = subscribed(ours, key="k3y")
        answer = ours.client.post(f"/websub/{one.token}", content=b"<feed/>", headers=headers)
        assert (answer.status_code, due(ours.record, "harbour")) == (202, NOW + 9000)


def test_whoever_guesses_is_told_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as ours:
        one = subscribed(ours, key="")
        for path in ("/websub/x", f"/websub/{one.token}x", "/websub/", "/websub/%00"):
            assert ours.client.post(path, content=b"x").status_code in (404, 405)
            assert ours.client.get(path).status_code == 404
        assert ours.client.get(f"/websub/{one.token}").status_code == 404
        assert due(ours.record, "harbour") == NOW + 9000


def test_a_push_of_any_size_is_bounded(tmp_path: Path) -> None:
    with serving(tmp_path) as ours:
        one = subscribed(ours, key="")
        answer = ours.client.post(f"/websub/{one.token}", content=b"x" * (11 << 20))
        assert (answer.status_code, due(ours.record, "harbour")) == (413, NOW + 9000)


def test_a_denied_subscription_is_asked_for_again(tmp_path: Path) -> None:
    with serving(tmp_path) as ours:
        one = subscribed(ours, key="")
        asked = {"hub.mode": "denied", "hub.topic": one.topic, "hub.reason": "no\r\nroom"}
        assert ours.client.get(f"/websub/{one.token}", params=asked).status_code == 200
        after = known(ours.record, "harbour")
        assert after is not None
        assert (after.state, after.error) == ("wanted", "the hub denied it: noroom")
        assert after.attempt_at == one.attempt_at
        assert ours.client.post(f"/websub/{one.token}", content=b"x").status_code == 404


def test_a_hub_that_floods_causes_one_poll(tmp_path: Path) -> None:
    with serving(tmp_path) as ours:
        one = subscribed(ours, key="")
        polled = msgspec.msgpack.encode(SourceHistory(last_polled=NOW - 1))
        with ours.record.writing() as connection:
            connection.execute(source_state.update().values(history=polled))
        for _ in range(5):
            assert ours.client.post(f"/websub/{one.token}", content=b"x").status_code == 202
        assert NOW < due(ours.record, "harbour") < NOW + 60


def test_a_push_does_not_overrule_what_the_server_asked_for(tmp_path: Path) -> None:
    with serving(tmp_path) as ours:
        one = subscribed(ours, key="")
        waiting = msgspec.msgpack.encode(SourceHistory(last_status=503, not_before=NOW + 600))
        with ours.record.writing() as connection:
            connection.execute(source_state.update().values(history=waiting))
        assert ours.client.post(f"/websub/{one.token}", content=b"x").status_code == 202
        assert due(ours.record, "harbour") == NOW + 600


def test_a_hub_cannot_keep_us_from_leaving(tmp_path: Path) -> None:
    with serving(tmp_path) as ours:
        one = msgspec.structs.replace(subscribed(ours, key=""), state="leaving", failures=1)
        with ours.record.writing() as connection:
            subscriptions.save(connection, one)
        asked = {"hub.mode": "denied", "hub.topic": one.topic}
        assert ours.client.get(f"/websub/{one.token}", params=asked).status_code == 200
        after = known(ours.record, "harbour")
        assert after is not None
        assert (after.state, after.failures) == ("leaving", 1)


def test_a_stranger_is_answered_before_he_has_spoken(tmp_path: Path) -> None:
    with serving(tmp_path) as ours:
        address = urlsplit(ours.url)
        with socket.create_connection((address.hostname, address.port), timeout=20) as stranger:
            stranger.sendall(
                b"POST /websub/guess HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
            )
            assert stranger.recv(100).startswith(b"HTTP/1.1 404 ")
