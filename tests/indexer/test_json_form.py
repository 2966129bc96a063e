"""Conditions in JSON come to the text of a query that means the same."""

import re
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.query.format import format_query
from indexer.query.json_form import Condition, query_of
from indexer.query.parser import parse


def text_of(json: str) -> str:
    return query_of(msgspec.json.decode(json, type=Condition))


@pytest.mark.parametrize(
    ("json", "query"),
    [
        ('{"words": "drone attack"}', "drone attack"),
        ('{"words": "drone OR “swarm”"}', r'drone "OR" "\"swarm\""'),
        ('{"phrase": "air defence", "field": "headline"}', 'title:"air defence"'),
        ('{"phrase": "a \\"b\\" \\\\ c"}', r'"a \"b\" \\ c"'),
        ('{"prefix": "dron"}', "dron*"),
        ('{"prefix": "https://example.org/wo", "field": "url"}', "url:https://example.org/wo*"),
        ('{"is": "Reuters", "field": "outlet"}', "outlet_is:Reuters"),
        ('{"is": 3, "field": "copies"}', "copies:3"),
        ('{"is": "2023-05-30 10:00", "field": "published"}', 'published:"2023-05-30 10:00"'),
        ('{"has": "credit"}', "credit:*"),
        ('{"field": "copies", "gt": 3}', "copies:>3"),
        (
            '{"field": "published", "gte": "2023-05-30", "lt": "now"}',
            "published:[2023-05-30 TO now}",
        ),
        (
            '{"all": [{"words": "a b"}, {"any": [{"words": "c"}, {"words": "d e"}]}]}',
            "(a b) (c OR d e)",
        ),
        ('{"none": [{"words": "a"}, {"has": "credit"}]}', "NOT a NOT credit:*"),
        ('{"any": [{"none": [{"words": "a"}]}]}', "NOT a"),
    ],
)
def test_conditions_are_a_query(json: str, query: str) -> None:
    assert _plain(text_of(json)) == _plain(query)


@pytest.mark.parametrize(
    ("json", "text"),
    [
        ('{"words": "why? a?b a^2"}', '"why?" "a?b" "a^2"'),
        (
            '{"all": [{"is": "2023-05-30", "field": "published"}, {"words": "14:00"}]}',
            'published:2023-05-30 "14:00"',
        ),
        ('{"words": "drone F-16 -x NOT a:b"}', 'drone F-16 "-x" "NOT" "a:b"'),
        ('{"phrase": "air defence"}', '"air defence"'),
        ('{"is": "Reuters", "field": "outlet"}', "outlet_is:Reuters"),
        ('{"is": "Al Jazeera", "field": "outlet"}', 'outlet_is:"Al Jazeera"'),
        ('{"is": "Reuters/AP", "field": "credit"}', "credit_is:Reuters/AP"),
        ('{"is": "Al Jazeera", "field": "title"}', 'title:"Al Jazeera"'),
        ('{"field": "published", "gte": "2023-05-30"}', "published:>=2023-05-30"),
    ],
)
def test_its_text_is_as_people_write(json: str, text: str) -> None:
    assert text_of(json) == text


def _plain(query: str) -> str:
    """The query's tree, words in quotes or not."""
    return re.sub(r", quoted=\w+|, offset=\d+", "", repr(parse(query)))


@pytest.mark.parametrize(
    ("json", "says"),
    [
        ("{}", "the condition: it needs one form, and has none"),
        ('{"words": "a", "is": "b", "field": "outlet"}', "has words and is"),
        ('{"all": [{"words": "a"}, {"any": [{"is": "b"}]}]}', "all[1].any[0]: is needs a field"),
        ('{"all": [{"words": "a"}], "field": "title"}', "all takes no field"),
        ('{"is": "b", "field": "outlett"}', "there is no field 'outlett'"),
        ('{"field": "copies", "gt": 3, "gte": 3}', "gte and gt stand side by side"),
        ('{"gte": 3}', "a range needs a field"),
        ('{"field": "published", "gte": "2023-05-30 10:00"}', "is no time or number"),
        ('{"prefix": "two words"}', "not the beginning of one word"),
        ('{"prefix": "outlet:Reu"}', "not the beginning of one word"),
        ('{"words": " "}', "words is empty"),
        ('{"phrase": ""}', "phrase is empty"),
    ],
)
def test_what_cannot_be_meant_says_which_condition(json: str, says: str) -> None:
    with pytest.raises(QueryError) as refused:
        text_of(json)
    assert says in refused.value.what


@pytest.mark.parametrize(
    "json",
    [
        '{"prefix": "-dron"}',
        '{"prefix": "!dron", "field": "title"}',
        '{"field": "copies", "gt": "=5"}',
        '{"is": "5\\" OR x", "field": "copies"}',
    ],
)
def test_what_the_grammar_cannot_tell_is_refused(json: str) -> None:
    with pytest.raises(QueryError):
        text_of(json)


def test_conditions_have_the_limits_of_queries() -> None:
    deep = Condition(words="a")
    for _ in range(60):
        deep = Condition(none=(deep,))
    for condition in (deep, Condition(words="a " * 600)):
        with pytest.raises(QueryError, match="more than"):
            query_of(condition)


def nested(deep: int) -> Condition:
    condition = Condition(words="a")
    for _ in range(deep):
        condition = Condition(all=(Condition(none=(condition,)),))
    return condition


@pytest.mark.parametrize(
    "condition",
    [
        nested(5000),
        nested(150),
        Condition(any=(Condition(words="a"),) * 1_000_000),
        Condition(none=(Condition(any=(Condition(words="a"),) * 1000),) * 1000),
        Condition(words="a " * 5_000_000),
        Condition(phrase="a" + "\u0301" * 5_000_000),
        Condition(field="published", gte="a b" * 5_000_000),
        Condition(words="a", field="x" * 5_000_000),
    ],
    ids=["endless", "deep", "wide", "both", "words", "marks", "range", "field"],
)
def test_what_no_query_has_room_for_is_refused_at_once(condition: Condition) -> None:
    started = time.process_time()
    with pytest.raises(QueryError, match="more than") as refused:
        query_of(condition)
    # Five million words took a minute and a gigabyte.
    assert time.process_time() - started < 2
    assert len(str(refused.value)) < 200


LEAVES = st.one_of(
    st.builds(Condition, words=st.text(min_size=1, max_size=12)),
    st.builds(Condition, words=st.text('a-!"*:()&|\\ ORANDT', min_size=1, max_size=12)),
    st.builds(Condition, phrase=st.text(max_size=12), field=st.sampled_from(("", "title"))),
    st.builds(Condition, equals=st.text(max_size=8), field=st.sampled_from(("url", "outlet"))),
    st.builds(Condition, prefix=st.text(min_size=1, max_size=6), field=st.just("url")),
    st.builds(Condition, field=st.just("copies"), gte=st.integers(0, 9), lt=st.text(max_size=3)),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Condition, all=st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Condition, any=st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Condition, none=st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(TREES)
def test_whatever_is_asked_is_a_query_or_refused_in_words(condition: Condition) -> None:
    assert msgspec.json.decode(msgspec.json.encode(condition), type=Condition) == condition
    try:
        text = query_of(condition)
    except QueryError as error:
        told = "cannot be written" in error.what
        assert not told or any(word in repr(condition) for word in ("prefix='", "gte=", "lt="))
        return
    assert format_query(parse(text)) == text
