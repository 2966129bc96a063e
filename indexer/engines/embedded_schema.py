"""The tantivy side of a document: its schema, its fields and its order key."""

import msgspec
import tantivy

from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.protocol import Kind, Noted, Put, Remove
from indexer.projection import UnfitError, columns
from indexer.query.fields import CODE_COLUMNS, FACET_COLUMNS, NUMBER_COLUMNS, WORD_COLUMNS

# 2: columns to count by; 3: digits, joiners and apostrophes folded; 4: languages by each leading
# part, outlets and credits as whole values.
SCHEMA_VERSION = 4
POSITION_KEY = "position"
_SHIFT = (
    2 * 10**17
)  # Makes times before 1970 positive; columns() allows 6e16 microseconds either way.
_WIDTH = 18
_ENCODE = msgspec.msgpack.Encoder().encode
_JSON = msgspec.json.Encoder().encode  # Bytes as base64, as the index reads them.
_ARTICLE = msgspec.msgpack.Decoder(ArticleDocument)
_STORY = msgspec.msgpack.Decoder(StoryDocument)


def build() -> tantivy.Schema:
    """The schema: searched columns by name, and five fields of our own.

    ``key`` is kind and id, ``kind`` what searches are narrowed to (removed documents and the log
    position have kinds that nobody asks for), ``order`` the unique sort key, ``version`` the
    change log's sequence, ``body`` the whole document as MessagePack.
    """
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("key", tokenizer_name="raw", index_option="basic")
    schema.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    schema.add_text_field("order", tokenizer_name="raw", index_option="basic", fast=True)
    schema.add_unsigned_field("version", fast=True)
    schema.add_bytes_field("body", stored=True)
    for name in WORD_COLUMNS:
        schema.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in CODE_COLUMNS:
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FACET_COLUMNS:
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in NUMBER_COLUMNS:
        schema.add_integer_field(name, indexed=True, fast=True)
    return schema.build()


def key(kind: Kind, given: str) -> str:
    return f"{kind}:{given}"


def order_key(at: int, given: str) -> str:
    """Sorts as text like (time, id)."""
    return f"{at + _SHIFT:0{_WIDTH}d}:{given}"


def split_order_key(order: str) -> tuple[int, str]:
    """Time in microseconds, and id."""
    return int(order[:_WIDTH]) - _SHIFT, order[_WIDTH + 1 :]


def decode(kind: Kind, body: bytes) -> ArticleDocument | StoryDocument:
    return _ARTICLE.decode(body) if kind == "article" else _STORY.decode(body)


def from_put(put: Put) -> str:
    """The fields of a document as JSON; UnfitError if no engine could hold it.

    The index reads JSON in half the time that it takes to ask a dictionary field by field.
    """
    found = columns(put.document)
    fields = {
        "key": key(found.kind, found.id),
        "kind": found.kind,
        "order": order_key(found.at, found.id),
        "version": put.version,
        **found.words,
        **found.codes,
        **found.numbers,
    }
    try:
        return _JSON({"body": _ENCODE(put.document), **fields}).decode()
    except UnicodeEncodeError as error:
        raise UnfitError("it holds characters that are not valid Unicode") from error


def from_remove(schema: tantivy.Schema, remove: Remove) -> tantivy.Document:
    """What is kept of a removed document, so that an older version stays out on replay."""
    return tantivy.Document.from_dict(
        {
            "key": key(remove.kind, remove.id),
            "kind": f"removed {remove.kind}",
            "order": order_key(0, remove.id),
            "version": remove.version,
        },
        schema,
    )


def from_noted(schema: tantivy.Schema, noted: Noted) -> tantivy.Document:
    """The one document that says how far the log was read, and which."""
    return tantivy.Document.from_dict(
        {
            "key": POSITION_KEY,
            "kind": "position",
            "order": order_key(0, noted.timeline),
            "version": noted.position,
        },
        schema,
    )
