"""The fetch path on the loopback: guard, names, TLS, robots, pacing, company on the loop."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.errors import ConfigError
from crawler.fetch import network
from crawler.fetch.client import Client
from crawler.fetch.errors import FetchError, StoppedError
from crawler.fetch.fetcher import Kind
from crawler.job import Outcome
from tests.crawler.site import Route, Site, crawl_settings, response


class Names:
    """Plays the name servers of the internet; each name may answer differently every time."""

    def __init__(self, **answers: Sequence[str]) -> None:
        self.asked: list[str] = []
        self._answers = {name.replace("_", "."): list(a) for name, a in answers.items()}

    def __call__(self, host: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        if host not in self._answers:
            raise OSError(-2, "Name or service not known")
        answers = self._answers[host]
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(0, 0, 0, "", (one, 0)) for one in address.split()]


@asynccontextmanager
async def client(
    *sites: Site, names: Names | None = None, **changes: object
) -> AsyncIterator[Client]:
    extra = {} if names is None else {"getaddrinfo": names}
    running = Client(crawl_settings(*sites, **changes), **extra)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


async def outcome(fetching: Client, url: str) -> tuple[Outcome, str]:
    with pytest.raises(FetchError) as caught:
        await fetching.get(url, kind="page")
    return caught.value.outcome, str(caught.value)


async def test_the_loopback_is_refused_in_every_disguise() -> None:
    async with Site({"*": response(b"secret")}) as site, client() as fetching:
        for host in (
            "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
            "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "127.0.0.1.",  # noqa: S104
        ):  # fmt: skip
            said, error = await outcome(fetching, site.url("/", host))
            assert said in ("forbidden-address", "dns"), (host, error)
        for address in ("169.254.169.254", "100.100.100.200", "10.0.0.1", "[fd00:ec2::254]"):
            assert (await outcome(fetching, f"http://{address}/"))[0] == "forbidden-address"
        assert site.asked == []


async def test_an_exception_lets_in_one_port_only() -> None:
    async with Site({"*": response(b"here")}) as open_site, Site({"*": response()}) as closed:
        async with client(open_site) as fetching:
            fetched = await fetching.get(open_site.url("/"), kind="page")
            assert fetched.answer.body == b"here"
            assert (await outcome(fetching, closed.url("/")))[0] == "forbidden-address"
        assert closed.asked == []


async def test_a_name_is_judged_by_where_it_leads() -> None:
    names = Names(inside_example=["10.0.0.1"], mixed_example=["10.0.0.1 127.0.0.1"])
    async with Site({"*": response(b"here")}) as site, client(site, names=names) as fetching:
        said, error = await outcome(fetching, "http://inside.example/")
        assert said == "forbidden-address"
        assert "inside.example is at 10.0.0.1" in error
        # Of several addresses only a permitted one is connected to.
        assert (await fetching.get(site.url("/", "mixed.example"), kind="page")).answer.body
        said, error = await outcome(fetching, "http://nowhere.example/")
        assert said == "dns"
        assert "nowhere.example could not be looked up" in error


async def test_a_name_that_changes_its_answer_gains_nothing() -> None:
    # The guard sees a permitted address first; the connection is made to that very address.
    names = Names(rebind_example=["127.0.0.1", "10.0.0.1"])
    async with Site({"*": response(b"here")}) as site, client(site, names=names) as fetching:
        assert (await fetching.get(site.url("/", "rebind.example"), kind="page")).answer.body
        assert names.asked == ["rebind.example"]


async def test_redirects_pass_the_guard_on_every_hop() -> None:
    async with Site() as site, Site({"*": response(b"secret")}) as hidden, client(site) as fetching:
        for number, where in enumerate((hidden.url("/"), hidden.url("/", "[::ffff:127.0.0.1]"))):
            site.routes[f"/a{number}"] = response(
                status=302, headers={"Location": site.url(f"/b{number}")}
            )
            site.routes[f"/b{number}"] = response(status=302, headers={"Location": where})
            assert (await outcome(fetching, site.url(f"/a{number}")))[0] == "forbidden-address"
        assert hidden.asked == []


@pytest.mark.parametrize("coding", ["utf-8", "latin-1"])
async def test_a_redirect_to_an_address_beyond_ascii(coding: str) -> None:
    raw = "HTTP/1.1 301 X\r\nContent-Length: 0\r\nLocation: /straße und weg\r\n\r\n".encode(coding)
    routes: dict[str, Route] = {"/": raw, "/stra%C3%9Fe%20und%20weg": response(b"x")}
    async with Site(routes) as site, client(site) as fetching:
        assert (await fetching.get(site.url("/"), kind="page")).answer.body == b"x"


async def test_a_closed_port_is_a_refused_connection() -> None:
    async with Site() as site, client(site) as fetching:
        address, allowed = site.url("/"), site
        await allowed.__aexit__(None, None, None)
        said, error = await outcome(fetching, address)
    assert said == "connection"
    assert "refused the connection" in error


def certificate(folder: Path, name: str, *, days: int = 10) -> tuple[ssl.SSLContext, Path]:
    """A self-signed certificate for ``name``, as a server's context and as a PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    try:
        san: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        san = x509.DNSName(name)
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=20))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([san]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{name}{days}.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context, pem


async def test_certificates_are_verified(tmp_path: Path) -> None:
    good, good_pem = certificate(tmp_path, "127.0.0.1")
    wrong, wrong_pem = certificate(tmp_path, "other.example")
    late, late_pem = certificate(tmp_path, "127.0.0.1", days=-1)
    both = tmp_path / "all.pem"
    both.write_bytes(good_pem.read_bytes() + wrong_pem.read_bytes() + late_pem.read_bytes())
    routes = {"*": response(b"here")}
    async with (
        Site(routes, tls=good) as self_signed,
        Site(routes, tls=wrong) as misnamed,
        Site(routes, tls=late) as expired,
    ):
        sites = (self_signed, misnamed, expired)
        async with client(*sites) as fetching:
            said, error = await outcome(fetching, self_signed.url("/"))
            assert said == "tls"
            assert "expired, self-signed or of an unknown authority" in error
        async with client(*sites, ca_file=str(both)) as fetching:
            fetched = await fetching.get(self_signed.url("/"), kind="page")
            assert fetched.answer.body == b"here"
            said, error = await outcome(fetching, misnamed.url("/"))
            assert (said, "for another name" in error) == ("tls", True)
            assert (await outcome(fetching, expired.url("/")))[0] == "tls"
    assert all(not site.paths() for site in (misnamed, expired))


async def test_plain_http_behind_https_is_a_failed_handshake() -> None:
    def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(response(b"plain", 400))

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server, client(allowed_addresses=("127.0.0.0/8",)) as fetching:
        port = server.sockets[0].getsockname()[1]
        said, error = await outcome(fetching, f"https://127.0.0.1:{port}/")
    assert said == "tls"
    assert "handshake failed" in error


async def test_a_bad_ca_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ca_file"):
        async with client(ca_file=str(tmp_path / "missing.pem")):
            pass


@pytest.mark.parametrize(
    ("mode", "feed", "page"),
    [("all", False, False), ("pages", True, False), ("none", True, True)],
)
async def test_robots_modes(mode: str, feed: bool, page: bool) -> None:
    routes: dict[str, Route] = {
        "/robots.txt": response(
            b"User-agent: copydesk\nDisallow: /private", content_type="text/plain"
        ),
        "*": response(b"here"),
    }
    async with Site(routes) as site, client(site, robots=mode) as fetching:
        kinds: tuple[tuple[Kind, bool], ...] = (("feed", feed), ("page", page))
        for kind, allowed in kinds:
            expected: AbstractContextManager[object] = (
                nullcontext() if allowed else pytest.raises(FetchError, match="robots")
            )
            with expected:
                await fetching.get(site.url("/private/x"), kind=kind)
        assert (await fetching.get(site.url("/public"), kind="page")).answer.status == 200
    assert ("/robots.txt" in [asked.path for asked in site.asked]) is (mode != "none")


async def test_robots_hold_for_the_target_of_a_redirect_too() -> None:
    async with Site() as site, client(site) as fetching:
        site.routes |= {
            "/robots.txt": response(b"User-agent: *\nDisallow: /private"),
            "/open": response(status=301, headers={"Location": "/private"}),
        }
        assert (await outcome(fetching, site.url("/open")))[0] == "robots"
        assert site.paths() == ["/open"]


async def test_a_huge_robots_file_is_read_as_far_as_the_rfc_asks() -> None:
    body = b"User-agent: *\nDisallow: /private\n" + b"# filler\n" * 200_000
    routes: dict[str, Route] = {"/robots.txt": response(body), "*": response(b"x")}
    async with Site(routes) as site, client(site) as fetching:
        assert (await outcome(fetching, site.url("/private")))[0] == "robots"
        assert (await fetching.get(site.url("/open"), kind="page")).answer.status == 200


async def test_requests_say_who_asks_and_carry_no_cookies() -> None:
    cookie = response(b"x", headers={"Set-Cookie": "id=1"})
    async with Site({"*": cookie}) as site, client(site) as fetching:
        await fetching.get(site.url("/1"), kind="page")
        await fetching.get(site.url("/2"), kind="feed")
    page, feed = (asked.headers for asked in site.asked[1:])
    assert page["user-agent"] == "Copydesk/0.1 (+https://example.org/contact)"
    assert "text/html" in page["accept"]
    assert "application/rss+xml" in feed["accept"]
    assert "cookie" not in feed


async def test_a_host_is_asked_by_few_at_a_time() -> None:
    under_way = most = 0

    async def slow(writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        writer.write(response(b"x", headers={"Connection": "close"}))

    async with (
        Site({"*": slow}) as site,
        client(site, concurrency_per_host=2, robots="none") as fetching,
    ):
        await asyncio.gather(*(fetching.get(site.url(f"/{n}"), kind="page") for n in range(10)))
    assert most == 2


async def test_crawl_delay_paces_the_host() -> None:
    times: list[float] = []

    def note(_: object) -> bytes:
        times.append(asyncio.get_running_loop().time())
        return response(b"x")

    async with Site() as site, client(site) as fetching:
        site.routes |= {"/robots.txt": response(b"User-agent: *\nCrawl-delay: 0.3"), "*": note}
        await asyncio.gather(*(fetching.get(site.url(f"/{n}"), kind="page") for n in range(3)))
    # Nominally 0.6; a busy machine notes the first late.
    assert times[-1] - times[0] > 0.3


async def test_feeds_that_wait_for_their_turn_are_counted_and_hold_up_nobody() -> None:
    async with Site() as slow, Site({"*": response(b"x")}) as quick:
        slow.routes |= {"/robots.txt": response(b"User-agent: *\nCrawl-delay: 30"),
                        "*": response(b"x")}  # fmt: skip
        async with client(slow, quick, concurrency=2) as fetching:
            waiting = [
                asyncio.create_task(fetching.get(slow.url(f"/{n}"), kind="feed")) for n in range(9)
            ]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            assert (await fetching.get(quick.url("/"), kind="feed")).answer.body == b"x"
            assert fetching.queued_feeds == 8
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            assert fetching.queued_feeds == 0


async def test_pages_of_a_host_that_asks_for_rest_are_not_asked_for() -> None:
    tired = response(status=429, headers={"Retry-After": "600"})
    async with Site({"/1": tired, "*": response(b"x")}) as site, client(site) as fetching:
        assert (await fetching.get(site.url("/1"), kind="page")).answer.status == 429
        said, error = await outcome(fetching, site.url("/2"))
        assert (said, "not asked" in error) == ("rate-limited", True)
        # Its feeds keep their own schedule.
        assert (await fetching.get(site.url("/feed"), kind="feed")).answer.status == 200


async def test_a_caller_who_leaves_takes_the_request_along() -> None:
    gone = asyncio.Event()

    async def hang(writer: asyncio.StreamWriter) -> None:
        try:
            await writer.wait_closed()
        finally:
            gone.set()

    reached = asyncio.Event()

    async def wait(writer: asyncio.StreamWriter) -> None:
        reached.set()
        await hang(writer)

    async with (
        Site({"/": wait, "/next": response(b"x")}) as site,
        client(site, concurrency=1, robots="none") as fetching,
    ):
        leaving = asyncio.create_task(fetching.get(site.url("/"), kind="page"))
        await reached.wait()
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        # The only slot is free again.
        assert (await fetching.get(site.url("/next"), kind="page")).answer.body == b"x"


async def test_it_shares_the_loop_with_a_scheduler() -> None:
    fetched: list[int] = []
    enough = asyncio.Event()
    async with Site({"*": response(b"x")}) as site, client(site) as fetching:

        async def tick() -> None:
            fetched.append((await fetching.get(site.url("/"), kind="page")).answer.status)
            if len(fetched) == 3:
                enough.set()

        scheduler = AsyncIOScheduler()
        scheduler.add_job(tick, "interval", seconds=0.05, max_instances=1, coalesce=True)
        scheduler.start()
        await asyncio.wait_for(enough.wait(), 10)
        scheduler.shutdown(wait=False)
    assert fetched[:3] == [200, 200, 200]


async def test_a_stopped_client_says_so() -> None:
    fetching = Client(crawl_settings())
    await fetching.stop()
    with pytest.raises(StoppedError):
        await fetching.get("http://example.org/", kind="page")
    await fetching.start()
    await fetching.stop()
    with pytest.raises(StoppedError):
        await fetching.get("http://example.org/", kind="page")


async def test_when_nobody_answers_it_is_this_machine() -> None:
    async with (
        Site({"*": response(b"x")}) as site,
        client(site, names=Names(here_example=["127.0.0.1"]), robots="none") as fetching,
    ):
        ends = [(await outcome(fetching, f"http://{n}.example/"))[0] for n in range(6)]
        assert ends == ["dns"] * 4 + ["offline"] * 2
        assert (await fetching.get(site.url("/", "here.example"), kind="page")).answer.body == b"x"
        assert (await outcome(fetching, "http://9.example/"))[0] == "dns"


async def test_nobody_waits_for_an_engine_that_is_gone() -> None:
    reached = asyncio.Event()

    async def hang(_: asyncio.StreamWriter) -> None:
        reached.set()
        await asyncio.sleep(60)

    async with Site({"*": hang}) as site, client(site, robots="none", deadline=60) as fetching:
        waiting = asyncio.create_task(fetching.get(site.url("/"), kind="page"))
        await reached.wait()
        assert fetching._running is not None
        fetching._running.cancel()
        with pytest.raises(StoppedError):
            await asyncio.wait_for(waiting, 5)


async def test_a_client_that_was_stopped_while_asking_for_robots_starts_afresh() -> None:
    reached = asyncio.Event()

    async def hang(_: asyncio.StreamWriter) -> None:
        reached.set()
        await asyncio.sleep(60)

    async with Site({"/robots.txt": hang, "/": response(b"x")}) as site:
        fetching = Client(crawl_settings(site))
        await fetching.start()
        waiting = asyncio.create_task(fetching.get(site.url("/"), kind="page"))
        await reached.wait()
        await fetching.stop()
        with pytest.raises(StoppedError):
            await waiting
        del site.routes["/robots.txt"]
        await fetching.start()
        assert (await fetching.get(site.url("/"), kind="page")).answer.body == b"x"
        await fetching.stop()


async def test_nothing_listens_and_no_address_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with Site({"*": response(b"x")}) as site, client(site) as fetching:
        await fetching.get(site.url("/feed?token=s3cret"), kind="feed")
        await outcome(fetching, site.url("/", "nowhere.invalid") + "?token=s3cret")
        (crawler,) = fetching._runner.crawlers  # type: ignore[union-attr]
        assert crawler.extensions.middlewares == ()
        assert crawler.engine.downloader.middleware.middlewares == ()
    assert "s3cret" not in caplog.text


async def test_a_host_that_is_left_leaves_nothing_in_the_pool(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As soon as nobody uses a connection it is given up.
    monkeypatch.setattr(network, "_IDLE_SECONDS", 0)
    hosts = [f"{n}.example.org" for n in range(5)]
    names = Names(**{host.replace(".", "_"): ["127.0.0.1"] for host in hosts})
    async with Site({"/": response(b"page")}) as site, client(site, names=names) as fetching:
        for host in hosts:
            await fetching.get(site.url("/", host), kind="page")
        pool = fetching._network._pool  # type: ignore[union-attr]
        while pool._timeouts:  # noqa: ASYNC110 - Twisted's own calls
            await asyncio.sleep(0)
        assert names.asked == hosts
        assert len(pool) == 0
