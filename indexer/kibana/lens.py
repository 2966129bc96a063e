"""A panel as Lens keeps it: the state of a visualisation and of its one layer of data.

The forms are those that Kibana 8.9 to 9.x write (``formBased`` data source, ``lnsXY``,
``lnsDatatable`` and ``lnsPie``); later versions migrate them on import.
"""

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

LAYER = "layer"
REFERENCE = f"indexpattern-datasource-layer-{LAYER}"
RECORDS = "___records___"
_SERIES = {
    "columns": "bar_stacked",
    "bars": "bar_horizontal",
    "rates": "bar_horizontal_percentage_stacked",
    "lines": "line",
}
_TYPES = {"table": "lnsDatatable", "shares": "lnsPie"}


def attributes(panel: Panel, view_id: str) -> dict[str, Any]:
    """The attributes of the visualisation; ``view_id`` is the saved object of its data view."""
    return {
        "title": panel.title,
        "description": panel.note,
        "visualizationType": _TYPES.get(panel.chart, "lnsXY"),
        "type": "lens",
        "references": [{"type": "index-pattern", "id": view_id, "name": REFERENCE}],
        "state": {
            "datasourceStates": {"formBased": {"layers": {LAYER: layer(panel)}}},
            "visualization": _visualization(panel),
            "query": kuery(conditions.kql(panel.where)),
            "filters": [],
            "internalReferences": [],
            "adHocDataViews": {},
        },
    }


def kuery(text: str) -> dict[str, str]:
    """A query in Kibana's language, as saved objects keep it."""
    return {"language": "kuery", "query": text}


def layer(panel: Panel) -> dict[str, Any]:
    """The columns of the panel: its buckets, then its metrics."""
    columns = {
        **{f"b{n}": _bucket(bucket) for n, bucket in enumerate(panel.buckets)},
        **{f"m{n}": _metric(metric) for n, metric in enumerate(panel.metrics)},
    }
    return {"columnOrder": list(columns), "columns": columns, "incompleteColumns": {}}


def _column(label: str, operation: str, **more: Any) -> dict[str, Any]:
    return {"label": label, "customLabel": True, "operationType": operation, **more}


def _bucket(bucket: Bucket) -> dict[str, Any]:
    match bucket:
        case Top():
            return _terms(bucket, {"type": "column", "columnId": "m0"})
        case Unusual():
            return _terms(bucket, {"type": "significant"})
        case Over():
            return _column(
                bucket.label,
                "date_histogram",
                dataType="date",
                isBucketed=True,
                scale="interval",
                sourceField=bucket.field,
                params={"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
            )
        case Ranges():
            return _column(
                bucket.label,
                "range",
                dataType="string",
                isBucketed=True,
                scale="ordinal",
                sourceField=bucket.field,
                params={
                    "type": "range",
                    "ranges": [
                        {"label": name, "from": low, "to": high}
                        for name, low, high in bucket.spans()
                    ],
                    "maxBars": "auto",
                    "parentFormat": {
                        "id": "range",
                        "params": {"template": "arrow_right", "replaceInfinity": True},
                    },
                },
            )
        case Parts():
            return _column(
                bucket.label,
                "filters",
                dataType="string",
                isBucketed=True,
                scale="ordinal",
                params={
                    "filters": [
                        {"label": name, "input": kuery(each.kql())} for name, each in bucket.parts
                    ]
                },
            )
    assert_never(bucket)


def _terms(bucket: Top | Unusual, order: dict[str, Any]) -> dict[str, Any]:
    return _column(
        bucket.label,
        "terms",
        dataType="string",
        isBucketed=True,
        scale="ordinal",
        sourceField=bucket.field,
        params={
            "size": bucket.size,
            "orderBy": order,
            "orderDirection": "desc",
            "otherBucket": False,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
            "include": [],
            "exclude": [],
            "includeIsRegex": False,
            "excludeIsRegex": False,
        },
    )


def _metric(metric: Metric) -> dict[str, Any]:
    match metric:
        case Count():
            return _column(
                metric.label,
                "count",
                dataType="number",
                isBucketed=False,
                scale="ratio",
                sourceField=RECORDS,
                params={"emptyAsNull": True},
            )
        case Measure():
            params: dict[str, Any] = {"emptyAsNull": True}
            if metric.how == "percentile":
                params = {"percentile": metric.percent}
            if metric.shown == "percent":
                params["format"] = {"id": "percent", "params": {"decimals": 0}}
            return _column(
                metric.label,
                metric.how,
                dataType="number",
                isBucketed=False,
                scale="ratio",
                sourceField=metric.field,
                params=params,
            )
        case Latest():
            return _column(
                metric.label,
                "last_value",
                dataType="string",
                isBucketed=False,
                scale="ordinal",
                sourceField=metric.field,
                filter=kuery(f'"{metric.field}": *'),
                # Read from the whole document, the only place of an analysed field's value.
                params={"sortField": metric.by, "showArrayValues": True},
            )
    assert_never(metric)


def _visualization(panel: Panel) -> dict[str, Any]:
    metrics = [f"m{n}" for n in range(len(panel.metrics))]
    buckets = [f"b{n}" for n in range(len(panel.buckets))]
    common = {"layerId": LAYER, "layerType": "data"}
    if panel.chart == "table":
        return {
            **common,
            "columns": [
                *({"columnId": name, "isMetric": False} for name in buckets),
                *({"columnId": name, "isMetric": True} for name in metrics),
            ],
            "rowHeight": "auto",
            "headerRowHeight": "auto",
        }
    if panel.chart == "shares":
        return {
            "shape": "donut",
            "layers": [
                {
                    **common,
                    "primaryGroups": buckets,
                    "metrics": metrics,
                    "numberDisplay": "percent",
                    "categoryDisplay": "default",
                    "legendDisplay": "default",
                    "nestedLegend": False,
                }
            ],
        }
    time = [n for n, bucket in enumerate(panel.buckets) if isinstance(bucket, Over)]
    across = buckets[time[0] if time else 0]
    split = [name for name in buckets if name != across]
    series = _SERIES[panel.chart]
    return {
        "legend": {"isVisible": bool(split) or len(metrics) > 1, "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "None",
        "preferredSeriesType": series,
        "layers": [
            {
                **common,
                "seriesType": series,
                "xAccessor": across,
                "accessors": metrics,
                **({"splitAccessor": split[0]} if split else {}),
            }
        ],
    }
