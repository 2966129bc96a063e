"""Content codings under a cap."""

import gzip
import tracemalloc
import zlib

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.decode import Body
from crawler.fetch.errors import FetchError


def _deflate_raw(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "identity": bytes,
    "": bytes,
}


def received(data: bytes, coding: str, *, piece: int = 1000, limit: int = 1 << 20) -> bytes:
    body = Body(coding, limit=limit, keep_head=False)
    for start in range(0, len(data), piece):
        body.receive(data[start : start + piece])
    return body.content()


@pytest.mark.parametrize("coding", PACKERS)
@given(data=st.binary(max_size=3000), piece=st.integers(1, 700), times=st.integers(1, 200))
def test_every_coding_gives_back_what_went_in(
    coding: str, data: bytes, piece: int, times: int
) -> None:
    packed = PACKERS[coding](data * times)
    assert received(packed, coding, piece=piece) == data * times


def test_oddities_of_real_servers() -> None:
    text = b"The harbour was closed. " * 5000
    assert received(_deflate_raw(text), "deflate") == text
    assert received(gzip.compress(text) + b"\r\n<!-- served -->", "gzip") == text
    assert received(gzip.compress(text[:100]) + gzip.compress(text[100:]), "gzip") == text
    assert received(gzip.compress(text)[:-8], "gzip") == text
    halves = [zstandard.compress(text[:100]), zstandard.compress(text[100:])]
    skipped = b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip"
    for piece in (1, 7, 64, 100_000):
        assert received(skipped.join(halves), "zstd", piece=piece) == text
        assert received(halves[0] + b"\r\n<!-- served -->", "zstd", piece=piece) == text[:100]
    assert received(gzip.compress(brotli.compress(text)), "br, gzip") == text
    assert received(b"plain", "UTF-8") == b"plain"


BOMB = b"\0" * 50_000_000
BOMBS = [
    ("gzip", gzip.compress(BOMB)),
    ("deflate", zlib.compress(BOMB)),
    ("br", brotli.compress(BOMB, quality=5)),
    ("zstd", zstandard.ZstdCompressor(level=3).compress(BOMB)),
    ("gzip, gzip", gzip.compress(gzip.compress(BOMB))),
    ("zstd, zstd", zstandard.compress(zstandard.compress(BOMB))),
]


@pytest.mark.parametrize(("coding", "packed"), BOMBS, ids=[coding for coding, _ in BOMBS])
def test_bombs_end_at_the_cap_and_cost_little_memory(coding: str, packed: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="larger than 1 MiB") as caught:
            received(packed, coding, piece=65536)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.outcome == "too-large"
    assert peak < 6 << 20


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_damage_is_named(coding: str) -> None:
    with pytest.raises(FetchError, match="damaged compressed data"):
        received(b"\xff\xfe this was never compressed at all", coding)


def test_codings_beyond_what_was_asked_for() -> None:
    with pytest.raises(FetchError, match="'compress', which was not asked for"):
        received(b"x", "compress")
    with pytest.raises(FetchError, match="compressed 3 times over"):
        received(b"x", "gzip, gzip, gzip")


def test_the_head_is_kept_where_that_is_enough() -> None:
    body = Body("gzip", limit=1000, keep_head=True)
    assert body.receive(gzip.compress(b"robots" * 10_000)) is False
    assert body.content() == (b"robots" * 10_000)[:1000]


def test_much_in_and_nothing_out_ends_too() -> None:
    empty_members = gzip.compress(b"") * 100
    with pytest.raises(FetchError, match="larger than"):
        received(empty_members, "gzip", limit=1000)


def body_of(data: bytes, coding: str, *, keep_head: bool = False) -> Body:
    body = Body(coding, limit=1 << 20, keep_head=keep_head)
    for start in range(0, len(data), 100):
        body.receive(data[start : start + 100])
    return body


def _flushed(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH)


@pytest.mark.parametrize("coding", [*PACKERS, "gzip, br"])
def test_an_end_in_the_middle_is_told_from_the_end(coding: str) -> None:
    text = "".join(f"Line {number} of the harbour's news. " for number in range(500)).encode()
    packed = text
    for name in coding.split(", "):
        packed = PACKERS[name](packed)
    body_of(packed, coding).check_whole()
    body_of(b"", coding).check_whole()
    if coding in ("identity", ""):
        return
    for end in (1, 5, len(packed) // 2, len(packed) - 20):
        with pytest.raises(FetchError, match="ended its compressed answer in the middle") as caught:
            body_of(packed[:end], coding).check_whole()
        assert caught.value.outcome == "connection"
        body_of(packed[:end], coding, keep_head=True).check_whole()


def test_streams_that_some_servers_never_end_are_whole() -> None:
    text = bytes(range(256)) * 50
    packed = gzip.compress(text)
    for data in (packed[:-8], packed[:-4], packed[:-1], _flushed(text), packed + b"\r\n"):
        body = body_of(data, "gzip")
        body.check_whole()
        assert body.content() == text
    body_of(_deflate_raw(text), "deflate").check_whole()
