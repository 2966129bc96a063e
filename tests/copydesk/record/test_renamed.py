"""A source of another id keeps what came under its earlier one, if it says which that was."""

import msgspec
import pytest

from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.inbox import Refusal
from copydesk.record.intake import Accepted
from copydesk.record.recognising import sighted
from crawler.article import Article, ArticleStatus
from crawler.job import Standing
from tests.copydesk.record.test_inbox import put
from tests.copydesk.samples import NOON, article

EARLIER = {"npa-wire": ("npa",)}
PAGE = "https://npa.example/2023/05/30/minister-resigns-today"


def item(guid: str, *, source: str = "npa", url: str = "", title: str = "Minister out") -> Article:
    one = article(guid, title=title, source=source, text=f"{title}. " * 60)
    return msgspec.structs.replace(one, url=url, link=url)


def as_(status: ArticleStatus, one: Article, *, source: str) -> Article:
    return msgspec.structs.replace(
        one, source=source, status=status, text="", wording=status, raw_digest=status
    )


def put_now(record: Record, *articles: Article) -> Accepted:
    with record.writing() as connection:
        return inbox.put(connection, articles, received=20.0, earlier=EARLIER)


def unseen(record: Record, *articles: Article) -> list[Standing]:
    with record.reading() as connection:
        return inbox.unseen(connection, articles, now=20.0, earlier=EARLIER)


def refused(record: Record, *articles: Article) -> set[Refusal]:
    with record.reading() as connection:
        return inbox.refused(connection, articles, earlier=EARLIER)


@pytest.mark.parametrize("url", ["", PAGE])
def test_a_kill_reaches_what_came_under_an_earlier_id(any_record: Record, url: str) -> None:
    mine = item("urn:newsml:npa:20230530:789", url=url)
    put(any_record, mine)
    kill = as_("cancelled", mine, source="npa-wire")
    assert unseen(any_record, kill) == ["changed"]
    assert refused(any_record, kill) == set()
    assert put_now(any_record, kill) == Accepted(withdrawn=1)
    with any_record.reading() as connection:
        assert inbox.length(connection) == 0


def test_what_is_shown_again_under_the_new_id_is_known_and_may_be_revised(
    any_record: Record,
) -> None:
    mine = item("urn:newsml:npa:20230530:789")
    put(any_record, mine)
    again = msgspec.structs.replace(mine, source="npa-wire")
    assert unseen(any_record, again) == ["known"]
    assert put_now(any_record, again) == Accepted(unchanged=1)
    corrected = msgspec.structs.replace(
        again, title="Minister stays", content_hash="2", wording="2"
    )
    assert put_now(any_record, corrected) == Accepted(revised=1)


def test_a_place_in_the_list_is_no_more_under_an_earlier_id_than_under_its_own(
    any_record: Record,
) -> None:
    put(any_record, item("1", url=PAGE))
    other = item(
        "1",
        source="npa-wire",
        url="https://npa.example/2023/05/31/bank-fails-overnight",
        title="Bank fails",
    )
    assert put_now(any_record, other) == Accepted(new=1)
    assert put_now(any_record, item("1", source="npa-wire", url=PAGE)) == Accepted(unchanged=1)


def test_an_import_is_known_by_an_earlier_id_too(any_record: Record) -> None:
    def imported(source: str) -> Article:
        one = item("17", source=source, url=PAGE)
        kept = msgspec.structs.replace(one.extraction, origin="import")
        return msgspec.structs.replace(one, extraction=kept)

    with any_record.writing() as connection:
        for source, fate in (("npa", "new"), ("npa-wire", "unchanged"), ("other", "new")):
            (became,) = inbox.put_archived(
                connection, [imported(source)], received=NOON, earlier=EARLIER
            )
            assert became == fate


def test_a_source_without_earlier_ids_has_the_keys_it_had() -> None:
    mine = item("urn:newsml:npa:20230530:789", url=PAGE)
    assert sighted(mine, EARLIER) == sighted(mine)


def test_a_cancellation_of_what_is_anothers_is_told(any_record: Record) -> None:
    mine = item("urn:newsml:npa:20230530:789", url=PAGE)
    put(any_record, mine)
    kill = as_("cancelled", mine, source="stranger")
    assert refused(any_record, kill, mine) == {Refusal(source="stranger", owner="npa")}
    assert 'was = ["npa"]' in Refusal(source="stranger", owner="npa").sentence()
    assert put(any_record, kill) == Accepted(unchanged=1)
    # Nor is one of which the owner took it back itself, or of what nobody had.
    assert put(any_record, as_("cancelled", mine, source="npa")) == Accepted(withdrawn=1)
    assert refused(any_record, kill) == set()
    assert refused(any_record, as_("cancelled", item("2", url=f"{PAGE}-2"), source="x")) == set()


def test_a_notice_that_two_sources_show_cancels_nothing(any_record: Record) -> None:
    notice = msgspec.structs.replace(item("notice-70001", url=PAGE), status="cancelled")
    assert put(any_record, notice) == Accepted(new=1)
    assert refused(any_record, msgspec.structs.replace(notice, source="other")) == set()
