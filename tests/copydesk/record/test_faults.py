"""What databases say becomes one of our errors, in whatever language they say it."""

import threading

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from copydesk.errors import RecordBusyError, RecordError, RecordSchemaError
from copydesk.record.database import Record
from copydesk.record.faults import explain

GERMAN = [
    (psycopg.errors.LockNotAvailable("storniere Anfrage wegen Zeitlimit"), RecordBusyError),
    (psycopg.errors.DeadlockDetected("Verklemmung entdeckt"), RecordBusyError),
    (psycopg.errors.UndefinedTable("Relation »stories« existiert nicht"), RecordSchemaError),
    (psycopg.errors.UndefinedColumn("Spalte »a« existiert nicht"), RecordSchemaError),
    (psycopg.errors.DiskFull("konnte Datei nicht erweitern"), RecordError),
    (psycopg.errors.AdminShutdown("breche Verbindung ab"), RecordError),
    (psycopg.errors.IdleSessionTimeout("breche Verbindung ab"), RecordError),
    (psycopg.errors.CannotConnectNow("das Datenbanksystem startet"), RecordError),
]
STANDBY = psycopg.errors.ReadOnlySqlTransaction("kann nicht schreiben")
LOCK = text("SELECT n FROM pair WHERE n = :n FOR UPDATE")


@pytest.mark.parametrize(("said", "kind"), GERMAN, ids=[type(said).__name__ for said, _ in GERMAN])
def test_a_servers_own_language_is_no_riddle(said: psycopg.Error, kind: type[RecordError]) -> None:
    found = explain(OperationalError("SELECT 1", None, said), "there")
    assert type(found) is kind
    assert found.next_step
    assert str(said) not in str(found)


@pytest.mark.parametrize("what", ["starting up", "not yet accepting connections", "shutting down"])
def test_a_server_that_starts_or_stops_is_named(what: str) -> None:
    """Who connects then gets no code, only words."""
    said = psycopg.OperationalError(
        'connection failed: connection to server at "127.0.0.1", port 5432 failed: '
        f"FATAL:  the database system is {what}"
    )
    found = explain(OperationalError("", None, said), "there")
    assert "just starting or stopping" in str(found)
    assert found.next_step


def test_a_standby_is_not_taken_for_a_folder_without_rights() -> None:
    found = explain(OperationalError("INSERT", None, STANDBY), "there")
    assert "target_session_attrs=read-write" in str(found)


@pytest.mark.postgres
def test_a_deadlock_is_a_record_that_is_busy(any_record: Record) -> None:
    """Whoever is let down tries again, as with any other lock."""
    if any_record.dialect != "postgresql":
        return
    with any_record.writing() as connection:
        connection.execute(text("CREATE TABLE pair (n int PRIMARY KEY)"))
        connection.execute(text("INSERT INTO pair VALUES (1), (2)"))
    both = threading.Barrier(2, timeout=60)
    let_down: list[RecordError] = []

    def lock(one: int, other: int) -> None:
        try:
            with any_record.claiming() as connection:
                connection.execute(LOCK, {"n": one})
                both.wait()
                connection.execute(LOCK, {"n": other})
        except RecordError as error:
            let_down.append(error)

    threads = [threading.Thread(target=lock, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(error) for error in let_down] == [RecordBusyError]
