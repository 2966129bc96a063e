"""Real wires of a dozen agencies: all of a format are read, and say what they say."""

from collections import Counter
from pathlib import Path

import pytest

from crawler.feeds import NotAFeedError
from crawler.feeds.model import ParsedFeed
from tests.crawler.wires.samples import read

pytestmark = pytest.mark.corpus

# What in the folders is about wires, or beside them.
_OTHERS = {".md", ".jpg", ".xsd"}


@pytest.fixture(scope="module")
def wires(corpus: Path) -> Path:
    folder = corpus / "wires"
    if not folder.is_dir():
        pytest.skip(f"the corpus at {corpus} has no wires")
    return folder


def parsed(folder: Path) -> dict[Path, ParsedFeed | None]:
    found: dict[Path, ParsedFeed | None] = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix not in _OTHERS:
            try:
                found[file] = read(file.read_bytes())
            except NotAFeedError:
                found[file] = None
    return found


def test_every_file_is_read_or_refused(wires: Path) -> None:
    formats = Counter(feed.format if feed else "refused" for feed in parsed(wires).values())
    least = {"newsml-g2": 65, "nitf": 19, "ninjs": 180, "newsml1": 7, "iptc7901": 6, "anpa1312": 11,
             "e-mail": 8}  # fmt: skip
    assert all(formats[each] >= count for each, count in least.items()), formats


def test_all_that_agencies_send_as_text_has_title_text_and_date(wires: Path) -> None:
    folder = wires / "superdesk_core" / "tests" / "io" / "fixtures"
    items = [
        item
        for feed in parsed(folder).values()
        if feed and feed.format in ("newsml-g2", "nitf", "newsml1", "iptc7901", "anpa1312")
        for item in feed.items
        if item.status != "cancelled"
    ]
    assert len(items) >= 60
    assert all(item.title or item.text for item in items)
    assert sum(bool(item.text) for item in items) >= 0.95 * len(items)
    assert sum(item.published is not None for item in items) >= 0.95 * len(items)
    assert sum(bool(item.source_title) for item in items) >= 0.9 * len(items)


def test_the_kill_of_a_story_names_the_story(wires: Path) -> None:
    folder = wires / "superdesk_core" / "tests" / "io" / "fixtures"
    stem = "tag_reuters.com_2016_newsml_L1N14N0FF_version_"
    story, kill = (
        read((folder / f"{stem}{version}").read_bytes()).items[0]
        for version in ("978556838", "1542761538")
    )
    assert (story.status, kill.status) == ("corrected", "cancelled")
    assert story.guid == kill.guid
    assert kill.text == ""
