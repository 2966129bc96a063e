"""Root may look into the data directory of a service, and takes nothing of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from copydesk.roles import ownership
from copydesk.roles.ownership import refuse_to_take, told_of_owners
from tests.copydesk.cli.test_commands import archive, copydesk

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")

# Of nobody on any machine that has not as many users.
SERVICE = 2_000_123


def give(folder: Path) -> None:
    for each in everything(folder):
        os.chown(each, SERVICE, SERVICE, follow_symlinks=False)


def everything(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a service, with articles and an index."""
    folder = tmp_path_factory.mktemp("service")
    copydesk(folder / "data", "import", str(archive(folder)))
    give(folder / "data")
    return folder / "data"


@pytest.mark.parametrize(
    "command",
    [
        ("init",), ("crawl", "--once"), ("desk", "--once"), ("run",), ("serve",), ("reindex",),
        ("sources", "remove", "wire"), ("restore", "--replace", "{}/b"),
        ("import", "{}/archive.ndjson"),
    ],
)  # fmt: skip
def test_a_command_that_writes_is_refused(data: Path, command: tuple[str, ...]) -> None:
    if command[0] == "restore" and not (data.parent / "b").exists():
        copydesk(data, "backup", str(data.parent / "b"))
    said = copydesk(data, *(word.format(data.parent) for word in command), code=1).stderr
    assert f"{data}: it belongs to user {SERVICE}" in said
    assert f"Run: sudo -u '#{SERVICE}' copydesk --data {data} ..." in said
    assert {each.stat().st_uid for each in everything(data)} == {SERVICE}


@pytest.mark.parametrize(
    "command",
    [
        ("search", "holm"), ("export", "articles"), ("backup", "{}"), ("deadletter", "list"),
        ("sources", "list"), ("sources", "health"),
    ],
)  # fmt: skip
def test_a_command_that_looks_takes_nothing(data: Path, command: tuple[str, ...]) -> None:
    copydesk(data, *(word.format(data.parent) for word in command))
    assert {each.stat().st_uid for each in everything(data)} == {SERVICE}


def test_where_nobody_has_worked_yet_looking_would_take_it(tmp_path: Path) -> None:
    os.chown(tmp_path, SERVICE, SERVICE)
    assert "sudo -u" in copydesk(tmp_path, "sources", "list", code=1).stderr
    assert list(everything(tmp_path)) == [tmp_path]


def test_doctor_takes_nothing_and_tells_what_was_taken(data: Path) -> None:
    assert f"all files are of user {SERVICE}" in copydesk(data, "doctor").stdout
    assert {each.stat().st_uid for each in everything(data)} == {SERVICE}
    (data / "copydesk.toml").touch()  # may well be root's
    os.chown(data / "desk.lock", 0, 0)
    inner = next(each for each in (data / "index").rglob("*") if each.is_file())
    os.chown(inner, 0, 0)
    said = copydesk(data, "doctor", code=1).stdout
    assert f"desk.lock, index: of root, while the folder is of user {SERVICE}" in said
    assert f"chown -R {SERVICE}:{SERVICE} {data}/desk.lock {data}/index" in said
    give(data)


def test_who_always_ran_it_as_root_goes_on(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").touch()
    os.chown(tmp_path, SERVICE, SERVICE)
    refuse_to_take(tmp_path)
    assert not told_of_owners(tmp_path)[0]


def test_where_all_files_have_one_owner_nothing_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a share, or in a folder of the host that a container has."""
    os.chown(tmp_path, SERVICE, SERVICE)
    for made in (SERVICE, None):
        monkeypatch.setattr(ownership, "_owner_of_new", lambda _, made=made: made)
        refuse_to_take(tmp_path)
