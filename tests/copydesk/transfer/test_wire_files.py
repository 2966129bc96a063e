"""Wires, e-mails and saved feeds become the articles that a drop folder makes of them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from config.sources import Source
from copydesk.errors import ImportStoppedError
from copydesk.record import embargoes, inbox, registry
from copydesk.record.database import Record
from copydesk.roles.dropping import Dropping
from copydesk.transfer.reports import Listener
from copydesk.transfer.whose import source_named
from crawler.article import Article
from tests.copydesk.transfer.bringing import (
    NOW,
    NPA,
    bring,
    ndjson,
    put,
    titles,
    waiting,
    wire,
    work,
)
from tests.crawler.in_process import InProcess
from tests.crawler.wires.samples import nitf
from tests.crawler.wires.test_letters import mail

HELD = '<pubStatus qcode="stat:withheld"/><embargoed>{}</embargoed>'
KILLED = '<pubStatus qcode="stat:canceled"/>'
CORRECTED = '<pubStatus qcode="stat:usable"/><signal qcode="sig:correction"/>'


def feed(*items: tuple[str, str], home: str = "https://paper.example/") -> str:
    """A saved feed of items of a headline each, at an hour of 30 May 2023."""
    told = "".join(
        f"<item><title>{title}</title><guid>https://paper.example/news/the-story-{title.split()[-1]}"
        f"</guid><pubDate>Tue, 30 May 2023 {hour}:00 GMT</pubDate></item>"
        for title, hour in items
    )
    return (
        f'<rss version="2.0"><channel><title>Paper</title><link>{home}</link>{told}</channel></rss>'
    )


async def dropped(record: Record, folder: Path, source: Source) -> None:
    async def store(articles: Sequence[Article]) -> int:
        with record.writing() as connection:
            return inbox.put(connection, articles, received=NOW).new

    dropping = Dropping(
        record, worker="w", put=store, largest=100_000, afterwards="keep", now=lambda: NOW
    )
    with record.reading() as connection:
        row = registry.one(connection, source.id)
    await dropping.read(row, folder, InProcess())


def test_the_articles_are_those_of_a_drop_folder(
    record: Record, other: Record, tmp_path: Path
) -> None:
    archive, folder = tmp_path / "archive", tmp_path / "drop"
    files: dict[str, str | bytes] = {
        "1.xml": wire(1, "Ferry aground", hour=9),
        "2.xml": wire(2, "Two hurt", hour=10, meta=CORRECTED),
        "3.xml": nitf(),
        "4.eml": mail(Message_ID="<1@npa.example>"),
        "5.xml": wire(3, "Minister to resign", meta=HELD.format("2023-11-30T00:00:00Z")),
        "6.xml": wire(4, "Minister resigned", meta=HELD.format("2023-05-29T00:00:00Z")),
        "7.xml": feed(("Storm 7", "12:00")),
    }
    for number, (name, data) in enumerate(files.items()):
        for place in (archive, folder):
            put(place / name, data, at=NOW - 100 + number)
    source = Source(
        id="npa", url=folder.as_uri(), drop=str(folder), outlet="NPA", country="NO", language="en"
    )
    for each in (record, other):
        with each.writing() as connection:
            registry.register(connection, [source], origin="configured", now=NOW)
    asyncio.run(dropped(other, folder, source))
    (report,), bad = bring(record, tmp_path, archive, whose=source_named("npa", (), record))
    assert (report.files, report.new, report.embargoed, bad) == (7, 7, 1, [])

    def all_of(record: Record) -> dict[str, Article]:
        with record.reading() as connection:
            assert embargoes.count(connection) == 1
            found = inbox.take(connection, limit=99)
        return {each.id: msgspec.structs.replace(each.article, first_seen=0) for each in found}

    assert all_of(record) == all_of(other)
    assert {each.outlet for each in all_of(record).values()} == {"NPA"}


def test_versions_in_any_files_come_in_their_order(record: Record, tmp_path: Path) -> None:
    folder = tmp_path / "wires"
    put(folder / "a.xml", wire(1, "Freed", hour=15, version=3))
    put(folder / "b" / "c.xml", wire(1, "Aground", hour=9))
    put(folder / "d.xml", wire(1, "Aground, two hurt", hour=12, version=2, meta=CORRECTED))
    put(folder / "e.ndjson", ndjson({"guid": 1, "title": "Beside", "published": 1685440800}))
    put(folder / "f.rss", feed(("Storm 5", "14:00"), ("Storm 6", "08:30")))
    (report,), bad = bring(record, tmp_path, folder)
    assert titles(record) == [
        "Storm 6", "Aground", "Beside", "Aground, two hurt", "Storm 5", "Freed",
    ]  # fmt: skip
    assert (report.new, report.revised, bad) == (4, 2, [])
    assert waiting(record)[1].first_seen == 1685437500.0  # as if it had been seen then
    again, _ = bring(record, tmp_path, folder.rename(tmp_path / "moved"))
    assert (again[0].new, again[0].revised, again[0].unchanged) == (0, 0, 6)


def test_a_kill_takes_its_article_along_wherever_it_lies(record: Record, tmp_path: Path) -> None:
    folder = tmp_path / "wires"
    put(folder / "1.xml", wire(1, "Ferry aground", hour=15, version=2, meta=KILLED))
    put(folder / "2.xml", wire(1, "Ferry aground", hour=9))
    put(folder / "3.xml", wire(2, "Storm", hour=10))
    (report,), _ = bring(record, tmp_path, folder)
    assert (report.new, report.withdrawn) == (2, 1)
    assert titles(record) == ["Storm"]
    assert bring(record, tmp_path, folder)[0][0].unchanged == 3
    assert titles(record) == ["Storm"]


def test_a_kill_reaches_what_its_source_brought_under_an_earlier_id(
    record: Record, tmp_path: Path
) -> None:
    bring(record, tmp_path, put(tmp_path / "1.xml", wire(1, "Ferry aground", hour=9)))
    kill = put(tmp_path / "2.xml", wire(1, "Ferry aground", hour=15, version=2, meta=KILLED))
    renamed = msgspec.structs.replace(NPA, source="npa-wire")
    earlier = {"npa-wire": ("npa",)}
    listener = Listener(bad=lambda _told: None)
    importing = work(tmp_path, kill, listener=listener, whose=renamed, earlier=earlier)
    (report,) = importing.into(record).values()
    assert (report.new, report.withdrawn) == (0, 1)
    assert titles(record) == []


def test_what_says_no_time_was_seen_when_its_file_was_changed(
    record: Record, tmp_path: Path
) -> None:
    saved = feed(("Storm 5", "14:00")).replace("Tue, 30 May 2023 14:00:00 GMT", "")
    put(tmp_path / "x.rss", saved, at=1_600_000_000)
    bring(record, tmp_path, tmp_path / "x.rss")
    (article,) = waiting(record)
    assert (article.published, article.first_seen) == (None, 1_600_000_000)


def test_of_two_saved_copies_of_a_feed_the_later_has_the_last_word(
    record: Record, tmp_path: Path
) -> None:
    put(tmp_path / "feeds" / "b.rss", feed(("Storm feared 5", "14:00")), at=NOW - 9)
    put(tmp_path / "feeds" / "a.rss", feed(("Storm over 5", "14:00")), at=NOW - 5)
    (report,), _ = bring(record, tmp_path, tmp_path / "feeds", whose=None)
    assert (report.new, report.revised) == (1, 1)
    assert titles(record) == ["Storm feared 5", "Storm over 5"]


def test_wires_and_e_mails_must_be_said_to_be_somebodys(record: Record, tmp_path: Path) -> None:
    put(tmp_path / "in" / "1.rss", feed(("Storm 5", "14:00")))
    for name, data in (("2.xml", wire(1, "Ferry aground").encode()), ("2.eml", mail())):
        file = put(tmp_path / "in" / name, data)
        with pytest.raises(ImportStoppedError, match=rf"{name}: as .* whose it is\. Add --source"):
            bring(record, tmp_path, tmp_path / "in", whose=None)
        file.unlink()
    assert titles(record) == []


def test_feeds_are_told_by_their_addresses(record: Record, tmp_path: Path) -> None:
    put(tmp_path / "1.rss", feed(("Storm 5", "14:00"), home="https://www.paper.example/world/"))
    put(tmp_path / "2.rss", feed(("Flood 6", "15:00"), home=""))
    bring(record, tmp_path, tmp_path / "1.rss", tmp_path / "2.rss", whose=None)
    found = [(each.source, each.outlet) for each in waiting(record)]
    assert found[0] == ("paper.example/world", "paper.example")
    put(tmp_path / "3.rss", feed(("Snow 7", "15:00"), home="").replace("https://paper", "urn:x"))
    with pytest.raises(ImportStoppedError, match="as rss20 it needs to be told"):
        bring(record, tmp_path, tmp_path / "3.rss", whose=None)


def test_items_that_are_too_many_for_a_feed_are_bad(record: Record, tmp_path: Path) -> None:
    file = put(tmp_path / "1.rss", feed(*((f"Storm {n}", "14:00") for n in range(1003))))
    (report,), (bad,) = bring(record, tmp_path, file)
    assert "left out 3 items" in bad.what
    assert report.new + report.revised + report.unchanged == 1000
