"""What the desk decides is written down whole: articles, groups, stories, history, log."""

import secrets

import msgspec
import pytest
from sqlalchemy import select

from copydesk.record import changelog
from copydesk.record.codec import unpack
from copydesk.record.database import Record
from copydesk.record.placing import Placed, Summary, record_batch
from copydesk.record.schema import articles, copy_groups, revisions, stories, story_history
from dedupe.document import StoryEvidence, StoryMerged, StorySplit
from tests.copydesk.samples import NOON, article, placed

WHY = StoryEvidence(method="terms", probability=0.9, threshold=0.6)


def write(record: Record, *batch: Placed) -> Summary:
    with record.writing() as connection:
        return record_batch(connection, batch, now=NOON)


def story_of(record: Record) -> dict[str, str]:
    with record.reading() as connection:
        return {row.id: row.story for row in connection.execute(select(articles))}


def story(record: Record, id_: str) -> dict[str, object]:
    with record.reading() as connection:
        return dict(connection.execute(select(stories).where(stories.c.id == id_)).one()._mapping)


def logged(record: Record, after: int = 0) -> set[tuple[str, str, str]]:
    with record.reading() as connection:
        changes = changelog.read(connection, after=after, limit=1000)
    return {(change.kind, change.id, change.operation) for change in changes}


def head(record: Record) -> int:
    with record.reading() as connection:
        return changelog.head(connection)


def test_a_batch_becomes_articles_groups_and_a_story(any_record: Record) -> None:
    summary = write(
        any_record,
        placed(1, "a1", article("1", title="Ferry aground"), group="c1", story="s1"),
        placed(
            2,
            "a2",
            article("2", title="Ship stuck", outlet="Paper", at=NOON + 600),
            group="c1",
            story="s1",
            copy_of="a1",
        ),
        placed(
            3,
            "a3",
            article("3", title="Fähre auf Grund", outlet="Blatt", language="de", at=NOON + 900),
            group="c3",
            story="s1",
        ),
    )
    assert (summary.new, summary.copies, summary.new_stories) == (3, 1, 1)
    told = story(any_record, "s1")
    assert (told["articles"], told["copy_groups"]) == (3, 2)
    assert told["headline"] == "Ferry aground"
    assert told["languages"] == '["en","de"]'
    assert (told["first_report"], told["last_report"]) == (NOON, NOON + 900)
    with any_record.reading() as connection:
        sizes = {row.id: row.size for row in connection.execute(select(copy_groups))}
        changed = {row.id: row.changed for row in connection.execute(select(articles))}
    assert sizes == {"c1": 2, "c3": 1}
    assert logged(any_record) == {
        ("article", "a1", "put"),
        ("article", "a2", "put"),
        ("article", "a3", "put"),
        ("story", "s1", "put"),
    }
    assert sorted(changed.values()) == [1, 2, 3]


def test_the_number_of_a_deleted_article_is_given_to_no_other(any_record: Record) -> None:
    write(any_record, *(placed(n, f"a{n}", article(str(n)), group="c", story="s") for n in (1, 2)))
    with any_record.writing() as connection:
        record_batch(connection, [], deleted=["a2"], now=NOON)
    again = placed(3, "a1", article("1", title="Revised"), group="c", story="s")
    twice = [placed(n, "a3", article("3"), group="c", story="s") for n in (4, 5)]
    write(any_record, again, *twice, placed(6, "a4", article("4"), group="c", story="s"))
    with any_record.reading() as connection:
        rows = connection.execute(select(articles.c.id, articles.c.number))
        assert {row.id: row.number for row in rows} == {"a1": 1, "a3": 3, "a4": 4}


def test_a_new_copy_logs_its_group_because_all_of_it_shows_the_size(any_record: Record) -> None:
    write(any_record, placed(1, "a1", article("1"), group="c1", story="s1"))
    before = head(any_record)
    write(any_record, placed(2, "a2", article("2"), group="c1", story="s1", copy_of="a1"))
    assert ("article", "a1", "put") in logged(any_record, before)


def test_a_large_group_is_logged_only_as_far_as_its_articles_show_something_else(
    any_record: Record,
) -> None:
    def copies(numbers: range, *, at: float) -> list[Placed]:
        return [
            placed(n, f"a{n:02}", article(f"{n}", at=at), group="c1", story="s1") for n in numbers
        ]

    def named_after(*batch: Placed) -> set[str]:
        before = head(any_record)
        write(any_record, *batch)
        return {id_ for kind, id_, _ in logged(any_record, before) if kind == "article"}

    write(any_record, *copies(range(21), at=NOON))
    assert named_after(*copies(range(21, 23), at=NOON + 60)) == {"a21", "a22"}
    assert named_after(*copies(range(23, 24), at=NOON - 60)) == {"a00", "a23"}
    assert len(named_after(*copies(range(24, 25), at=NOON))) == 25
    with any_record.reading() as connection:
        assert connection.scalar(select(copy_groups.c.size)) == 25


def test_a_revision_keeps_what_was_before(any_record: Record) -> None:
    write(any_record, placed(1, "a1", article("1", title="Ten missing"), group="c1", story="s1"))
    summary = write(
        any_record, placed(2, "a1", article("1", title="All found"), group="c1", story="s1")
    )
    assert (summary.new, summary.revised) == (0, 1)
    with any_record.reading() as connection:
        row = connection.execute(select(articles)).one()
        old = connection.execute(select(revisions)).all()
    assert (row.title, row.revision) == ("All found", 2)
    assert [(each.article, each.revision) for each in old] == [("a1", 1)]
    assert story(any_record, "s1")["headline"] == "All found"


def test_a_revision_without_a_date_keeps_its_place_in_time(any_record: Record) -> None:
    first = msgspec.structs.replace(article("1"), published=None, first_seen=NOON)
    write(any_record, placed(1, "a1", first, group="c1", story="s1"))
    later = msgspec.structs.replace(first, title="Corrected", first_seen=NOON + 7200)
    write(any_record, placed(2, "a1", later, group="c1", story="s1"))
    with any_record.reading() as connection:
        row = connection.execute(select(articles)).one()
    assert (row.title, row.at, row.first_seen) == ("Corrected", NOON, NOON)


def test_a_revision_in_the_same_batch(any_record: Record) -> None:
    summary = write(
        any_record,
        placed(1, "a1", article("1", title="Ten missing"), group="c1", story="s1"),
        placed(2, "a1", article("1", title="All found"), group="c1", story="s1"),
    )
    assert (summary.new, summary.revised) == (1, 1)


def test_a_revision_that_leaves_its_story_takes_the_empty_story_away(any_record: Record) -> None:
    write(
        any_record,
        placed(1, "a1", article("1"), group="c1", story="s1"),
        placed(2, "a2", article("2"), group="c2", story="s2"),
    )
    before = head(any_record)
    write(any_record, placed(3, "a1", article("1", title="Else"), group="c2", story="s2"))
    assert story(any_record, "s1")["articles"] == 0
    assert ("story", "s1", "remove") in logged(any_record, before)
    with any_record.reading() as connection:
        sizes = {row.id: row.size for row in connection.execute(select(copy_groups))}
    assert sizes == {"c1": 0, "c2": 2}


def test_a_kill_in_unchanged_words_takes_the_headline_from_its_report(
    any_record: Record,
) -> None:
    first, second = article("1", title="Ferry aground", at=NOON), article("2", at=NOON + 60)
    write(
        any_record,
        placed(1, "a1", first, group="c1", story="s1"),
        placed(2, "a2", second, group="c1", story="s1", copy_of="a1"),
    )
    assert story(any_record, "s1")["headline_article"] == "a1"
    killed = msgspec.structs.replace(first, status="cancelled")
    write(any_record, placed(3, "a1", killed, group="c1", story="s1"))
    assert story(any_record, "s1")["headline_article"] == "a2"


def test_a_merge_moves_all_and_redirects_for_ever(any_record: Record) -> None:
    write(
        any_record,
        placed(1, "a1", article("1"), group="c1", story="s1"),
        placed(2, "a2", article("2"), group="c2", story="s2"),
        placed(3, "a3", article("3"), group="c3", story="s3"),
    )
    before = head(any_record)
    merge_two = StoryMerged(kept="s2", gone="s3", evidence=WHY)
    write(any_record, placed(4, "a4", article("4"), group="c4", story="s2", changes=(merge_two,)))
    assert story(any_record, "s3")["merged_into"] == "s2"
    assert ("story", "s3", "remove") in logged(any_record, before)
    assert ("article", "a3", "put") in logged(any_record, before)
    merge_all = StoryMerged(kept="s1", gone="s2", evidence=WHY)
    write(any_record, placed(5, "a5", article("5"), group="c5", story="s1", changes=(merge_all,)))
    assert set(story_of(any_record).values()) == {"s1"}
    assert story(any_record, "s3")["merged_into"] == "s1"
    assert story(any_record, "s2")["merged_into"] == "s1"
    assert story(any_record, "s1")["articles"] == 5
    with any_record.reading() as connection:
        history = connection.execute(select(story_history)).all()
    assert [(row.story, row.event, row.other) for row in history] == [
        ("s2", "merged", "s3"),
        ("s1", "merged", "s2"),
    ]


def test_a_merge_within_the_batch_reaches_articles_placed_before_it(any_record: Record) -> None:
    merge = StoryMerged(kept="s1", gone="s2", evidence=WHY)
    write(
        any_record,
        placed(1, "a1", article("1"), group="c1", story="s1"),
        placed(2, "a2", article("2"), group="c2", story="s2"),
        placed(3, "a3", article("3"), group="c3", story="s1", changes=(merge,)),
    )
    assert set(story_of(any_record).values()) == {"s1"}


def test_a_split_moves_what_it_names(any_record: Record) -> None:
    write(
        any_record,
        placed(1, "a1", article("1"), group="c1", story="s1"),
        placed(2, "a2", article("2"), group="c2", story="s1"),
    )
    split = StorySplit(story="s1", new="s2", moved=("a2",), evidence=WHY)
    with any_record.writing() as connection:
        record_batch(connection, (), afterwards=(split,), now=NOON)
    assert story_of(any_record) == {"a1": "s1", "a2": "s2"}
    assert story(any_record, "s1")["articles"] == 1
    assert story(any_record, "s2")["articles"] == 1


def test_a_split_of_what_the_batch_revised_into_the_story_reaches_where_it_was(
    any_record: Record,
) -> None:
    write(
        any_record,
        placed(1, "a1", article("1"), group="c1", story="s1"),
        placed(2, "a2", article("2"), group="c2", story="s1"),
        placed(3, "a3", article("3"), group="c3", story="s2"),
    )
    split = StorySplit(story="s2", new="s3", moved=("a2",), evidence=WHY)
    write(
        any_record,
        placed(4, "a2", article("2", title="Else"), group="c2", story="s2"),
        placed(5, "a4", article("4"), group="c4", story="s2", changes=(split,)),
    )
    assert story_of(any_record) == {"a1": "s1", "a2": "s3", "a3": "s2", "a4": "s2"}
    assert [story(any_record, each)["articles"] for each in ("s1", "s2", "s3")] == [1, 2, 1]


@pytest.mark.parametrize("name", ["guid", "url", "link", "outlet", "country", "language", "source"])
def test_a_hostile_length_keeps_no_batch_from_being_written(any_record: Record, name: str) -> None:
    # Random, as a database packs what repeats itself.
    long = f"https://news.example/{secrets.token_hex(4000)}"
    hostile = msgspec.structs.replace(article("1", url="https://news.example/1"), **{name: long})
    batch = [
        placed(1, "a1", hostile, group="c1", story="s1"),
        placed(2, "a2", article("2"), group="c2", story="s2"),
    ]
    with any_record.writing() as connection:
        record_batch(connection, batch, now=NOON)
        row, _ = connection.execute(select(articles).order_by(articles.c.number)).all()
    assert row.url == "https://news.example/1"
    assert unpack(row.body) == hostile
