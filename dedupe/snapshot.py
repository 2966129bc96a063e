"""How a desk is kept on disk: a magic word, a version, a checksum, then the parts."""

import struct
from typing import TypeVar

import msgspec
import xxhash

from dedupe.errors import SnapshotError

_MAGIC = b"CPYDSK"
_Shape = TypeVar("_Shape")
_HEADER = struct.Struct("<6sH16s")


def seal(kind: int, payload: bytes) -> bytes:
    """Wrap ``payload`` of one ``kind`` (which is also its version) with a checksum."""
    return _HEADER.pack(_MAGIC, kind, xxhash.xxh3_128_digest(payload)) + payload


def unseal(kind: int, data: bytes) -> memoryview:
    """The payload of a snapshot.

    Raises :class:`SnapshotError` when it is damaged, foreign or of another version.
    """
    if len(data) < _HEADER.size:
        raise SnapshotError("the snapshot is too short", next_step="Rebuild from the record")
    magic, found, digest = _HEADER.unpack_from(data)
    payload = memoryview(data)[_HEADER.size :]
    if magic != _MAGIC:
        raise SnapshotError("this is not a desk's snapshot", next_step="Rebuild from the record")
    if found != kind:
        raise SnapshotError(
            f"the snapshot is of kind {found}, this program reads kind {kind}",
            next_step="Rebuild from the record",
        )
    if xxhash.xxh3_128_digest(payload) != digest:
        raise SnapshotError("the snapshot is damaged", next_step="Rebuild from the record")
    return payload


def decode(data: memoryview, shape: type[_Shape]) -> _Shape:
    """Read msgpack of a known shape; :class:`SnapshotError` when it has another."""
    try:
        return msgspec.msgpack.decode(data, type=shape)
    except msgspec.MsgspecError as error:
        raise SnapshotError(
            "the snapshot has an unknown shape", next_step="Rebuild from the record"
        ) from error
