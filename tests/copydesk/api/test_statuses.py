"""Whoever is shown a headline is told when it was cancelled or corrected."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest

from copydesk.alerts import searches
from copydesk.alerts.reader import match_new
from copydesk.api.story_life import life_item
from copydesk.story_life import Moment, StoryLife
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, serving


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A story headed by a cancelled report with a copy, and one of which only a copy is corrected.

    With searches saved before they came.
    """
    folder: Path = tmp_path_factory.mktemp("killed")
    with serving(folder) as site:
        with site.record.writing() as connection:
            for kind in ("article", "story"):
                searches.save(connection, kind, "ferry", kind=kind, who="", now=MORNING)
        report = site.newsroom.report
        for n in (1, 2):
            report(
                "sunk",
                f"a{n}",
                at=MORNING + n,
                copy_of="a1",
                title="Ferry sinks",
                summary="Killed words.",
                status="cancelled",
            )
        report("held", "b1", title="Ferry held")
        report("held", "b2", at=MORNING + 60, title="Ferry held", copy_of="b1", status="corrected")
        site.index()
        match_new(site.record, now=lambda: MORNING, seconds=60)
        yield site


def items(site: Site, path: str) -> dict[str, Any]:
    answer = site.client.get(path)
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["items"]}


def test_what_a_search_finds_says_how_it_stands(killed: Site) -> None:
    found = items(killed, "/v1/search?q=ferry&copies=folded&order=oldest")
    shown = {id_: (each["status"], each["folded"][0]["status"]) for id_, each in found.items()}
    assert shown == {"a1": ("cancelled", "cancelled"), "b1": ("usable", "corrected")}


@pytest.mark.parametrize("path", ["/v1/stories", "/v1/search?q=ferry&kind=story"])
def test_stories_say_how_their_headline_stands(killed: Site, path: str) -> None:
    found = {id_: each["headline_status"] for id_, each in items(killed, path).items()}
    assert found == {"sunk": "cancelled", "held": "usable"}


def test_one_story_says_how_its_headline_stands(killed: Site) -> None:
    for story, status in (("sunk", "cancelled"), ("held", "usable")):
        told = killed.client.get(f"/v1/stories/{story}").json()["story"]
        assert told["headline_status"] == status


def test_a_moment_says_how_its_report_stands() -> None:
    one = Moment(at=1.0, article="a", headline="Ferry", status="cancelled", new=("x",), texts=3)
    (item,) = life_item(StoryLife(moments=(one,))).moments
    assert item.status == "cancelled"


def test_matches_say_how_they_stand(killed: Site) -> None:
    numbers = {
        each["kind"]: each["number"] for each in killed.client.get("/v1/searches").json()["items"]
    }
    for kind, expected in (
        ("article", {"a1": "cancelled", "a2": "cancelled", "b1": "usable", "b2": "corrected"}),
        ("story", {"sunk": "cancelled", "held": "usable"}),
    ):
        found = items(killed, f"/v1/searches/{numbers[kind]}/matches")
        assert {id_: each["status"] for id_, each in found.items()} == expected


def test_a_feed_of_stories_marks_one_whose_headline_was_cancelled(killed: Site) -> None:
    parsed = feedparser.parse(killed.client.get("/v1/stories/feed").content)
    told = {entry.title: entry for entry in parsed.entries}
    (mark,) = told["Ferry sinks"].tags
    assert (mark.term, mark.scheme) == ("cancelled", "urn:copydesk:status")
    assert told["Ferry sinks"].summary == "2 reports. Cancelled by who published it."
    assert "tags" not in told["Ferry held"]


def test_an_explanation_says_how_a_story_is_headed(killed: Site) -> None:
    for story, status in (("sunk", "cancelled"), ("held", "usable")):
        told = killed.client.get(f"/v1/explain?of={story}").json()["story"]
        assert told["headline_status"] == status
    article = killed.client.get("/v1/explain?of=a2").json()["article"]
    assert article["story"]["headline_status"] == "cancelled"
