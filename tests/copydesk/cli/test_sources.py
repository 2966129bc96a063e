"""Sources by address: found, tried, added, crawled."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest

from copydesk.newsroom import Newsroom
from tests.copydesk.cli.test_commands import copydesk


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom.complete() as opened:
        yield opened


@pytest.fixture
def data(tmp_path: Path, newsroom: Newsroom) -> Path:
    addresses = json.dumps(list(newsroom.addresses()))
    (tmp_path / "copydesk.toml").write_text(f"[crawl]\nallowed_addresses = {addresses}\n")
    return tmp_path


def test_a_source_is_added_by_its_sites_address_and_crawled(data: Path, newsroom: Newsroom) -> None:
    outlet = newsroom.sources()[0]
    added = copydesk(data, "sources", "add", urljoin(outlet.url, "/"), "--id", "mine")
    assert f"Added mine: {outlet.outlet}" in added.stdout
    assert outlet.url in added.stdout
    again = copydesk(data, "sources", "add", outlet.url, code=1)
    assert "there already, as mine" in again.stderr

    tried = json.loads(copydesk(data, "sources", "test", "mine", "--json").stdout)
    assert tried["result"]["outcome"] == "ok"
    assert len(tried["articles"]) == tried["result"]["items"] > 0
    assert copydesk(data, "export", "articles").stdout == ""

    crawled = json.loads(copydesk(data, "crawl", "--once", "--json").stdout)
    assert [(each["source"], each["new_items"] > 0) for each in crawled] == [("mine", True)]
    assert "0 sources fetched" in copydesk(data, "crawl", "--once").stdout
    unchanged = json.loads(copydesk(data, "crawl", "--once", "--all", "--json").stdout)
    assert unchanged[0]["new_items"] == 0
    placed = json.loads(copydesk(data, "desk", "--once", "--json").stdout)
    assert placed["new"] == crawled[0]["new_items"]

    copydesk(data, "sources", "remove", "mine")
    assert json.loads(copydesk(data, "sources", "list", "--json").stdout) == []


def test_an_added_source_keeps_its_id_and_doctor_says_which_one_is_left_out(
    data: Path, newsroom: Newsroom
) -> None:
    first, second = newsroom.sources()[:2]
    copydesk(data, "sources", "add", first.url, "--id", "mine")
    with (data / "copydesk.toml").open("a") as file:
        file.write(f'[[source]]\nid = "mine"\nurl = "{second.url}"\n')
    begun = copydesk(data, "init")
    assert "the configured source mine is left out" in begun.stdout + begun.stderr
    told = json.loads(copydesk(data, "doctor", "--json", COPYDESK_SERVE_PORT="0").stdout)
    (sources,) = [each for each in told if each["what"] == "sources"]
    assert sources["verdict"] == "note"
    assert "configured, but left out: mine. One of that id" in sources["sentence"]
    copydesk(data, "sources", "remove", "mine")
    copydesk(data, "init")
    told = json.loads(copydesk(data, "doctor", "--json", COPYDESK_SERVE_PORT="0").stdout)
    assert next(each["verdict"] for each in told if each["what"] == "sources") == "good"


def test_an_address_that_is_not_public_is_refused_unless_allowed(tmp_path: Path) -> None:
    refused = copydesk(tmp_path, "sources", "add", "http://127.0.0.1:9/", code=1)
    assert "not a public internet address" in refused.stderr


def test_a_site_without_a_feed_says_so(data: Path, newsroom: Newsroom) -> None:
    article = newsroom.expected()[0].url
    tried = copydesk(data, "sources", "test", "nonsense", code=1)
    assert "copydesk sources list" in tried.stderr
    assert "Added" in copydesk(data, "sources", "add", article).stdout


def test_a_source_that_fails_is_kept_with_its_reason(data: Path, newsroom: Newsroom) -> None:
    base = newsroom.sources()[0].url
    (data / "copydesk.toml").write_text(
        (data / "copydesk.toml").read_text()
        + f'[[source]]\nid = "gone"\nurl = "{urljoin(base, "/no-such-feed")}"\n'
    )
    crawled = copydesk(data, "crawl", "--once", code=1)
    assert "1 failed" in crawled.stdout
    rows = json.loads(copydesk(data, "sources", "list", "--failing", "--json").stdout)
    assert rows[0]["last_outcome"] == "not-found"
    assert "404" in rows[0]["last_error"]
    assert rows[0]["due"] > 0
