"""``backup``, ``restore`` and ``delete`` as an operator uses them, also beside a running desk."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from copydesk.locks import held
from tests.copydesk.cli.test_commands import archive, copydesk


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A data directory with three articles, and its backup."""
    folder = tmp_path_factory.mktemp("kept")
    copydesk(folder / "data", "import", str(archive(folder)))
    done = copydesk(folder / "data", "backup", str(folder / "the.backup"))
    assert "rows" in done.stdout
    return folder / "data", folder / "the.backup"


@pytest.fixture
def restored(backed_up: tuple[Path, Path], tmp_path: Path) -> Path:
    """Another data directory, restored from the backup and indexed anew."""
    done = copydesk(tmp_path / "data", "restore", str(backed_up[1]))
    assert "Restored 3 articles" in done.stdout
    assert "copydesk run" in done.stdout
    copydesk(tmp_path / "data", "desk", "--once")
    return tmp_path / "data"


def found(data: Path, query: str) -> list[str]:
    answer = copydesk(data, "search", query, "--json")
    return sorted(hit["title"] for hit in json.loads(answer.stdout)["hits"])


def test_a_restored_backup_answers_like_the_original(
    backed_up: tuple[Path, Path], restored: Path
) -> None:
    for query in ("holm", "formula", "outlet:Wire"):
        assert found(restored, query) == found(backed_up[0], query) != []
    articles = copydesk(restored, "export", "articles").stdout
    assert articles == copydesk(backed_up[0], "export", "articles").stdout


def test_a_backup_is_looked_at_before_it_is_believed(
    backed_up: tuple[Path, Path], tmp_path: Path
) -> None:
    data, file = backed_up
    assert "is whole" in copydesk(data, "restore", "--check", str(file)).stdout
    bad = tmp_path / "bad.backup"
    bad.write_bytes(file.read_bytes()[:-10])
    said = copydesk(data, "restore", "--replace", str(bad), code=1).stderr
    assert "bad.backup" in said
    assert "cannot be used" in said
    assert found(data, "holm")


def test_a_full_record_is_not_replaced_by_mistake(backed_up: tuple[Path, Path]) -> None:
    data, file = backed_up
    said = copydesk(data, "restore", str(file), code=1).stderr
    assert "--replace" in said
    assert found(data, "holm")


def test_a_damaged_record_is_restored_over_and_kept(
    backed_up: tuple[Path, Path], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    copydesk(data, "init")
    (data / "record.sqlite").write_bytes(b"no database at all " * 60)
    said = copydesk(data, "restore", str(backed_up[1]), code=1).stderr
    assert "copydesk restore --replace FILE" in said
    done = copydesk(data, "restore", "--replace", str(backed_up[1])).stdout
    (kept,) = data.glob("record.sqlite.damaged-*")
    assert f"The damaged record is kept in {kept}." in done
    assert "deleted since could not be read from it" in done
    copydesk(data, "desk", "--once")
    assert found(data, "holm") == found(backed_up[0], "holm") != []


def test_nothing_is_restored_under_a_running_copydesk(
    backed_up: tuple[Path, Path],
) -> None:
    data, file = backed_up
    with held(data / "run.lock", "copydesk run"):
        said = copydesk(data, "restore", "--replace", str(file), code=1).stderr
    assert "already runs" in said


def test_backups_in_a_folder_are_kept_in_number(
    backed_up: tuple[Path, Path], tmp_path: Path
) -> None:
    data, _ = backed_up
    (tmp_path / "copydesk-20200101T000000Z.backup").write_text("old")
    done = copydesk(data, "backup", "--keep", "1", str(tmp_path))
    assert "Removed 1 older" in done.stdout
    assert len(list(tmp_path.iterdir())) == 1
    assert (
        "goes with a folder"
        in copydesk(data, "backup", "--keep", "1", str(tmp_path / "x"), code=2).stderr
    )


def test_deleting_asks_first_and_stays(restored: Path) -> None:
    hit = json.loads(copydesk(restored, "search", "aground", "--json").stdout)["hits"][0]
    copydesk(restored, "delete", hit["id"], stdin="n\n", code=130)
    assert len(found(restored, "holm")) == 2
    done = copydesk(restored, "delete", hit["id"], "--reason", "retention", stdin="y\n")
    assert "Ferry runs aground" in done.stderr
    assert "Deleted 1" in done.stdout
    assert found(restored, "holm") == ["Ship stuck off Holm"]
    copydesk(restored, "import", str(archive(restored.parent)))
    assert found(restored, "holm") == ["Ship stuck off Holm"]
    # Not to be taken for what retention forgot, which a restored backup brings back.
    assert "retention (by hand)" in copydesk(restored, "explain", hit["id"], code=1).stdout


def test_the_running_desk_deletes(restored: Path) -> None:
    desk = subprocess.Popen(
        [sys.executable, "-m", "copydesk", "--data", str(restored), "desk"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        # The lock names who holds it; the import before left its own number there.
        while (restored / "desk.lock").read_text().strip() != str(desk.pid):
            assert desk.poll() is None
            time.sleep(0.1)
        done = copydesk(restored, "delete", "--source", "none", "--yes", code=1)
        assert "there is no source" in done.stderr
        done = copydesk(restored, "delete", "--source", "import", "--before", "2023-05-30T11:00Z",
                        "--yes", "--reason", "asked by the outlet", "--json")  # fmt: skip
        answer = json.loads(done.stdout)
        assert (len(answer["deleted"]), answer["waiting"]) == (1, 0)
    finally:
        desk.terminate()
        assert desk.wait(60) == 0
    assert found(restored, "holm") == ["Ship stuck off Holm"]


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("delete", "--source", "wire", "--before", "nan", "--yes"), "by ISO 8601", 2),
        (("delete", "--source", "wire", "--before", "1685440800", "--yes"), "by ISO 8601", 2),
        (("delete", "--source", "import", "--before", "today-90000d", "--yes"), "", 0),
        (("delete", "\udcff", "--yes"), "not valid UTF-8", 2),
        (("explain", "\udcff\udcfe"), "not valid UTF-8", 2),
        (("deadletter", "show", f"{2**63}"), "not in the range", 2),
        (("deadletter", "retry", f"{10**30}"), "not in the range", 2),
        (("deadletter", "drop", "0"), "not in the range", 2),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    backed_up: tuple[Path, Path], arguments: tuple[str, ...], said: str, code: int
) -> None:
    done = copydesk(backed_up[0], *arguments, code=code)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_not_there_cannot_be_deleted(backed_up: tuple[Path, Path]) -> None:
    data, _ = backed_up
    assert 'no article "a0"' in copydesk(data, "delete", "a0", "--yes", code=1).stderr
    assert "name articles" in copydesk(data, "delete", code=2).stderr
    assert "goes with --source" in copydesk(data, "delete", "a0", "--before", "2023", code=2).stderr
