"""SFTP servers that fall silent, refuse files or break the rules cost a visit and no more."""

import asyncio
from pathlib import Path

import pytest

from tests.crawler.collect.desk import Desk
from tests.crawler.collect.odd_folder import FAILURE, Answer, OddFolder, packet, status
from tests.crawler.wires.test_letters import mail

FILES = {
    f"{number}.eml".encode(): mail(Message_ID=f"<{number}@npa.example>", Subject=f"Number {number}")
    for number in range(5)
}
ALL = [f"Number {number}" for number in range(5)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    known = str(tmp_path / "known_hosts")
    return Desk(tmp_path, "", "basic desk:opens it all", {"known_hosts": known})


async def never() -> bytes:
    await asyncio.sleep(3600)
    return b""


class Unending(OddFolder):
    async def ended(self) -> None:
        await asyncio.sleep(3600)


class SilentListing(OddFolder):
    def readdir(self, number: int) -> Answer:  # noqa: ARG002
        return never()


class SilentFile(OddFolder):
    def read(self, number: int, name: bytes, begin: int, count: int) -> Answer:
        return never() if name == b"2.eml" else super().read(number, name, begin, count)


async def test_a_server_that_never_ends_a_session_is_left(desk: Desk, tmp_path: Path) -> None:
    async with Unending(FILES).serving(tmp_path / "known_hosts") as url:
        async with asyncio.timeout(40):
            assert (await desk.poll(url)).error == ""
    assert desk.titles == ALL


async def test_one_that_falls_silent_over_the_listing_is_left(desk: Desk, tmp_path: Path) -> None:
    desk.changes["deadline"] = 3.0
    async with SilentListing(FILES).serving(tmp_path / "known_hosts") as url:
        async with asyncio.timeout(40):
            result = await desk.poll(url)
    assert (result.outcome, "within 3 s" in result.error) == ("timeout", True)


async def test_one_that_falls_silent_over_a_file_gives_the_others(
    desk: Desk, tmp_path: Path
) -> None:
    desk.changes["deadline"] = 3.0
    async with SilentFile(FILES).serving(tmp_path / "known_hosts") as url:
        async with asyncio.timeout(40):
            result = await desk.poll(url)
    assert desk.titles == ["Number 0", "Number 1", "Number 3", "Number 4"]
    assert "2.eml cannot be had (did not answer completely within 3 s)" in result.note


class Failing(OddFolder):
    """As OpenSSH's server says of a disk that cannot be read: not why."""

    def open(self, number: int, name: bytes) -> Answer:
        return status(number, FAILURE) if name == b"0.eml" else super().open(number, name)

    def read(self, number: int, name: bytes, begin: int, count: int) -> Answer:
        if name == b"2.eml":
            return status(number, FAILURE)
        return super().read(number, name, begin, count)


async def test_files_that_cannot_be_read_there_hold_up_no_other(desk: Desk, tmp_path: Path) -> None:
    folder = Failing(FILES)
    async with folder.serving(tmp_path / "known_hosts") as url:
        result = await desk.poll(url)
        assert desk.titles == ["Number 1", "Number 3", "Number 4"]
        assert "0.eml cannot be had: it is gone, changed or not ours" in result.note
        assert "2.eml cannot be had: it is gone, changed or not ours" in result.note
        assert folder.connections == 1
        assert (await desk.poll(url)).error == ""


class Leaving(OddFolder):
    def read(self, number: int, name: bytes, begin: int, count: int) -> Answer:
        return None if name == b"2.eml" else super().read(number, name, begin, count)


async def test_one_that_goes_over_a_file_gives_the_others(desk: Desk, tmp_path: Path) -> None:
    async with Leaving(FILES).serving(tmp_path / "known_hosts") as url:
        result = await desk.poll(url)
        assert desk.titles == ["Number 0", "Number 1", "Number 3", "Number 4"]
        note = "2.eml cannot be had (closed the connection without a complete answer)"
        assert (result.error, result.note) == ("", note)


class Brief(OddFolder):
    """Servers may give less than was asked for."""

    asked = 0

    def read(self, number: int, name: bytes, begin: int, count: int) -> Answer:
        self.asked += 1
        return super().read(number, name, begin, min(count, 100))


async def test_one_that_gives_little_at_once_is_asked_again(desk: Desk, tmp_path: Path) -> None:
    folder = Brief(FILES)
    async with folder.serving(tmp_path / "known_hosts") as url:
        assert (await desk.poll(url)).new_items == 5
    # Five files of four pieces, and the end of each; not all that might be in 16 MB.
    assert folder.asked <= 30


class Broken(OddFolder):
    def readdir(self, number: int) -> Answer:
        return packet(104, number, b"\xff\xff\xff\xff")


async def test_an_answer_that_is_none_is_said(desk: Desk, tmp_path: Path) -> None:
    async with Broken(FILES).serving(tmp_path / "known_hosts") as url:
        result = await desk.poll(url)
    assert (result.outcome, "cannot be spoken with by SFTP" in result.error) == (
        "server-error",
        True,
    )


async def test_nothing_is_taken_compressed(desk: Desk, tmp_path: Path) -> None:
    known, zlib = tmp_path / "known_hosts", "zlib@openssh.com"
    async with OddFolder(FILES).serving(known, compression_algs=[zlib, "none"]) as url:
        assert (await desk.poll(url)).new_items == 5
    async with OddFolder(FILES).serving(known, compression_algs=[zlib]) as url:
        assert "cannot be spoken with by SFTP" in (await desk.poll(url)).error
