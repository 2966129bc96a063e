"""The id of a merged story leads on wherever a story is asked for."""

from typing import Any

import pytest

from tests.copydesk.api.serving import Site


def ask(site: Site, path: str) -> Any:
    answer = site.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer["items"]]


@pytest.mark.parametrize("story", ["old", "kyiv"])
def test_its_reports_are_those_of_the_story_that_holds_them(site: Site, story: str) -> None:
    listed = ask(site, f"/v1/articles?story={story}&limit=1")
    more = ask(site, f"/v1/articles?story={story}&limit=1&cursor={listed['next_cursor']}")
    assert (ids(listed), ids(more), more["next_cursor"]) == (["k2"], ["k1"], None)
    assert ids(ask(site, f"/v1/search?q=story:{story}&order=oldest")) == ["k1", "k2"]
    assert ids(ask(site, f"/v1/search?q=story:{story}+fire&copies=folded")) == ["k2"]
    assert ids(ask(site, f"/v1/search?q=-story:{story}&order=oldest")) == ["m1", "m2", "m3"]
    assert ids(ask(site, f"/v1/search?q=story:{story}&kind=story")) == ["kyiv"]
    assert ask(site, f"/v1/facets?q=story:{story}")["total"] == 2
    line = ask(site, f"/v1/timeline?q=story:{story}&since=2023-05-30&until=2023-05-31")
    assert line["total"] == 2
    asked = {"where": {"field": "story", "is": story}, "order": "oldest"}
    assert ids(site.client.post("/v1/search", json=asked).json()) == ["k1", "k2"]
    told = site.client.get(f"/v1/search/feed?q=story:{story}").text
    assert ("urn:copydesk:article:k1" in told, "urn:copydesk:article:k2" in told) == (True, True)
    assert "Kyiv under fire" in site.client.get(f"/search?q=story:{story}").text


def test_what_never_was_holds_nothing(site: Site) -> None:
    assert ids(ask(site, "/v1/articles?story=never")) == []
    assert ids(ask(site, "/v1/search?q=story:never")) == []
