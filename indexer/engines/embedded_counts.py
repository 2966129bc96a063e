"""Counting in a tantivy index: values of a field, and bars of time."""

import tantivy

from indexer import counting
from indexer.engines.embedded_search import narrowed
from indexer.engines.protocol import Bar, Facets, FacetsRequest, FacetValue, TimelineRequest
from indexer.query import plan as p
from indexer.query.cost import affordable
from indexer.query.dates import micros
from indexer.query.fields import FACETS
from indexer.query.parser import parse


def facets(
    searcher: tantivy.Searcher, schema: tantivy.Schema, request: FacetsRequest, *, now: int
) -> Facets:
    """The commonest values; ``now`` in microseconds since 1970."""
    counting.check_facets(request)
    tree = parse(request.query)
    plan = affordable(p.plan(tree, request.kind, now=now, merged=request.merged))
    query = narrowed(plan, request.kind, schema)
    wanted = {
        name: {
            "terms": {
                "field": FACETS[name],
                "size": counting.COLLECTED,
                "segment_size": counting.COLLECTED,
            }
        }
        for name in request.fields
    }
    found = searcher.aggregate(query, wanted) if wanted else {}
    values = {}
    for name in request.fields:
        counted = [
            FacetValue(value=str(bucket["key"]), count=int(bucket["doc_count"]))
            for bucket in found[name]["buckets"]
        ]
        # Ties by value, so that all engines cut at the same place.
        counted.sort(key=lambda each: (-each.count, each.value))
        values[name] = tuple(counted[: request.limit])
    total: int = searcher.search(query, limit=1).count  # type: ignore[attr-defined]  # not in its stub
    return Facets(fields=values, total=total)


def timeline(
    searcher: tantivy.Searcher, schema: tantivy.Schema, request: TimelineRequest, *, now: int
) -> tuple[Bar, ...]:
    """Every bar, also the empty ones; ``now`` in microseconds since 1970."""
    bars = counting.spans(counting.edges(request))
    tree = parse(request.query)
    plan = affordable(p.plan(tree, request.kind, now=now, merged=request.merged))
    within = p.Range("n_at", micros(bars[0][0]), micros(bars[-1][1]))
    query = narrowed(p.Every((plan, within)), request.kind, schema)
    ranges = [{"from": micros(begin), "to": micros(end)} for begin, end in bars]
    found = searcher.aggregate(query, {"bars": {"range": {"field": "n_at", "ranges": ranges}}})
    # tantivy adds a bucket before and one after those asked for.
    counts = {
        int(bucket["from"]): int(bucket["doc_count"])
        for bucket in found["bars"]["buckets"]
        if "from" in bucket
    }
    return tuple(
        Bar(begin=begin, end=end, count=counts.get(micros(begin), 0)) for begin, end in bars
    )
