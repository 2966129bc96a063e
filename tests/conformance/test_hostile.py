"""No question brings an engine down: it is answered, or refused as one that cannot be read."""

import base64
from contextlib import suppress

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import cursor as cursors
from indexer.engines.protocol import (
    Engine,
    FacetsRequest,
    Kind,
    Order,
    SearchRequest,
    TimelineRequest,
)
from indexer.errors import CursorError, QueryError

PIECES = (
    "AND", "OR", "NOT", "-", "(", ")", '"', "*", "drones", "drone*", "dr*", "moscow", "ſ", "中",
    "无人机袭击", "機", "e\u0301", "\u200d", "\ufdfa", "\U0010ffff*", "\udbff", "\0", "x" * 300,
    "y" * 150 + "*", "a-a", "a-b*", "'", "\\", "~", "||", "&&", ":", "|", "http://", "https://w*",
    "https://post.example/*", "url:", "guid:", "guid:" + "/" * 950 + "*", "id:a*", "id:a0*",
    "url:http://x/" + "新" * 600 + "*", "url:w*", "url:post.example*", "copy:g1*",
    "language:E*", "status:*", "credit:*", "title:", "keyword:(", "published:", "first_seen:",
    "last_report:", "[", "{", "]", "}", " TO ",
    "now", "now/w", "now-1ſ", "now" + "+999999w" * 16, "now-999999w" + "-999999w" * 15, "0001",
    "0000", "9999", "9999-12", "9999-12-31", "9999-12-31T23:59:59.999999-14:00",
    "0001-01-01T00:00+14:00", "1969-02-29", ">=", "<", "<=", ">", "copies:", "copies:>=",
    "0" * 30 + "9" * 30, "9007199254740993", "9223372036854775808", "-1", "9" * 5000, "articles:5",
)  # fmt: skip
TEXTS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(("", "", " "))), max_size=25)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    parts=TEXTS,
    order=st.sampled_from(("relevance", "newest", "oldest")),
    kind=st.sampled_from(("article", "story")),
)
def test_any_text_is_answered_or_refused(
    newsroom: Engine, parts: list[tuple[str, str]], order: Order, kind: Kind
) -> None:
    query = "".join(piece + gap for piece, gap in parts)
    try:
        page = newsroom.search(SearchRequest(kind=kind, query=query, order=order, limit=1))
    except QueryError:
        return
    assert newsroom.facets(FacetsRequest(kind=kind, query=query)).total == page.total
    if page.next_cursor:
        again = SearchRequest(kind=kind, query=query, order=order, cursor=page.next_cursor)
        assert len(newsroom.search(again).hits) == page.total - 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("published:[2023-01-01 TO 9999-12-31] source:wire", "b01 a01"),
        ("published:>9999 OR id:a01", "a01"),
        ("published:<=9999-12-31T23:59:59.999999-14:00 source:wire", "b01 a01"),
        ("published:>0001-01-01 source:wire", "b01 a01"),
        (f"published:<now{'+999999w' * 16} source:wire", "b01 a01"),
        (f"published:>now{'+999999w' * 16}", ""),
        (f"copies:{'0' * 40}3", "a01 a02"),
        (f"url:http://x/{'新' * 290}*", ""),
        ("url:https://post.example/a?id=7&x=*", "a02"),
        ("https://www.post*", ""),
        ("url:po*", "a02"),
        (
            " ".join(f"-url:no{n}.example*" for n in range(4))
            + " ".join(f" -nosuch{n}*" for n in range(45))
            + " url:post*",
            "a02",
        ),
        ("id:a01*", "a01"),
        ("guid:urn:wire:1\U0010ffff*", ""),
    ],
)
def test_far_times_and_long_beginnings_are_answered(
    newsroom: Engine, query: str, expected: str
) -> None:
    page = newsroom.search(SearchRequest(query=query, order="oldest"))
    assert [hit.document.id for hit in page.hits] == expected.split()


@pytest.mark.parametrize(
    ("query", "offset"),
    [
        ("copies:0000000000000000099999999999999999999", 7),
        (f"copies:{'9' * 5000}", 7),
        ("moscow published:now-1ſ", 17),
        ("moscow url:h*", 11),
        ("url:https://*", 4),
        ("url:https:*", 4),
        ("url:HTTP://WWW.a*", 4),
        ("url:www.*", 4),
        ("url:ww*", 4),
        ("url:p*", 4),
        ("https://ww*", 0),
        ("id:a*", 3),
        ("story:s*", 6),
        (f"guid:{'y' * 901}*", 5),
        (f"url:http://x/{'新' * 301}*", 4),
        (" ".join(f"url:https://a{n}.example/*" for n in range(6)), 129),
    ],
)
def test_what_no_engine_could_answer_soon_is_refused_with_its_place(
    newsroom: Engine, query: str, offset: int
) -> None:
    with pytest.raises(QueryError) as caught:
        newsroom.search(SearchRequest(query=query))
    assert caught.value.offset == offset


MONTHS = " OR ".join(f"{month}月" for month in range(1, 13))


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("moscow-d*", "d[*] behind another word"),
        ("title:moscow-1*", "1[*] behind another word"),
        ("moscow -drone-a*", "a[*] behind another word"),
        (" OR ".join(f"w{n}-ab*" for n in range(13)), "more than 12 phrases"),
        (f"{MONTHS} OR drone-at*", "more than 12 phrases"),
    ],
)
def test_phrases_that_any_word_may_end_are_refused(newsroom: Engine, query: str, what: str) -> None:
    """One such was read for seconds, and nothing ends a search that has begun."""
    with pytest.raises(QueryError, match=what):
        newsroom.search(SearchRequest(query=query))
    with pytest.raises(QueryError, match=what):
        newsroom.facets(FacetsRequest(query=query))
    with pytest.raises(QueryError, match=what):
        newsroom.timeline(TimelineRequest(query=query, since=0.0, until=86_400.0))


def test_phrases_that_few_words_end_are_answered(newsroom: Engine) -> None:
    for query in (MONTHS, " ".join(f"-w{n}-ab*" for n in range(12)), "drone-at*"):
        assert not _refused(newsroom, query), query


def nested(times: int) -> str:
    """So many ORs and ANDs within each other, the lower within the upper."""
    query = "moscow"
    for number in range(times):
        query = f"({query}) {'AND NOT' if number % 2 else 'OR'} w{number}"
    return query


def test_the_deepest_query_allowed_is_answered(newsroom: Engine) -> None:
    deepest = next(times for times in range(60) if _refused(newsroom, nested(times + 1)))
    assert deepest >= 20
    # Signs that make nothing deeper may stand as often as one likes, within the parser's limit.
    assert not _refused(newsroom, "NOT NOT (((((((((((((((((((((moscow)))))))))))))))))))))")
    assert not _refused(newsroom, "(" * 40 + "a" + "".join(f" OR w{n})" for n in range(40)))


def _refused(engine: Engine, query: str) -> bool:
    try:
        engine.search(SearchRequest(query=query))
    except QueryError:
        return True
    return False


def test_the_widest_queries_allowed_are_answered(newsroom: Engine) -> None:
    for query in (
        " ".join(f"w{n}" for n in range(500)),
        " OR ".join(f"(w{n} v{n})" for n in range(250)),
        " ".join(f"(w{n} OR -v{n})" for n in range(250)),
        " ".join(f"w{n}*" for n in range(10, 60)),
    ):
        assert not _refused(newsroom, query), query[:60]


@pytest.mark.parametrize(
    "query", [" ".join(f"w{n}-x" for n in range(500)), f'"{"a b " * 2000}"', "无人机袭击" * 2000]
)
def test_how_many_words_phrases_may_have_depends_on_the_server(
    newsroom: Engine, query: str
) -> None:
    """One with little memory refuses it as a query, in words of its own."""
    with suppress(QueryError):
        assert newsroom.search(SearchRequest(query=query)).hits == ()


def forged(*fields: object) -> str:
    asked = cursors.question(SearchRequest(query="moscow"))
    return base64.urlsafe_b64encode(msgspec.json.encode([asked, *fields])).decode()


NOON, FAR = 1_685_448_000_000_000, 10**17


@pytest.mark.parametrize(
    "cursor",
    [
        forged(NOON, 0, NOON, "a01"),
        forged(NOON, 4, NOON, "a01"),
        forged(NOON, -(2**40), NOON, "a01"),
        forged(NOON, 1, FAR, "a01"),
        forged(NOON, 1, -FAR, "a01"),
        forged(FAR, 1, NOON, "a01"),
        forged(2**63, 1, NOON, "a01"),
        forged(NOON, 1, 2**64, "a01"),
        forged(NOON, 1, NOON, "x" * 1000),
        forged(NOON, 1.5, NOON, "a01"),
        forged(NOON, 1, NOON, None),
        forged(NOON, 1),
    ],
)
def test_a_forged_cursor_is_refused(newsroom: Engine, cursor: str) -> None:
    with pytest.raises(CursorError):
        newsroom.search(SearchRequest(query="moscow", cursor=cursor))


@pytest.mark.parametrize("ties", [10**13, 2**62, 2**70, -5])
@pytest.mark.parametrize("given", ["zz", "", "\0", "\U0010ffff"])
def test_a_forged_cursor_only_names_a_place(newsroom: Engine, ties: int, given: str) -> None:
    """The fifth number of cursors as they once were is not looked at."""
    for tier in (1, 2, 3):
        page = newsroom.search(
            SearchRequest(query="moscow", cursor=forged(NOON, tier, NOON, given, ties))
        )
        assert {hit.document.id for hit in page.hits} <= {"a01", "a02"}
