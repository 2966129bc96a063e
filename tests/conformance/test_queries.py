"""What each query finds, the same on every engine, with the expectation written by hand."""

import pytest

from indexer.engines.protocol import (
    Engine,
    FacetsRequest,
    Kind,
    Order,
    SearchRequest,
    TimelineRequest,
    WalkRequest,
)
from indexer.errors import CursorError, QueryError
from tests.conformance.corpus import ARTICLES, HOUR, MAY_30, NOW, STORIES


def ids(engine: Engine, query: str, order: Order = "oldest", kind: Kind = "article") -> list[str]:
    page = engine.search(SearchRequest(kind=kind, query=query, order=order))
    assert page.total == len(page.hits)
    return [hit.document.id for hit in page.hits]


FOUND = {
    "drones moscow": "a01 a02",
    '"drones struck"': "a01 a02",
    '"struck drones"': "",
    "DRONES AND NOT kyiv AND NOT kyïv": "a01 a02",
    "drones -moscow": "b01 b03",
    "kyiv OR moscow": "b01 b03 a01 a02",
    "(kyiv OR moscow) -drones": "",
    "debris OR mayor explosions": "b01",
    "debris OR (mayor explosions)": "b01",
    "uberfall": "a03",
    "ÜBERFALL": "a03",
    "drohn*": "a03",
    "lodz": "b02",
    "Łódź": "b02",
    "sao paulo": "c01",
    "l'elysee": "b03",
    "москву": "a04",
    "еще": "a04",
    "المسيرة": "a05",
    "طائرات مسيّرة": "a05",
    "莫斯科": "a06",
    "无人机袭击": "a06",
    "机": "a06",
    "袭": "a06",
    "5月30日": "a06",
    "モスクワ": "a07",
    "無人機": "a07",
    "모스크바": "a08",
    "มอสโก": "a09",
    "मॉस्को": "a10",
    "40.000": "c01",
    "*": "all",
    "": "all",
    "title:moscow": "a01 a02",
    "text:moscow": "a01 a02",
    'title:"moscow wakes"': "a02",
    "title:(moscow OR kyiv)": "b01 b03 a01 a02",
    "byline:berg": "b01 a01",
    "outlet:wire": "b01 a01",
    'outlet:"northern wire"': "b01 a01",
    "outlet:ici": "b03",
    "credit:*": "b01 a01 a02",
    "-credit:* source:wire": "",
    "source:wire": "b01 a01",
    "source:wir": "",
    "source:wir*": "b01 a01",
    "language:en": "c03 b01 a01 a02",
    "language:en-us": "a02",
    "language:EN_US": "a02",
    'outlet_is:"Northern Wire"': "b01 a01",
    "outlet:Wire": "b01 a01",
    "outlet_is:Wire": "",
    'outlet_is:"northern wire"': "",
    "outlet_is:Match!": "c01",
    "outlet_is:North*": "b01 a01",
    "language:zh": "a06",
    "language:zh-Hant": "a06",
    "language:zh_hant_tw": "a06",
    "language:zh-TW": "",
    "country:GB": "b01 a01",
    "section:world": "a01",
    "keyword:drones": "a01",
    "keyword:futebol": "c01",
    'keyword:"drones moscow"': "",
    "story:s2": "b01 b02 b03",
    "copy:g1": "a01 a02",
    "copy_group:g1": "a01 a02",
    "id:a07": "a07",
    "guid:urn:wire:1": "a01",
    "url:https://post.example/a?id=7&x=1": "a02",
    "https://post.example/a?id=7&x=1": "a02",
    "url:https://post.example/*": "a02",
    "url:post.example/a?id=7&x=1": "a02",
    "url:post.example*": "a02",
    "url:(post.example* OR wire.example/moscow-1)": "a01 a02",
    "url:kurier.example*": "b02",
    "url:www.kurier.example/*": "b02",
    "url:www.kurier.example/n": "b02",
    "url:https://kurier.example*": "",
    "url:HTTPS://Post.EXAMPLE/a?id=7&x=1": "a02",
    "HTTPS://Post.Example/a?id=7&x=1": "a02",
    "url:Post.Example/a?id=7&x=1": "a02",
    "url:https://POST.example/*": "a02",
    "url:Post.example*": "a02",
    "url:WWW.kurier.example/N": "",
    "url:https://post.example/A?id=7&x=1": "",
    "url:post.example": "",
    "url:www.post.example*": "",
    "source:wire -url:wire.example*": "b01",
    "(guid:urn:wire:1 OR id:-b01)": "a01",
    "https://nowhere.example/a_(b)": "",
    "status:cancelled": "c02",
    "status:Corrected": "a02",
    "copies:3": "a01 a02",
    "copies:>=2 copies:<4": "a01 a02",
    "published:[2023-05-30T03:00 TO 2023-05-30T05:00]": "b01 b02 b03",
    "published:[2023-05-30T03:00 TO 2023-05-30T05:00}": "b01 b02",
    "published:{2023-05-30T03:00 TO 2023-05-30T05:00}": "b02",
    "published:2023-05-28": "c01",
    "published:<2023-05-29": "c03 c01",
    "published:<=1969": "c03",
    "published:>=now-13h": "a09 a10",
    "published:>=now/d source:wire": "",
    "published:today source:wire": "",
    "published:[yesterday TO today} source:wire": "b01 a01",
    "published:Yesterday-2d": "c01",
    "published:>=tomorrow": "",
    "NOT published:*": "c02 a05",
    "published:[* TO *] story:s1 language:ar": "",
    "first_seen:2023-05-30T00:00:01.000001": "c03",
    "first_seen:2023-05-30T00:00:01.000002": "",
    "drones !!! moscow": "a01 a02",
    "“drones struck”": "a01 a02",
    "Ukraine: denied": "a01",
    "nosuchword": "",
}


@pytest.mark.parametrize("query", FOUND)
def test_articles_found_oldest_first(newsroom: Engine, query: str) -> None:
    expected = FOUND[query]
    if expected == "all":
        expected = "c03 c02 c01 b01 b02 b03 a01 a04 a02 a03 a06 a07 a08 a05 a09 a10"
    assert ids(newsroom, query) == expected.split()
    assert ids(newsroom, query, "newest") == list(reversed(expected.split()))
    assert sorted(ids(newsroom, query, "relevance")) == sorted(expected.split())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("drones", "s1"),
        ("outlet:northern", "s2 s1"),
        ("outlet_is:Südblatt", "s1"),
        ('outlet_is:"Northern Wire"', "s2 s1"),
        ("language:en", "s2 s1"),
        ("country:de", "s1"),
        ("articles:>5", "s1"),
        ("copy_groups:3", "s2"),
        ("last_report:>=2023-05-30T06:00", "s1"),
        ("published:>=2023-05-30T06:00", "s1"),
        ("first_seen:<2023-05-30T06:00", "s2"),
        ("story:s2", "s2"),
        ('keyword:"air defence"', "s2"),
        ("", "s2 s1"),
    ],
)
def test_stories_found_oldest_first(newsroom: Engine, query: str, expected: str) -> None:
    assert ids(newsroom, query, kind="story") == expected.split()


@pytest.mark.parametrize(
    ("kind", "query", "expected"),
    [
        ("article", "story:gone", "b01 b02 b03"),
        ("article", "story:gone drones", "b01 b03"),
        ("article", "story:(gone OR s2) NOT story:gone", ""),
        ("article", "-story:gone drones", "a01 a02"),
        ("article", "story:gon*", ""),
        ("article", "id:gone", ""),
        ("article", "STORY:gone -id:b01", "b02 b03"),
        ("story", "story:gone", "s2"),
        ("story", "id:gone", "s2"),
        ("story", "NOT story:gone", "s1"),
    ],
)
def test_the_id_of_a_merged_story_finds_what_holds_it_now(
    newsroom: Engine, kind: Kind, query: str, expected: str
) -> None:
    merged = {"gone": "s2"}
    page = newsroom.search(SearchRequest(kind=kind, query=query, merged=merged, order="oldest"))
    found = [hit.document.id for hit in page.hits]
    assert found == expected.split()
    walked = newsroom.walk(WalkRequest(kind=kind, query=query, merged=merged))
    assert [id_ for run in walked for id_ in run] == found
    counted = newsroom.facets(FacetsRequest(kind=kind, query=query, merged=merged))
    bars = newsroom.timeline(
        TimelineRequest(
            kind=kind, query=query, merged=merged, since=MAY_30 - 99 * 24 * HOUR, until=NOW
        )
    )
    assert counted.total == sum(bar.count for bar in bars) == page.total == len(found)


def test_relevance_prefers_title_then_opening_then_the_newest(newsroom: Engine) -> None:
    page = newsroom.search(SearchRequest(query="drones"))
    assert [(hit.document.id, hit.score) for hit in page.hits] == [
        ("a01", 3), ("b03", 3), ("a02", 2), ("b01", 2),
    ]  # fmt: skip


def test_documents_come_back_whole(newsroom: Engine) -> None:
    articles = newsroom.search(SearchRequest(limit=1000)).hits
    stories = newsroom.search(SearchRequest(kind="story", limit=1000)).hits
    assert {hit.document for hit in articles} == set(ARTICLES)
    assert {hit.document for hit in stories} == set(STORIES)


def test_highlights_mark_words_and_phrases_but_not_what_is_excluded(newsroom: Engine) -> None:
    page = newsroom.search(SearchRequest(query='"apartment buildings" drones -kyiv', limit=2))
    assert page.hits[0].document.id == "a02"
    (marked,) = page.hits[0].highlights
    assert marked == (
        "\x02Drones\x03 struck several \x02apartment\x03 \x02buildings\x03 in Moscow on Tuesday. "
        "Nobody was seriously hurt. The Harbour Post contributed to this report."
    )
    (hit,) = newsroom.search(SearchRequest(query="无人机")).hits
    assert hit.highlights[0] == "莫斯科遭\x02无人机\x03袭击"


@pytest.mark.parametrize(
    ("query", "offset"),
    [
        ("moscow byline:x", 14),
        ('moscow "kyiv', 7),
        ("moscow (kyiv", 7),
        ("moscow) kyiv", 6),
        ("moscow OR", 9),
        ("moscow AND OR kyiv", 11),
        ("titel:moscow", 0),
        ("published:lately", 10),
        ("published:2023-02-30", 10),
        ("copies:many", 7),
        ("mos*cow", 3),
        ("m*", 0),
        ("()", 0),
        ("...", 0),
        ("title:", 6),
        ("moscow \ud800", 7),
        ("moscow id:\ud800", 10),
    ],
)
def test_unreadable_queries_say_where(newsroom: Engine, query: str, offset: int) -> None:
    kind: Kind = "story" if "byline" in query else "article"
    with pytest.raises(QueryError) as caught:
        newsroom.search(SearchRequest(kind=kind, query=query))
    assert caught.value.offset == offset
    assert caught.value.next_step


@pytest.mark.parametrize(
    "query",
    [
        "x" * 10_000_000,
        "(" * 10_000 + "x" + ")" * 10_000,
        "-" * 10_000 + "x",
        " OR ".join(f"w{n}" for n in range(5_000)),
        '"' * 9_999,
        "NOT " * 4_000 + "x",
        "published:[" * 1_000,
        "drone* " * 51,
        " ".join(f"{number}月" for number in range(51)),
    ],
)
def test_hostile_queries_are_refused(newsroom: Engine, query: str) -> None:
    with pytest.raises(QueryError):
        newsroom.search(SearchRequest(query=query))


def test_the_largest_query_allowed_is_answered(newsroom: Engine) -> None:
    words = [f"word{n}" for n in range(498)]
    query = " OR ".join([*words, "moscow", '"drones struck"'])
    assert ids(newsroom, query) == ["a01", "a02"]
    assert ids(newsroom, " ".join(f"-{word}*" for word in words[:50]) + " moscow") == ["a01", "a02"]


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_1_to_1000_hits(newsroom: Engine, limit: int) -> None:
    with pytest.raises(QueryError):
        newsroom.search(SearchRequest(limit=limit))


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "W10", "x" * 100_000])
def test_a_damaged_cursor_is_refused(newsroom: Engine, cursor: str) -> None:
    with pytest.raises(CursorError):
        newsroom.search(SearchRequest(cursor=cursor))


def test_a_cursor_of_another_search_is_refused(newsroom: Engine) -> None:
    cursor = newsroom.search(SearchRequest(limit=1)).next_cursor
    with pytest.raises(CursorError):
        newsroom.search(SearchRequest(query="moscow", limit=1, cursor=cursor))
