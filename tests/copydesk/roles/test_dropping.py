"""Files of a drop folder become articles once each, and none is lost."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from config.load import load
from config.sources import Source
from copydesk.record import inbox, registry
from copydesk.record.database import Record
from copydesk.roles.checkup import check_up
from copydesk.roles.crawl_duty import all_sources, crawl_once
from copydesk.roles.dropping import Dropping, folder_of, in_lots
from crawler.article import Article
from crawler.collect.reading import Parses
from crawler.workers import Workers
from tests.copydesk.samples import NOON, article
from tests.crawler.in_process import InProcess
from tests.crawler.wires.samples import g2


class DiskFullError(Exception):
    pass


class Place:
    def __init__(self, record: Record, folder: Path) -> None:
        self.record = record
        self.folder = folder
        self.full = False
        self.ticks = 0.0
        self.never: list[Path] = []
        self.puts: list[int] = []
        source = Source(id="agency", url=folder.as_uri(), drop=str(folder), outlet="NPA")
        with record.writing() as connection:
            registry.register(connection, [source], origin="configured", now=NOON)
        self.start()

    def start(self) -> None:
        """Begin a new process."""
        self.dropping = Dropping(
            self.record, worker="w", put=self._put, largest=9_000_000, afterwards="keep",
            never=self.never, now=lambda: NOON, ticks=lambda: self.ticks,
        )  # fmt: skip

    async def read(self, parser: Parses | None = None) -> tuple[str, int, int, str]:
        """What a process that just started makes of the folder."""
        self.start()
        return await self.read_on(parser)

    async def read_on(self, parser: Parses | None = None) -> tuple[str, int, int, str]:
        """What the running process makes of it."""
        with self.record.reading() as connection:
            (source,) = registry.drops(connection)
        folder = folder_of(source)
        assert folder == self.folder
        result = await self.dropping.read(source, folder, parser or InProcess())
        return result.outcome, result.items, result.new_items, result.error

    async def _put(self, articles: Sequence[Article]) -> int:
        self.puts.append(len(articles))
        with self.record.writing() as connection:
            new = inbox.put(connection, articles, received=NOON).new
        if self.full:
            raise DiskFullError
        return new

    def drop(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def names(self, folder: str = ".") -> list[str]:
        here = self.folder / folder
        return (
            sorted(file.name for file in here.iterdir() if file.is_file()) if here.is_dir() else []
        )

    def titles(self) -> list[str]:
        with self.record.reading() as connection:
            return [each.article.title for each in inbox.take(connection, limit=99)]


@pytest.fixture
def place(record: Record, tmp_path: Path) -> Place:
    folder = tmp_path / "wires of an agency"
    folder.mkdir()
    return Place(record, folder)


async def test_what_is_dropped_is_stored_and_put_away(place: Place) -> None:
    place.drop("1.xml", g2())
    place.drop("2.txt", "This is no wire.")
    place.drop(".3.xml", g2(guid="urn:x:40003"))
    assert await place.read() == ("ok", 1, 1, "")
    assert place.titles() == ["Ferry aground off Holm"]
    assert (place.names("done"), place.names("failed"), place.names()) == (
        ["1.xml"], ["2.txt"], [".3.xml"],
    )  # fmt: skip
    assert await place.read() == ("unchanged", 0, 0, "")


async def test_a_process_that_dies_before_it_puts_a_file_away_reads_it_again(place: Place) -> None:
    place.drop("1.xml", g2())
    place.full = True
    with pytest.raises(DiskFullError):
        await place.read()
    assert place.names() == ["1.xml"]
    place.full = False
    assert await place.read() == ("ok", 1, 0, "")
    assert place.titles() == ["Ferry aground off Holm"]
    assert place.names("done") == ["1.xml"]


async def test_an_article_and_its_kill_in_one_look_leave_nothing(place: Place) -> None:
    place.drop("1.xml", g2())
    place.drop("2.xml", g2(meta='<pubStatus qcode="stat:canceled"/>', version=2))
    assert (await place.read())[0] == "ok"
    assert place.titles() == []


async def test_a_folder_that_is_not_there_is_an_outcome(place: Place) -> None:
    place.folder.rmdir()
    outcome, _, _, error = await place.read()
    assert outcome == "failed"
    assert "there is no such folder" in error


def test_the_schedule_of_feeds_leaves_folders_alone(place: Place) -> None:
    with place.record.reading() as connection:
        assert registry.due(connection, now=NOON * 2, limit=9) == []


async def test_a_file_that_cannot_be_read_for_a_moment_stays_and_is_read_later(
    place: Place,
) -> None:
    place.drop("1.xml", g2())
    # Processes that were never started fail like those that the kernel ended.
    outcome, _, _, error = await place.read(Workers())
    assert (outcome, place.names(), place.names("failed")) == ("failed", ["1.xml"], [])
    assert "1.xml cannot be read" in error
    assert await place.read_on() == ("unchanged", 0, 0, "")  # not yet
    place.ticks = 11.0
    assert await place.read_on() == ("ok", 1, 1, "")
    assert place.names("done") == ["1.xml"]


async def test_a_file_that_can_never_be_read_is_put_aside_in_the_end(place: Place) -> None:
    place.drop("1.xml", g2())
    await place.read(Workers())
    for place.ticks in (11.0, 100.0, 1000.0):
        assert place.names() == ["1.xml"]
        await place.read_on(Workers())
    assert (place.names(), place.names("failed")) == ([], ["1.xml"])


async def test_a_folder_of_copydesk_itself_is_an_outcome_and_left_alone(place: Place) -> None:
    """The sources of a shared record are those of other machines too."""
    place.never = [place.folder]
    place.drop("copydesk.toml", "[crawl]")
    outcome, _, _, error = await place.read()
    assert (outcome, place.names()) == ("failed", ["copydesk.toml"])
    assert "files of Copydesk itself lie in it" in error


async def test_files_of_which_none_is_a_wire_are_an_outcome(place: Place) -> None:
    place.drop("1.txt", "This is no wire.")
    place.drop("2.txt", "Nor is this.")
    outcome, _, _, error = await place.read()
    assert outcome == "failed"
    assert "1.txt is of no wire" in error
    assert "(and 1 files more)" in error
    assert place.names("failed") == ["1.txt", "2.txt"]


async def test_a_full_folder_is_stored_in_lots_and_put_away_with_each(place: Place) -> None:
    for file in range(3):
        items = "".join(
            f"<item><title>Ferry {n} of Holm</title><guid>urn:x:{file}-{n}</guid></item>"
            for n in range(300)
        )
        place.drop(f"{file}.xml", f"<rss version='2.0'><channel>{items}</channel></rss>")
    assert await place.read() == ("ok", 900, 900, "")
    assert place.puts == [500, 100, 300]
    assert len(place.names("done")) == 3


def test_lots_are_bounded_and_lose_nothing() -> None:
    many = [article(str(number)) for number in range(1201)]
    assert [len(lot) for lot in in_lots(many)] == [500, 500, 201]
    assert [each.guid for lot in in_lots(many) for each in lot] == [each.guid for each in many]
    long = [article(str(number), text="x" * 9_000_000) for number in range(3)]
    assert [len(lot) for lot in in_lots(long)] == [1, 1, 1]
    assert list(in_lots([])) == []


def test_what_became_the_data_directory_since_is_told_and_left_alone(tmp_path: Path) -> None:
    data, wires = tmp_path / "data", tmp_path / "wires"
    data.mkdir()
    (data / "copydesk.toml").write_text(
        f'[crawl]\ncatalogue = "none"\n[[source]]\nid = "npa"\ndrop = "{wires}"\n'
    )
    configuration = load(data=data, environ={})
    wires.symlink_to(data)
    (result,) = crawl_once(configuration, which=all_sources, report=lambda *_: None)
    assert "files of Copydesk itself lie in it" in result.error
    told = {found.what: found for found in check_up(configuration)}["drop folders"]
    assert (told.verdict, "files of Copydesk itself" in told.sentence) == ("wrong", True)
    assert (data / "record.sqlite").exists()
    assert not (data / "failed").exists()
