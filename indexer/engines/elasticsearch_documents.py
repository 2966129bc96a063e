"""Documents on their way to the server and back: the lines of a bulk request, and a hit."""

import datetime as dt
from typing import Any

import msgspec

from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.elasticsearch_analysis import language_of
from indexer.engines.elasticsearch_names import IndexSet, month
from indexer.engines.elasticsearch_schema import STEMMED, TIMES
from indexer.engines.protocol import Kind, Put, Remove, Write
from indexer.projection import Columns, UnfitError, check_id, columns, kind_of
from indexer.query.dates import micros
from indexer.query.elasticsearch import FIND

EXCLUDED = ("removed", "indexed_at", "index_delay", "outlet_count")  # Ours, not the document's.
_ENCODE = msgspec.json.Encoder().encode
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def put_lines(target: IndexSet, put: Put, *, now: float) -> tuple[str, bytes]:
    """The part of the set that a document goes to, and its two lines of a bulk request.

    UnfitError for what no engine could hold.
    """
    found = columns(put.document)
    body = {**_filled(put.document), "removed": False}
    body["seconds"] = seconds = {name: body[name] for name in TIMES[found.kind] if name in body}
    body |= {name: _iso(value) for name, value in seconds.items()}
    body["indexed_at"] = _iso(now)
    body["index_delay"] = max(0.0, round(now - found.at / 1e6, 3))
    if isinstance(put.document, ArticleDocument):
        part = month(put.document.first_seen)
        body |= _stemmed(put.document)
    else:
        part = ""
        body["outlet_count"] = len(set(put.document.outlets))
    body[FIND] = _find(found)
    action = _action(target.write_alias(found.kind, part), found.id, put.version)
    try:
        return part, action + b"\n" + _ENCODE(body)
    except UnicodeEncodeError as error:
        raise UnfitError("it holds characters that are not valid Unicode") from error


def remove_lines(target: IndexSet, remove: Remove, part: str) -> bytes:
    """Two lines that replace a document of this part by nothing.

    A removal is written too, as an empty document: the server forgets the version of what is
    really deleted after a minute (``gc_deletes``), and an old write could bring it back.
    """
    alias = target.write_alias(remove.kind, part)
    return _action(alias, remove.id, remove.version) + b"\n" + _ENCODE({"removed": True})


def address(write: Write) -> tuple[Kind, str]:
    """What a write is about; UnfitError is not raised here."""
    if isinstance(write, Put):
        return kind_of(write.document), write.document.id
    return write.kind, write.id


def checked(remove: Remove) -> Remove:
    """The same; UnfitError if its id cannot be."""
    check_id(remove.id)
    return remove


def document(kind: Kind, source: dict[str, Any]) -> ArticleDocument | StoryDocument:
    """The document that a hit's ``_source`` holds."""
    source = {**source, **source["seconds"]}
    if kind == "article":
        return msgspec.convert(source, ArticleDocument)
    return msgspec.convert(source, StoryDocument)


def _filled(document: ArticleDocument | StoryDocument) -> dict[str, Any]:
    """What differs from the defaults, which come back by themselves: Kibana counts no blanks."""
    fields = msgspec.structs.fields(document)
    return {
        field.name: value
        for field in fields
        if (value := getattr(document, field.name)) != field.default or value not in (None, "", ())
    }


def _iso(seconds: float) -> str:
    return (_EPOCH + dt.timedelta(microseconds=micros(seconds))).isoformat()


def _stemmed(article: ArticleDocument) -> dict[str, Any]:
    language = language_of(article.language)
    if not language:
        return {}
    texts = [text for text in (article.title, article.summary, article.text) if text]
    return {STEMMED: {language: texts}}


def _find(found: Columns) -> dict[str, Any]:
    return {**found.words, **found.codes, **found.numbers}


def _action(alias: str, given: str, version: int) -> bytes:
    return _ENCODE(
        {
            "index": {
                "_index": alias,
                "_id": given,
                "version": version,
                "version_type": "external_gte",
                "require_alias": True,
            }
        }
    )
