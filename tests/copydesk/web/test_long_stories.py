"""A story of more reports than a page shows: each is on one of its pages, to be read and moved."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from copydesk.record import reading, reading_stories
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, fill, serving


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A story whose ten reports come three to a page, the newest first: 9 8 7, 6 5 4, 3 2 1, 0."""
    shown = reading_stories.story_detail.__defaults__
    assert shown == (1000,)
    monkeypatch.setattr(reading_stories.story_detail, "__defaults__", (3,))
    with serving(tmp_path) as site:
        fill(site.newsroom)
        for number in range(10):
            told = "The mayor Anna Miller spoke." if number > 6 else "The waters are rising."
            site.newsroom.report("flood", f"f{number}", at=MORNING + number, text=told)
        site.index()
        yield site


def reports(page: str) -> list[str]:
    return re.findall(r'<li id="text-(\w+)">', page)


def link(page: str, words: str) -> str:
    found = re.search(f'<a href="([^"#]*)#reports" rel="\\w+">{words}</a>', page)
    return found[1] if found else ""


def test_the_pages_lead_through_all_reports_and_back(site: Site) -> None:
    pages = [site.client.get("/story/flood").text]
    while older := link(pages[-1], "Older reports"):
        pages.append(site.client.get(older).text)
    assert [reports(page) for page in pages] == [
        ["f7", "f8", "f9"],
        ["f4", "f5", "f6"],
        ["f1", "f2", "f3"],
        ["f0"],
    ]
    assert all('value="g-' in page for page in pages)  # a tick for what does not belong there
    assert link(pages[0], "Newer reports") == ""
    newer = site.client.get(link(pages[3], "Newer reports")).text
    assert reports(newer) == ["f1", "f2", "f3"]
    assert "6 newer reports not shown here" in newer
    assert "1 older report not shown here" in newer


def test_a_hit_leads_to_the_page_that_has_it(site: Site) -> None:
    hits = site.client.get("/search?q=story:flood&order=oldest&copies=all").text
    for hit in ("f0", "f5", "f9"):
        found = re.search(f'href="([^"#]*)#text-{hit}"', hits)
        assert found is not None
        assert hit in reports(site.client.get(found[1]).text)


def test_a_link_to_a_report_follows_it(site: Site) -> None:
    elsewhere = site.client.get("/story/flood?report=m3")
    assert (elsewhere.status_code, elsewhere.headers["location"]) == (
        303,
        "/story/moscow?report=m3",
    )
    merged = site.client.get("/story/old?report=k2")
    assert merged.headers["location"] == "/story/kyiv?report=k2"
    gone = site.client.get("/story/flood?report=gone").text
    assert "The report that the address names was deleted." in gone
    assert reports(gone) == ["f7", "f8", "f9"]


def test_what_the_story_is_about_is_told_on_every_page(site: Site) -> None:
    with site.record.reading() as connection:
        oldest = reading.story_detail(connection, "flood", around="f0")
    assert oldest is not None
    assert (oldest.newer, oldest.left_out, oldest.newer_page, oldest.older_page) == (9, 0, "f1", "")
    about = [site.client.get(f"/story/flood{page}").text for page in ("", "?report=f0")]
    aside = '<aside aria-label="About the story"'
    told = {re.sub(r"\s+", " ", page.partition(aside)[2]) for page in about}
    assert len(told) == 1
    assert "Anna Miller" in told.pop()
