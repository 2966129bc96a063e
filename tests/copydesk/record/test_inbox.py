"""Each article enters once; what changed enters again as a revision."""

import msgspec

from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.record.inbox import Accepted
from crawler.article import Article, Extraction
from tests.copydesk.samples import article


def put(record: Record, *articles: Article) -> Accepted:
    with record.writing() as connection:
        return inbox.put(connection, articles, received=10.0)


def unseen(record: Record, *articles: Article) -> list[bool]:
    with record.reading() as connection:
        return inbox.unseen(connection, articles)


def test_the_same_article_twice_adds_nothing(any_record: Record) -> None:
    one, two = article("1", title="One"), article("2", title="Two")
    assert put(any_record, one, two) == Accepted(new=2)
    assert put(any_record, two, one) == Accepted(unchanged=2)
    assert unseen(any_record, one, article("3", title="Three")) == [False, True]


def test_the_same_article_twice_in_one_batch(any_record: Record) -> None:
    assert put(any_record, article("1"), article("1")) == Accepted(new=1, unchanged=1)


def test_a_changed_article_is_a_revision_under_its_id(any_record: Record) -> None:
    before = article("1", title="Ferry aground")
    after = article("1", title="Ferry aground, all safe")
    put(any_record, before)
    assert unseen(any_record, after) == [True]
    assert put(any_record, after) == Accepted(revised=1)
    with any_record.reading() as connection:
        first, second = inbox.take(connection, limit=10)
    assert first.id == second.id
    assert (first.article.title, second.article.title) == (before.title, after.title)


def test_another_source_with_the_same_page_adds_a_name_not_a_revision(any_record: Record) -> None:
    page = "https://paper.example/2023/05/30/ferry-aground.html"
    put(any_record, article("1", source="front", url=page))
    other = article("77", source="world", url=page, title="Ferry: what we know")
    assert unseen(any_record, other) == [False]
    assert put(any_record, other) == Accepted(unchanged=1)
    # Now the other source's own number is known too, even at another address.
    moved = article("77", source="world", url="https://paper.example/2023/world/ferry-2-x.html")
    assert unseen(any_record, moved) == [False]


def test_two_articles_of_one_number_in_two_sources_stay_two(any_record: Record) -> None:
    assert put(any_record, article("1", source="a"), article("1", source="b")) == Accepted(new=2)


def test_taking_and_discarding(any_record: Record) -> None:
    put(any_record, *(article(f"{n}", title=f"Number {n}") for n in range(5)))
    with any_record.writing() as connection:
        waiting = inbox.take(connection, limit=3)
        assert [each.article.title for each in waiting] == ["Number 0", "Number 1", "Number 2"]
        inbox.discard(connection, [each.seq for each in waiting])
        assert inbox.length(connection) == 2
    last = article("9", title="Number 9")
    put(any_record, last)
    with any_record.reading() as connection:
        assert inbox.take(connection, limit=10)[-1].article == last


def test_an_article_comes_back_whole(any_record: Record) -> None:
    one = msgspec.structs.replace(
        article("1", text="Größe 🚢\n" * 100), keywords=("sea", "ferry"), media=("https://x/y.jpg",)
    )
    put(any_record, one)
    with any_record.reading() as connection:
        assert inbox.take(connection, limit=1)[0].article == one


def test_ids_depend_on_nothing_but_the_identity() -> None:
    assert inbox.mint("guid:wire:1") == inbox.mint("guid:wire:1")
    assert inbox.mint("guid:wire:1") != inbox.mint("guid:wire:2")
    assert len(inbox.mint("x")) == 13


def test_what_no_database_can_hold_is_taken_out(any_record: Record) -> None:
    one = msgspec.structs.replace(
        article("i\x00", title="Bad \ud800 title"), section="s\ud800", keywords=("a\x00b",)
    )
    assert unseen(any_record, one) == [True]
    assert put(any_record, one) == Accepted(new=1)
    with any_record.reading() as connection:
        held = inbox.take(connection, limit=1)[0].article
    assert (held.guid, held.title, held.section) == ("i", "Bad ? title", "s?")
    assert held.keywords == ("ab",)


def test_a_page_that_is_gone_later_does_not_take_the_text_away(any_record: Record) -> None:
    put(any_record, article("1", title="Ten missing", text="The whole text."))
    bare = article("1", title="Ten missing, two found")
    assert put(any_record, bare) == Accepted(unchanged=1)


def test_a_file_that_says_one_thing_twice_adds_nothing_the_next_time(any_record: Record) -> None:
    imported = Extraction(method="import", quality=1.0, origin="import")
    twice = [
        msgspec.structs.replace(article("1", title=title), extraction=imported)
        for title in ("First wording", "Second wording")
    ]
    assert put(any_record, *twice) == Accepted(new=1, revised=1)
    assert put(any_record, *twice) == Accepted(unchanged=2)
