"""What is ranked is asked in every tier, what only filters once."""

import pytest

from indexer.engines.elasticsearch_search import body
from indexer.engines.protocol import SearchRequest
from indexer.engines.tiers import tiers
from indexer.query import plan as p
from indexer.query.elasticsearch import compile_plan
from indexer.query.match import read_query

FILTERS = "url:https://post.example/* -kyiv published:<2023 credit:*"


def parts(plan: p.Plan) -> tuple[p.Plan, ...]:
    return plan.parts if isinstance(plan, p.Every) else (plan,)


def test_what_no_scope_narrows_is_shared_by_all_tiers() -> None:
    found = tiers(SearchRequest(query=f"moscow {FILTERS}"), now=0)
    filters = parts(read_query(FILTERS, "article", now=0))
    assert parts(found.shared) == filters
    assert [score for score, _ in found.levels] == [3, 2, 1]
    for _, plan in found.levels:
        assert not set(parts(plan)) & set(filters)
    assert found.levels[-1][1] == read_query("moscow", "article", now=0)


@pytest.mark.parametrize("query", ["", FILTERS])
def test_what_only_filters_has_one_tier(query: str) -> None:
    found = tiers(SearchRequest(query=query), now=0)
    assert found.levels == ((3, p.All()),)


def test_orders_by_time_have_one_tier() -> None:
    found = tiers(SearchRequest(query="moscow", order="newest"), now=0)
    assert found.levels == ((1, p.All()),)
    assert parts(found.whole)[0] == read_query("moscow", "article", now=0)


def test_a_prefix_is_read_once_by_elasticsearch() -> None:
    request = SearchRequest(query=f"moscow {FILTERS}")
    assert str(body(request, tiers(request, now=0), None)).count("https://post.example/") == 1


@pytest.mark.parametrize(
    ("query", "like"),
    [
        ("(((a OR b) OR c) OR (d OR e))", "a OR b OR c OR d OR e"),
        ("((a b) c) (d e)", "a b c d e"),
        ("NOT NOT a", "a"),
        ("a (b NOT (NOT c))", "a b c"),
    ],
)
def test_what_is_nested_in_its_like_is_laid_flat(query: str, like: str) -> None:
    assert read_query(query, "article", now=0) == read_query(like, "article", now=0)


def test_elasticsearch_gets_one_level_for_what_must_and_must_not_be() -> None:
    plan = read_query("title:a NOT title:b NOT (title:c OR title:d)", "article", now=0)
    assert compile_plan(plan) == {
        "bool": {
            "filter": [{"term": {"find.w_title": "a"}}],
            "must_not": [
                {"terms": {"find.w_title": ["b"]}},
                {"terms": {"find.w_title": ["c", "d"]}},
            ],
        }
    }
