"""One desk leads; what another term has taken over, an old one cannot write."""

import time

import pytest
from sqlalchemy import create_engine, text

from copydesk.errors import InUseError, LeadershipLostError, RecordError
from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.leadership import Lead, current_term, leading
from tests.copydesk.samples import article


def another(record: Record) -> Record:
    return Record(record.url.render_as_string(hide_password=False))


def waiting(record: Record) -> int:
    with record.reading() as connection:
        return inbox.length(connection)


def test_one_record_has_one_desk_and_each_lead_its_own_term(any_record: Record) -> None:
    other = another(any_record)
    with (
        leading(any_record) as first,
        pytest.raises(InUseError, match=r"a desk already"),
        leading(other),
    ):
        pass
    with leading(other) as second, second.record.writing() as connection:
        assert (first.term, second.term) == (1, 2)
        inbox.put(connection, [article("1")], received=0.0)
        assert current_term(connection) == 2
    other.close()


def test_a_desk_of_an_older_term_cannot_write(any_record: Record) -> None:
    with leading(any_record) as old:
        pass
    with leading(any_record):

        def write() -> None:
            with old.record.writing() as connection:
                inbox.put(connection, [article("1")], received=0.0)

        with pytest.raises(LeadershipLostError, match=r"led under term 1, another .* term 2"):
            write()
        # Crawlers carry no term: they go on.
        with any_record.writing() as connection:
            inbox.put(connection, [article("2")], received=0.0)
    assert waiting(any_record) == 1


def break_sessions(record: Record) -> None:
    """End every session on this database, as a restart of the server does."""
    admin = create_engine(record.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    admin.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("any_record", ["postgresql"], indirect=True)
def test_a_session_that_breaks_ends_the_lead(any_record: Record) -> None:
    def write_on(lead: Lead) -> None:
        for _ in range(1000):
            with lead.record.writing():
                time.sleep(0.02)

    with leading(any_record) as lead:
        break_sessions(any_record)
        with pytest.raises(RecordError, match=r"server|stopped|broke") as lost:
            write_on(lead)
        assert "server the database server" not in str(lost.value)
        assert ".." not in str(lost.value)
        with leading(another(any_record)) as heir:
            assert heir.term == lead.term + 1
            with pytest.raises(LeadershipLostError):
                write_on(lead)


@pytest.mark.postgres
@pytest.mark.parametrize("any_record", ["postgresql"], indirect=True)
def test_a_writer_that_stops_in_the_middle_does_not_stop_the_others(any_record: Record) -> None:
    other = another(any_record)

    def stop_in_the_middle() -> None:
        with any_record.writing() as connection:
            inbox.put(connection, [article("1")], received=0.0)
            with other.writing() as second:  # waits until the server ends the silent one
                inbox.put(second, [article("2")], received=0.0)

    with pytest.raises(RecordError, match="silent for too long"):
        stop_in_the_middle()
    assert waiting(any_record) == 1
