"""Dead letters: kept once, opened, tried again, forgotten."""

import msgspec
import pytest
from sqlalchemy import insert, select, update

from copydesk.errors import DamagedError, NotFoundError
from copydesk.record import changelog, inbox
from copydesk.record.codec import pack, unpack
from copydesk.record.database import Record
from copydesk.record.deadletters import (
    Unlearned,
    Unplaced,
    bury,
    bury_rejected,
    bury_unlearned,
    bury_unreadable,
    resolve_indexed,
)
from copydesk.record.inbox import Waiting
from copydesk.record.placing import record_batch
from copydesk.record.retrying import (
    asked_again,
    count_by_stage,
    drop,
    letter_numbers,
    list_letters,
    open_letter,
    retry,
)
from copydesk.record.schema import articles, dead_letters
from copydesk.record.schema import inbox as inbox_table
from indexer.engines.protocol import Rejected
from tests.copydesk.samples import NOON, article, placed


@pytest.mark.parametrize("blob", [b"", b"junk", pack(article("1"))[:-9]])
def test_a_damaged_blob_is_told(blob: bytes) -> None:
    with pytest.raises(DamagedError, match="cannot be read"):
        unpack(blob)


def test_a_failed_article_goes_back_to_the_inbox(any_record: Record) -> None:
    with any_record.writing() as connection:
        inbox.put(connection, [article("1"), article("2")], received=NOON)
        first, second = inbox.take(connection, limit=10)
        bury(connection, [Unplaced(waiting=first, reason="poison")], at=NOON)
        assert inbox.take(connection, limit=10) == [second]
    with any_record.writing() as connection:
        (letter,) = list_letters(connection)
        assert (letter.stage, letter.kind, letter.id) == ("desk", "article", first.id)
        assert open_letter(connection, letter.number).article == first.article
        (done,) = retry(connection, [letter.number], now=NOON + 60)
        assert done.fate == "again"
        assert letter_numbers(connection) == []
        back = inbox.take(connection, limit=10)[-1]
        assert (back.id, back.article) == (first.id, first.article)
        assert back.seq > second.seq


def test_an_older_wording_is_not_placed_over_a_newer_one(record: Record) -> None:
    with record.writing() as connection:
        inbox.put(connection, [article("1")], received=NOON)
        (first,) = inbox.take(connection, limit=1)
        bury(connection, [Unplaced(waiting=first, reason="poison")], at=NOON)
        newer = article("1", title="Corrected", at=NOON + 120)
        record_batch(
            connection, [placed(9, first.id, newer, group="g1", story="s1")], now=NOON + 200
        )
        (done,) = retry(connection, letter_numbers(connection), now=NOON + 300)
        assert done.fate == "superseded"
        assert letter_numbers(connection) == []
        assert inbox.length(connection) == 0


def two_versions(record: Record) -> tuple[Waiting, Waiting]:
    """Two versions of one article in the inbox, the second five seconds younger."""
    with record.writing() as connection:
        inbox.put(connection, [article("1", title="Old headline")], received=NOON)
        inbox.put(connection, [article("1", title="New headline")], received=NOON + 5)
        old, new = inbox.take(connection, limit=2)
    return old, new


def test_a_letter_buried_after_a_newer_version_came_is_not_placed_over_it(
    any_record: Record,
) -> None:
    old, new = two_versions(any_record)
    with any_record.writing() as connection:
        bury(connection, [Unplaced(waiting=old, reason="poison")], at=NOON + 10)
        one = placed(new.seq, new.id, new.article, group="g1", story="s1")
        record_batch(connection, [msgspec.structs.replace(one, waiting=new)], now=NOON + 11)
        (done,) = retry(connection, letter_numbers(connection), now=NOON + 99)
        assert (done.fate, inbox.length(connection)) == ("superseded", 0)


def test_a_letter_is_not_put_behind_a_newer_version_that_waits(any_record: Record) -> None:
    old, new = two_versions(any_record)
    with any_record.writing() as connection:
        bury(connection, [Unplaced(waiting=old, reason="poison")], at=NOON + 10)
        (done,) = retry(connection, letter_numbers(connection), now=NOON + 99)
        assert (done.fate, done.remark) == ("superseded", "A newer version waits.")
        assert inbox.take(connection, limit=9) == [new]


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_letters_of_an_article_the_newer_version_ends_on_top(
    any_record: Record, first: int
) -> None:
    both = two_versions(any_record)
    with any_record.writing() as connection:
        for each in (both[first], both[1 - first]):
            bury(connection, [Unplaced(waiting=each, reason="poison")], at=NOON + 10)
        retry(connection, letter_numbers(connection), now=NOON + 99)
        assert inbox.take(connection, limit=9)[-1].article == both[1].article


def test_a_letter_of_a_schema_that_kept_no_time_of_receipt_goes_by_first_seen(
    record: Record,
) -> None:
    newer = article("1", title="New headline", at=NOON + 600)
    with record.writing() as connection:
        inbox.put(connection, [article("1")], received=NOON)
        (old,) = inbox.take(connection, limit=1)
        bury(connection, [Unplaced(waiting=old, reason="poison")], at=NOON + 9000)
        connection.execute(update(dead_letters).values(received=None))
        inbox.put(connection, [newer], received=NOON + 700)
        (done,) = retry(connection, letter_numbers(connection), now=NOON + 9999)
        assert done.fate == "superseded"


def test_what_could_not_be_learned_is_not_put_behind_its_own_revision(record: Record) -> None:
    with record.writing() as connection:
        inbox.put(connection, [article("1")], received=NOON)
        (old,) = inbox.take(connection, limit=1)
        one = placed(old.seq, old.id, old.article, group="g1", story="s1")
        record_batch(connection, [one], now=NOON)
        bury_unlearned(connection, [Unlearned(id=old.id, reason="poison")], at=NOON)
        inbox.put(connection, [article("1", title="Revised")], received=NOON + 5)
        (done,) = retry(connection, letter_numbers(connection), now=NOON + 9)
        assert (done.fate, inbox.length(connection)) == ("superseded", 1)


def test_a_damaged_row_leaves_the_inbox_and_cannot_be_retried(any_record: Record) -> None:
    with any_record.writing() as connection:
        inbox.put(connection, [article("1"), article("2")], received=NOON)
        damaged = connection.scalars(select(inbox_table.c.seq)).first()
        connection.execute(
            update(inbox_table).where(inbox_table.c.seq == damaged).values(payload=b"junk")
        )
    with any_record.writing() as connection:
        with pytest.raises(DamagedError):
            inbox.take(connection, limit=10)
        assert bury_unreadable(connection, limit=10, at=NOON) == 1
        assert len(inbox.take(connection, limit=10)) == 1
        (letter,) = list_letters(connection, stage="desk")
        opened = open_letter(connection, letter.number)
        assert opened.article is None
        assert "cannot be read" in opened.damage
        (done,) = retry(connection, [letter.number], now=NOON)
        assert done.fate == "kept"
        assert letter_numbers(connection) == [letter.number]
        drop(connection, [letter.number])
        assert letter_numbers(connection) == []


def test_what_the_engine_refused_is_shown_to_it_again_without_a_change(record: Record) -> None:
    letter = Rejected(kind="story", id="s1", version=7, reason="too long")
    with record.writing() as connection:
        bury_rejected(connection, [letter], at=NOON)
        bury_rejected(connection, [letter], at=NOON + 1)
        assert count_by_stage(connection) == {"index": 1}
        assert asked_again(connection, limit=10) == []
        retry(connection, letter_numbers(connection), now=NOON)
        (change,) = asked_again(connection, limit=10)
        assert (change.kind, change.id, change.seq) == ("story", "s1", 0)
        assert changelog.head(connection) == 0


def test_a_refusal_is_forgotten_once_the_engine_takes_a_newer_version(record: Record) -> None:
    with record.writing() as connection:
        for id_ in ("a1", "a2"):
            refused = Rejected(kind="article", id=id_, version=1, reason="no")
            bury_rejected(connection, [refused], at=NOON)
        resolve_indexed(connection, ["article a1", "story a2"])
        assert [letter.id for letter in list_letters(connection)] == ["a2"]


def test_what_could_not_be_learned_is_told_once_and_read_again_from_the_record(
    record: Record,
) -> None:
    one = article("1")
    with record.writing() as connection:
        record_batch(connection, [placed(1, "a1", one, group="g1", story="s1")], now=NOON)
        for reason in ("first", "second"):
            bury_unlearned(connection, [Unlearned(id="a1", reason=reason)], at=NOON)
        (letter,) = list_letters(connection, subject="article a1")
        assert letter.reason == "second"
        assert open_letter(connection, letter.number).article is None
        retry(connection, [letter.number], now=NOON)
        assert inbox.take(connection, limit=1)[0].article == one
        bury_unlearned(connection, [Unlearned(id="a9", reason="gone")], at=NOON)
        (done,) = retry(connection, letter_numbers(connection), now=NOON)
        assert done.fate == "superseded"


def test_an_unknown_number_is_told_and_nothing_is_done(record: Record) -> None:
    with record.writing() as connection:
        connection.execute(insert(articles.metadata.tables["dead_letters"]).values(_row()))
        (number,) = letter_numbers(connection)
    with (
        pytest.raises(NotFoundError, match="no dead letter 99"),
        record.writing() as connection,
    ):
        retry(connection, [number, 99], now=NOON)
    with record.reading() as connection:
        assert letter_numbers(connection) == [number]


def _row() -> dict[str, object]:
    return {"at": NOON, "stage": "index", "subject": "article a1", "reason": "no"}
