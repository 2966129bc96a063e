"""The invented newsroom's day, through the real pipeline, asked over the JSON API.

What belongs together is known from the content. The copies must be exactly right; the strike on
Moscow is one story and the raid on Kyiv of the same day another; over all stories BCubed F1 must
not fall below the pinned floor, which only goes up.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import pytest

from copydesk.newsroom.edition import load_edition
from tests.copydesk.newsday import bcubed, every, get, groups, served

STORY_F1_FLOOR = 0.96


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("newsroom") / "data"
    done = subprocess.run(
        [sys.executable, "-m", "copydesk", "--data", str(data), "demo", "--once", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["desk"]["indexed"] == "yes"
    with served(data) as address:
        yield address


@pytest.fixture(scope="module")
def articles(base: str) -> dict[str, dict[str, Any]]:
    """What the API says of each article, by the key it has in the content."""
    edition = load_edition()
    keys = {(f"newsroom-{each.outlet}", each.title): each.key for each in edition.articles}
    found = {keys[each["source"], each["title"]]: each for each in every(base, "/v1/articles")}
    assert len(found) == len(edition.articles) >= 60
    return found


@pytest.fixture(scope="module")
def expected() -> dict[str, tuple[str, str]]:
    return {each.key: (each.copy, each.story) for each in load_edition().articles}


def test_copies_stand_with_copies(
    articles: dict[str, dict[str, Any]], expected: dict[str, tuple[str, str]]
) -> None:
    found = groups({key: each["copy_group"] for key, each in articles.items()})
    assert found == groups({key: copy for key, (copy, _) in expected.items()})


@pytest.mark.parametrize("happening", ["moscow-drones", "kyiv-raid"])
def test_the_strike_on_moscow_and_the_raid_on_kyiv_are_one_story_each(
    articles: dict[str, dict[str, Any]], expected: dict[str, tuple[str, str]], happening: str
) -> None:
    members = {key for key, (_, story) in expected.items() if story == happening}
    stories = {articles[key]["story"] for key in members}
    assert len(stories) == 1, sorted((articles[key]["story"], key) for key in members)
    assert {key for key, each in articles.items() if each["story"] in stories} == members


def test_stories_stand_together(
    articles: dict[str, dict[str, Any]], expected: dict[str, tuple[str, str]]
) -> None:
    found = {key: each["story"] for key, each in articles.items()}
    precision, recall, score = bcubed(found, {key: story for key, (_, story) in expected.items()})
    assert score >= STORY_F1_FLOOR, f"BCubed P {precision:.3f} R {recall:.3f} F1 {score:.3f}"


def test_a_story_shows_its_reports_copies_and_evidence(
    base: str, articles: dict[str, dict[str, Any]], expected: dict[str, tuple[str, str]]
) -> None:
    key = next(key for key, (_, story) in expected.items() if story == "moscow-drones")
    story = get(base, f"/v1/stories/{articles[key]['story']}")
    held = [each for group in story["copy_groups"] for each in group["articles"]]
    assert len(held) == sum(story == "moscow-drones" for _, story in expected.values())
    assert any(len(group["articles"]) > 2 for group in story["copy_groups"])
    assert all(each["evidence"]["story"]["in_words"] for each in held)
    assert len(story["story"]["languages"]) >= 3


def test_search_finds_the_day(base: str) -> None:
    found = get(base, "/v1/search?q=Moscow%20drones&kind=story")
    assert found["total"] >= 1
    assert get(base, "/v1/search?q=%22air%20defence%22")["total"] >= 2
    assert get(base, "/v1/search?q=language:ru")["total"] >= 3


def test_an_article_whose_page_is_gone_is_kept_with_its_summary(base: str) -> None:
    whole = [get(base, f"/v1/articles/{each['id']}") for each in every(base, "/v1/articles")]
    assert sum(each["text_origin"] == "page" for each in whole) >= 60
    gone = [each for each in whole if "HTTP 404" in each["extraction_note"]]
    assert gone
    assert all(each["article"]["summary"] for each in gone)


def test_the_page_is_plainly_marked(base: str) -> None:
    with urlopen(f"{base}/", timeout=30) as answer:
        page = answer.read().decode()
    assert "Demo newsroom: invented news" in page
    assert "Moscow" in page
