"""What the indices are made of: settings, mappings and templates."""

from typing import Any

from indexer.engines import elasticsearch_analysis as analysis
from indexer.engines.elasticsearch_client import ElasticsearchSettings
from indexer.engines.elasticsearch_names import KINDS, SCHEMA_VERSION, stem
from indexer.engines.protocol import Kind
from indexer.query.elasticsearch import FIND
from indexer.query.fields import CODE_COLUMNS, FACET_COLUMNS, NUMBER_COLUMNS, WORD_COLUMNS

STEMMED = "stemmed"
PRIORITY = 500  # Above the server's own templates (100 to 200).
TIMES: dict[Kind, tuple[str, ...]] = {
    "article": ("published", "first_seen"),
    "story": ("first_report", "last_report"),
}
# Only here: shards that may differ in a cluster are made equal by these at the next start.
_TEXT = {"type": "text", "analyzer": analysis.TEXT}
_KEYWORD = {"type": "keyword", "ignore_above": 1024}
_CODE_WORD = {**_KEYWORD, "normalizer": analysis.LOWER}
# Shown as written, and found whatever the letter case and accents: outlet.folded.
# Nothing is sorted or counted by what is folded, nor by an outlet's own ids: no doc values.
_FOLDED = {**_KEYWORD, "normalizer": analysis.FOLDED, "doc_values": False}
_NAME = {**_KEYWORD, "fields": {"folded": _FOLDED}}
_DATE = {"type": "date", "format": "strict_date_optional_time"}
_NUMBER = {"type": "integer"}
_DECIMAL = {"type": "float"}
_TERMS = {"type": "text", "analyzer": analysis.TERMS, "norms": False}
_CODE = {"type": "keyword", "doc_values": False}
_FACET = {"type": "keyword", "index": False}
_MICROS = {"type": "long"}
_READABLE: dict[Kind, dict[str, dict[str, Any]]] = {
    "article": {
        **dict.fromkeys(("id", "url", "source", "copy_group", "story"), _KEYWORD),
        "guid": {**_KEYWORD, "doc_values": False},
        **dict.fromkeys(("country", "language", "status"), _CODE_WORD),
        **dict.fromkeys(("outlet", "byline", "section", "keywords", "credit"), _NAME),
        **dict.fromkeys(("title", "summary", "text"), _TEXT),
        **dict.fromkeys(TIMES["article"], _DATE),
        "names": _KEYWORD,
        "copies": _NUMBER,
        "reprint": _NUMBER,
        "similarity": _DECIMAL,
    },
    "story": {
        "id": _KEYWORD,
        **dict.fromkeys(("languages", "countries"), _CODE_WORD),
        **dict.fromkeys(("outlets", "terms"), _NAME),
        **dict.fromkeys(("headline", "summary"), _TEXT),
        **dict.fromkeys(TIMES["story"], _DATE),
        "articles": _NUMBER,
        "copy_groups": _NUMBER,
        "outlet_count": _NUMBER,
        "velocity": _DECIMAL,
    },
}


def mapping(settings: ElasticsearchSettings, kind: Kind) -> dict[str, Any]:
    """Readable fields for people and Kibana, and ``find`` with the columns that are searched.

    ``find`` and ``stemmed`` are not stored: they are made from the document, and the record has
    that. Fields that this mapping does not know are refused or ignored, as the settings say.
    """
    dynamic = "strict" if settings.mapping == "strict" else False
    searched: dict[str, dict[str, Any]] = {
        **dict.fromkeys(WORD_COLUMNS, _TERMS),
        **dict.fromkeys(CODE_COLUMNS, _CODE),
        **dict.fromkeys(FACET_COLUMNS, _FACET),
        **dict.fromkeys(NUMBER_COLUMNS, _MICROS),
        "x_id": {"type": "keyword"},  # Sorted by, hence with doc values.
    }
    return {
        "dynamic": dynamic,
        "_meta": {"schema_version": SCHEMA_VERSION},
        "_source": {"excludes": [FIND, STEMMED]},
        "properties": {
            **_READABLE[kind],
            "removed": {"type": "boolean"},
            # When this write was made, and seconds since the publication; rebuilding renews both.
            "indexed_at": {"type": "date_nanos", "format": "strict_date_optional_time_nanos"},
            "index_delay": _DECIMAL,
            # The document's own numbers: dates keep milliseconds, and 8.19 refuses 1e-06 seconds.
            "seconds": {"type": "object", "enabled": False},
            STEMMED: {"dynamic": dynamic, "properties": analysis.stemmed_fields()},
            FIND: {"dynamic": dynamic, "properties": searched},
        },
    }


def index_settings() -> dict[str, Any]:
    """Settings of all indices of documents.

    Acknowledged writes are on disk (``request``): :meth:`Engine.position` relies on it. A replica
    is made as soon as there is a second node. ``best_compression`` (zstd) takes a third of the
    bytes of the default for the same processor time: texts are written once and seldom read.
    """
    return {
        "number_of_shards": 1,
        "codec": "best_compression",
        "auto_expand_replicas": "0-1",
        "refresh_interval": "30s",  # Searches see what refresh() has shown them, not before.
        "translog.durability": "request",
    }


def component_templates(
    settings: ElasticsearchSettings, *, tokenizer: str
) -> dict[str, dict[str, Any]]:
    """The parts of the index templates by name."""
    analyzers = {"index": {"analysis": analysis.settings(tokenizer=tokenizer)}}
    parts: dict[str, dict[str, Any]] = {
        f"{settings.prefix}-settings": {"settings": {"index": index_settings()}},
        f"{settings.prefix}-analysis": {"settings": analyzers},
    }
    for kind in KINDS:
        # A mapping is only accepted together with the analyzers that it names.
        parts[f"{settings.prefix}-{kind}"] = {
            "settings": analyzers,
            "mappings": mapping(settings, kind),
        }
    return parts


def index_template(settings: ElasticsearchSettings, kind: Kind) -> dict[str, Any]:
    """What any index of this kind is made from."""
    return {
        "index_patterns": [f"{stem(settings.prefix, kind)}*"],
        "composed_of": [
            f"{settings.prefix}-settings",
            f"{settings.prefix}-analysis",
            f"{settings.prefix}-{kind}",
        ],
        "priority": PRIORITY,
        "_meta": {"schema_version": SCHEMA_VERSION},
    }


def differences(wanted: dict[str, Any], found: dict[str, Any], path: str = "") -> list[str]:
    """The fields of ``wanted`` that ``found`` lacks or has otherwise; both are ``properties``.

    The schema version alone would not tell of a mapping that was changed by hand.
    """
    unlike: list[str] = []
    for name, field in wanted.items():
        here = found.get(name, {})
        for word in ("type", "analyzer", "normalizer"):
            # The server does not repeat that an object is an object.
            if field.get(word, "object") != here.get(word, "object"):
                unlike.append(f"{path}{name}")
                break
        else:
            inner = here.get("properties", {})
            unlike += differences(field.get("properties", {}), inner, f"{path}{name}.")
    return unlike
