"""What became of matched articles is noted among the matches, each thing once."""

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from copydesk.alerts import searches
from copydesk.alerts.searches import Match
from copydesk.record import changelog, deleting
from copydesk.record.database import Record
from copydesk.record.deleting import CANCELLED, RETENTION
from copydesk.record.placing import record_batch
from copydesk.record.schema_hubs import search_matches
from crawler.article import ArticleStatus
from dedupe.document import StoryEvidence, StoryMerged
from tests.copydesk.alerts.test_alerts import match, save
from tests.copydesk.samples import NOON, article, placed

Told = tuple[int, int, str, str]


def place(record: Record, number: int, title: str, status: ArticleStatus = "usable") -> None:
    one = replace(article(str(number), title=title, at=NOON + number), status=status)
    row = placed(number, f"a{number}", one, group=f"g{number}", story=f"s{number}")
    with record.writing() as connection:
        record_batch(connection, [row], now=NOON + number)


def delete(record: Record, *ids: str, reason: str = "a court said so") -> None:
    with record.writing() as connection:
        deleting.request(connection, ids, reason=reason, now=NOON)
        record_batch(connection, (), deleted=ids, now=NOON + 9)


def listed(record: Record, name: str = "ferries", after: int = 0) -> list[Match]:
    match(record)
    with record.reading() as connection:
        search = searches.one_search(connection, name)
        return searches.list_matches(connection, search, after=after, limit=100)


def told(record: Record, name: str = "ferries", after: int = 0) -> list[Told]:
    """Number, number of the match, id and status."""
    return [
        (each.number, each.change_of, each.id, each.status) for each in listed(record, name, after)
    ]


def test_who_heard_of_a_match_hears_what_becomes_of_it(any_record: Record) -> None:
    save(any_record, "ferries", "ferry")
    place(any_record, 1, "Ferry aground, 214 aboard")
    place(any_record, 2, "Ferry afloat")
    place(any_record, 3, "Quake in Talca")
    assert told(any_record) == [(1, 0, "a1", "usable"), (2, 0, "a2", "usable")]
    place(any_record, 2, "Ferry afloat again")  # a new wording is no news of a match
    place(any_record, 3, "Quake in Talca, corrected", "corrected")
    assert told(any_record, after=2) == []
    place(any_record, 1, "Ship aground, 241 aboard", "corrected")  # even where it matches no more
    place(any_record, 2, "KILL - Ferry afloat", "cancelled")
    assert told(any_record, after=2) == [(3, 1, "a1", "corrected"), (4, 2, "a2", "cancelled")]
    place(any_record, 1, "Ship aground, 242 aboard", "corrected")
    place(any_record, 2, "KILL - Ferry afloat, please kill", "cancelled")
    assert told(any_record, after=4) == [(5, 1, "a1", "corrected")]
    place(any_record, 2, "Ferry afloat after all")
    assert told(any_record, after=5) == [(6, 2, "a2", "usable")]
    assert [each.headline for each in listed(any_record, after=4)] == [
        "Ship aground, 242 aboard",
        "Ferry afloat after all",
    ]
    with any_record.reading() as connection:
        (ferries,) = searches.list_searches(connection)
        rows = connection.scalar(select(func.count()).select_from(search_matches))
    assert (ferries.matches, rows) == (2, 4)  # the last change of each is kept


def test_nothing_is_left_of_what_was_deleted_but_that_it_was(any_record: Record) -> None:
    save(any_record, "ferries", "ferry")
    save(any_record, "all", "*")
    for number in (1, 2):
        place(any_record, number, "Ferry aground")
    match(any_record)
    place(any_record, 1, "Ferry aground, all safe", "corrected")
    match(any_record)
    delete(any_record, "a1", reason=CANCELLED)
    assert told(any_record)[0][2:] == ("a2", "usable")
    (gone,) = listed(any_record, after=6)
    plain = Match(
        number=gone.number, at=NOON + 500, seq=gone.seq, kind="article", id="a1",
        change_of=1, status="deleted",
    )  # fmt: skip
    assert gone == plain
    assert [each[2:] for each in told(any_record, "all")] == [("a2", "usable"), ("a1", "deleted")]
    with any_record.reading() as connection:
        assert [each.matches for each in searches.list_searches(connection)] == [1, 1]


def test_nothing_is_told_twice(any_record: Record) -> None:
    save(any_record, "ferries", "ferry")
    place(any_record, 1, "Ferry aground", "corrected")
    place(any_record, 2, "Ferry afloat")
    place(any_record, 3, "Ferry sunk")
    assert [each[3] for each in told(any_record)] == ["corrected", "usable", "usable"]
    place(any_record, 2, "Ferry afloat, all safe", "corrected")
    delete(any_record, "a3")
    first = told(any_record, after=3)
    assert [each[1:] for each in first] == [(2, "a2", "corrected"), (3, "a3", "deleted")]
    # Their story is another one, and all of the log is read once more.
    change = StoryMerged(kept="s1", gone="s2", evidence=StoryEvidence(method="person"))
    with any_record.writing() as connection:
        record_batch(connection, (), afterwards=(change,), now=NOON + 9)
    assert told(any_record, after=3) == first
    with any_record.writing() as connection:
        changelog.save_cursor(connection, searches.READER, 0, at=NOON)
    assert told(any_record, after=3) == first


def test_what_retention_forgets_is_not_told(any_record: Record) -> None:
    save(any_record, "ferries", "ferry")
    place(any_record, 1, "Ferry aground")
    place(any_record, 2, "Ferry afloat")
    match(any_record)
    place(any_record, 1, "Ferry aground, all safe", "corrected")
    assert len(told(any_record)) == 3
    delete(any_record, "a1", reason=RETENTION)
    assert told(any_record) == [(2, 0, "a2", "usable")]


@pytest.mark.parametrize("query", ["ferry", "*"])
def test_of_stories_and_of_what_never_matched_nothing_more_is_told(
    record: Record, query: str
) -> None:
    save(record, "stories", query, kind="story")
    save(record, "quakes", "quake")
    place(record, 1, "Ferry aground")
    match(record)
    place(record, 1, "Ferry aground, all safe", "corrected")
    assert told(record, "stories") == [(1, 0, "s1", "corrected")]
    delete(record, "a1")
    assert (told(record, "stories"), told(record, "quakes")) == ([], [])
