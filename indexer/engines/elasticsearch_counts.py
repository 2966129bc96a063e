"""Counting in Elasticsearch: values of a field, and bars of time."""

from elasticsearch import Elasticsearch

from indexer import counting
from indexer.engines.elasticsearch_search import ask, held
from indexer.engines.protocol import Bar, Facets, FacetsRequest, FacetValue, TimelineRequest
from indexer.query import plan as p
from indexer.query.cost import affordable
from indexer.query.dates import micros
from indexer.query.elasticsearch import FIND
from indexer.query.fields import FACETS
from indexer.query.parser import parse


def facets(client: Elasticsearch, alias: str, request: FacetsRequest, *, now: int) -> Facets:
    """The commonest values; ``now`` in microseconds since 1970."""
    counting.check_facets(request)
    tree = parse(request.query)
    plan = affordable(p.plan(tree, request.kind, now=now, merged=request.merged))
    answer = ask(
        client,
        alias,
        query={"bool": {"filter": held(plan)}},
        size=0,
        track_total_hits=True,
        aggs={
            name: {
                "terms": {
                    "field": f"{FIND}.{FACETS[name]}",
                    "size": request.limit,
                    # By default each month would tell only its own commonest values.
                    "shard_size": counting.COLLECTED,
                    "order": [{"_count": "desc"}, {"_key": "asc"}],
                }
            }
            for name in request.fields
        },
    )
    values = {
        name: tuple(
            FacetValue(value=bucket["key"], count=bucket["doc_count"])
            for bucket in answer["aggregations"][name]["buckets"]
        )
        for name in request.fields
    }
    return Facets(fields=values, total=answer["hits"]["total"]["value"])


def timeline(
    client: Elasticsearch, alias: str, request: TimelineRequest, *, now: int
) -> tuple[Bar, ...]:
    """Every bar, also the empty ones; ``now`` in microseconds since 1970."""
    bars = counting.spans(counting.edges(request))
    tree = parse(request.query)
    plan = affordable(p.plan(tree, request.kind, now=now, merged=request.merged))
    within = p.Range("n_at", micros(bars[0][0]), micros(bars[-1][1]))
    ranges = [
        {"key": str(number), "from": micros(begin), "to": micros(end)}
        for number, (begin, end) in enumerate(bars)
    ]
    answer = ask(
        client,
        alias,
        query={"bool": {"filter": held(p.Every((plan, within)))}},
        size=0,
        track_total_hits=False,
        aggs={"bars": {"range": {"field": f"{FIND}.n_at", "ranges": ranges}}},
    )
    counts = {
        bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["bars"]["buckets"]
    }
    return tuple(
        Bar(begin=begin, end=end, count=counts[str(number)])
        for number, (begin, end) in enumerate(bars)
    )
