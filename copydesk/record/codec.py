"""How articles lie in the record: msgpack, compressed."""

import msgspec
import zstandard

from crawler.article import Article

# Level 6 packs news text to about a third; higher levels cost the desk more than they save.
_LEVEL = 6
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Article)


def pack(article: Article) -> bytes:
    """The article as a compressed blob."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(_encoder.encode(article))


def unpack(blob: bytes) -> Article:
    """The article of a blob made by :func:`pack`."""
    return _decoder.decode(zstandard.ZstdDecompressor().decompress(blob))
