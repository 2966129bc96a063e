"""Saved objects as Kibana's importer takes them: one JSON line each, references whole.

Each object says in which form it is written: ``coreMigrationVersion`` and
``typeMigrationVersion``. Kibana migrates older forms on import and refuses newer ones, so each is
written in the oldest form that has what we use; one file then serves 8.19 and 9.x alike.
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from indexer.engines.elasticsearch_client import ElasticsearchSettings
from indexer.kibana import conditions, lens
from indexer.kibana.dashboards import DASHBOARDS, SEARCHES
from indexer.kibana.panels import Dashboard, Panel, Search, Shown, ViewName
from indexer.kibana.views import View, views

CORE = "8.8.0"
"""The last change of what all saved objects share (Kibana 8.8)."""
VERSIONS = {"index-pattern": "8.0.0", "search": "8.0.0", "dashboard": "8.9.0"}
"""Dashboards of 8.9: the last form before 8.13's numbered ones, with ``formBased`` Lens layers."""
WIDTH = 48
_INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"


class Reference(msgspec.Struct, frozen=True):
    """How one object names another."""

    id: str
    name: str
    type: str


class SavedObject(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of the file."""

    id: str
    type: str
    attributes: dict[str, Any]
    references: tuple[Reference, ...] = ()
    core_migration_version: str = CORE
    type_migration_version: str
    managed: bool = False


def saved_objects(settings: ElasticsearchSettings, page: str) -> tuple[SavedObject, ...]:
    """All data views, saved searches and dashboards, what is referred to before what refers.

    ``page`` is the address of Copydesk's own page, to which stories link.
    """
    known = views(settings, page.rstrip("/"))
    return (
        *(_object("index-pattern", view.id, view.attributes()) for view in known.values()),
        *(_search(settings, search, known[search.view]) for search in SEARCHES),
        *(_dashboard(settings, each, known) for each in DASHBOARDS),
    )


def ndjson(objects: tuple[SavedObject, ...]) -> bytes:
    """The file for Kibana's importer."""
    return b"".join(msgspec.json.encode(each) + b"\n" for each in objects)


def _object(
    kind: str, given: str, attributes: dict[str, Any], references: tuple[Reference, ...] = ()
) -> SavedObject:
    return SavedObject(
        id=given,
        type=kind,
        attributes=attributes,
        references=references,
        type_migration_version=VERSIONS[kind],
    )


def _own(settings: ElasticsearchSettings, given: str) -> str:
    """Ids begin with the prefix, so that two installations may share one Kibana."""
    return f"{settings.prefix}-{given}"


def _search(settings: ElasticsearchSettings, search: Search, view: View) -> SavedObject:
    source = {
        "query": lens.kuery(conditions.kql(search.where)),
        "filter": [],
        "highlightAll": True,
        "version": True,
        "indexRefName": _INDEX,
    }
    return _object(
        "search",
        _own(settings, search.id),
        {
            "title": f"{search.title} ({settings.prefix})",
            "description": search.note,
            "columns": list(search.columns),
            "sort": [[view.time, "desc"]],
            "grid": {},
            "hideChart": False,
            "isTextBasedQuery": False,
            "timeRestore": False,
            "kibanaSavedObjectMeta": {"searchSourceJSON": _text(source)},
        },
        (Reference(view.id, _INDEX, "index-pattern"),),
    )


def _dashboard(
    settings: ElasticsearchSettings, dashboard: Dashboard, known: dict[ViewName, View]
) -> SavedObject:
    panels: list[dict[str, Any]] = []
    references: list[Reference] = []
    for panel, (x, y) in zip(dashboard.panels, places(dashboard), strict=True):
        made, reference = (
            _lens_panel(panel, known[panel.view])
            if isinstance(panel, Panel)
            else _search_panel(settings, panel)
        )
        grid = {"x": x, "y": y, "w": panel.width, "h": panel.height, "i": made["panelIndex"]}
        panels.append({**made, "gridData": grid})
        references.append(reference)
    title = dashboard.title
    if settings.prefix != ElasticsearchSettings(hosts=()).prefix:
        title = f"{title} ({settings.prefix})"
    return _object(
        "dashboard",
        _own(settings, dashboard.id),
        {
            "title": title,
            "description": dashboard.note,
            "panelsJSON": _text(panels),
            "optionsJSON": _text(
                {
                    "useMargins": True,
                    "syncColors": False,
                    "syncCursor": True,
                    "syncTooltips": False,
                    "hidePanelTitles": False,
                }
            ),
            "timeRestore": True,
            "timeFrom": "now-24h",
            "timeTo": "now",
            "refreshInterval": {"pause": False, "value": 60_000},
            "kibanaSavedObjectMeta": {
                "searchSourceJSON": _text({"query": lens.kuery(""), "filter": []})
            },
            "version": 1,
        },
        tuple(references),
    )


def places(dashboard: Dashboard) -> Iterator[tuple[int, int]]:
    """Column and row of each panel: from left to right, a new line when one is full."""
    x = y = tallest = 0
    for panel in dashboard.panels:
        if x + panel.width > WIDTH:
            x, y, tallest = 0, y + tallest, 0
        yield x, y
        x += panel.width
        tallest = max(tallest, panel.height)


def _lens_panel(panel: Panel, view: View) -> tuple[dict[str, Any], Reference]:
    made = {
        "type": "lens",
        "panelIndex": panel.id,
        "title": panel.title,
        "embeddableConfig": {
            "attributes": lens.attributes(panel, view.id),
            "enhancements": {},
            "hidePanelTitles": False,
            **({"description": panel.note} if panel.note else {}),
        },
    }
    return made, Reference(view.id, f"{panel.id}:{lens.REFERENCE}", "index-pattern")


def _search_panel(
    settings: ElasticsearchSettings, shown: Shown
) -> tuple[dict[str, Any], Reference]:
    index = f"shown-{shown.search.id}"
    made = {
        "type": "search",
        "panelIndex": index,
        "title": shown.search.title,
        "embeddableConfig": {"enhancements": {}},
        "panelRefName": f"panel_{index}",
    }
    reference = Reference(_own(settings, shown.search.id), f"{index}:panel_{index}", "search")
    return made, reference


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
