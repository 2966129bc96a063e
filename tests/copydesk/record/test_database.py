"""The record refuses, waits and explains."""

import secrets
import sqlite3
import subprocess
import sys
import threading
import traceback
from contextlib import closing
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.engine import make_url

from copydesk.errors import RecordBusyError, RecordError, RecordSchemaError
from copydesk.record import changelog, database, inbox, migrate
from copydesk.record.database import Record, sqlite_url
from copydesk.record.schema import cursors
from copydesk.record.schema_hubs import subscriptions
from tests.copydesk.samples import NOON, article


def test_upgrade_creates_exactly_the_schema(record: Record) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with record.reading() as connection:
        assert (
            compare_metadata(MigrationContext.configure(connection), subscriptions.metadata) == []
        )


def test_the_schema_of_this_program_is_the_last_migration() -> None:
    from alembic.script import ScriptDirectory

    with as_file(files("copydesk.record") / "migrations") as folder:
        assert ScriptDirectory(str(folder)).get_current_head() == migrate.HEAD


def test_a_record_that_is_up_to_date_is_opened_without_alembic(record: Record) -> None:
    asked = (
        "import sys; from copydesk.record import migrate; from copydesk.record.database import "
        "Record; migrate.upgrade(Record(sys.argv[1])); sys.exit('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", asked, record.url.render_as_string()]
    assert subprocess.run(command, check=False).returncode == 0


def test_a_password_among_the_options_is_not_told() -> None:
    record = Record("postgresql+psycopg://desk@127.0.0.1:1/news?password=tr0ub4dor")
    with pytest.raises(RecordError, match="does not answer") as told:
        migrate.check(record)
    assert "tr0ub4dor" not in str(told.value)


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_language_is_refused(
    postgres_url: str, encoding: str
) -> None:
    server = make_url(postgres_url)
    name = encoding.lower()
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            text(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
        )
    admin.dispose()
    record = Record(server.set(database=name).render_as_string(hide_password=False))
    with pytest.raises(RecordError, match=f"{encoding}.*createdb --encoding UTF8"):
        migrate.upgrade(record)
    record.close()


def test_upgrade_twice_changes_nothing(record: Record) -> None:
    migrate.upgrade(record)
    migrate.check(record)


@pytest.mark.parametrize("page", [0, 8192])
def test_the_log_is_as_long_whatever_the_pages(tmp_path: Path, page: int) -> None:
    file = tmp_path / "record.sqlite"
    if page:  # a file of before
        with closing(sqlite3.connect(file)) as old:
            old.execute(f"PRAGMA page_size = {page}")
            old.execute("CREATE TABLE kept (one)")
    record = Record(sqlite_url(file))
    with record.reading() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_size", "wal_autocheckpoint")
        ]
    record.close()
    assert found == ([8192, 16_000] if page else [4096, 32_000])


def test_a_record_without_tables_is_told(tmp_path: Path) -> None:
    empty = Record(sqlite_url(tmp_path / "empty.sqlite"))
    with pytest.raises(RecordSchemaError, match="copydesk init"):
        migrate.check(empty)
    with pytest.raises(RecordSchemaError, match="copydesk init"), empty.reading() as connection:
        inbox.length(connection)


@pytest.mark.postgres
def test_a_writer_sees_what_the_one_before_wrote_however_the_server_is_set(
    any_record: Record,
) -> None:
    if any_record.dialect != "postgresql":
        return
    strict = Record(
        any_record.url.update_query_dict(
            {"options": "-c default_transaction_isolation=serializable"}
        ).render_as_string(hide_password=False)
    )
    waits = threading.Event()
    seen: list[int] = []

    def write() -> None:
        waits.set()
        with strict.writing() as connection:
            seen.append(changelog.load_cursor(connection, "r"))

    second = threading.Thread(target=write)
    with strict.writing() as connection:
        second.start()
        waits.wait(60)
        with any_record.reading() as looking:
            for _ in range(2000):
                if looking.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    break
        changelog.save_cursor(connection, "r", 7, at=0.0)
    second.join()
    strict.close()
    assert seen == [7]


def test_a_record_of_a_newer_program_is_refused_untouched(record: Record) -> None:
    with record.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordSchemaError, match=r"newer Copydesk \(schema 9999\)"):
        migrate.upgrade(record)
    with pytest.raises(RecordSchemaError, match="newer"):
        migrate.check(record)


def test_a_failed_transaction_leaves_nothing(record: Record) -> None:
    def fail() -> None:
        with record.writing() as connection:
            connection.execute(insert(cursors).values(reader="r", seq=1, at=0.0))
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        fail()
    with record.reading() as connection:
        assert connection.execute(select(cursors)).all() == []


def test_a_locked_record_is_waited_for_and_then_named(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    hasty = Record(sqlite_url(tmp_path / "record.sqlite"))
    other = sqlite3.connect(tmp_path / "record.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordBusyError, match="locked by another process"), hasty.writing():
        pass
    # Readers go on while someone writes.
    with hasty.reading() as connection:
        assert inbox.length(connection) == 0
    other.execute("ROLLBACK")
    with hasty.writing() as connection:
        inbox.put(connection, [article("1")], received=0.0)


def test_writers_take_turns(record: Record) -> None:
    def write(number: int) -> None:
        with record.writing() as connection:
            inbox.put(connection, [article(f"{number}")], received=0.0)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with record.reading() as connection:
        assert inbox.length(connection) == 8


def test_who_always_reads_does_not_let_the_write_ahead_log_grow_for_ever(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LONGEST_LOG", 1_000_000)
    monkeypatch.setattr(database, "CUT_EVERY_SECONDS", 0.0)
    stop = threading.Event()

    def read(begin: float) -> None:
        stop.wait(begin)
        while not stop.is_set():
            with record.reading() as connection:
                changelog.head(connection)
                stop.wait(0.06)

    readers = [threading.Thread(target=read, args=(0.02 * n,)) for n in range(3)]
    for reader in readers:
        reader.start()
    log = Path(f"{record.url.database}-wal")
    longest = 0
    try:
        for n in range(20):
            with record.writing() as connection:
                inbox.put(
                    connection, [article(f"{n}", text=secrets.token_hex(500_000))], received=NOON
                )
            longest = max(longest, log.stat().st_size)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    with record.reading() as connection:
        assert inbox.length(connection) == 20
    assert longest < 4_000_000


def test_a_long_reader_lets_others_write_and_the_log_is_cut_after_it(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LONGEST_LOG", 1_000_000)
    monkeypatch.setattr(database, "CUT_EVERY_SECONDS", 0.0)
    log = Path(f"{record.url.database}-wal")

    def write(n: int) -> None:
        with record.writing() as connection:
            inbox.put(connection, [article(f"{n}", text=secrets.token_hex(800_000))], received=NOON)

    with record.reading() as connection:
        assert inbox.length(connection) == 0
        for n in range(3):
            write(n)
        assert inbox.length(connection) == 0
    assert log.stat().st_size > 1_500_000
    write(3)
    assert log.stat().st_size == 0


def test_a_full_disk_is_named_and_nothing_half_written(record: Record) -> None:
    big = [article(f"{n}", title=f"Number {n}", text="x" * 50) for n in range(3000)]

    def fill() -> None:
        with record.writing() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
            inbox.put(connection, big, received=0.0)

    with pytest.raises(RecordError, match="the disk is full"):
        fill()
    with record.reading() as connection:
        assert inbox.length(connection) == 0


def test_a_read_only_record_is_named(record: Record, tmp_path: Path) -> None:
    readonly = Record(f"sqlite:///file:{tmp_path}/record.sqlite?mode=ro&uri=true")
    with pytest.raises(RecordError, match="read-only"), readonly.writing() as connection:
        inbox.put(connection, [article("1")], received=0.0)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").write_bytes(b"This is not a database. " * 100)
    with pytest.raises(RecordError, match="no database"):
        migrate.upgrade(Record(sqlite_url(tmp_path / "record.sqlite")))


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be opened"):
        migrate.upgrade(Record(sqlite_url(tmp_path / "nowhere" / "record.sqlite")))


def test_no_password_is_shown() -> None:
    bad = Record("postgresql+psycopg://desk:sesame@127.0.0.1:1/copydesk")
    with pytest.raises(RecordError, match="does not answer") as caught, bad.reading():
        pass
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "my database",
        "postgresql+psycopg://desk:sesame@127.0.0.1:54x/copydesk",
        "postgresql+psycopg://desk:sesame@127.0.0.1:/copydesk",
        "postgresql://desk:x@sesame:sesame@127.0.0.1/copydesk",
        "sqlite://desk:sesame@/record.sqlite",
        "sqlite+sesame:////record.sqlite",
    ],
)
def test_a_wrong_url_is_explained(url: str) -> None:
    with pytest.raises(RecordError, match=r"no database URL\. Use sqlite:////PATH") as caught:
        Record(url)
    assert "sesame" not in "".join(traceback.format_exception(caught.value, limit=0))


@pytest.mark.parametrize("driver", ["psycopg2", "asyncpg"])
def test_a_database_whose_library_is_not_here_is_explained(driver: str) -> None:
    with pytest.raises(RecordError, match=r"pip install 'copydesk\[postgres\]'"):
        Record(f"postgresql+{driver}://desk@127.0.0.1/copydesk")


def test_errors_hold_no_parameters(any_record: Record) -> None:
    """What is written may be a key."""
    row = {"source": "s", "hub": "h", "topic": "t", "token": "t0ken", "key": "s3cret"}
    with pytest.raises(RecordError) as caught, any_record.writing() as connection:
        connection.execute(insert(subscriptions).values(**row))
    assert "s3cret" not in str(caught.value)
    # Logged with its causes.
    assert "s3cret" not in str(caught.value.__cause__) or any_record.dialect == "postgresql"
