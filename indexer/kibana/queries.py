"""The search that Kibana sends for a panel, and the panel's rows from the answer.

It follows what Lens does with the same description (``toEsAggsFn`` of its operations, Kibana
8.19 and 9.x), so that a panel's numbers can be proved without Kibana.
"""

from collections.abc import Iterator
from typing import Any, assert_never

from indexer.kibana import conditions
from indexer.kibana.panels import (
    Bucket,
    Count,
    Latest,
    Measure,
    Metric,
    Over,
    Panel,
    Parts,
    Ranges,
    Top,
    Unusual,
)

Row = tuple[Any, ...]
_NAMES = {"average": "avg", "max": "max", "unique_count": "cardinality"}


def search(
    panel: Panel, time: str, during: tuple[float, float], *, step: str = "1h"
) -> dict[str, Any]:
    """The body of the request.

    ``time`` is the date field of the panel's view, ``during`` the range that is looked at (epoch
    seconds, both ends count); ``step`` is what Kibana would choose for that range.
    """
    first, last = (int(moment * 1000) for moment in during)
    looked_at = {"range": {time: {"gte": first, "lte": last, "format": "epoch_millis"}}}
    aggregations = _metrics(panel.metrics)
    for number in reversed(range(len(panel.buckets))):
        bucket = panel.buckets[number]
        inner = {"aggs": aggregations} if aggregations else {}
        aggregations = {f"b{number}": {**_bucket(bucket, panel, step), **inner}}
    return {
        "size": 0,
        "track_total_hits": True,
        "query": {"bool": {"filter": [conditions.query(panel.where), looked_at]}},
        "aggs": aggregations,
    }


def rows(panel: Panel, answer: dict[str, Any]) -> list[Row]:
    """What the panel shows: the keys of its buckets, then its metrics, in the order shown."""
    return [tuple(row) for row in _rows(panel, answer["aggregations"], 0)]


def _bucket(bucket: Bucket, panel: Panel, step: str) -> dict[str, Any]:
    match bucket:
        case Top():
            order = "_count" if isinstance(panel.metrics[0], Count) else "m0"
            # Kibana's own default of equal counts: by key.
            return {
                "terms": {
                    "field": bucket.field,
                    "size": bucket.size,
                    "order": [{order: "desc"}, {"_key": "asc"}],
                }
            }
        case Unusual():
            return {"significant_terms": {"field": bucket.field, "size": bucket.size}}
        case Over():
            return {
                "date_histogram": {
                    "field": bucket.field,
                    "fixed_interval": step,
                    "time_zone": "UTC",
                    "min_doc_count": 1,
                }
            }
        case Ranges():
            spans = [
                {"key": name, "from": low, **({} if high is None else {"to": high})}
                for name, low, high in bucket.spans()
            ]
            return {"range": {"field": bucket.field, "ranges": spans}}
        case Parts():
            return {"filters": {"filters": {name: each.query() for name, each in bucket.parts}}}
    assert_never(bucket)


def _metrics(metrics: tuple[Metric, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, metric in enumerate(metrics):
        match metric:
            case Count():
                continue
            case Measure():
                found[f"m{number}"] = _measure(metric)
            case Latest():
                found[f"m{number}"] = {
                    "filter": {"exists": {"field": metric.field}},
                    "aggs": {"last": _latest(metric)},
                }
    return found


def _measure(metric: Measure) -> dict[str, Any]:
    if metric.how == "percentile":
        return {"percentiles": {"field": metric.field, "percents": [metric.percent]}}
    return {_NAMES[metric.how]: {"field": metric.field}}


def _latest(metric: Latest) -> dict[str, Any]:
    sort = [{metric.by: {"order": "desc"}}]
    return {"top_hits": {"size": 1, "sort": sort, "_source": metric.field}}


def _rows(panel: Panel, found: dict[str, Any], depth: int) -> Iterator[list[Any]]:
    if depth == len(panel.buckets):
        yield [_value(metric, found, n) for n, metric in enumerate(panel.metrics)]
        return
    buckets = found[f"b{depth}"]["buckets"]
    listed = buckets if isinstance(buckets, list) else [{"key": k, **v} for k, v in buckets.items()]
    for bucket in listed:
        for row in _rows(panel, bucket, depth + 1):
            yield [bucket["key"], *row]


def _value(metric: Metric, found: dict[str, Any], number: int) -> Any:
    if isinstance(metric, Count):
        return found["doc_count"]
    answer = found[f"m{number}"]
    if isinstance(metric, Measure):
        if metric.how == "percentile":
            return answer["values"][f"{metric.percent:.1f}"]
        return answer["value"]
    hits = answer["last"]["hits"]["hits"]
    return hits[0]["_source"].get(metric.field) if hits else None
