"""A drop folder: what is ready, what is refused, and where files go."""

import os
from pathlib import Path

import pytest

from crawler.drop import Drop, DropError, RefusedFileError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def drop(tmp_path: Path, clock: Clock) -> Drop:
    return Drop(tmp_path, largest=100, clock=clock)


def put(folder: Path, name: str, text: str = "x", *, at: float = 1_000.0) -> Path:
    file = folder / name
    file.write_text(text)
    os.utime(file, (at, at))
    return file


def names(drop: Drop, clock: Clock) -> list[str]:
    """What is ready a second after a first look."""
    drop.look()
    clock.now += 1
    return [file.name for file in drop.look()]


def test_files_come_by_time_then_name(drop: Drop, clock: Clock) -> None:
    for name, at in (("b", 5.0), ("a", 5.0), ("c", 1.0)):
        put(drop.folder, name, at=at)
    assert names(drop, clock) == ["c", "a", "b"]


def test_a_file_that_grows_is_left_alone_until_it_stays_the_same(drop: Drop, clock: Clock) -> None:
    put(drop.folder, "one", "a")
    drop.look()
    clock.now = 0.5
    put(drop.folder, "one", "ab")
    assert drop.look() == []
    clock.now = 1.2
    assert drop.look() == []
    clock.now = 1.6
    assert [file.name for file in drop.look()] == ["one"]


def test_unfinished_hidden_and_folders_are_left_alone(drop: Drop, clock: Clock) -> None:
    for name in (".one", "two.tmp", "three.part", "four.filepart", "five~", "six.xml"):
        put(drop.folder, name)
    (drop.folder / "seven").mkdir()
    assert names(drop, clock) == ["six.xml"]


def test_a_name_that_comes_again_does_not_overwrite(drop: Drop) -> None:
    for text in ("first", "second"):
        drop.done(put(drop.folder, "one", text))
    kept = sorted(file.read_text() for file in (drop.folder / "done").iterdir())
    assert kept == ["first", "second"]
    assert not (drop.folder / "one").exists()
    assert drop.count_failed() == 0


def test_files_that_were_read_are_deleted_if_wanted(tmp_path: Path) -> None:
    drop = Drop(tmp_path, largest=100, afterwards="delete")
    drop.done(put(tmp_path, "one"))
    drop.failed(put(tmp_path, "two"))
    assert [file.name for file in (tmp_path / "failed").iterdir()] == ["two"]
    assert drop.count_failed() == 1
    assert not (tmp_path / "done").exists()


def test_links_devices_and_huge_files_are_refused(drop: Drop, tmp_path: Path) -> None:
    (drop.folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(drop.folder / "pipe")
    put(drop.folder, "huge", "x" * 101)
    for name, why in (("link", "symbolic"), ("pipe", "no regular"), ("huge", "101 bytes")):
        with pytest.raises(RefusedFileError, match=why):
            drop.read(drop.folder / name)
    drop.failed(drop.folder / "link")
    assert (drop.folder / "failed" / "link").is_symlink()


def test_a_folder_of_no_use_says_so(tmp_path: Path) -> None:
    with pytest.raises(DropError, match="no such folder"):
        Drop(tmp_path / "missing", largest=1).look()
    (tmp_path / "done").write_text("in the way")
    with pytest.raises(DropError, match="done in it is no folder"):
        Drop(tmp_path, largest=1).look()


def test_a_folder_that_cannot_be_written_says_so(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests may run as root, who may write everywhere but on a read-only file system.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(DropError, match="cannot be written"):
        drop.look()


def test_a_folder_that_it_must_not_be_is_left_alone_under_any_name(
    tmp_path: Path, clock: Clock
) -> None:
    own = tmp_path / "data"
    own.mkdir()
    put(own, "record.sqlite")
    (tmp_path / "wires").symlink_to(own)
    drop = Drop(tmp_path / "wires", largest=100, never=[tmp_path / "none", own], clock=clock)
    for _ in range(2):
        with pytest.raises(DropError, match=r"files of Copydesk itself lie in it.*of its own"):
            drop.look()
        clock.now += 1
    assert [file.name for file in own.iterdir()] == ["record.sqlite"]
