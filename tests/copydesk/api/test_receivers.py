"""Saved searches that tell somebody, over HTTP: the secret once, the host alone, who may."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from copydesk.alerts import deliveries, receivers, searches, webhook
from copydesk.alerts.webhook import Verdict
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, serving

WISH = {"name": "drones", "query": "drones", "notify": "https://hooks.example/T0KEN?k=v"}
WELL = {
    "address": "https://hooks.example",
    "state": "active",
    "told": 0,
    "last_told": None,
    "failures": 0,
    "failing_since": None,
    "next_attempt": None,
    "error": "",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path) as site:
        yield site


def test_the_secret_is_shown_once_and_the_address_by_its_host(desk: Site) -> None:
    saved = desk.client.post("/v1/searches", json=WISH)
    assert saved.status_code == 201, saved.text
    assert saved.json()["secret"].startswith("whsec_")
    assert saved.json()["notify"] == WELL
    listed = desk.client.get("/v1/searches")
    assert listed.json()["items"][0]["notify"] == WELL
    assert "T0KEN" not in saved.text + listed.text
    assert "whsec_" not in listed.text
    plain = desk.client.post("/v1/searches", json={"name": "quiet", "query": "drones"}).json()
    assert (plain["notify"], plain["secret"]) == (None, "")


def test_what_was_given_up_is_resumed(desk: Site) -> None:
    number = desk.client.post("/v1/searches", json=WISH).json()["number"]
    with desk.record.writing() as connection:
        receiver = receivers.of_search(connection, number)
        assert receiver is not None
        gone = Verdict(status=410, trouble="it answered 410")
        receivers.save(connection, webhook.after(receiver, 9, gone, now=MORNING, chance=0.5))
    notify: Any = desk.client.get("/v1/searches").json()["items"][0]["notify"]
    assert (notify["state"], notify["error"]) == ("stopped", "it answered 410")
    resumed = desk.client.post(f"/v1/searches/{number}/resume")
    assert (resumed.status_code, resumed.json()["state"]) == (200, "active")
    assert desk.client.post("/v1/searches/99/resume").status_code == 404
    quiet = desk.client.post("/v1/searches", json={"name": "quiet", "query": "drones"}).json()
    nobody = desk.client.post(f"/v1/searches/{quiet['number']}/resume")
    assert (nobody.status_code, "nobody is told" in nobody.json()["detail"].lower()) == (409, True)


def test_the_metrics_tell_who_waits_and_what_became_of_messages(desk: Site) -> None:
    number = desk.client.post("/v1/searches", json=WISH).json()["number"]
    with desk.record.writing() as connection:
        searches.note(connection, [(number, "m1", 1), (number, "m2", 2)], at=MORNING)
        deliveries.count(connection, {"delivered": 3, "failed": 1})
        deliveries.count(connection, {"delivered": 2, "given-up": 1})
    text = desk.client.get("/metrics").text
    for line in (
        'copydesk_receivers{state="active"} 1.0',
        'copydesk_receivers{state="stopped"} 0.0',
        'copydesk_receiver_matches_waiting{state="active"} 2.0',
        'copydesk_receiver_oldest_waiting_seconds{state="active"} 7200.0',
        'copydesk_receiver_oldest_waiting_seconds{state="failing"} 0.0',
        "copydesk_receiver_matches_delivered_total 5.0",
        "copydesk_receiver_messages_failed_total 1.0",
        "copydesk_receivers_given_up_total 1.0",
    ):
        assert line in text.splitlines()


def test_another_address_goes_on_where_the_one_before_was(desk: Site) -> None:
    number = desk.client.post("/v1/searches", json=WISH).json()["number"]
    with desk.record.writing() as connection:
        receiver = receivers.of_search(connection, number)
        assert receiver is not None
        taken = webhook.after(receiver, 7, Verdict(status=204), now=MORNING, chance=0.5)
        gone = Verdict(status=410, trouble="it answered 410")
        receivers.save(connection, webhook.after(taken, 9, gone, now=MORNING, chance=0.5))
    wish = {"address": "https://new.example/S3CRET"}
    answer = desk.client.post(f"/v1/searches/{number}/notify", json=wish)
    assert answer.status_code == 200, answer.text
    assert "S3CRET" not in answer.text
    told = {
        **WELL,
        "address": "https://new.example",
        "told": 7,
        "last_told": "2023-05-30T06:00:00Z",
    }
    assert answer.json() == {**told, "secret": ""}
    assert desk.client.get("/v1/searches").json()["items"][0]["notify"] == told
    with desk.record.reading() as connection:
        moved = receivers.of_search(connection, number)
    assert moved is not None
    assert (moved.address, moved.key, moved.pending) == (wish["address"], receiver.key, 9)


def test_a_search_that_told_nobody_tells_what_it_finds_from_now_on(desk: Site) -> None:
    wish = {"name": "quiet", "query": "drones"}
    number = desk.client.post("/v1/searches", json=wish).json()["number"]
    with desk.record.writing() as connection:
        searches.note(connection, [(number, "m1", 1)], at=MORNING)
        (last,) = [receivers.last_match(connection, number)]
    answer = desk.client.post(f"/v1/searches/{number}/notify", json={"address": WISH["notify"]})
    assert answer.json().pop("secret").startswith("whsec_")
    assert (answer.json()["told"], last > 0) == (last, True)


def test_a_new_secret_is_shown_once_and_the_one_before_signs_for_a_day(desk: Site) -> None:
    made = desk.client.post("/v1/searches", json=WISH).json()
    answer = desk.client.post(f"/v1/searches/{made['number']}/secret")
    assert answer.status_code == 200, answer.text
    assert answer.json()["old_until"] == "2023-05-31T08:00:00Z"
    with desk.record.reading() as connection:
        receiver = receivers.of_search(connection, made["number"])
    assert receiver is not None
    assert webhook.keys(receiver, now=MORNING) == (answer.json()["secret"], made["secret"])
    assert "whsec_" not in desk.client.get("/v1/searches").text
    quiet = desk.client.post("/v1/searches", json={"name": "quiet", "query": "drones"}).json()
    nobody = desk.client.post(f"/v1/searches/{quiet['number']}/secret")
    assert (nobody.status_code, "nobody is told" in nobody.json()["detail"].lower()) == (409, True)
    assert desk.client.post("/v1/searches/99/secret").status_code == 404
    wish = {"address": "https://new.example/"}
    assert desk.client.post("/v1/searches/99/notify", json=wish).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]:9200/",
        "https://ann:pass@hooks.example/",
        "gopher://hooks.example/",
        "hooks.example",
    ],
)
def test_addresses_that_may_not_be_told(desk: Site, address: str) -> None:
    refused = desk.client.post("/v1/searches", json={**WISH, "notify": address})
    assert refused.status_code == 422, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"][0]["parameter"] == "body"
    assert "pass@" not in refused.text
    assert desk.client.get("/v1/searches").json()["items"] == []
    number = desk.client.post("/v1/searches", json=WISH).json()["number"]
    for wish in ({"address": address}, {"address": ""}, {"notify": WISH["notify"]}):
        refused = desk.client.post(f"/v1/searches/{number}/notify", json=wish)
        assert refused.status_code == 422, refused.text
    assert desk.client.get("/v1/searches").json()["items"][0]["notify"] == WELL


def test_only_who_may_write_names_or_resumes_a_receiver(tmp_path: Path) -> None:
    with serving(tmp_path, write_token="right") as site:
        assert site.client.post("/v1/searches", json=WISH).status_code == 401
        assert site.client.post("/v1/searches/1/resume").status_code == 401
        right = {"authorization": "Bearer right"}
        assert site.client.post("/v1/searches", json=WISH, headers=right).status_code == 201
        assert site.client.post("/v1/searches/1/resume", headers=right).status_code == 200
        foreign = {**right, "sec-fetch-site": "cross-site"}
        assert site.client.post("/v1/searches/1/resume", headers=foreign).status_code == 403
        for path, wish in (("notify", {"address": WISH["notify"]}), ("secret", None)):
            address = f"/v1/searches/1/{path}"
            assert site.client.post(address, json=wish).status_code == 401
            assert site.client.post(address, json=wish, headers=foreign).status_code == 403
            assert site.client.post(address, json=wish, headers=right).status_code == 200
