"""Files of a drop folder become articles once each, and none is lost."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from config.sources import Source
from copydesk.record import inbox, registry
from copydesk.record.database import Record
from copydesk.roles.dropping import Dropping, folder_of
from crawler.article import Article
from tests.copydesk.samples import NOON
from tests.crawler.in_process import InProcess
from tests.crawler.wires.samples import g2


class DiskFullError(Exception):
    pass


class Place:
    def __init__(self, record: Record, folder: Path) -> None:
        self.record = record
        self.folder = folder
        self.full = False
        source = Source(id="agency", url=folder.as_uri(), drop=str(folder), outlet="NPA")
        with record.writing() as connection:
            registry.register(connection, [source], origin="configured", now=NOON)

    async def read(self) -> tuple[str, int, int, str]:
        """What a process that just started makes of the folder."""
        dropping = Dropping(
            self.record, worker="w", put=self._put, largest=100_000, afterwards="keep",
            now=lambda: NOON,
        )  # fmt: skip
        with self.record.reading() as connection:
            (source,) = registry.drops(connection)
        folder = folder_of(source)
        assert folder == self.folder
        result = await dropping.read(source, folder, InProcess())
        return result.outcome, result.items, result.new_items, result.error

    async def _put(self, articles: Sequence[Article]) -> int:
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
