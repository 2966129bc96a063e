"""Saved searches that tell somebody, over HTTP: the secret once, the host alone, who may."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from copydesk.alerts import receivers, webhook
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


def test_only_who_may_write_names_or_resumes_a_receiver(tmp_path: Path) -> None:
    with serving(tmp_path, write_token="right") as site:
        assert site.client.post("/v1/searches", json=WISH).status_code == 401
        assert site.client.post("/v1/searches/1/resume").status_code == 401
        right = {"authorization": "Bearer right"}
        assert site.client.post("/v1/searches", json=WISH, headers=right).status_code == 201
        assert site.client.post("/v1/searches/1/resume", headers=right).status_code == 200
        foreign = {**right, "sec-fetch-site": "cross-site"}
        assert site.client.post("/v1/searches/1/resume", headers=foreign).status_code == 403
