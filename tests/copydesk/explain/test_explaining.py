"""The whole life of an article, and every reason why it may not be there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, insert, update

from config.settings import RetentionSettings
from copydesk.api.times import moment
from copydesk.explain.explaining import Audience, explain
from copydesk.explain.model import Explanation
from copydesk.explain.naming import sources_near
from copydesk.explain.telling import tell
from copydesk.record import deleting, inbox, overruling
from copydesk.record.database import Record
from copydesk.record.deadletters import Unplaced, bury, bury_rejected
from copydesk.record.overruling import Wish
from copydesk.record.placing import record_batch
from copydesk.record.schema import articles, fetches, source_state, sources
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import run_once
from crawler.article import Credit
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import Rejected, SearchPage, SearchRequest
from indexer.errors import EngineUnavailableError
from tests.copydesk.samples import NOON, article, placed

FERRY = (
    "A ferry with two hundred people on board ran aground off the island of Holm early on Tuesday, "
    "the coast guard said. Nobody was hurt and the passengers were taken to Varnsund by lifeboat. "
)
ADDRESS = "https://news.example/wire/2023/1.html"


class Place:
    """A record with a real engine; each method does one thing and asks."""

    def __init__(self, record: Record, folder: Path) -> None:
        self.record = record
        self.engine = EmbeddedEngine.open_writer(folder / "index")
        self.work = DeskWork(
            record,
            self.engine,
            memory_file=folder / "memory",
            batch=10,
            retention=RetentionSettings(fetches=0),  # that of 2023 is told of
        )

    def put(self, *some: object) -> None:
        with self.record.writing() as connection:
            inbox.put(connection, some, received=NOON + 90)  # type: ignore[arg-type]

    def ask(self, of: str, audience: Audience = "operator") -> Explanation:
        with self.record.reading() as connection:
            return explain(connection, self.engine, of, audience=audience)


@pytest.fixture
def place(record: Record, tmp_path: Path) -> Iterator[Place]:
    with record.writing() as connection:
        for name in ("wire", "paper"):
            connection.execute(
                insert(sources).values(
                    id=name,
                    url=f"https://{name}.example/feed",
                    kind="feed",
                    outlet=name.title(),
                    origin="config",
                    added_at=NOON,
                )
            )
            connection.execute(insert(source_state).values(source=name, last_outcome="ok"))
        row = {"source": "wire", "elapsed": 1.0, "status": 200, "bytes": 9, "pages": 1}
        connection.execute(
            insert(fetches).values(
                **row, at=NOON + 30, outcome="ok", items=20, new_items=1, page_failures=0
            )
        )
    made = Place(record, tmp_path)
    yield made
    made.engine.close()


def whole(place: Place) -> Explanation:
    first = article("1", text=FERRY)
    credit = Credit(agency="AP", wording="HOLM (AP) -", found_in="dateline")
    place.put(
        msgspec.structs.replace(first, credit=credit, published_confidence=0.9),
        article("2", title="Ship stuck", text=FERRY, source="paper", outlet="Paper", at=NOON + 300),
    )
    run_once(place.work)
    return place.ask(ADDRESS)


def test_a_life_from_its_fetch_to_the_index(place: Place) -> None:
    found = whole(place)
    life = found.article
    assert found.standing == "placed"
    assert life is not None
    assert life.source is not None
    assert (life.source.id, life.source.state) == ("wire", "well")
    assert life.fetch is not None
    assert life.fetch.items == 20
    assert "guid:wire:1" in life.keys
    assert life.extraction.published_origin == "feed"
    assert life.credit is not None
    assert (life.copy_group.size, life.copy_group.why.method) == (2, "first")
    assert [each.revision for each in life.revisions] == [1]
    assert life.index.state == "current"
    told = "\n".join(line for title, lines in tell(found) for line in (title, *lines))
    for words in ("HOLM (AP) -", "20 items, 1 new", "0.90 sure", "opened the story"):
        assert words in told


@pytest.mark.parametrize(
    "name", ["1", "guid:wire:1", "http://www.news.example/wire/2023/1.html?utm_source=x"]
)
def test_an_article_has_many_names(place: Place, name: str) -> None:
    known = whole(place).article
    found = place.ask(name).article
    assert known is not None
    assert found is not None
    assert found.id == known.id


def test_a_copy_names_what_it_copies_and_a_group_its_first(place: Place) -> None:
    known = whole(place).article
    copy = place.ask("2").article
    assert known is not None
    assert copy is not None
    assert copy.story.why.method == "copy"
    assert "“Ferry runs aground off Holm” (Wire)" in copy.copy_group.why.in_words
    by_group = place.ask(copy.copy_group.group)
    assert by_group.article is not None
    assert (by_group.article.id, by_group.also) == (known.id, (copy.id,))


def test_revisions_and_a_newer_wording_that_waits(place: Place) -> None:
    whole(place)
    place.put(article("1", title="Ferry aground, all safe", text=FERRY))
    assert any("A newer wording waits" in words for words in place.ask("1").in_words)
    run_once(place.work)
    life = place.ask("1").article
    assert life is not None
    assert [(each.revision, each.replaced is None) for each in life.revisions] == [
        (1, False),
        (2, True),
    ]


def test_what_is_damaged_of_an_article_hides_nothing_else(place: Place) -> None:
    first = article("1", text=FERRY)
    place.put(first)
    run_once(place.work)
    with place.record.writing() as connection:
        connection.execute(update(articles).values(body=b"no article"))
    damaged = place.ask(ADDRESS)
    assert damaged.article is not None
    assert (damaged.standing, damaged.article.title) == ("placed", first.title)
    assert "cannot be read" in damaged.article.extraction.note
    assert damaged.article.story.why.method == "first"
    place.put(article("1", title="Ferry off the rocks", text=FERRY))
    run_once(place.work)
    mended = place.ask(ADDRESS).article
    assert mended is not None
    then, now = mended.revisions
    assert "cannot be read" in then.title
    assert (now.title, now.characters) == ("Ferry off the rocks", len(FERRY))


def test_a_story(place: Place) -> None:
    known = whole(place).article
    assert known is not None
    found = place.ask(known.story.story)
    assert found.story is not None
    assert (found.story.articles, found.story.index.state) == (2, "current")
    assert list(tell(found))


def test_what_people_decided(place: Place) -> None:
    known = whole(place).article
    assert known is not None
    story = known.story.story
    wish = Wish(act="split", story=story, articles=(known.id,), who="Ann", reason="no ferry")
    with place.record.writing() as connection:
        overruling.ask(connection, wish, now=NOON)
    run_once(place.work)
    found = place.ask("1")
    assert found.article is not None
    assert found.article.story.why.method == "person"
    (word,) = found.overrules
    assert (word.who, word.state, word.outcome) == ("Ann", "applied", found.article.story.story)
    assert place.ask(story).overrules == found.overrules
    told = "\n".join(line for _, lines in tell(found) for line in lines)
    assert f"Ann: split {story} {known.id}, now {word.outcome}: no ferry" in told


def test_waiting(place: Place) -> None:
    place.put(article("1", text=FERRY))
    found = place.ask(ADDRESS)
    assert (found.standing, found.article) == ("waiting", None)
    assert "waits in the inbox" in found.in_words[1]


@pytest.mark.parametrize(
    ("until", "told"), [(9e9, "is under embargo until 14 March 2255"), (None, "is withheld")]
)
def test_under_embargo(place: Place, until: float | None, told: str) -> None:
    one = article("1", text=FERRY)
    place.put(msgspec.structs.replace(one, status="embargoed", embargo_until=until))
    run_once(place.work)
    found = place.ask(ADDRESS)
    assert (found.standing, found.article) == ("waiting", None)
    assert told in found.in_words[1]
    id_ = found.in_words[2].split()[3].strip("`")
    assert found.in_words[2].startswith("`copydesk embargoes lift a")
    assert place.ask(id_).in_words[1:] == found.in_words[1:]


def test_an_embargo_that_is_over_and_a_kill_reach_the_desk(place: Place) -> None:
    one = article("wire-40001", text=FERRY)
    place.put(msgspec.structs.replace(one, status="embargoed", embargo_until=NOON + 3600))
    run_once(place.work)
    life = place.ask(one.url).article
    assert life is not None
    assert (life.status, life.embargo_until) == ("usable", None)
    assert life.extraction.published == moment(NOON + 3600)
    kill = msgspec.structs.replace(one, status="cancelled", text="", summary="", raw_digest="kill")
    place.put(kill)
    run_once(place.work)
    found = place.ask(one.url)
    assert found.standing == "deleted"
    assert "(cancelled by its source)" in found.in_words[1]
    place.put(msgspec.structs.replace(one, text=f"{FERRY} Again.", content_hash="other"))
    run_once(place.work)
    again = place.ask(one.url)
    assert again == found
    assert "A cancellation is final" in again.in_words[2]
    assert "under its identity" in place.ask(one.url, "reader").in_words[2]


def test_failed_at_the_desk(place: Place) -> None:
    place.put(article("1", text=FERRY))
    with place.record.writing() as connection:
        waiting = inbox.take(connection, limit=1)[0]
        bury(connection, [Unplaced(waiting=waiting, reason="poison")], at=NOON)
    found = place.ask(ADDRESS)
    assert found.standing == "failed"
    assert "poison" in found.in_words[1]
    assert "deadletter retry" in found.in_words[2]


def test_deleted(place: Place) -> None:
    known = whole(place).article
    assert known is not None
    with place.record.writing() as connection:
        deleting.request(connection, [known.id], reason="court order", now=NOON)
    assert "is being deleted" in place.ask("1").in_words[-2]
    assert "(court order)" in place.ask("1").in_words[-2]
    run_once(place.work)
    found = place.ask(known.id)
    assert found.standing == "deleted"
    assert "court order" in found.in_words[1]
    read = place.ask(known.id, "reader")
    assert (read.standing, "court" in str(read)) == ("deleted", False)


@pytest.mark.parametrize("guid", [ADDRESS, ""])
def test_an_import_is_known_by_its_address_while_it_waits_and_when_deleted(
    place: Place, guid: str
) -> None:
    imported = article(guid, text=FERRY, source="an-archive", url=ADDRESS)
    extraction = msgspec.structs.replace(imported.extraction, origin="import")
    with place.record.writing() as connection:
        row = {"id": "an-archive", "url": "https://feeds.example/a", "kind": "feed"}
        connection.execute(
            insert(sources).values(**row, outlet="Archive", origin="config", added_at=NOON)
        )
    place.put(msgspec.structs.replace(imported, extraction=extraction))
    assert place.ask(ADDRESS).standing == "waiting"
    run_once(place.work)
    known = place.ask(ADDRESS).article
    assert known is not None
    with place.record.writing() as connection:
        deleting.request(connection, [known.id], reason="court order", now=NOON)
    run_once(place.work)
    assert place.ask(ADDRESS).standing == "deleted"


@pytest.mark.parametrize("source", ["import", "a-dump"])
def test_an_import_is_known_by_its_guid_although_no_source_is_registered(
    place: Place, source: str
) -> None:
    imported = article("item-7", text=FERRY, source=source, url="")
    extraction = msgspec.structs.replace(imported.extraction, origin="import")
    place.put(msgspec.structs.replace(imported, extraction=extraction))
    assert place.ask("item-7").standing == "waiting"


def test_not_in_the_last_fetch_of_a_source_of_its_site(place: Place) -> None:
    found = place.ask("https://wire.example/2023/05/30/another-story")
    assert (found.standing, [source.id for source in found.sources]) == ("not seen", ["wire"])
    assert "not among the 20 items" in found.in_words[1]
    assert "was not fetched yet" in place.ask("https://paper.example/2023/05/30/x-y-z").in_words[1]
    with place.record.writing() as connection:
        connection.execute(update(sources).where(sources.c.id == "paper").values(paused=1))
    assert "is paused" in place.ask("https://paper.example/2023/05/30/x-y-z").in_words[1]


def test_the_source_is_known_by_the_host_of_its_articles(place: Place) -> None:
    whole(place)
    found = place.ask("https://news.example/wire/2023/another-story.html")
    assert [source.id for source in found.sources] == ["paper", "wire"]


def test_a_host_is_found_without_reading_every_address(any_record: Record) -> None:
    asked: list[tuple[str, Any]] = []
    with any_record.writing() as connection:
        record_batch(connection, [placed(1, "a1", article("1"), group="c", story="s")], now=NOON)
        assert sources_near(connection, "https://news.example/else") == ["wire"]
        assert sources_near(connection, "https://ews.example/else") == []
    with any_record.reading() as connection:
        event.listen(
            connection,
            "before_cursor_execute",
            lambda _c, _k, statement, values, *_: asked.append((statement, values)),
        )
        assert sources_near(connection, "https://a.example/1") == []
        (by_address, values), _ = [one for one in asked if "articles.url" in one[0]]
        if any_record.dialect == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {by_address}", values).all()
            assert "SEARCH articles USING INDEX ix_articles_url" in str(plan)
        else:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = 0")
            plan = connection.exec_driver_sql(f"EXPLAIN {by_address}", values).all()
            assert "Index Scan Backward using ix_articles_at_id" in str(plan)


def test_no_source_reads_the_site_and_no_id_at_all(place: Place) -> None:
    strange = place.ask("https://elsewhere.test/2023/05/30/another-story")
    assert "copydesk sources add elsewhere.test" in strange.in_words[1]
    assert "no address" in place.ask("nonsense").in_words[0]
    assert strange.standing == place.ask("nonsense").standing == "unknown"


def test_what_the_engine_has_against_the_record(place: Place) -> None:
    known = whole(place).article
    assert known is not None
    with place.record.writing() as connection:
        of = articles.c.id == known.id
        connection.execute(update(articles).where(of).values(title="Another title"))
    assert _index(place) == "differs"
    with place.record.writing() as connection:
        refused = Rejected(kind="article", id=known.id, version=1, reason="too long")
        bury_rejected(connection, [refused], at=NOON)
    assert _index(place) == "refused"
    with place.record.writing() as connection:
        connection.execute(update(articles).where(of).values(changed=1_000_000))
    assert _index(place) == "behind"
    place.engine = _Away()  # type: ignore[assignment]
    assert _index(place) == "unreachable"


def _index(place: Place) -> str:
    life = place.ask("1").article
    assert life is not None
    return life.index.state


class _Away:
    """A reader whose server is away."""

    def search(self, request: SearchRequest) -> SearchPage:  # noqa: ARG002 - the agreed face
        raise EngineUnavailableError("the server is away")

    def position(self) -> int:
        raise EngineUnavailableError("the server is away")

    def close(self) -> None:
        pass
