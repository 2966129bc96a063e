"""An archive may be taken in again and again, and beside what is newer than it."""

import msgspec

from copydesk.record import embargoes, inbox
from copydesk.record.database import Record
from copydesk.record.intake import Fate
from crawler.article import Article, ArticleStatus
from crawler.identity import content_hash
from tests.copydesk.record.test_inbox import put
from tests.copydesk.samples import NOON, article

GUID = "urn:newsml:npa:47110815"


def version(
    number: int, title: str, *, status: ArticleStatus = "usable", text: str = "The ferry."
) -> Article:
    """One version of a wire's item, as its file gives it."""
    one = article(GUID, title=title, text=text)
    return msgspec.structs.replace(
        one, url="", link="", status=status, updated=NOON + number,
        raw_digest=f"{number} {title} {status}", wording=content_hash(title, status),
        embargo_until=2 * NOON if status == "embargoed" else None,
    )  # fmt: skip


def undated(title: str) -> Article:
    """One wording of a feed's item, as a saved copy of the feed gives it."""
    one = article("", title=title, url="https://npa.example/2023/05/30/ferry-aground-off-holm")
    return msgspec.structs.replace(one, raw_digest=title, wording=content_hash(title, ""))


def take_in(record: Record, *articles: Article) -> list[Fate]:
    with record.writing() as connection:
        return inbox.put_archived(connection, articles, received=NOON)


def newest(record: Record) -> str:
    with record.reading() as connection:
        return inbox.take(connection, limit=99)[-1].article.title


def test_versions_that_were_taken_in_before_are_no_news(any_record: Record) -> None:
    versions = (version(1, "Aground"), version(2, "Aground, two hurt"), version(3, "Freed"))
    assert take_in(any_record, *versions) == ["new", "revised", "revised"]
    assert take_in(any_record, *versions) == ["unchanged"] * 3


def test_wordings_without_a_date_that_were_taken_in_before_are_no_news(any_record: Record) -> None:
    wordings = (undated("Aground"), undated("Ferry freed"))
    assert take_in(any_record, *wordings) == ["new", "revised"]
    assert take_in(any_record, *wordings) == ["unchanged", "unchanged"]
    assert newest(any_record) == "Ferry freed"


def test_what_is_older_than_what_came_live_is_no_news_and_what_is_newer_is(
    any_record: Record,
) -> None:
    put(any_record, version(2, "Aground, two hurt"))
    assert take_in(any_record, version(1, "Aground"), version(3, "Freed")) == [
        "unchanged", "revised",
    ]  # fmt: skip
    assert newest(any_record) == "Freed"


def test_a_correction_that_takes_a_word_back_is_a_revision(any_record: Record) -> None:
    versions = (version(1, "Two hurt"), version(2, "Ten hurt"), version(3, "Two hurt"))
    assert take_in(any_record, *versions) == ["new", "revised", "revised"]
    assert newest(any_record) == "Two hurt"


def test_an_embargo_stays_whatever_older_versions_say_again(any_record: Record) -> None:
    usable, held = version(1, "Minister resigns"), version(2, "Minister to resign")
    held = msgspec.structs.replace(held, status="embargoed", embargo_until=2 * NOON)
    assert take_in(any_record, usable, held) == ["new", "revised"]
    assert take_in(any_record, usable, held) == ["unchanged", "unchanged"]
    with any_record.reading() as connection:
        assert embargoes.count(connection) == 1


def test_a_kill_is_for_good_and_a_notice_of_one_stays(any_record: Record) -> None:
    kill = version(2, "Aground", status="cancelled", text="")
    assert take_in(any_record, version(1, "Aground"), kill) == ["new", "withdrawn"]
    assert take_in(any_record, version(1, "Aground"), kill) == ["unchanged", "unchanged"]
    notice = msgspec.structs.replace(
        version(3, "KILL", status="cancelled", text="Kill the ferry story."), guid="kill-40012"
    )
    assert take_in(any_record, notice) == ["new"]
    assert take_in(any_record, notice) == ["unchanged"]
    assert newest(any_record) == "KILL"


def test_a_notice_that_is_read_again_from_a_drop_folder_stays_too(any_record: Record) -> None:
    notice = version(3, "KILL", status="cancelled", text="Kill the ferry story.")
    assert put(any_record, notice).new == 1
    again = put(any_record, notice)
    assert (again.unchanged, again.withdrawn) == (1, 0)
