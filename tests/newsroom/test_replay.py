"""Replaying a recording: the clock, the feeds and what is refused."""

import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import feedparser
import httpx
import pytest
from click.testing import CliRunner
from lxml import etree

from config.load import load
from copydesk.newsroom.configuration import configuration
from copydesk.newsroom.replay import Replay, ReplayError
from copydesk.newsroom.replay_command import main

DAY = date(2023, 3, 15)
MIDNIGHT = 1_678_838_400.0


def _line(source: str, number: int, at: str, **more: object) -> dict[str, object]:
    return {
        "source": source,
        "link": f"https://out.example/{number}",
        "title": f"Title {number}",
        "description": f"<p>Text \x0b{number} &amp; more</p>",
        "date_published": at,
        "language": "en-UK",
        "day_dir": at[:10],
    } | more


LINES = [
    _line("https://www.one.example/rss", 1, "2023-03-15 01:00:00+00:00"),
    _line("https://www.one.example/rss", 2, "2023-03-15 12:00:00+00:00"),
    _line("https://www.one.example/rss", 2, "2023-03-15 13:00:00+00:00", title="The link again"),
    _line("https://www.one.example/rss", 3, "2023-03-15 23:30:00.25+00:00", description=None),
    _line("https://www.one.example/rss", 4, "2023-03-16 00:00:00+00:00"),
    _line("https://two.example/feed", 5, "2023-03-15 02:30:00+01:00", language="pl-PL"),
]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    with gzip.open(tmp_path / "entries-2023-03.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in LINES)
    return tmp_path


def _titles(replay: Replay) -> dict[str, list[str]]:
    found = {}
    for source in replay.sources():
        feed = feedparser.parse(httpx.get(source.url, trust_env=False).content)
        assert not feed.bozo
        found[source.outlet] = [entry.title for entry in feed.entries]
    return found


def test_feeds_grow_with_the_simulated_clock(recording: Path) -> None:
    now = 50.0
    read: Callable[[], float] = lambda: now  # noqa: E731  the closure is the clock
    with Replay(recording, DAY, speed=3600, feed_length=2, clock=read) as replay:
        assert replay.items == 4
        assert replay.clock() == MIDNIGHT
        assert _titles(replay) == {"one.example": [], "two.example": []}
        now += 13
        assert replay.clock() == MIDNIGHT + 13 * 3600
        assert _titles(replay) == {
            "one.example": ["Title 2", "Title 1"],
            "two.example": ["Title 5"],
        }
        assert not replay.finished()
        now += 100
        assert replay.clock() == MIDNIGHT + 86_400
        assert replay.finished()
        assert _titles(replay)["one.example"] == ["Title 3", "Title 2"]


def test_the_whole_day_at_once(recording: Path) -> None:
    with Replay.whole_day(recording / "entries-2023-03.jsonl.gz", DAY) as replay:
        assert replay.finished()
        assert _titles(replay)["one.example"] == ["Title 3", "Title 2", "Title 1"]
        two, one = replay.sources()
        assert (one.id, one.language, one.fetch_pages) == (
            "replay-002-www-one-example",
            "en-GB",
            "no",
        )
        assert two.language == "pl-PL"
        assert set(replay.addresses()) == {
            url.removeprefix("http://").removesuffix("/feed") for url in (one.url, two.url)
        }
        first = feedparser.parse(httpx.get(two.url, trust_env=False).content).entries[0]
        assert first.id == first.link == "https://out.example/5"
        assert first.summary == "<p>Text 5 &amp; more</p>"
        assert first.published_parsed[:5] == (2023, 3, 15, 1, 30)
        assert httpx.get(f"{one.url}/5", trust_env=False).status_code == 404


def test_its_configuration_loads(recording: Path, tmp_path: Path) -> None:
    with Replay.whole_day(recording, DAY) as replay:
        (tmp_path / "copydesk.toml").write_text(configuration(replay), encoding="utf-8")
        loaded = load(data=tmp_path, environ={})
        assert list(loaded.sources) == replay.sources()
        assert loaded.settings.crawl.allowed_addresses == replay.addresses()


def test_what_cannot_be_replayed_is_said(recording: Path, tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="holds nothing of 2023-03-01"):
        Replay(recording, date(2023, 3, 1), speed=1)
    with pytest.raises(ReplayError, match="cannot read the recording"):
        Replay(recording, date(2023, 4, 1), speed=1)
    (tmp_path / "bad.jsonl").write_text(json.dumps(LINES[0]) + '\n{"title": 1}\n')
    with pytest.raises(ReplayError, match=r"bad\.jsonl:2: this is not a feed item"):
        Replay(tmp_path / "bad.jsonl", DAY, speed=1)
    torn = (recording / "entries-2023-03.jsonl.gz").read_bytes()[:-12]
    (tmp_path / "torn.jsonl.gz").write_bytes(torn)
    with pytest.raises(ReplayError, match="cannot read the recording"):
        Replay(tmp_path / "torn.jsonl.gz", DAY, speed=1)


def test_the_command_explains_errors(tmp_path: Path) -> None:
    arguments = [str(tmp_path), "--config", str(tmp_path / "c.toml"), "--day"]
    missing = CliRunner().invoke(main, [*arguments, "2023-03-15"])
    assert missing.exit_code == 1
    assert "cannot read the recording" in missing.output
    nonsense = CliRunner().invoke(main, [*arguments, "yesterday"])
    assert "Invalid isoformat string" in nonsense.output


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """A shell has what it starts in the background ignore Ctrl-C, and so would what that starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_the_command_serves_until_it_is_interrupted(recording: Path, tmp_path: Path) -> None:
    target = tmp_path / "run" / "copydesk.toml"
    target.parent.mkdir()
    command = [sys.executable, "-m", "copydesk.newsroom.replay_command", str(recording)]
    options = ["--day", "2023-03-15", "--whole-day", "--config", str(target)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        second = process.stdout.readline()
        sources = load(data=target.parent, environ={}).sources
        body = httpx.get(sources[0].url, trust_env=False).text
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0  # before its output is closed, to which it may just write
    assert first == f"4 items of 2 feeds; wrote {target}\n"
    assert second == "the feeds stand at 2023-03-16 00:00 UTC\n"
    assert "Title 5" in body


@pytest.mark.corpus
def test_a_real_day_is_served_whole() -> None:
    corpus = Path(os.environ.get("COPYDESK_CORPUS") or Path(__file__).parents[3] / "shared/data")
    stream = corpus / "stream"
    if not stream.is_dir():
        pytest.skip(f"the development corpus is not at {corpus}; set COPYDESK_CORPUS")
    with Replay.whole_day(stream, DAY) as replay, httpx.Client(trust_env=False) as client:
        assert replay.items > 2000
        assert len(replay.sources()) > 50
        served = 0
        for source in replay.sources():
            served += len(etree.fromstring(client.get(source.url).content).findall(".//item"))
        assert served == replay.items
