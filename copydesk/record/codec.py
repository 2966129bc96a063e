"""How articles lie in the record: msgpack, compressed."""

from typing import Any

import msgspec
import zstandard

from copydesk.errors import DamagedError
from crawler.article import Article

# Level 6 packs news text to about a third; higher levels cost the desk more than they save.
_LEVEL = 6
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Article)


def storable(article: Article) -> Article:
    """The article without what no database can hold: lone surrogates and NUL characters.

    Pages and feeds hide both in JSON; one of them must not stop all crawling.
    """
    fields = msgspec.to_builtins(article)
    cleaned = _clean(fields)
    return article if cleaned == fields else msgspec.convert(cleaned, Article)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    if isinstance(value, dict):
        return {name: _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


def pack(article: Article) -> bytes:
    """The article as a compressed blob."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(_encoder.encode(article))


def unpack(blob: bytes) -> Article:
    """The article of a blob made by :func:`pack`; raises :class:`DamagedError` for any other."""
    try:
        return _decoder.decode(zstandard.ZstdDecompressor().decompress(blob))
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise DamagedError(
            f"a stored article cannot be read: {error}",
            next_step="Restore the record from a backup, or delete the article.",
        ) from error
