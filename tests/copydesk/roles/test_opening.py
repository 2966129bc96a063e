"""Who only looks changes nothing and waits for nobody."""

import sqlite3
import stat
from pathlib import Path

import pytest

from config.load import load
from config.settings import Settings
from copydesk.errors import RecordSchemaError
from copydesk.record import inbox, migrate
from copydesk.record.database import Record
from copydesk.roles.opening import open_record, reading_record


def settings(folder: Path) -> Settings:
    return load(data=folder, environ={}).settings


def waiting(chosen: Settings) -> int:
    with reading_record(chosen) as record, record.reading() as connection:
        return inbox.length(connection)


def test_where_there_is_no_record_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(RecordSchemaError, match=r"no record yet.*copydesk init"):
        waiting(settings(tmp_path / "fresh"))
    assert not (tmp_path / "fresh").exists()


def test_a_record_of_an_older_version_is_told_and_left_alone(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    record = Record(chosen.record.url)
    with record.writing() as connection:
        migrate.to(connection, "0001")
    with pytest.raises(RecordSchemaError, match="`copydesk init` to bring it up to date"):
        waiting(chosen)
    with record.reading() as connection:
        assert migrate.current(connection) == "0001"
    record.close()
    with open_record(chosen):
        pass
    assert waiting(chosen) == 0


def test_a_data_directory_that_we_make_is_its_users_alone(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    for folder, mode in ((tmp_path / "fresh", 0o700), (shared, 0o755)):
        with open_record(settings(folder)):
            pass
        assert stat.S_IMODE(folder.stat().st_mode) == mode


def test_looking_waits_for_no_writer(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    with open_record(chosen):
        pass
    writer = sqlite3.connect(tmp_path / "record.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert waiting(chosen) == 0
    writer.close()


def test_any_name_of_a_folder_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "what? 100%25 #1 @home"
    with open_record(settings(folder)):
        pass
    assert (folder / "record.sqlite").exists()
    assert waiting(settings(folder)) == 0
