"""One POST over real sockets: who may be reached, and what every kind of answer means."""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from copydesk.alerts.posting import Poster
from copydesk.alerts.webhook import Verdict
from crawler.fetch.addresses import AddressGuard
from tests.crawler.site import Route, Site, response
from tests.indexer.certificates import Authority

ASKED = {"webhook-id": "m1"}


def named(*addresses: str) -> Any:
    def getaddrinfo(*_: object, **__: object) -> Sequence[tuple[Any, ...]]:
        return [(0, 0, 0, "", (address, 0)) for address in addresses]

    return getaddrinfo


async def post(
    route: Route, *, allowed: tuple[str, ...] | None = None, host: str = "127.0.0.1", **how: Any
) -> tuple[Verdict, Site]:
    async with Site({"/hook?a=1": route}) as site:
        guard = AddressGuard.parse((site.allowed,) if allowed is None else allowed)
        poster = Poster(guard, deadline=how.pop("deadline", 5.0), **how)
        return await poster.post(site.url("/hook?a=1", host), b"{}", ASKED, now=1000.0), site


async def test_it_is_posted_as_json() -> None:
    verdict, site = await post(response(status=204))
    assert verdict == Verdict(status=204)
    (asked,) = site.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/hook?a=1", b"{}")
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["webhook-id"] == "m1"
    assert asked.headers["host"] == f"127.0.0.1:{site.port}"
    assert asked.headers["user-agent"].startswith("Copydesk/")


@pytest.mark.parametrize(
    ("answer", "trouble", "wait"),
    [
        (response(status=500), "it answered 500", 0.0),
        (response(status=410), "it answered 410", 0.0),
        (response(status=429, headers={"Retry-After": "90"}), "it answered 429", 90.0),
        (response(status=400, headers={"Retry-After": "90"}), "it answered 400", 0.0),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "what it answered is not HTTP", 0.0),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 4000, "sent an endless answer", 0.0),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, "sent an endless answer", 0.0),
    ],
)
async def test_what_answers_mean(answer: bytes, trouble: str, wait: float) -> None:
    verdict, _ = await post(answer)
    assert (verdict.trouble, verdict.wait) == (trouble, wait)


async def test_a_redirect_is_not_followed() -> None:
    inside = response(status=307, headers={"Location": "http://169.254.169.254/latest"})
    verdict, site = await post(inside)
    assert verdict.trouble == "it answered 307 (redirects are not followed)"
    assert len(site.asked) == 1


async def test_what_is_never_answered_has_an_end() -> None:
    async def silent(_: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    verdict, _ = await post(silent, deadline=0.2)
    assert verdict == Verdict(status=0, trouble="did not answer within 0.2 s")


async def test_what_drips_has_an_end_too() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    verdict, _ = await post(drip, deadline=0.2)
    assert verdict.trouble == "did not answer within 0.2 s"


async def test_who_hangs_up_is_told_apart() -> None:
    async def hang_up(writer: asyncio.StreamWriter) -> None:
        writer.close()

    verdict, _ = await post(hang_up)
    assert verdict.trouble == "hung up without an answer"


async def test_addresses_inside_are_not_reached() -> None:
    for host, addresses in (
        ("127.0.0.1", ("127.0.0.1",)),
        ("public.example", ("127.0.0.1",)),  # a name of the outside that leads in
        ("public.example", ("::ffff:127.0.0.1",)),
    ):
        verdict, site = await post(response(), allowed=(), host=host, getaddrinfo=named(*addresses))
        assert "not a public internet address; [alerts] allowed_addresses" in verdict.trouble
        assert site.asked == []


async def test_the_address_that_was_vetted_is_the_one_that_is_reached() -> None:
    """Of a name that is outside and inside at once only the allowed address counts."""
    async with Site({"/": response()}) as site:
        poster = Poster(
            AddressGuard.parse((site.allowed,)), getaddrinfo=named("10.0.0.1", "127.0.0.1")
        )
        verdict = await poster.post(site.url("/", "inside.example"), b"{}", ASKED, now=0.0)
    assert verdict.status == 200


async def test_plain_http_stays_inside() -> None:
    verdict, _ = await post(
        response(), allowed=("127.0.0.1:1",), host="public.example", getaddrinfo=named("8.8.8.8")
    )
    assert verdict.trouble == "plain http goes to allowed_addresses only"


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    authority: Authority, tmp_path: Path
) -> None:
    async with Site({"/": response()}, tls=authority.sign().context(tmp_path)) as site:
        guard = AddressGuard.parse((site.allowed,))
        verdict = await Poster(guard).post(site.url(), b"{}", ASKED, now=0.0)
        assert verdict.trouble.startswith("no secure connection: ")
        assert site.asked == []
        trusting = ssl.create_default_context(cafile=str(authority.file))
        verdict = await Poster(guard, tls=trusting).post(site.url(), b"{}", ASKED, now=0.0)
        assert verdict.status == 200


async def test_nobody_there() -> None:
    verdict = await Poster(AddressGuard.parse(("127.0.0.0/8",))).post(
        "http://127.0.0.1:9/", b"{}", ASKED, now=0.0
    )
    assert verdict.trouble.startswith("no connection: ")
