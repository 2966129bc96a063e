"""What is sent, how it is signed, and when it is tried again."""

import base64
import hashlib
import hmac
import json
from typing import Literal

import pytest
from msgspec.structs import replace

from copydesk.alerts import webhook
from copydesk.alerts.searches import Match, SavedSearch
from copydesk.alerts.webhook import GIVE_UP, Message, Receiver, Verdict
from copydesk.errors import UnfitTextError
from crawler.fetch.addresses import AddressGuard

SHUT = AddressGuard()
INSIDE = AddressGuard.parse(("127.0.0.1:8080", "10.1.0.0/16"))
RECEIVER = Receiver(search=1, address="https://hooks.example/T0KEN", key=webhook.new_key())


def after(receiver: Receiver, status: int, *, now: float, chance: float = 0.5) -> Receiver:
    verdict = Verdict(status=status, trouble="" if status == 200 else f"it answered {status}")
    return webhook.after(receiver, 9, verdict, now=now, chance=chance)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's own libraries."""
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    message = Message(id="msg_p5jXN8AQM9LWM0D4loKWxJek", last=1, body=b'{"test": 2432232314}')
    assert webhook.headers((key,), message, now=1614265330.7) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_new_key_has_256_bits_and_signs() -> None:
    key = webhook.new_key()
    assert key != webhook.new_key()
    secret = base64.b64decode(key.removeprefix("whsec_"))
    assert len(secret) == 32
    signed = webhook.headers((key,), Message(id="m", last=1, body=b"{}"), now=5.0)
    right = hmac.new(secret, b"m.5.{}", hashlib.sha256).digest()
    assert signed["webhook-signature"] == f"v1,{base64.b64encode(right).decode()}"


def test_the_key_before_signs_beside_the_new_one_for_a_day() -> None:
    """Receivers' libraries look for one signature that is right, divided by spaces."""
    new, message = webhook.new_key(), Message(id="m", last=1, body=b"{}")
    renewed = webhook.rekeyed(RECEIVER, new, now=100.0)
    both = webhook.headers(webhook.keys(renewed, now=100.0 + 86_399), message, now=5.0)
    alone = [
        webhook.headers((key,), message, now=5.0)["webhook-signature"]
        for key in (new, RECEIVER.key)
    ]
    assert both["webhook-signature"].split(" ") == alone
    assert webhook.keys(renewed, now=100.0 + 86_400) == (new,)
    assert webhook.keys(RECEIVER, now=0.0) == (RECEIVER.key,)
    newest = webhook.rekeyed(renewed, webhook.new_key(), now=200.0)
    assert webhook.keys(newest, now=200.0) == (newest.key, new)
    assert after(renewed, 200, now=100.0 + 86_399).old_key == RECEIVER.key
    assert after(renewed, 200, now=100.0 + 86_400).old_key == ""  # a secret is kept no longer


def test_another_address_is_tried_at_once_and_hears_what_the_one_before_did_not_take() -> None:
    stopped = after(RECEIVER, 410, now=1000.0)
    other = webhook.moved(stopped, "https://new.example/", now=2000.0)
    assert (other.state, other.attempt_at, other.failures) == ("active", 2000.0, 0)
    assert (other.address, other.error) == ("https://new.example/", "")
    assert (other.told, other.pending, other.key) == (0, 9, RECEIVER.key)


MATCH = Match(
    number=7,
    at=1685426400.0,
    seq=12,
    kind="article",
    id="a1",
    headline="Ferry aground",
    status="corrected",
    outlet="Holm News",
    url="https://holm.example/1",
    story="s/1",
    time=1685426000.0,
)


def test_a_message_says_what_matched() -> None:
    search = SavedSearch(
        id=3, name="Fähren", kind="article", query="ferry", who="", created=0.0, since=0
    )
    one = webhook.message(search, [MATCH], site="https://desk.example")
    assert (one.id, one.last) == ("search_3_7_7", 7)
    told = json.loads(one.body)
    assert (told["type"], told["timestamp"]) == ("search.matched", "2023-05-30T06:00:00Z")
    assert told["data"] == {
        "search": {"number": 3, "name": "Fähren", "kind": "article", "query": "ferry"},
        "matches": [
            {
                "number": 7,
                "at": "2023-05-30T06:00:00Z",
                "kind": "article",
                "id": "a1",
                "status": "corrected",
                "title": "Ferry aground",
                "url": "https://holm.example/1",
                "outlet": "Holm News",
                "time": "2023-05-30T05:53:20Z",
                "story": "s/1",
                "page": "https://desk.example/story/s%2F1",
            }
        ],
    }
    assert "." not in one.id  # which divides what is signed


@pytest.mark.parametrize(
    ("kind", "url", "page"),
    [
        ("article", "https://holm.example/1", "/story/s%2F1"),
        ("article", "", "/article/a%2F1"),
        ("story", "", "/story/s%2F1"),
    ],
)
def test_a_message_leads_to_the_text_of_what_has_no_address(
    kind: Literal["article", "story"], url: str, page: str
) -> None:
    search = SavedSearch(id=3, name="x", kind=kind, query="q", who="", created=0.0, since=0)
    told = replace(MATCH, kind=kind, id="a/1", url=url)
    for site, leads in (("https://desk.example", f"https://desk.example{page}"), ("", "")):
        body = json.loads(webhook.message(search, [told], site=site).body)
        (one,) = body["data"]["matches"]
        assert (one["page"], one["url"]) == (leads, url or leads)


def test_a_message_says_what_became_of_matches() -> None:
    search = SavedSearch(
        id=3, name="ferries", kind="article", query="ferry", who="", created=0.0, since=0
    )
    match = Match(
        number=9,
        at=1685426400.0,
        seq=14,
        kind="article",
        id="a1",
        change_of=7,
        status="corrected",
        headline="Ferry aground",
        time=1685426000.0,
    )
    gone = Match(
        number=10, at=1685426400.0, seq=15, kind="article", id="a2", change_of=8, status="deleted"
    )
    one = webhook.message(search, [match, gone], site="https://desk.example")
    told = json.loads(one.body)
    assert (one.id, one.last, told["type"]) == ("search_3_9_10", 10, "search.changed")
    assert list(told["data"]) == ["search", "changes"]
    corrected, deleted = told["data"]["changes"]
    assert (corrected["change_of"], corrected["status"]) == (7, "corrected")
    assert (corrected["title"], corrected["time"]) == ("Ferry aground", "2023-05-30T05:53:20Z")
    assert deleted == {
        "number": 10,
        "at": "2023-05-30T06:00:00Z",
        "change_of": 8,
        "kind": "article",
        "id": "a2",
        "status": "deleted",
    }


def test_matches_and_what_became_of_some_go_in_messages_of_their_own() -> None:
    def number(number: int, change_of: int) -> Match:
        return Match(number=number, at=0.0, seq=1, kind="article", id="a", change_of=change_of)

    found = [number(5, 0), number(6, 0), number(7, 5), number(8, 1), number(9, 0)]
    assert webhook.alike(found) == found[:2]
    assert webhook.alike(found[2:]) == found[2:4]
    assert webhook.alike([]) == []


def test_failures_are_retried_ever_more_rarely_and_given_up_after_a_day() -> None:
    receiver, now, waits = RECEIVER, 1000.0, []
    while receiver.state == "active":
        receiver = after(receiver, 500, now=now)
        waits.append(receiver.attempt_at - now)
        now = receiver.attempt_at
    assert [round(wait) for wait in waits[:9]] == [5, 15, 45, 135, 405, 1215, 3645, 10935, 21600]
    assert waits == sorted(waits)
    assert len(waits) == 13
    assert GIVE_UP <= now - waits[-1] - 1000.0 < GIVE_UP + 21600
    assert (receiver.pending, receiver.told, receiver.error) == (9, 0, "it answered 500")
    again = webhook.resumed(receiver, now=now)
    assert (again.state, again.attempt_at, again.pending) == ("active", now, 9)
    assert after(again, 500, now=now).state == "active"


def test_time_in_which_nobody_tried_does_not_count() -> None:
    failing = after(RECEIVER, 500, now=1000.0)
    days_later = after(failing, 500, now=failing.attempt_at + 3 * GIVE_UP)
    assert (days_later.state, days_later.failures) == ("active", 2)


def test_waits_leave_something_to_chance() -> None:
    early, late = (after(RECEIVER, 503, now=0.0, chance=chance) for chance in (0.0, 1.0))
    assert (early.attempt_at, late.attempt_at) == (4.0, 6.0)


def test_who_asks_for_more_time_has_it() -> None:
    def asked(wait: float) -> float:
        verdict = Verdict(status=429, trouble="it answered 429", wait=wait)
        return webhook.after(RECEIVER, 9, verdict, now=0.0, chance=0.5).attempt_at

    assert (asked(60.0), asked(1.0), asked(9e9)) == (60.0, 5.0, 21600.0)


def test_gone_ends_it_and_success_forgives() -> None:
    gone = after(RECEIVER, 410, now=0.0)
    assert (gone.state, gone.error, gone.pending) == ("stopped", "it answered 410", 9)
    well = after(after(RECEIVER, 500, now=0.0), 200, now=5.0)
    assert (well.told, well.pending, well.failures, well.failing_since) == (9, 0, 0, None)
    assert (well.error, well.last_told, well.attempt_at) == ("", 5.0, 5.0)


@pytest.mark.parametrize(
    ("address", "guard"),
    [
        ("https://hooks.example/path?x=1", SHUT),
        ("https://8.8.8.8/", SHUT),
        ("http://127.0.0.1:8080/hook", INSIDE),
        ("http://desk.internal:8080/hook", INSIDE),  # its address is looked at when connecting
        ("https://10.1.2.3/", INSIDE),
    ],
)
def test_addresses_that_may_be_told(address: str, guard: AddressGuard) -> None:
    assert webhook.usable_address(f" {address} ", guard) == address


@pytest.mark.parametrize(
    ("address", "guard", "why"),
    [
        ("http://hooks.example/", SHUT, "not https"),
        ("https://127.0.0.1/", SHUT, "not a public"),
        ("https://[::ffff:10.0.0.1]/", SHUT, "not a public"),
        ("https://169.254.169.254/latest", INSIDE, "not a public"),
        ("http://127.0.0.1:9090/", INSIDE, "not a public"),
        ("https://ann:pass@hooks.example/", SHUT, "user or password"),
        ("ftp://hooks.example/", SHUT, "scheme"),
        ("file:///etc/passwd", SHUT, "scheme"),
        ("hooks.example", SHUT, "scheme"),
        ("https://", SHUT, "names no host"),
        ("https://hooks.example/" + "x" * 2000, SHUT, "longer"),
    ],
)
def test_addresses_that_may_not(address: str, guard: AddressGuard, why: str) -> None:
    with pytest.raises(UnfitTextError, match=why) as refused:
        webhook.usable_address(address, guard)
    assert "pass@" not in str(refused.value)


def test_neither_path_nor_key_is_shown() -> None:
    assert repr(RECEIVER) == "Receiver(1, https://hooks.example, active)"
