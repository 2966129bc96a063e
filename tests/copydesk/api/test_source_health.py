"""``/v1/sources/health``, the metric, and the page say the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawler.schedule import SourceHistory
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, serving

HOUR = 3600.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("health")
    with serving(folder) as site:
        fill(site)
        yield site


def remembered(**about: Any) -> dict[str, Any]:
    history = SourceHistory(polls=5, last_polled=MORNING, **about)
    return {"history": msgspec.msgpack.encode(history), "last_outcome": about["last_outcome"]}


def fill(site: Site) -> None:
    site.newsroom.source("fine", state=remembered(last_outcome="ok", last_good=MORNING))
    site.newsroom.source(
        "walled",
        state=remembered(
            last_outcome="blocked", last_status=403, failures=4, failing_since=MORNING - 4 * HOUR
        ),
    )
    site.newsroom.source("resting", paused=1)


def ask(site: Site, query: str = "") -> list[dict[str, Any]]:
    answer = site.client.get(f"/v1/sources/health{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_every_source_has_a_state_and_a_reason(site: Site) -> None:
    found = {row["id"]: row for row in ask(site)}
    assert {name: row["state"] for name, row in found.items()} == {
        "fine": "well",
        "walled": "challenge",
        "resting": "paused",
    }
    walled = found["walled"]
    assert walled["grade"] == "wrong"
    assert "a bot wall stops us" in walled["reason"]
    assert walled["since"] == "2023-05-30T02:00:00Z"


def test_only_those_of_a_grade_and_page_by_page(site: Site) -> None:
    assert [row["id"] for row in ask(site, "?grade=wrong")] == ["walled"]
    first = site.client.get("/v1/sources/health?limit=2").json()
    assert [row["id"] for row in first["items"]] == ["fine", "resting"]
    rest = ask(site, f"?limit=2&cursor={first['next_cursor']}")
    assert [row["id"] for row in rest] == ["walled"]
    assert site.client.get("/v1/sources/health?grade=bad").status_code == 422


def test_metric_and_page_show_it(site: Site) -> None:
    text = site.client.get("/metrics").text
    assert 'copydesk_source_health{state="challenge"} 1.0' in text
    assert 'copydesk_source_health{state="well"} 1.0' in text
    page = site.client.get("/sources").text
    assert "a bot wall stops us with a challenge (HTTP 403)" in page
