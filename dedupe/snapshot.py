"""How a desk is kept on disk: a magic word, a kind, a checksum, then the parts.

What is written is made as pieces, to be written one after the other: joined, the gigabytes of a
large desk would stand in memory once more for each frame around them.
"""

import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
import xxhash
import zstandard

from dedupe.errors import SnapshotError
from dedupe.growing import lines

_MAGIC = b"CPYDSK"
_HEADER = struct.Struct("<6sH16s")
_LENGTH = struct.Struct("<Q")
_REBUILD = "Rebuild from the record"
_LARGEST = 1 << 36  # 64 GiB in one array; more is a lie
_Shape = TypeVar("_Shape")

Array = npt.NDArray[Any]


def seal(kind: int, payload: list[bytes]) -> list[bytes]:
    """Wrap ``payload`` of one ``kind`` (which is also its version) with a checksum."""
    digest = xxhash.xxh3_128()
    for piece in payload:
        digest.update(piece)
    return [_HEADER.pack(_MAGIC, kind, digest.digest()), *payload]


def unseal(kind: int, data: bytes | memoryview) -> memoryview:
    """The payload of a snapshot.

    Raises :class:`SnapshotError` when it is damaged, foreign or of another version.
    """
    if len(data) < _HEADER.size:
        raise SnapshotError("the snapshot is too short", next_step=_REBUILD)
    magic, found, digest = _HEADER.unpack_from(data)
    payload = memoryview(data)[_HEADER.size :]
    if magic != _MAGIC:
        raise SnapshotError("this is not a desk's snapshot", next_step=_REBUILD)
    if found != kind:
        raise SnapshotError(
            f"the snapshot is of kind {found}, this program reads kind {kind}", next_step=_REBUILD
        )
    if xxhash.xxh3_128_digest(payload) != digest:
        raise SnapshotError("the snapshot is damaged", next_step=_REBUILD)
    return payload


def decode(data: bytes | memoryview, shape: type[_Shape]) -> _Shape:
    """Read msgpack of a known shape; :class:`SnapshotError` when it has another."""
    try:
        return msgspec.msgpack.decode(data, type=shape)
    except msgspec.MsgspecError as error:
        raise SnapshotError("the snapshot has an unknown shape", next_step=_REBUILD) from error


def join(parts: Iterable[list[bytes]]) -> list[bytes]:
    """Several parts as one; no limit of 4 GiB, unlike msgpack's."""
    framed: list[bytes] = []
    for part in parts:
        framed.append(_LENGTH.pack(sum(map(len, part))))
        framed += part
    return framed


def split(data: memoryview) -> Iterator[memoryview]:
    """What was joined, part by part; raises :class:`SnapshotError` where it is cut off."""
    at = 0
    while at < len(data):
        if len(data) - at < _LENGTH.size:
            raise SnapshotError("the snapshot ends within a length", next_step=_REBUILD)
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if length > len(data) - at:
            raise SnapshotError("the snapshot ends within a part", next_step=_REBUILD)
        yield data[at : at + length]
        at += length


def halves(data: memoryview) -> tuple[memoryview, memoryview]:
    """The two parts that were joined; raises :class:`SnapshotError` when they are not two."""
    parts = list(split(data))
    if len(parts) != 2:
        raise SnapshotError("the snapshot has other parts", next_step=_REBUILD)
    return parts[0], parts[1]


class _Form(msgspec.Struct, frozen=True):
    name: str
    dtype: str
    shape: tuple[int, ...]


def pack(arrays: Mapping[str, Array]) -> list[bytes]:
    """Arrays by name. Level 1 of Zstandard: empty tables vanish, random bits pass at 1 GB/s."""
    compressor = zstandard.ZstdCompressor(level=1)
    forms = [_Form(name, array.dtype.str, array.shape) for name, array in arrays.items()]
    blobs = [compressor.compress(_raw(array)) for array in arrays.values()]
    return join([[msgspec.msgpack.encode(forms)], *([blob] for blob in blobs)])


def _raw(array: Array) -> Any:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def unpack(data: memoryview, like: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays again. They must be those of ``like`` in name, type and all lengths but the first.

    Raises :class:`SnapshotError` when they are not.
    """
    head, *blobs = split(data)
    forms = decode(head, list[_Form])
    if [form.name for form in forms] != list(like) or len(forms) != len(blobs):
        raise SnapshotError("the snapshot has other parts", next_step=_REBUILD)
    decompressor = zstandard.ZstdDecompressor()
    found = {}
    for form, blob in zip(forms, blobs, strict=True):
        wanted = like[form.name]
        size = int(np.prod(form.shape, dtype=np.float64)) * wanted.dtype.itemsize
        if (
            form.dtype != wanted.dtype.str
            or len(form.shape) != wanted.ndim
            or form.shape[1:] != wanted.shape[1:]
            or not 0 <= size <= _LARGEST
        ):
            raise SnapshotError(f"part {form.name} has another form", next_step=_REBUILD)
        cells = math.prod(form.shape)
        array: Array = lines(cells, wanted.dtype.type).reshape(form.shape)
        try:
            raw = decompressor.decompress(blob, max_output_size=size)
        except zstandard.ZstdError as error:
            raise SnapshotError(f"part {form.name} is damaged", next_step=_REBUILD) from error
        if len(raw) != size:
            raise SnapshotError(f"part {form.name} is incomplete", next_step=_REBUILD)
        array[...] = np.frombuffer(raw, dtype=wanted.dtype).reshape(form.shape)
        found[form.name] = array
    return found
