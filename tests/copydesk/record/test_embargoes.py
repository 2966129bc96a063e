"""What is under embargo is seen by nobody before its time; what is cancelled goes for good."""

import msgspec
import pytest
from sqlalchemy import update

from copydesk.errors import NotFoundError
from copydesk.record import deleting, embargoes, inbox
from copydesk.record.database import Record
from copydesk.record.intake import Accepted
from copydesk.record.schema_hubs import embargoed
from crawler.article import Article, ArticleStatus
from crawler.identity import wording
from tests.copydesk.record.test_inbox import place, put, unseen
from tests.copydesk.samples import NOON, article

SPEECH = "The minister will say tomorrow that the bridge is to be rebuilt by the autumn."


def wire(
    guid: str, status: ArticleStatus, *, until: float | None = None, text: str = SPEECH
) -> Article:
    """An article as a wire's feed gives it: without an address, its status in its wording."""
    one = article(guid, title="Minister to announce bridge", text=text)
    mark = "" if status == "usable" else f"\n{status} {until or ''}"
    return msgspec.structs.replace(
        one, url="", link="", status=status, embargo_until=until, wording=wording(one.title, mark)
    )


def waiting(record: Record) -> list[Article]:
    with record.reading() as connection:
        return [each.article for each in inbox.take(connection, limit=9)]


def lift(record: Record, now: float) -> int:
    with record.writing() as connection:
        return embargoes.lift(connection, now=now, limit=9)


def under_embargo(record: Record) -> int:
    with record.reading() as connection:
        return embargoes.count(connection)


def test_an_embargoed_article_waits_for_its_time_and_is_usable_then(any_record: Record) -> None:
    until = NOON + 3600
    assert put(any_record, wire("speech-40001", "embargoed", until=until)) == Accepted(new=1)
    assert waiting(any_record) == []
    assert lift(any_record, until - 1) == 0
    assert lift(any_record, until) == 1
    (shown,) = waiting(any_record)
    assert (shown.status, shown.embargo_until, shown.published) == ("usable", None, until)
    assert lift(any_record, until + 1) == 0


def test_it_comes_once_however_often_its_feed_shows_it(any_record: Record) -> None:
    speech = wire("speech-40001", "embargoed", until=NOON + 3600)
    put(any_record, speech)
    assert unseen(any_record, speech) == ["known"]
    put(any_record, speech)
    assert under_embargo(any_record) == 1
    lift(any_record, NOON + 3600)
    assert unseen(any_record, speech) == ["known"]


def test_an_embargo_lifted_early_is_over_at_once(any_record: Record) -> None:
    put(any_record, wire("speech-40001", "embargoed", until=NOON + 3600))
    usable = wire("speech-40001", "usable")
    assert unseen(any_record, usable) == ["changed"]
    assert put(any_record, usable) == Accepted(revised=1)
    assert [each.status for each in waiting(any_record)] == ["usable"]
    assert under_embargo(any_record) == 0


def test_of_two_wordings_under_embargo_the_last_one_waits(any_record: Record) -> None:
    put(any_record, wire("speech-40001", "embargoed", until=NOON + 60))
    put(any_record, wire("speech-40001", "embargoed", until=NOON + 7200, text=f"{SPEECH} Or not."))
    assert lift(any_record, NOON + 61) == 0
    assert lift(any_record, NOON + 7200) == 1
    assert waiting(any_record)[0].text.endswith("Or not.")


def test_what_is_withheld_without_a_time_waits_for_its_agency(any_record: Record) -> None:
    put(any_record, wire("speech-40001", "embargoed"))
    assert lift(any_record, NOON * 2) == 0
    put(any_record, wire("speech-40001", "usable"))
    assert len(waiting(any_record)) == 1


def test_a_person_lifts_what_has_no_end(any_record: Record) -> None:
    put(any_record, wire("speech-40001", "embargoed"), wire("toast-40002", "embargoed", until=NOON))
    put(any_record, wire("song-40003", "embargoed", until=NOON * 2))
    with any_record.reading() as connection:
        held = embargoes.listed(connection, limit=9)
        assert embargoes.count_endless(connection) == 1
        assert embargoes.listed(connection, limit=1) == held[:1]
    assert [each.until for each in held] == [None, NOON, NOON * 2]
    assert (held[0].source, held[0].title) == ("wire", "Minister to announce bridge")
    with any_record.writing() as connection:
        embargoes.lift_by_hand(connection, [held[0].id, held[2].id], now=NOON + 60)
        assert embargoes.listed(connection, limit=9) == [held[1]]
    shown = waiting(any_record)
    assert [(each.status, each.published) for each in shown] == [("usable", NOON + 60)] * 2
    # What its source goes on to say of it changes nothing.
    assert unseen(any_record, wire("speech-40001", "embargoed")) == ["known"]


def test_what_is_not_held_cannot_be_lifted(any_record: Record) -> None:
    put(any_record, wire("speech-40001", "embargoed"))
    with any_record.reading() as connection:
        (held,) = embargoes.listed(connection, limit=9)
    with (
        pytest.raises(NotFoundError, match="a0 is not under embargo"),
        any_record.writing() as connection,
    ):
        embargoes.lift_by_hand(connection, [held.id, "a0"], now=NOON)
    assert under_embargo(any_record) == 1


def test_what_is_held_and_damaged_is_listed_all_the_same(any_record: Record) -> None:
    put(any_record, wire("speech-40001", "embargoed"))
    with any_record.writing() as connection:
        connection.execute(update(embargoed).values(payload=b"damaged"))
        (held,) = embargoes.listed(connection, limit=9)
        embargoes.lift_by_hand(connection, [held.id], now=NOON)
    assert (held.title, under_embargo(any_record)) == ("", 0)


def test_a_kill_reaches_what_is_under_embargo(any_record: Record) -> None:
    put(any_record, wire("speech-40001", "embargoed", until=NOON + 60))
    killed = put(any_record, wire("speech-40001", "cancelled", text=""))
    assert killed == Accepted(withdrawn=1)
    assert lift(any_record, NOON + 60) == 0
    assert waiting(any_record) == []


def test_a_kill_has_the_article_deleted_and_keeps_it_away(any_record: Record) -> None:
    usable = wire("speech-40001", "usable")
    put(any_record, usable)
    place(any_record)
    kill = wire("speech-40001", "cancelled", text="")
    assert unseen(any_record, kill) == ["changed"]
    assert put(any_record, kill) == Accepted(withdrawn=1)
    with any_record.reading() as connection:
        assert len(deleting.requested(connection, limit=9)) == 1
    assert unseen(any_record, kill, usable) == ["known", "known"]
    assert put(any_record, usable) == Accepted(unchanged=1)
    assert waiting(any_record) == []


def test_a_kill_that_overtakes_its_article_keeps_it_away(any_record: Record) -> None:
    assert put(any_record, wire("speech-40001", "cancelled", text="")) == Accepted(withdrawn=1)
    assert put(any_record, wire("speech-40001", "usable")) == Accepted(unchanged=1)
    assert waiting(any_record) == []


def test_a_notice_that_kills_nothing_known_is_there_to_be_read(any_record: Record) -> None:
    notice = wire("notice-70001", "cancelled", text="Kill the story on the bridge. It is wrong.")
    assert put(any_record, notice) == Accepted(new=1)
    assert [each.status for each in waiting(any_record)] == ["cancelled"]


def test_a_notice_under_the_number_of_its_article_takes_its_place_and_deletes_nothing(
    any_record: Record,
) -> None:
    usable = wire("speech-40001", "usable")
    notice = wire("speech-40001", "cancelled", text="Kill the story on the bridge. It is wrong.")
    assert put(any_record, usable) == Accepted(new=1)
    assert put(any_record, notice) == Accepted(revised=1)
    place(any_record)
    assert put(any_record, notice) == Accepted(unchanged=1)
    # Had it been news that only read like a notice, nothing would be lost.
    assert put(any_record, usable) == Accepted(revised=1)
    assert [each.status for each in waiting(any_record)] == ["usable"]


def test_another_source_can_neither_kill_nor_lift(any_record: Record) -> None:
    put(any_record, wire("speech-40001", "embargoed", until=NOON + 60))
    other = msgspec.structs.replace(wire("speech-40001", "cancelled", text=""), source="other")
    put(any_record, other)
    assert under_embargo(any_record) == 1


def test_a_person_can_delete_what_is_under_embargo(any_record: Record) -> None:
    put(any_record, wire("speech-40001", "embargoed", until=NOON + 60))
    with any_record.writing() as connection:
        (only,) = deleting.unplaced(connection)
        assert deleting.find(connection, only.id) == [only.id]
        deleting.request(connection, [only.id], reason="test", now=NOON)
    assert under_embargo(any_record) == 0


def test_what_cannot_be_read_is_for_the_desk_to_bury(any_record: Record) -> None:
    put(any_record, wire("speech-40001", "embargoed", until=NOON + 60))
    with any_record.writing() as connection:
        connection.execute(update(embargoed).values(payload=b"?"))
    assert lift(any_record, NOON + 60) == 1
    with any_record.reading() as connection:
        assert inbox.length(connection) == 1
