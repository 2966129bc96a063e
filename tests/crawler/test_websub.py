"""WebSub: what a feed offers, what a hub is told, and whose word counts."""

import hashlib
import hmac
from urllib.parse import parse_qs

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.bodies import parse_body
from crawler.feeds.model import ParsedFeed
from crawler.websub import (
    LEASE,
    form,
    new_subscription,
    offer,
    signed,
    told,
    verified,
    wanted,
)

URL = "https://news.example/feed"
HUB = "https://hub.example/"
TOPIC = "https://news.example/topic"
DAY = 86_400.0


def feed(*, hubs: tuple[str, ...] = (), self_url: str = "") -> ParsedFeed:
    return ParsedFeed(format="rss20", hubs=hubs, self_url=self_url)


@pytest.mark.parametrize(
    "link",
    [
        f'<{HUB}>; rel="hub", <{TOPIC}>; rel="self"',
        f"<{HUB}>; rel=hub, <{TOPIC}>; rel=self",
        f'<{TOPIC}>; title="a, b; c"; rel="alternate self" , <{HUB}>;rel="HUB"',
        f"<{HUB}>; rel=hub, </topic>; rel=self",
        f'<https://[blog]/>; rel="https://api.w.org/", <{HUB}>; rel=hub, <{TOPIC}>; rel=self',
        f"<//[x>; rel=hub, <{HUB}>; rel=hub, <http://a:b]/>; rel=self, <{TOPIC}>; rel=self",
    ],
)
def test_headers_outrank_the_feed(link: str) -> None:
    other = feed(hubs=("https://other.example/",), self_url="https://other.example/topic")
    assert offer({"link": link}, other, url=URL) == ((HUB,), TOPIC)


@pytest.mark.parametrize(
    "body",
    [
        f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>
            <link rel="hub" href="{HUB}"/><link rel="self" href="{TOPIC}"/></feed>""",
        f"""<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>x</title>
            <atom:link rel="hub" href="{HUB}"/><atom:link rel="self" href="{TOPIC}"/>
            </channel></rss>""",
    ],
    ids=["atom", "rss"],
)
def test_the_feeds_own_links(body: str) -> None:
    parsed = parse_body(body.encode(), url=URL, content_type="application/xml", received=0.0)
    assert offer({}, parsed, url=URL) == ((HUB,), TOPIC)


@pytest.mark.parametrize(
    ("headers", "parsed"),
    [
        ({}, feed()),
        ({}, feed(hubs=(HUB,))),
        ({}, feed(self_url=TOPIC)),
        ({"link": f"<{HUB}>; rel=preconnect, <{TOPIC}>; rel=self"}, feed()),
        ({"link": f"<javascript:x>; rel=hub, <{TOPIC}>; rel=self"}, feed()),
        ({}, feed(hubs=("file:///etc/passwd",), self_url=TOPIC)),
        ({}, feed(hubs=(HUB,), self_url="https://news.example/" + "x" * 5000)),
    ],
)
def test_no_offer(headers: dict[str, str], parsed: ParsedFeed) -> None:
    assert offer(headers, parsed, url=URL) == ((), "")


@given(st.text(alphabet='<>;,="rel hubsf/:.x\\[]@%', max_size=300))
def test_no_link_header_is_too_strange(value: str) -> None:
    offer({"link": value * 50}, feed(), url=URL)


@given(st.text(alphabet="htps:/[]@%.x#?2\u2100\uff0f\u3002\xad ", max_size=60))
def test_no_address_is_too_strange(address: str) -> None:
    link = f"<{address}>; rel=hub, <{address}>; rel=self, <{address}>; rel=next"
    hubs, topic = offer({"link": link}, feed(), url=URL)
    for hub in hubs:
        assert new_subscription("s", hub, topic).hub == hub


def test_a_subscription_is_made_once_and_anew_when_the_offer_changes() -> None:
    first = wanted(None, "s", (HUB,), TOPIC)
    assert first is not None
    assert wanted(first, "s", ("https://second.example/", HUB), TOPIC) is first
    # A feed that names no hub for once keeps what it has.
    assert wanted(first, "s", (), "") is first
    moved = wanted(first, "s", (HUB,), TOPIC + "2")
    assert moved is not None
    assert moved.token != first.token
    assert wanted(None, "s", (), "") is None


def test_addresses_and_keys_cannot_be_guessed_and_are_not_shown() -> None:
    made = [new_subscription("s", HUB, TOPIC) for _ in range(100)]
    assert len({one.token for one in made}) == len({one.key for one in made}) == 100
    assert all(len(one.token) >= 43 and len(one.key) == 64 for one in made)
    assert made[0].key not in repr(made[0])
    assert made[0].token not in repr(made[0])


def test_what_the_hub_is_told() -> None:
    one = new_subscription("s", HUB, TOPIC)
    said = parse_qs(form(one, "subscribe", callback="https://us.example/websub/t").decode())
    assert said == {
        "hub.callback": ["https://us.example/websub/t"],
        "hub.mode": ["subscribe"],
        "hub.topic": [TOPIC],
        "hub.lease_seconds": [f"{LEASE:.0f}"],
        "hub.secret": [one.key],
    }
    said = parse_qs(form(one, "unsubscribe", callback="https://us.example/websub/t").decode())
    assert set(said) == {"hub.callback", "hub.mode", "hub.topic"}


def test_a_key_never_travels_in_the_clear() -> None:
    one = new_subscription("s", "http://hub.example/", TOPIC)
    assert one.key == ""
    assert b"hub.secret" not in form(one, "subscribe", callback="https://us.example/x")


def test_a_hub_that_does_not_verify_is_asked_less_and_less_for_ever() -> None:
    one, now, gaps = new_subscription("s", HUB, TOPIC), 0.0, []
    for problem in ("", "refused", "", "refused", *[""] * 10):
        one = told(one, problem, now=now)
        gaps.append(one.attempt_at - now)
        now = one.attempt_at
    assert gaps[:4] == [3600.0, 7200.0, 14_400.0, 28_800.0]
    assert gaps[-1] == 7 * DAY
    assert verified(one, LEASE, now=now).failures == 0


@pytest.mark.parametrize(
    ("lease", "lasts"), [(LEASE, LEASE), (1.0, 300.0), (float("inf"), 30 * DAY)]
)
def test_a_lease_is_renewed_before_it_ends(lease: float, lasts: float) -> None:
    one = verified(new_subscription("s", HUB, TOPIC), lease, now=1000.0)
    assert (one.state, one.lease_until) == ("active", 1000.0 + lasts)
    assert 1000.0 < one.attempt_at < one.lease_until
    again = told(one, "", now=one.attempt_at)
    assert again.lease_until == one.lease_until
    assert msgspec.structs.replace(again, attempt_at=0).state == "active"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures(method: str) -> None:
    right = hmac.new(b"key", b"body", getattr(hashlib, method)).hexdigest()
    assert signed("key", b"body", f"{method}={right}")
    assert signed("key", b"body", f" {method.upper()}={right.upper()} ")
    assert not signed("key", b"bodY", f"{method}={right}")
    assert not signed("kez", b"body", f"{method}={right}")
    assert not signed("key", b"body", f"{method}={right[:-1]}")
    assert not signed("key", b"body", f"{method}=")


@pytest.mark.parametrize("header", ["", "md5=abc", "sha256", "=", "sha256=ä", "none=x", "\0"])
def test_no_signature_is_no_signature(header: str) -> None:
    assert not signed("key", b"body", header)
