"""Cursors: where a page ended, as opaque url-safe text.

A cursor carries a digest of the question it belongs to and a checksum of its own content. There
is no secret in it: whoever forges one only names another position of a public list.
"""

import base64
import binascii
import hashlib
from typing import TypeVar

import msgspec

from copydesk.api.problems import Fault, RequestError, bad_parameters

P = TypeVar("P")
_CHECK = 6
_DIGEST = 8
# These may differ from page to page of one walk.
_FREE = ("limit", "cursor")


def question_digest(where: str, question: msgspec.Struct) -> bytes:
    """What tells one question on one address from all others, in 8 bytes."""
    asked = msgspec.structs.asdict(question)
    kept = {name: value for name, value in asked.items() if name not in _FREE}
    return _hash(msgspec.json.encode([where, kept]), _DIGEST)


def encode_cursor(position: object, digest: bytes) -> str:
    """The cursor of a position (anything that msgspec can write)."""
    body = digest + msgspec.json.encode(position)
    return base64.urlsafe_b64encode(_hash(body, _CHECK) + body).rstrip(b"=").decode()


def decode_cursor(cursor: str, digest: bytes, kind: type[P]) -> P:
    """The position in a cursor. Raises :class:`RequestError` (422) when it does not fit."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise refused("It is no cursor of ours, or was cut or changed on the way.") from error
    check, body = raw[:_CHECK], raw[_CHECK:]
    if len(body) < _DIGEST or check != _hash(body, _CHECK):
        raise refused("It is no cursor of ours, or was cut or changed on the way.")
    if body[:_DIGEST] != digest:
        raise refused("It belongs to another question: other filters, order or address.")
    try:
        position = msgspec.json.decode(body[_DIGEST:], type=kind)
    except msgspec.DecodeError as error:
        raise refused("It is of another version of this program.") from error
    plain = msgspec.to_builtins(position)
    for value in plain.values() if isinstance(plain, dict) else (plain,):
        if isinstance(value, str) and "\0" in value:  # which PostgreSQL takes in no text
            raise refused("It is no cursor of ours: it holds the character U+0000.")
    return position


def refused(why: str) -> RequestError:
    """The refusal of a cursor."""
    error = bad_parameters((Fault(parameter="cursor", detail=why),))
    error.next_step = "Ask again without the cursor, from the first page."
    return error


def _hash(content: bytes, size: int) -> bytes:
    return hashlib.blake2b(content, digest_size=size).digest()
