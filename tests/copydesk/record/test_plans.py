"""Nothing that is done all day reads a whole table: what it costs must not grow with the record."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Engine

from config.settings import RetentionSettings
from copydesk.alerts import searches
from copydesk.record import deleting, inbox, overruling, reading
from copydesk.record.database import Record
from copydesk.record.overruling import Wish
from copydesk.record.placing import record_batch
from copydesk.record.reading import ArticleFilter, StoryFilter
from copydesk.record.reading_stories import resolve_story
from copydesk.roles.desk import DeskWork
from copydesk.roles.retaining import Retention
from indexer.engines.embedded import EmbeddedEngine
from tests.copydesk.samples import NOON, article, placed

# Those that grow with the news; the inbox, letters, sources and people's word stay small.
GROWING = {
    "articles", "article_keys", "known_articles", "revisions", "copy_groups", "stories",
    "story_history", "change_log", "deletions", "desk_journal", "fetches", "search_matches",
}  # fmt: skip
DAY = 86_400.0


@contextmanager
def scans(record: Record) -> Iterator[list[str]]:
    """What was read whole meanwhile, with the statement that did it."""
    found: list[str] = []

    def look(
        connection: Connection, _cursor: Any, sql: str, values: Any, _context: Any, many: bool
    ) -> None:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")):
            shown = values[0] if many else values
            driver = connection.connection.driver_connection
            assert driver is not None
            for *_, step in driver.execute(f"EXPLAIN QUERY PLAN {sql}", shown):
                words: Sequence[str] = step.split()
                if words[0] == "SCAN" and words[1] in GROWING:
                    found.append(f"{step}: {sql}")

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", look)


def test_a_day_of_the_desk_reads_no_table_whole(record: Record, tmp_path: Path) -> None:
    engine = EmbeddedEngine.open_writer(tmp_path / "index")
    work = DeskWork(record, engine, memory_file=tmp_path / "desk.memory", batch=10)
    with record.writing() as connection:
        searches.save(connection, "matters", "matter", kind="article", who="Ann", now=NOON)
    with scans(record) as found:
        for n in range(4):
            words = " ".join(f"w{n}x{word}" for word in range(60))
            some = [article(f"{n}", title=f"Matter {n} of {words[:20]}", text=words)]
            with record.writing() as connection:
                assert inbox.unseen(connection, some, now=NOON) == ["new"]
                inbox.put(connection, some, received=NOON)
            assert work.place_waiting()
        with record.writing() as connection:
            shown = connection.execute(
                text("SELECT id, story FROM articles ORDER BY articles.at LIMIT 3")
            ).all()
            merge = Wish(act="merge", story=shown[0].story, subject=shown[1].story)
            overruling.ask(connection, merge, now=NOON)
            deleting.request(connection, [shown[2].id], reason="asked", now=NOON)
        assert work.listen()
        assert work.forget()
        with record.reading() as connection:
            held = resolve_story(connection, shown[1].story)
            assert held is not None
            assert overruling.about_story(connection, held)
            detail = reading.story_detail(connection, held, reports=1)
            assert detail is not None
            reading.story_detail(connection, held, reports=1, around=detail.older_page)
        assert work.index()
        work.save()
    engine.close()
    ordered = "ORDER BY articles.at"  # by its index, as far as the statement's limit
    assert [each for each in found if ordered not in each] == []


def test_what_few_articles_match_is_found_without_all_others(record: Record) -> None:
    with record.writing() as connection:
        record_batch(connection, [placed(1, "a1", article("1"), group="c1", story="s1")], now=NOON)
    with record.reading() as connection, scans(record) as found:
        for filter_ in (
            ArticleFilter(outlet="Islet Post"),
            ArticleFilter(language="is", source="islet"),
            ArticleFilter(country="IS"),
        ):
            reading.list_articles(connection, filter_, None, 10)
        for wanted in (StoryFilter(outlet="Islet Post"), StoryFilter(language="en", outlet="Post")):
            reading.list_stories(connection, wanted, None, 10)
    assert found == []


def test_retention_reads_no_table_whole(record: Record) -> None:
    rules = RetentionSettings(
        articles=1, texts=1, revisions=1, fetches=1, dead_letters=1, changes=1
    )
    with record.writing() as connection:
        inbox.put(connection, [article("1", text="The ferry. " * 20)], received=NOON)
    for settings in (rules, RetentionSettings()):
        with scans(record) as found:
            while Retention(record, settings, now=lambda: NOON + 9 * DAY).step():
                pass
        assert found == []
