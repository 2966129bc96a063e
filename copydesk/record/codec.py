"""How articles lie in the record: msgpack, compressed."""

import threading
from importlib.resources import files
from typing import Any

import msgspec
import zstandard

from copydesk.errors import DamagedError
from crawler.article import Article

# Level 6 packs news text to about a third; higher levels cost the desk more than they save.
_LEVEL = 6
# Feed items are short and alike (field names, dates, how the text was won): against some invented
# ones an item of 290 bytes of text takes 380 bytes instead of 590. The file never changes: what was
# written with it could not be read any more. Another one needs a mark of its own.
_DICTIONARY = files("copydesk.record").joinpath("article.dictionary").read_bytes()
_WITH_DICTIONARY = b"\x01"
_encoder = msgspec.msgpack.Encoder()
_json = msgspec.json.Encoder()
_NUL = rb"\u0000"
"""As JSON has it; a text that spells this out is looked at for nothing."""
_decoder = msgspec.msgpack.Decoder(Article)


class _Tools(threading.local):
    """Compressors are not for several threads, and making one costs as much as an article."""

    def __init__(self) -> None:
        known = zstandard.ZstdCompressionDict(_DICTIONARY, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL, dict_data=known)
        self.decompressor = zstandard.ZstdDecompressor(dict_data=known)


_tools = _Tools()


def storable(article: Article) -> Article:
    """The article without what no database can hold: lone surrogates and NUL characters.

    Pages and feeds hide both in JSON; one of them must not stop all crawling.
    """
    return article if _is_clean(article) else _cleaned(article)


def _is_clean(article: Article) -> bool:
    """Whether the encoder, which looks at all of it at once, meets neither: a sixth of the time
    that looking at each field takes."""
    try:
        return _NUL not in _json.encode(article)
    except UnicodeEncodeError:  # a lone surrogate
        return False


def _cleaned(article: Article) -> Article:
    return msgspec.convert(clean(msgspec.to_builtins(article)), Article)


def clean(value: Any) -> Any:
    """All texts in ``value`` without what no database can hold, as :func:`storable`."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    if isinstance(value, dict):
        return {name: clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean(inner) for inner in value]
    return value


def pack(article: Article) -> bytes:
    """The article as a compressed blob."""
    return _WITH_DICTIONARY + _tools.compressor.compress(_encoder.encode(article))


def unpack(blob: bytes) -> Article:
    """The article of a blob made by :func:`pack`; raises :class:`DamagedError` for any other."""
    try:
        if blob.startswith(_WITH_DICTIONARY):
            return _decoder.decode(_tools.decompressor.decompress(blob[1:]))
        # A plain frame, as the first schema's programs wrote it.
        return _decoder.decode(zstandard.ZstdDecompressor().decompress(blob))
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise DamagedError(
            f"a stored article cannot be read: {error}",
            next_step="Restore the record from a backup, or delete the article.",
        ) from error
