"""What becomes of sightings, decided without a database."""

import msgspec

from copydesk.record.intake import Accepted, Intake, Remembered
from copydesk.record.looking import found
from copydesk.record.recognising import sighted
from crawler.article import Article
from tests.copydesk.samples import NOON, article

KNOWN = article("1", title="Ferry aground", text="The ferry lies on a sandbank off Holm.")
REMEMBERED = Remembered(
    source=KNOWN.source, looked=found(KNOWN), content_hash=KNOWN.content_hash, has_text=True
)


def intake(*, deleted: tuple[str, ...] = (), waiting: tuple[str, ...] = ()) -> Intake:
    return Intake({"a1": REMEMBERED}, deleted=deleted, waiting=waiting, repeated=(), received=NOON)


def as_(status: str, one: Article) -> Article:
    return msgspec.structs.replace(one, status=status, wording=status, raw_digest=status)


def test_what_is_new_and_what_is_changed_is_news() -> None:
    into = intake()
    fresh, changed = (
        article("2", title="Other"),
        article("1", title="Ferry aground, all safe", text="All are safe."),
    )
    assert into.take("a2", sighted(fresh), None) == fresh
    assert into.take("a1", sighted(changed), KNOWN) == changed
    assert into.take("a1", sighted(changed), changed) is None
    assert into.news == [("a2", fresh), ("a1", changed)]
    assert into.accepted() == Accepted(new=1, revised=1, unchanged=1)


def test_what_comes_without_its_text_is_news_with_the_text_that_was_won() -> None:
    into = intake()
    bare = msgspec.structs.replace(
        article("1", title="Ferry freed"), text="", wording="other words", content_hash="other"
    )
    news = into.take("a1", sighted(bare), KNOWN)
    assert news is not None
    assert (news.title, news.text) == ("Ferry freed", KNOWN.text)


def test_nothing_is_news_of_what_was_deleted_or_is_anothers() -> None:
    into = intake(deleted=("a2",))
    other = msgspec.structs.replace(article("1", title="Other words"), source="another")
    assert into.take("a2", sighted(article("2")), None) is None
    assert into.take("a1", sighted(other), KNOWN) is None
    assert into.accepted() == Accepted(unchanged=2)
    assert not into.remembered


def test_a_kill_takes_back_what_its_batch_held_back() -> None:
    into = intake()
    assert into.take("a2", sighted(as_("embargoed", article("2"))), None) is None
    assert set(into.held_back) == {"a2"}
    kill = msgspec.structs.replace(as_("cancelled", article("2")), text="")
    assert into.take("a2", sighted(kill), None) is None
    assert (into.held_back, into.cancelled) == ({}, ["a2"])
    assert into.accepted() == Accepted(new=1, withdrawn=1)


def test_an_embargo_is_lifted_by_the_same_words_without_one() -> None:
    assert intake(waiting=("a1",)).take("a1", sighted(KNOWN), None) == KNOWN
    assert intake().take("a1", sighted(KNOWN), None) is None
