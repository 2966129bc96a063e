"""What keeps the desk from writing the index is known wherever the record is, and passes."""

import pytest

from copydesk.record import changelog, standstill
from copydesk.record.database import Record
from tests.copydesk.samples import NOON


def test_the_words_and_since_when_are_kept_until_a_success(any_record: Record) -> None:
    with any_record.writing() as connection:
        changelog.save_cursor(connection, "engine", 7, at=NOON)
        standstill.note(connection, "it is read-only. Free some space.", at=NOON)
        standstill.note(connection, "it is closed. Open it.", at=NOON + 10)
    with any_record.reading() as connection:
        found = standstill.read(connection)
        assert found is not None
        assert (found.words, found.since, found.said) == ("it is closed. Open it.", NOON, NOON + 10)
        assert changelog.load_cursor(connection, "engine") == 7
    with any_record.writing() as connection:
        standstill.end(connection)
        assert standstill.read(connection) is None
        assert changelog.load_cursor(connection, "engine") == 7


@pytest.mark.parametrize(
    ("later", "lasts"), [(0, True), (299, True), (301, False), (-50, True), (-3600, False)]
)
def test_what_no_desk_says_any_more_is_past(record: Record, later: float, lasts: bool) -> None:
    """The last: the desk's clock was an hour ahead when it said so."""
    with record.writing() as connection:
        standstill.note(connection, "it is closed", at=NOON)
        assert (standstill.lasting(connection, now=NOON + later) is not None) is lasts


def test_no_server_says_more_than_a_database_holds(any_record: Record) -> None:
    """PostgreSQL has no NUL, no half of a character, and keys of 2,704 bytes."""
    with any_record.writing() as connection:
        standstill.note(connection, "x\x00y\ud800" + "é語𝄞" * 900, at=NOON)
        found = standstill.read(connection)
    assert found is not None
    assert found.words.startswith("xy?é語𝄞é")
    assert 1990 < len(found.words.encode()) <= 2000
