"""Opaque cursors: where a page ended, and the question that it belongs to."""

import base64
import binascii
import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta

from indexer.engines.protocol import SearchRequest
from indexer.errors import CursorError, QueryError
from indexer.projection import ID_LIMIT, TIME_LIMIT
from indexer.query.dates import micros

MAX_LIMIT = 1000
_MAX_CURSOR = 4000
_FURTHEST = micros(TIME_LIMIT)
_Micros = Annotated[int, Meta(ge=-_FURTHEST, le=_FURTHEST)]


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The last hit of a page.

    ``now`` (microseconds) is kept so that ``now-24h`` means the same on every page. ``tier`` is
    the relevance of the last hit, ``at`` its time in microseconds. There is no secret in it: what
    anyone may forge must name a place between hits, and nothing else.
    """

    question: str
    now: _Micros
    tier: Annotated[int, Meta(ge=1, le=3)]
    at: _Micros
    id: Annotated[str, Meta(max_length=ID_LIMIT)]


def question(request: SearchRequest) -> str:
    """A short digest of what is asked, without the page."""
    asked = f"{request.kind}\0{request.order}\0{request.query}".encode("utf-8", "surrogatepass")
    return hashlib.blake2s(asked, digest_size=6).hexdigest()


def encode(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def decode(request: SearchRequest) -> Cursor | None:
    """The cursor of a request, ``None`` on the first page; CursorError if it is not one of ours."""
    if not request.cursor:
        return None
    if len(request.cursor) > _MAX_CURSOR:
        raise CursorError("the cursor is too long")
    try:
        padded = request.cursor + "=" * (-len(request.cursor) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        cursor = msgspec.json.decode(raw, type=Cursor)
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise CursorError("the cursor is damaged") from error
    if cursor.question != question(request):
        raise CursorError("the cursor belongs to another search")
    return cursor


def check_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise QueryError(
            f"{limit} hits a page", offset=0, next_step=f"Ask for 1 to {MAX_LIMIT} a page."
        )
