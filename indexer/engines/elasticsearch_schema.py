"""The Elasticsearch side of a document: names, settings, mappings, and the body of a write."""

import datetime as dt
from typing import Any

import msgspec

from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.elasticsearch_client import ElasticsearchSettings
from indexer.engines.protocol import Kind, Put, Remove, Write
from indexer.projection import Columns, UnfitError, check_id, columns, kind_of
from indexer.query.dates import micros
from indexer.query.elasticsearch import FIND
from indexer.query.fields import CODE_COLUMNS, NUMBER_COLUMNS, WORD_COLUMNS

SCHEMA_VERSION = 1
KINDS: tuple[Kind, ...] = ("article", "story")
_PLURAL = {"article": "articles", "story": "stories"}
_ENCODE = msgspec.json.Encoder().encode

_TEXT = {"type": "text", "analyzer": "copydesk_text"}
_KEYWORD = {"type": "keyword", "ignore_above": 1024}
_DATE = {"type": "date", "format": "strict_date_optional_time"}
_TIMES: dict[Kind, tuple[str, ...]] = {
    "article": ("published", "first_seen"),
    "story": ("first_report", "last_report"),
}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NUMBER = {"type": "integer"}
_DECIMAL = {"type": "float"}
_TERMS = {"type": "text", "analyzer": "copydesk_terms", "norms": False}
_CODE = {"type": "keyword", "doc_values": False}
_MICROS = {"type": "long"}
_READABLE: dict[Kind, dict[str, dict[str, Any]]] = {
    "article": {
        **dict.fromkeys(
            ("id", "guid", "url", "source", "outlet", "country", "byline", "language", "section",
             "keywords", "credit", "status", "copy_group", "story"), _KEYWORD,
        ),
        **dict.fromkeys(("title", "summary", "text"), _TEXT),
        **dict.fromkeys(_TIMES["article"], _DATE),
        "copies": _NUMBER,
        "reprint": _NUMBER,
        "similarity": _DECIMAL,
    },
    "story": {
        **dict.fromkeys(("id", "outlets", "languages", "countries", "terms"), _KEYWORD),
        **dict.fromkeys(("headline", "summary"), _TEXT),
        **dict.fromkeys(_TIMES["story"], _DATE),
        "articles": _NUMBER,
        "copy_groups": _NUMBER,
        "velocity": _DECIMAL,
    },
}  # fmt: skip


def alias(settings: ElasticsearchSettings, kind: Kind) -> str:
    """What everyone asks: ``copydesk-articles``."""
    return f"{settings.prefix}-{_PLURAL[kind]}"


def index(settings: ElasticsearchSettings, kind: Kind) -> str:
    """What is behind the alias: ``copydesk-articles-v1``."""
    return f"{alias(settings, kind)}-v{SCHEMA_VERSION}"


def meta_index(settings: ElasticsearchSettings) -> str:
    """Where the log position is kept."""
    return f"{settings.prefix}-meta"


def index_settings() -> dict[str, Any]:
    """Settings of both indices.

    Acknowledged writes are on disk (``request``): :meth:`Engine.position` relies on it. A replica
    is made as soon as there is a second node.
    """
    return {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        "refresh_interval": "30s",  # Searches see what refresh() has shown them, not before.
        "translog.durability": "request",
    }


def analysis() -> dict[str, Any]:
    """The analyzers of both mappings: ours only cuts at spaces, people's folds a little."""
    return {
        "analyzer": {
            "copydesk_terms": {"type": "custom", "tokenizer": "whitespace"},
            "copydesk_text": {
                "type": "custom",
                "tokenizer": "standard",
                "filter": ["lowercase", "asciifolding"],
            },
        }
    }


def mapping(kind: Kind) -> dict[str, Any]:
    """Readable fields for people and Kibana, and ``find`` with the columns that are searched.

    ``find`` is not stored: it is made from the document, and the record has that.
    """
    searched: dict[str, dict[str, Any]] = {
        **dict.fromkeys(WORD_COLUMNS, _TERMS),
        **dict.fromkeys(CODE_COLUMNS, _CODE),
        **dict.fromkeys(NUMBER_COLUMNS, _MICROS),
        "x_id": {"type": "keyword"},  # Sorted by, hence with doc values.
    }
    return {
        "dynamic": "strict",
        "_meta": {"schema_version": SCHEMA_VERSION},
        "_source": {"excludes": [FIND]},
        "properties": {
            **_READABLE[kind],
            "removed": {"type": "boolean"},
            # The document's own numbers: dates keep milliseconds, and 8.19 refuses 1e-06 seconds.
            "seconds": {"type": "object", "enabled": False},
            FIND: {"dynamic": "strict", "properties": searched},
        },
    }


def component_templates(settings: ElasticsearchSettings) -> dict[str, dict[str, Any]]:
    """The parts of the index templates by name."""
    parts: dict[str, dict[str, Any]] = {
        f"{settings.prefix}-settings": {"settings": {"index": index_settings()}}
    }
    for kind in KINDS:
        parts[f"{settings.prefix}-{kind}"] = {
            # A mapping is only accepted together with the analyzers that it names.
            "settings": {"index": {"analysis": analysis()}},
            "mappings": mapping(kind),
        }
    return parts


def index_template(settings: ElasticsearchSettings, kind: Kind) -> dict[str, Any]:
    """What any index of this kind is made from."""
    return {
        "index_patterns": [f"{index(settings, kind)}*"],
        "composed_of": [f"{settings.prefix}-settings", f"{settings.prefix}-{kind}"],
        "priority": 500,  # Above the server's own templates (100 to 200).
        "_meta": {"schema_version": SCHEMA_VERSION},
    }


def operation(settings: ElasticsearchSettings, write: Write) -> bytes:
    """Two lines of a bulk request; UnfitError for what no engine could hold.

    A removal is written too, as an empty document: the server forgets the version of what is
    really deleted after a minute (``gc_deletes``), and an old write could bring it back.
    """
    if isinstance(write, Remove):
        check_id(write.id)
        return _lines(settings, write.kind, write.id, write.version, {"removed": True})
    found = columns(write.document)
    body = msgspec.structs.asdict(write.document)
    body["removed"] = False
    body["seconds"] = seconds = {name: body[name] for name in _TIMES[found.kind]}
    for name, value in seconds.items():
        body[name] = None if value is None else _iso(value)
    body[FIND] = _find(found)
    try:
        return _lines(settings, found.kind, found.id, write.version, body)
    except UnicodeEncodeError as error:
        raise UnfitError("it holds characters that are not valid Unicode") from error


def address(write: Write) -> tuple[Kind, str]:
    if isinstance(write, Put):
        return kind_of(write.document), write.document.id
    return write.kind, write.id


def document(kind: Kind, source: dict[str, Any]) -> ArticleDocument | StoryDocument:
    """The document that a hit's ``_source`` holds."""
    source = {**source, **source["seconds"]}
    if kind == "article":
        return msgspec.convert(source, ArticleDocument)
    return msgspec.convert(source, StoryDocument)


def _iso(seconds: float) -> str:
    return (_EPOCH + dt.timedelta(microseconds=micros(seconds))).isoformat()


def _find(found: Columns) -> dict[str, Any]:
    return {**found.words, **found.codes, **found.numbers}


def _lines(
    settings: ElasticsearchSettings, kind: Kind, given: str, version: int, body: dict[str, Any]
) -> bytes:
    action = {
        "index": {
            "_index": alias(settings, kind),
            "_id": given,
            "version": version,
            "version_type": "external_gte",
            "require_alias": True,
        }
    }
    return _ENCODE(action) + b"\n" + _ENCODE(body)
