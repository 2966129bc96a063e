"""The export, read as Kibana's importer would: everything there, nothing dangling."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from indexer.engines.elasticsearch_client import ElasticsearchSettings
from indexer.kibana.conditions import AtLeast, Below, Between, Condition, Has, Is
from indexer.kibana.dashboards import DASHBOARDS, SEARCHES
from indexer.kibana.lens import RECORDS
from indexer.kibana.objects import CORE, VERSIONS, WIDTH, SavedObject, ndjson, saved_objects
from indexer.kibana.panels import (
    Latest,
    Measure,
    Over,
    Panel,
    Parts,
    Ranges,
    Shown,
    Top,
    Unusual,
)
from indexer.kibana.views import View, views

SETTINGS = ElasticsearchSettings(hosts=())
PAGE = "https://news.example.org"
VIEWS = views(SETTINGS, PAGE)
PANELS = [panel for each in DASHBOARDS for panel in each.panels if isinstance(panel, Panel)]
NUMBERS = {"integer", "long", "float", "double"}
# What Kibana's own schemas demand of each type (model version 1, unknown attributes forbidden).
ALLOWED = {
    "dashboard": {
        "title", "description", "kibanaSavedObjectMeta", "timeRestore", "timeFrom", "timeTo",
        "refreshInterval", "controlGroupInput", "panelsJSON", "optionsJSON", "hits", "version",
    },
    "search": {
        "title", "description", "columns", "sort", "grid", "rowHeight", "rowsPerPage", "hideChart",
        "breakdownField", "kibanaSavedObjectMeta", "isTextBasedQuery", "usesAdHocDataView",
        "timeRestore", "timeRange", "refreshInterval", "viewMode", "hideAggregatedPreview", "hits",
        "version",
    },
    "index-pattern": {
        "title", "name", "timeFieldName", "fieldFormatMap", "sourceFilters", "fields",
        "fieldAttrs", "typeMeta", "runtimeFieldMap",
    },
}  # fmt: skip
REQUIRED = {
    "dashboard": {"title", "panelsJSON", "optionsJSON", "kibanaSavedObjectMeta"},
    "search": {"title", "columns", "sort", "kibanaSavedObjectMeta"},
    "index-pattern": {"title", "timeFieldName"},
}

# A field in Kibana's language: what stands before a colon or a comparison.
_NAMED = re.compile(r'(?:^|[\s(])"?([a-z_.]+)"? ?(?::|>=|<=|<|>)')


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    """As they stand in the file."""
    file = ndjson(saved_objects(SETTINGS, PAGE))
    return [json.loads(line) for line in file.decode().splitlines()]


def of_type(objects: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in objects if each["type"] == kind]


def test_there_are_views_searches_and_the_four_dashboards(objects: list[dict[str, Any]]) -> None:
    assert len(of_type(objects, "index-pattern")) == len(VIEWS)
    assert len(of_type(objects, "search")) == len(SEARCHES)
    titles = [each["attributes"]["title"] for each in of_type(objects, "dashboard")]
    assert titles == [f"Copydesk: {name}" for name in ("Desk", "Coverage", "Copies", "Operations")]


def test_every_object_has_what_its_type_demands_and_nothing_else(
    objects: list[dict[str, Any]],
) -> None:
    for each in objects:
        assert each["coreMigrationVersion"] == CORE
        assert each["typeMigrationVersion"] == VERSIONS[each["type"]]
        assert REQUIRED[each["type"]] <= each["attributes"].keys() <= ALLOWED[each["type"]]


def test_ids_are_unique_and_every_reference_is_in_the_file(objects: list[dict[str, Any]]) -> None:
    known = [(each["type"], each["id"]) for each in objects]
    assert len(set(known)) == len(known)
    seen: set[tuple[str, str]] = set()
    for each in objects:
        for reference in each["references"]:
            assert (reference["type"], reference["id"]) in seen, f"{each['id']}: {reference}"
        seen.add((each["type"], each["id"]))


def test_every_panel_names_its_references_and_every_reference_is_named(
    objects: list[dict[str, Any]],
) -> None:
    for each in of_type(objects, "dashboard"):
        named = set()
        for panel in json.loads(each["attributes"]["panelsJSON"]):
            if panel["type"] == "search":
                named.add(f"{panel['panelIndex']}:{panel['panelRefName']}")
                continue
            inner = panel["embeddableConfig"]["attributes"]["references"]
            layers = panel["embeddableConfig"]["attributes"]["state"]["datasourceStates"]
            names = {
                f"indexpattern-datasource-layer-{name}" for name in layers["formBased"]["layers"]
            }
            assert {reference["name"] for reference in inner} == names
            named |= {f"{panel['panelIndex']}:{name}" for name in names}
        assert named == {reference["name"] for reference in each["references"]}
    for each in of_type(objects, "search"):
        source = json.loads(each["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
        assert [reference["name"] for reference in each["references"]] == [source["indexRefName"]]


def test_panels_are_lens_by_value_or_saved_searches_and_never_legacy(
    objects: list[dict[str, Any]],
) -> None:
    for each in of_type(objects, "dashboard"):
        for panel in json.loads(each["attributes"]["panelsJSON"]):
            assert panel["type"] in ("lens", "search")
            if panel["type"] == "lens":
                assert "savedObjectId" not in panel["embeddableConfig"]
                state = panel["embeddableConfig"]["attributes"]["state"]
                assert list(state["datasourceStates"]) == ["formBased"]
                assert state["query"]["language"] == "kuery"
                assert state["query"]["query"], f"{panel['panelIndex']} counts everything"


def test_lens_columns_are_ordered_used_and_complete(objects: list[dict[str, Any]]) -> None:
    for each in of_type(objects, "dashboard"):
        for panel in json.loads(each["attributes"]["panelsJSON"]):
            if panel["type"] != "lens":
                continue
            state = panel["embeddableConfig"]["attributes"]["state"]
            (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
            assert layer["columnOrder"] == list(layer["columns"])
            bucketed = [column["isBucketed"] for column in layer["columns"].values()]
            assert bucketed == sorted(bucketed, reverse=True), "buckets come before metrics"
            text = json.dumps(state["visualization"])
            for name, column in layer["columns"].items():
                assert f'"{name}"' in text, f"{panel['panelIndex']} does not show {name}"
                order = column.get("params", {}).get("orderBy", {})
                if order.get("type") == "column":
                    assert not layer["columns"][order["columnId"]]["isBucketed"]


def test_every_field_that_the_file_names_is_in_the_mapping_of_its_view(
    objects: list[dict[str, Any]],
) -> None:
    """The objects themselves, as they will be read: nothing of what they were made from."""
    by_id = {view.id: view for view in VIEWS.values()}
    for each in of_type(objects, "index-pattern"):
        fields = by_id[each["id"]].fields
        assert each["attributes"]["timeFieldName"] in fields
        assert json.loads(each["attributes"]["fieldFormatMap"]).keys() <= fields.keys()
    for each in of_type(objects, "search"):
        (reference,) = each["references"]
        fields = by_id[reference["id"]].fields
        shown = each["attributes"]["columns"]
        sorted_by = [field for field, _ in each["attributes"]["sort"]]
        assert {*shown, *sorted_by} <= fields.keys()
        assert all(fields[name].get("doc_values", True) for name in sorted_by)
    for each in of_type(objects, "dashboard"):
        for panel in json.loads(each["attributes"]["panelsJSON"]):
            if panel["type"] != "lens":
                continue
            lens = panel["embeddableConfig"]["attributes"]
            (reference,) = lens["references"]
            fields = by_id[reference["id"]].fields
            (layer,) = lens["state"]["datasourceStates"]["formBased"]["layers"].values()
            for column in layer["columns"].values():
                named = column.get("sourceField", RECORDS)
                assert named == RECORDS or named in fields, panel["panelIndex"]
                # What is counted or sorted by must have its values in columns.
                if named != RECORDS and column["operationType"] != "last_value":
                    assert fields[named].get("doc_values", True), panel["panelIndex"]
                    assert fields[named]["type"] != "text", panel["panelIndex"]
            for query in kql_of(lens["state"]):
                assert set(_NAMED.findall(query)) <= fields.keys(), query
                assert _NAMED.search(query), query


def kql_of(state: Any) -> Iterator[str]:
    """Every query of a panel's state, of filters in columns too."""
    if isinstance(state, dict):
        if state.get("language") == "kuery":
            yield state["query"]
        for value in state.values():
            yield from kql_of(value)
    elif isinstance(state, list):
        for value in state:
            yield from kql_of(value)


def test_no_two_panels_lie_on_one_another(objects: list[dict[str, Any]]) -> None:
    for each in of_type(objects, "dashboard"):
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(each["attributes"]["panelsJSON"]):
            grid = panel["gridData"]
            assert grid["i"] == panel["panelIndex"]
            assert grid["x"] + grid["w"] <= WIDTH
            cells = {
                (grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])
            }
            assert not cells & taken
            taken |= cells


def conditions(panel: Panel) -> Iterator[Condition]:
    yield from panel.where
    for bucket in panel.buckets:
        if isinstance(bucket, Parts):
            yield from (condition for _, condition in bucket.parts)


def check_condition(condition: Condition, view: View) -> None:
    kind = view.fields[condition.field]["type"]
    match condition:
        case Is(value=bool()):
            assert kind == "boolean"
        case Is(value=str()):
            assert kind == "keyword"
        case Is() | AtLeast() | Below() | Between():
            assert kind in NUMBERS
        case Has():
            assert kind


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
def test_every_condition_is_on_a_field_of_a_type_that_suits(panel: Panel) -> None:
    for condition in conditions(panel):
        check_condition(condition, VIEWS[panel.view])


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
def test_every_bucket_is_of_a_field_of_a_type_that_suits(panel: Panel) -> None:
    view = VIEWS[panel.view]
    for bucket in panel.buckets:
        match bucket:
            case Top() | Unusual():
                assert view.fields[bucket.field]["type"] == "keyword"
            case Over():
                assert view.fields[bucket.field]["type"] == "date"
            case Ranges():
                assert view.fields[bucket.field]["type"] in NUMBERS
                assert list(bucket.edges) == sorted(bucket.edges)
                assert len(bucket.names) in (len(bucket.edges), len(bucket.edges) - 1)
            case Parts():
                assert len(bucket.parts) > 1


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
def test_every_metric_is_of_a_field_of_a_type_that_suits(panel: Panel) -> None:
    view = VIEWS[panel.view]
    for metric in panel.metrics:
        match metric:
            case Measure(how="unique_count"):
                assert view.fields[metric.field]["type"] == "keyword"
            case Measure():
                assert view.fields[metric.field]["type"] in NUMBERS
            case Latest():
                assert view.fields[metric.field]["type"] in {"text", "keyword"}
                assert view.fields[metric.by]["type"] == "date"


@pytest.mark.parametrize("search", SEARCHES, ids=lambda search: search.id)
def test_every_column_of_a_saved_search_is_in_the_mapping(search: Any) -> None:
    view = VIEWS[search.view]
    assert set(search.columns) <= view.fields.keys()
    for condition in search.where:
        check_condition(condition, view)


def test_panel_ids_are_unique_and_what_is_shown_is_exported() -> None:
    assert len({panel.id for panel in PANELS}) == len(PANELS)
    shown = [p.search for each in DASHBOARDS for p in each.panels if isinstance(p, Shown)]
    assert all(search in SEARCHES for search in shown)


def test_views_name_the_aliases_a_date_and_links_to_the_page() -> None:
    for view in VIEWS.values():
        assert view.target.startswith("copydesk-")
        assert view.fields[view.time]["type"] == "date"
        assert view.links.keys() <= view.fields.keys()
    formats = json.loads(VIEWS["stories"].attributes()["fieldFormatMap"])
    assert formats["id"]["params"]["urlTemplate"] == f"{PAGE}/story/{{{{value}}}}"


def test_another_prefix_shares_no_object_with_the_first() -> None:
    def ids(objects: tuple[SavedObject, ...]) -> set[tuple[str, str]]:
        return {(each.type, each.id) for each in objects}

    other = saved_objects(ElasticsearchSettings(hosts=(), prefix="second"), PAGE)
    assert not ids(other) & ids(saved_objects(SETTINGS, PAGE))


def test_the_export_is_the_same_every_time() -> None:
    assert ndjson(saved_objects(SETTINGS, PAGE)) == ndjson(saved_objects(SETTINGS, f"{PAGE}/"))


@pytest.mark.parametrize(
    ("condition", "kql"),
    [
        (Is("removed", False), "removed : false"),
        (Is("status", 'a "b"'), 'status : "a \\"b\\""'),
        (AtLeast("articles", 2), "articles >= 2"),
        (Below("similarity", 0.5), "similarity < 0.5"),
        (Between("articles", 2, 5), "articles >= 2 and articles < 5"),
        (Has("section"), "section : *"),
    ],
)
def test_conditions_in_kibanas_language(condition: Condition, kql: str) -> None:
    assert condition.kql() == kql
