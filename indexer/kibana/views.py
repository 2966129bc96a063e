"""Data views: what Kibana calls an index or an alias, with its time and how fields are shown."""

import json
from dataclasses import dataclass
from typing import Any

from indexer.engines.elasticsearch_client import ElasticsearchSettings
from indexer.engines.elasticsearch_names import IndexSet
from indexer.engines.elasticsearch_operations import mapping as operations_mapping
from indexer.engines.elasticsearch_operations import operations_index
from indexer.engines.elasticsearch_schema import mapping
from indexer.kibana.panels import ViewName
from indexer.query.elasticsearch import FIND


@dataclass(frozen=True, slots=True)
class View:
    """``target`` is the alias or index; ``time`` the date by which Kibana narrows everything.

    ``links`` are fields whose values lead to the page at this address, with ``{{value}}`` in it.
    """

    name: ViewName
    id: str
    target: str
    label: str
    time: str
    links: dict[str, str]
    fields: dict[str, dict[str, Any]]

    def attributes(self) -> dict[str, Any]:
        """What its saved object says."""
        formats = {field: _link(template) for field, template in self.links.items()}
        # What is searched, not shown: it only crowds the list of fields.
        hidden = [{"value": f"{name}*"} for name in (FIND, "seconds") if name in self.fields]
        return {
            "title": self.target,
            "name": self.label,
            "timeFieldName": self.time,
            "fieldFormatMap": _text(formats),
            "sourceFilters": _text(hidden),
            "fields": "[]",
            "fieldAttrs": "{}",
            "typeMeta": "{}",
            "runtimeFieldMap": "{}",
        }


def views(settings: ElasticsearchSettings, page: str) -> dict[ViewName, View]:
    """The three data views; ``page`` is the address of Copydesk's page, without a last slash."""
    story = f"{page}/story/{{{{value}}}}"
    named = IndexSet(settings.prefix)
    prefix = settings.prefix
    articles, stories, operations = (
        named.alias("article"),
        named.alias("story"),
        operations_index(settings),
    )
    return {
        "articles": View(
            "articles",
            articles,
            articles,
            f"Articles ({prefix})",
            "first_seen",
            {"url": "{{rawValue}}", "story": story},
            mapping(settings, "article")["properties"],
        ),
        "stories": View(
            "stories",
            stories,
            stories,
            f"Stories ({prefix})",
            "last_report",
            {"id": story},
            mapping(settings, "story")["properties"],
        ),
        "operations": View(
            "operations",
            operations,
            operations,
            f"Operations ({prefix})",
            "at",
            {},
            operations_mapping()["properties"],
        ),
    }


def _link(template: str) -> dict[str, Any]:
    return {
        "id": "url",
        "params": {
            "type": "a",
            "urlTemplate": template,
            "labelTemplate": "{{rawValue}}",
            "openLinkInCurrentTab": False,
        },
    }


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
