"""Saved searches over HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from copydesk.alerts.reader import match_new
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, fill, serving

WISH = {"name": "drones", "query": "title:drones", "who": "Ann"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("searches")) as site:
        yield site


def test_a_search_is_saved_matched_and_removed(site: Site) -> None:
    saved = site.client.post("/v1/searches", json=WISH)
    assert saved.status_code == 201, saved.text
    number = saved.json()["number"]
    again = site.client.post("/v1/searches", json=WISH)
    assert (again.status_code, "already" in again.json()["detail"]) == (409, True)
    fill(site.newsroom)
    match_new(site.record, now=lambda: MORNING, seconds=60)
    found = site.client.get(f"/v1/searches/{number}/matches").json()
    assert [item["id"] for item in found["items"]] == ["m1"]
    after = site.client.get(f"/v1/searches/{number}/matches?after={found['last']}").json()
    assert after == {"items": [], "last": found["last"]}
    (listed,) = site.client.get("/v1/searches").json()["items"]
    assert (listed["name"], listed["matches"], listed["who"]) == ("drones", 1, "Ann")
    assert site.client.delete(f"/v1/searches/{number}").status_code == 204
    assert site.client.get(f"/v1/searches/{number}/matches").status_code == 404


def test_an_open_end_as_far_as_a_date_can_be_written(site: Site) -> None:
    far = "title:drones published:[2023-01-01 TO 9999-12-31]"
    saved = site.client.post("/v1/searches", json={**WISH, "name": "far", "query": far})
    assert saved.status_code == 201, saved.text
    assert site.client.get("/v1/search", params={"q": far}).status_code == 200
    assert site.client.get("/search", params={"q": far}).status_code == 200
    assert site.client.delete(f"/v1/searches/{saved.json()['number']}").status_code == 204


def test_a_search_is_saved_by_conditions_as_the_query_that_they_come_to(site: Site) -> None:
    where = {"all": [{"words": "drones moscow"}, {"none": [{"is": "Stern", "field": "outlet"}]}]}
    saved = site.client.post("/v1/searches", json={"name": "where", "where": where})
    assert saved.status_code == 201, saved.text
    query = "(drones moscow) NOT outlet_is:Stern"
    assert saved.json()["query"] == query
    asked = site.client.post("/v1/search", json={"where": where}).json()
    assert asked["q"] == query
    assert site.client.delete(f"/v1/searches/{saved.json()['number']}").status_code == 204


@pytest.mark.parametrize(
    ("wish", "parameter", "says"),
    [
        ({"where": {"is": "x"}}, "where", "The condition: is needs a field."),
        ({"where": {"words": "x"}, "query": "x"}, "where", "side by side"),
        ({}, "query", "missing"),
        ({"where": {"words": "x"}, "query": None, "kind": "story"}, "", ""),
        ({"where": {"has": "text"}, "kind": "story"}, "where", "Stories have no text."),
        ({"where": {"words": "x" * 2000 + " y"}}, "body", "2,002 characters"),
        ({"where": {"wrods": "x"}}, "body", "wrods"),
    ],
)
def test_what_is_wrong_with_conditions_is_told(
    site: Site, wish: dict[str, object], parameter: str, says: str
) -> None:
    answer = site.client.post("/v1/searches", json={"name": "wrong", **wish})
    if not says:
        assert answer.status_code == 201, answer.text
        assert site.client.delete(f"/v1/searches/{answer.json()['number']}").status_code == 204
        return
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert (error["parameter"], error["offset"]) == (parameter, None)
    assert says in error["detail"]


@pytest.mark.parametrize(
    ("wish", "headers", "status"),
    [
        ({**WISH, "query": 'an "open quote'}, {}, 422),
        ({**WISH, "query": f"copies:{'0' * 20}{'9' * 20}"}, {}, 422),
        ({**WISH, "query": "published:now-1ſ"}, {}, 422),
        ({**WISH, "kind": "poem"}, {}, 422),
        ({"name": "x"}, {}, 422),
        ({**WISH, "name": ""}, {}, 422),
        ({**WISH, "name": "a\x00"}, {}, 422),
        ({**WISH, "query": "a\x00"}, {}, 422),
        ({**WISH, "who": "a\x00"}, {}, 422),
        (WISH, {"content-type": "text/plain"}, 415),
        (WISH, {"origin": "https://evil.example"}, 403),
    ],
)
def test_what_cannot_be_saved(
    site: Site, wish: dict[str, str], headers: dict[str, str], status: int
) -> None:
    answer = site.client.post("/v1/searches", json=wish, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_nobody_elses_page_removes_a_search(site: Site) -> None:
    refused = site.client.delete("/v1/searches/1", headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403
    assert site.client.delete("/v1/searches/x").status_code == 404


def test_a_change_knows_no_parameters(site: Site) -> None:
    for answer in (
        site.client.post("/v1/searches?x=1", json={**WISH, "name": "with a parameter"}),
        site.client.delete("/v1/searches/1?x=1"),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "x"
    names = [each["name"] for each in site.client.get("/v1/searches").json()["items"]]
    assert "with a parameter" not in names


@pytest.mark.parametrize("beside", ["0" * 20 + "9" * 5000, "9" * 19, "{:020d}5"])
def test_only_the_number_itself_names_a_search(site: Site, beside: str) -> None:
    wish = {**WISH, "name": f"numbered {beside[:9]}"}
    number = site.client.post("/v1/searches", json=wish).json()["number"]
    assert site.client.delete(f"/v1/searches/{beside.format(number)}").status_code == 404
    assert site.client.delete(f"/v1/searches/{number}").status_code == 204


def test_matches_are_read_over_one_connection(site: Site) -> None:
    wish = {**WISH, "name": "one connection"}
    number = site.client.post("/v1/searches", json=wish).json()["number"]
    with ExitStack() as taken:
        for _ in range(14):  # of the 15 that the pool has
            taken.enter_context(site.record.reading())
        answer = site.client.get(f"/v1/searches/{number}/matches", timeout=10)
    assert answer.status_code == 200
