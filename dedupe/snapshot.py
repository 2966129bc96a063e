"""How a desk is kept on disk: a magic word, a kind, the parts, then a checksum.

What is written is made piece by piece while it is written, which is why the checksum comes last:
of 30,000 generated articles the stories take 2 kB each, twice what tells copies, and of them no
more than one stands in memory once more.
"""

import math
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt
import xxhash
import zstandard

from dedupe.errors import SnapshotError
from dedupe.growing import lines

_MAGIC = b"CPYDSK"
_HEADER = struct.Struct("<6sH")
_DIGEST = 16
_LENGTH = struct.Struct("<Q")
_REBUILD = "Rebuild from the record"
_LARGEST = 1 << 36  # 64 GiB in one array; more is a lie
_Shape = TypeVar("_Shape")

Array = npt.NDArray[Any]


def seal(kind: int, payload: Iterable[bytes]) -> Iterator[bytes]:
    """Wrap ``payload`` of one ``kind`` (which is also its version) with a checksum."""
    digest = xxhash.xxh3_128()
    yield _HEADER.pack(_MAGIC, kind)
    for piece in payload:
        digest.update(piece)
        yield piece
    yield digest.digest()


def unseal(kind: int, data: bytes | memoryview) -> memoryview:
    """The payload of a snapshot.

    Raises :class:`SnapshotError` when it is damaged, foreign or of another version.
    """
    if len(data) < _HEADER.size + _DIGEST:
        raise SnapshotError("the snapshot is too short", next_step=_REBUILD)
    magic, found = _HEADER.unpack_from(data)
    payload, digest = memoryview(data)[_HEADER.size : -_DIGEST], bytes(data[-_DIGEST:])
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


def framed(pieces: Sequence[bytes]) -> Iterator[bytes]:
    """One part, which must be all there, its length before it; no limit of 4 GiB as msgpack's."""
    yield _LENGTH.pack(sum(map(len, pieces)))
    yield from pieces


def join(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Many parts, each made when the one before is written."""
    return chain.from_iterable(framed([part]) for part in parts)


def cut(data: memoryview) -> tuple[memoryview, memoryview]:
    """The first part, and what follows it; raises :class:`SnapshotError` where it is cut off."""
    if len(data) < _LENGTH.size:
        raise SnapshotError("the snapshot ends within a length", next_step=_REBUILD)
    (length,) = _LENGTH.unpack_from(data)
    end = _LENGTH.size + length
    if end > len(data):
        raise SnapshotError("the snapshot ends within a part", next_step=_REBUILD)
    return data[_LENGTH.size : end], data[end:]


def split(data: memoryview) -> Iterator[memoryview]:
    """What was joined, part by part; raises :class:`SnapshotError` where it is cut off."""
    while data:
        part, data = cut(data)
        yield part


class _Form(msgspec.Struct, frozen=True):
    name: str
    dtype: str
    shape: tuple[int, ...]


def pack(arrays: Mapping[str, Array]) -> Iterator[bytes]:
    """Arrays by name. Level 1 of Zstandard: empty tables vanish, random bits pass at 1 GB/s."""
    compressor = zstandard.ZstdCompressor(level=1)
    forms = [_Form(name, array.dtype.str, array.shape) for name, array in arrays.items()]
    blobs = (compressor.compress(_raw(array)) for array in arrays.values())
    return join(chain([msgspec.msgpack.encode(forms)], blobs))


def _raw(array: Array) -> Any:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def unpack(data: memoryview, like: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays again. They must be those of ``like`` in name, type and all lengths but the first.

    Raises :class:`SnapshotError` when they are not.
    """
    head, rest = cut(data)
    forms, blobs = decode(head, list[_Form]), list(split(rest))
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
