"""Versions, durability and paging: the promises of the protocol, on every engine."""

import itertools
from collections.abc import Iterator

import pytest

from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.protocol import Engine, Order, Put, Remove, SearchRequest, WalkRequest, Write
from indexer.errors import QueryError
from tests.conformance.conftest import Place
from tests.conformance.corpus import MAY_30, writes


def article(version: int, given: str = "a", title: str = "", at: float = MAY_30) -> Put:
    document = ArticleDocument(id=given, title=title or f"version {version}", first_seen=at)
    return Put(version=version, document=document)


def titles(engine: Engine, query: str = "") -> list[str]:
    page = engine.search(SearchRequest(query=query, order="oldest", limit=1000))
    return [hit.document.title for hit in page.hits if isinstance(hit.document, ArticleDocument)]


def test_an_empty_engine_finds_nothing_and_stands_at_zero(engine: Engine) -> None:
    assert engine.position() == 0
    page = engine.search(SearchRequest())
    assert (page.hits, page.total, page.next_cursor) == ((), 0, "")
    engine.refresh()
    assert engine.write([]).ok == 0


def test_a_later_version_replaces_and_an_earlier_one_is_stale(engine: Engine) -> None:
    assert engine.write([article(5)]).ok == 1
    engine.refresh()
    report = engine.write([article(4), article(5), article(6), article(3)])
    assert (report.ok, report.stale) == (2, 2)
    engine.refresh()
    assert titles(engine) == ["version 6"]
    assert (engine.write([article(5)]).stale, engine.position()) == (1, 6)


def test_the_same_version_again_is_harmless(engine: Engine) -> None:
    engine.write(writes())
    engine.refresh()
    before = engine.search(SearchRequest(limit=1000))
    report = engine.write(writes())
    engine.refresh()
    assert (report.ok, report.stale, report.rejected) == (len(writes()), 0, ())
    assert engine.search(SearchRequest(limit=1000)) == before


def test_removed_stays_removed_when_the_log_is_replayed(engine: Engine) -> None:
    log: list[Write] = [article(1), article(2, "b"), Remove(version=3, kind="article", id="a")]
    engine.write(log)
    engine.refresh()
    assert titles(engine) == ["version 2"]
    report = engine.write(log[:1])
    engine.refresh()
    assert (report.stale, titles(engine)) == (1, ["version 2"])
    assert engine.write([article(4)]).ok == 1
    engine.refresh()
    assert sorted(titles(engine)) == ["version 2", "version 4"]


def test_removing_what_never_was_is_harmless(engine: Engine) -> None:
    assert engine.write([Remove(version=1, kind="story", id="nobody")]).ok == 1
    engine.refresh()
    assert (engine.search(SearchRequest(kind="story")).total, engine.position()) == (0, 1)


def test_an_article_and_a_story_may_share_an_id(engine: Engine) -> None:
    story = StoryDocument(id="a", headline="story", first_report=MAY_30, last_report=MAY_30)
    engine.write([article(1), Put(version=2, document=story)])
    engine.write([Remove(version=3, kind="article", id="a")])
    engine.refresh()
    assert engine.search(SearchRequest()).total == 0
    assert engine.search(SearchRequest(kind="story")).hits[0].document == story


def test_the_fate_of_unfit_documents_is_told_and_others_go_on(engine: Engine) -> None:
    report = engine.write(
        [
            article(1, "good"),
            article(2, ""),
            article(3, "x" * 513),
            article(4, "nan", at=float("nan")),
            article(5, "far", at=1e300),
            article(6, "cut", title="half a character \ud83d"),
            Put(version=7, document=ArticleDocument(id="b", text="x" * 5_000_001, first_seen=1.0)),
            Remove(version=8, kind="article", id=""),
            article(9, "alsogood"),
        ]
    )
    engine.refresh()
    assert report.ok == 2
    assert [rejected.version for rejected in report.rejected] == [2, 3, 4, 5, 6, 7, 8]
    assert all(rejected.reason for rejected in report.rejected)
    assert titles(engine) == ["version 9", "version 1"]
    assert engine.position() == 9


def test_strange_but_fit_documents_are_found(engine: Engine) -> None:
    long = "https://x.example/" + "é" * 20_000
    document = ArticleDocument(
        id="strange/\\ #?é\n",
        guid=long,
        title="nul \x00 marks \x02\x03 and " + "w" * 50_000,
        text="\u202eright to left\u202c " + "a\u0301" * 10_000,
        language="x",
        keywords=("", " ", "k"),
        first_seen=0.0,
    )
    assert engine.write([Put(version=1, document=document)]).ok == 1
    engine.refresh()
    for query in ("marks", "right", "keyword:k", "language:x", "w" * 5000):
        (hit,) = engine.search(SearchRequest(query=query)).hits
        assert hit.document == document
    assert "\x02marks\x03" in engine.search(SearchRequest(query="marks")).hits[0].highlights[0]


def test_position_is_what_a_refresh_made_durable(place: Place) -> None:
    first = place()
    first.prepare()
    first.write([article(7)])
    assert first.position() == 0
    first.refresh()
    assert first.position() == 7
    first.write([article(8)])
    first.close()
    second = place()
    second.prepare()
    assert second.position() == 7
    second.write([article(8)])
    second.refresh()
    assert (second.position(), titles(second)) == (8, ["version 8"])
    second.close()


def test_preparing_twice_changes_nothing(engine: Engine) -> None:
    engine.write([article(3)])
    engine.refresh()
    engine.prepare()
    assert (engine.position(), titles(engine)) == (3, ["version 3"])


_STORM = itertools.cycle([0.0, 0.0, 1.0, 0.000001, -5.0])


def storm(version: int, given: str) -> Put:
    """Some found in the title, some by prefix only, many at the same moment."""
    title = "storm" if version % 3 else f"storm{version}"
    return article(version, given, title, next(_STORM))


def walk(engine: Engine, order: Order, limit: int, log: Iterator[int]) -> list[str]:
    """All pages; after each, others arrive at the same moments as those that are being read."""
    seen: list[str] = []
    cursor = ""
    while True:
        page = engine.search(SearchRequest(query="storm*", order=order, limit=limit, cursor=cursor))
        seen += [hit.document.id for hit in page.hits]
        cursor = page.next_cursor
        if not cursor:
            return seen
        engine.write([storm(version, f"new{version}") for version in itertools.islice(log, 2)])
        engine.refresh()


def test_pages_neither_repeat_nor_skip(engine: Engine) -> None:
    log = itertools.count(1)
    report = engine.write([storm(v, f"id{v:02}") for v in itertools.islice(log, 40)])
    assert report.ok == 40
    engine.refresh()
    orders: tuple[Order, ...] = ("relevance", "newest", "oldest")
    for order, limit in itertools.product(orders, (5, 17)):
        whole = engine.search(SearchRequest(query="storm* id:id*", order=order, limit=1000))
        assert (whole.total, len(whole.hits), whole.next_cursor) == (40, 40, "")
        seen = walk(engine, order, limit, log)
        assert len(seen) == len(set(seen))
        old = [given for given in seen if given.startswith("id")]
        assert old == [hit.document.id for hit in whole.hits]


def test_a_walk_sees_one_moment(engine: Engine) -> None:
    log = itertools.count(1)
    engine.write([storm(v, f"id{v:02}") for v in itertools.islice(log, 40)])
    engine.refresh()
    whole = engine.search(SearchRequest(query="storm*", order="oldest", limit=1000))
    runs = engine.walk(WalkRequest(query="storm*", run=7))
    seen = list(next(runs))
    engine.write([storm(v, f"new{v}") for v in itertools.islice(log, 20)])
    engine.write([Remove(version=next(log), kind="article", id="id40")])
    engine.refresh()
    for run in runs:
        assert len(run) <= 7
        seen += run
    assert seen == [hit.document.id for hit in whole.hits]
    assert [*engine.walk(WalkRequest(query="nothing"))] == []
    assert sum(map(len, engine.walk(WalkRequest(run=59)))) == 59
    engine.walk(WalkRequest(run=2)).__next__()  # Given up: nothing stays open for long.
    with pytest.raises(QueryError):
        next(engine.walk(WalkRequest(run=0)))


def test_newest_is_oldest_turned_round(engine: Engine) -> None:
    engine.write([article(n, f"id{n % 7}{n}", at=float(n % 5)) for n in range(1, 30)])
    engine.refresh()
    newest, oldest = (
        [hit.document.id for hit in engine.search(SearchRequest(order=o, limit=99)).hits]
        for o in ("newest", "oldest")
    )
    assert newest == oldest[::-1]
    assert oldest == sorted(oldest, key=lambda given: (int(given[3:]) % 5, given))
