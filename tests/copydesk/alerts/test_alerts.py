"""Saved searches hear of what is new or changed, once, as the change log grows."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from copydesk.alerts import searches
from copydesk.alerts.reader import match_new, match_next
from copydesk.errors import NotFoundError, SavedSearchError, UnfitTextError
from copydesk.record import changelog, deleting, overruling
from copydesk.record.database import Record
from copydesk.record.placing import record_batch
from copydesk.record.schema import stories
from copydesk.record.schema_hubs import saved_searches
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import run_once
from dedupe.document import StoryEvidence, StoryMerged
from indexer.engines.embedded import EmbeddedEngine
from indexer.errors import QueryError
from indexer.query.match import Sight, matches, read_query
from indexer.query.plan import Prefix
from tests.conformance.corpus import NOW, STORIES
from tests.copydesk.samples import NOON, article, placed


def save(record: Record, name: str, query: str, kind: str = "article") -> searches.SavedSearch:
    with record.writing() as connection:
        return searches.save(connection, name, query, kind=kind, who="Ann", now=NOON)  # type: ignore[arg-type]


def place(record: Record, number: int, title: str, *, story: str = "", text: str = "") -> None:
    one = article(str(number), title=title, text=text, at=NOON + number)
    row = placed(number, f"a{number}", one, group=f"g{number}", story=story or f"s{number}")
    with record.writing() as connection:
        record_batch(connection, [row], now=NOON + number)


def match(record: Record) -> None:
    match_new(record, now=lambda: NOON + 500, seconds=60)


def found(record: Record, name: str, after: int = 0) -> list[str]:
    with record.reading() as connection:
        search = searches.one_search(connection, name)
        listed = searches.list_matches(connection, search, after=after, limit=100)
        return [each.id for each in listed]


def test_what_is_new_or_changed_matches_once(any_record: Record) -> None:
    place(any_record, 1, "Ferry before anybody asked")
    save(any_record, "ferries", "ferry")
    save(any_record, "ships", "ferry OR ship", kind="story")
    place(any_record, 2, "Ferry aground")
    place(any_record, 3, "Quake in Talca")
    match(any_record)
    assert (found(any_record, "ferries"), found(any_record, "ships")) == (["a2"], ["s2"])
    place(any_record, 3, "Quake sinks a ferry")
    place(any_record, 2, "Ferry aground, all safe")
    match(any_record)
    match(any_record)
    assert found(any_record, "ferries") == ["a2", "a3"]
    assert found(any_record, "ships") == ["s2", "s3"]
    with any_record.reading() as connection:
        listed = searches.list_searches(connection)
        search = searches.one_search(connection, "ferries")
        (newest,) = searches.list_matches(connection, search, limit=1, order="newest")
        assert searches.list_matches(connection, search, after=newest.number, limit=9) == []
        assert changelog.load_cursor(connection, searches.READER) == changelog.head(connection)
    assert [(each.name, each.matches) for each in listed] == [("ferries", 2), ("ships", 2)]
    assert (newest.headline, newest.outlet, newest.story) == ("Quake sinks a ferry", "Wire", "s3")


def test_a_later_search_does_not_hear_of_the_past(record: Record) -> None:
    save(record, "first", "ferry")
    place(record, 1, "Ferry aground")
    save(record, "second", "ferry")
    place(record, 2, "Ferry afloat")
    match(record)
    assert (found(record, "first"), found(record, "second")) == (["a1", "a2"], ["a2"])


def test_what_no_engine_would_be_asked_for_listens_on_but_is_not_saved(record: Record) -> None:
    with pytest.raises(QueryError, match="begins too many words"):
        save(record, "new", "ferry-a*")
    save(record, "old", "ferry-ag*")
    with record.writing() as connection:
        connection.execute(update(saved_searches).values(query="ferry-a*"))
    place(record, 1, "Ferry aground")
    match(record)
    assert found(record, "old") == ["a1"]


def test_an_outlet_is_heard_by_its_whole_name(record: Record) -> None:
    save(record, "whole", "outlet_is:wire")
    save(record, "as written", "outlet_is:Wire")
    place(record, 1, "Ferry aground")
    match(record)
    assert (found(record, "whole"), found(record, "as written")) == ([], ["a1"])


def test_what_is_merged_away_is_forgotten(record: Record) -> None:
    save(record, "ferries", "ferry", kind="story")
    place(record, 1, "Ferry aground")
    place(record, 2, "Ferry afloat")
    match(record)
    change = StoryMerged(kept="s1", gone="s2", evidence=StoryEvidence(method="person"))
    with record.writing() as connection:
        record_batch(connection, (), afterwards=(change,), now=NOON + 9)
    match(record)
    assert found(record, "ferries") == ["s1"]


def test_a_search_goes_on_where_its_story_was_merged(any_record: Record) -> None:
    save(any_record, "reports", "ferry story:s2")
    save(any_record, "others", "ferry NOT story:s2")
    save(any_record, "story", "story:s2", kind="story")
    save(any_record, "by id", "id:s2", kind="story")
    place(any_record, 1, "Ferry aground")
    place(any_record, 2, "Ferry afloat")
    match(any_record)
    assert (found(any_record, "reports"), found(any_record, "others")) == (["a2"], ["a1"])
    change = StoryMerged(kept="s1", gone="s2", evidence=StoryEvidence(method="person"))
    with any_record.writing() as connection:
        record_batch(connection, (), afterwards=(change,), now=NOON + 9)
    match(any_record)
    assert (found(any_record, "story"), found(any_record, "by id")) == (["s1"], ["s1"])
    place(any_record, 3, "Ferry towed", story="s1")
    place(any_record, 4, "Ferry elsewhere")
    match(any_record)
    assert found(any_record, "reports") == ["a2", "a3"]
    assert found(any_record, "others") == ["a1", "a4"]


def test_who_reads_on_misses_nothing_when_the_newest_match_is_deleted(any_record: Record) -> None:
    save(any_record, "ferries", "ferry")
    place(any_record, 1, "Ferry aground")
    place(any_record, 2, "Ferry afloat")
    match(any_record)
    with any_record.reading() as connection:
        search = searches.one_search(connection, "ferries")
        (newest,) = searches.list_matches(connection, search, limit=1, order="newest")
    with any_record.writing() as connection:
        deleting.request(connection, ["a2"], reason="a court said so", now=NOON)
        record_batch(connection, (), deleted=["a2"], now=NOON + 9)
    match(any_record)
    place(any_record, 3, "Ferry sunk")
    match(any_record)
    assert found(any_record, "ferries", after=newest.number) == ["a2", "a3"]


def test_a_removed_search_leaves_its_number_to_no_other(any_record: Record) -> None:
    old = save(any_record, "ferries", "ferry")
    with any_record.writing() as connection:
        searches.remove(connection, old)
    assert save(any_record, "quakes", "quake").id > old.id


def test_nothing_is_read_while_nobody_listens(record: Record) -> None:
    place(record, 1, "Ferry aground")
    match(record)
    with record.reading() as connection:
        assert changelog.load_cursor(connection, searches.READER) == 0
    search = save(record, "ferries", "ferry")
    with record.writing() as connection:
        assert changelog.load_cursor(connection, searches.READER) == changelog.head(connection)
        searches.remove(connection, search)
        with pytest.raises(NotFoundError, match="no saved search “ferries”"):
            searches.one_search(connection, "ferries")


@pytest.mark.parametrize(
    ("name", "query", "says"),
    [
        ("", "ferry", "1 to 200"),
        ("x" * 201, "ferry", "1 to 200"),
        ("a\x00b", "ferry", "printable"),
        ("taken", "ferry", "“taken” already"),
        ("long", "x" * 2001, "2,001 characters"),
    ],
)
def test_what_cannot_be_saved_is_told(record: Record, name: str, query: str, says: str) -> None:
    save(record, "taken", "ferry")
    with pytest.raises((SavedSearchError, UnfitTextError), match=says):
        save(record, name, query)


def test_a_query_that_cannot_be_read_is_told_with_its_place(record: Record) -> None:
    with pytest.raises(QueryError) as caught:
        save(record, "bad", 'ferry "aground')
    assert caught.value.offset == 6


@pytest.mark.parametrize(
    ("query", "stored"),
    [
        ("drone - OR missile", "drone - OR missile"),
        ("(drone -) OR missile", "drone - OR missile"),
        ("published:{2023 TO 2023}", "published:{2023 TO 2023}"),
        ("Mis\u00adsile", "Missile"),
        ("(" * 10 + "a b" + " OR missile) b" * 10, "(" * 10 + "a b" + " OR missile) b" * 10),
        (f"keyword:({'a ' * 300})", f"keyword:({'a ' * 300})"),
    ],
)
def test_a_search_is_stored_so_that_it_means_the_same(
    record: Record, query: str, stored: str
) -> None:
    saved = save(record, "stored", query)
    assert saved.query == stored
    assert read_query(saved.query, "article", now=0) == read_query(query, "article", now=0)


def test_a_search_stored_in_a_form_of_before_is_heard_again(record: Record) -> None:
    save(record, "old", "drone")
    with record.writing() as connection:
        connection.execute(update(saved_searches).values(query="(drone -) OR missile"))
    place(record, 1, "A missile hits the port")
    match(record)
    assert found(record, "old") == ["a1"]


def test_one_search_that_cannot_be_read_any_more_does_not_stop_the_others(record: Record) -> None:
    save(record, "old", "ferry")
    save(record, "good", "ferry")
    with record.writing() as connection:
        broken = update(saved_searches).where(saved_searches.c.name == "old")
        connection.execute(broken.values(query="gone:field"))
    place(record, 1, "Ferry aground")
    match(record)
    assert (found(record, "old"), found(record, "good")) == ([], ["a1"])


def test_the_desk_listens(record: Record, tmp_path: Path) -> None:
    from copydesk.record import inbox

    save(record, "ferries", "title:ferry published:>=2023-05")
    with record.writing() as connection:
        inbox.put(connection, [article("1", title="Ferry aground")], received=NOON)
    engine = EmbeddedEngine.open_writer(tmp_path / "index")
    work = DeskWork(record, engine, memory_file=tmp_path / "memory", batch=10)
    run_once(work)
    (id_,) = found(record, "ferries")
    with record.writing() as connection:
        story = connection.scalars(select(stories.c.id)).one()
        overruling.ask(connection, overruling.Wish(act="pin", story=story), now=NOON)
    work.listen()
    engine.close()
    assert found(record, "ferries") == [id_]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("drones", "s1"), ("articles:>5", "s1"), ('keyword:"air defence"', "s2"), ("", "s1 s2")],
)
def test_stories_match_as_the_engines_find_them(query: str, expected: str) -> None:
    plan = read_query(query, "story", now=round(NOW * 1e6))
    yes = [story.id for story in STORIES if matches(plan, Sight.of(story))]
    assert sorted(yes) == expected.split()


@pytest.mark.parametrize(("prefix", "yes"), [("fer", 1), ("ferry", 1), ("a", 1), ("zz", 0)])
def test_a_prefix_is_found_wherever_it_stands_among_the_words(prefix: str, yes: int) -> None:
    terms = frozenset({"rocks", "on", "again", "ferry"})
    sight = Sight("article", {}, {"title": terms}, {})
    assert matches(Prefix("title", prefix), sight) == bool(yes)
    assert matches(Prefix("text", prefix), sight) is False


def test_many_searches_are_matched_a_little_at_a_time(record: Record) -> None:
    """The desk must be able to breathe in between."""
    save(record, "ferries", "ferry")
    with record.writing() as connection:
        row = {"kind": "article", "query": "no", "who": "", "created": NOON, "since": 0}
        connection.execute(insert(saved_searches), [{**row, "name": f"{n}"} for n in range(9_999)])
    for number in range(15):
        place(record, number, "Ferry aground")
    seen = []
    while match_next(record, now=lambda: NOON):
        seen.append(len(found(record, "ferries")))
    assert seen[-1] == 15
    assert len(seen) > 1
