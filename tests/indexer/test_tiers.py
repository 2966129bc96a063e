"""What is ranked is asked in every tier, what only filters once."""

import pytest

from indexer.engines.elasticsearch_search import body
from indexer.engines.protocol import SearchRequest
from indexer.engines.tiers import tiers
from indexer.query import plan as p
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
