"""Answers that a client may have already: ETag and Last-Modified (RFC 9110, section 13).

Tags are of what is told, made anew for each request: lists depend on the clock, too (how firm a
story stands, a query from now-24h on), and the head of the change log moves with every article.
"""

import hashlib
from collections.abc import Mapping
from email.utils import format_datetime

import msgspec
from litestar import Response

from copydesk.api.answers import Page
from copydesk.api.times import moment
from crawler.fetch.politeness import http_date

# A page is told anew so often although its items are as they were: the cursor that the client has
# leads through the list as it was then, and one through stories must not grow too old.
WALK_SECONDS = 600


def conditional(
    body: bytes, *, modified: float, now: float, media_type: str, asked: Mapping[str, str]
) -> Response[bytes]:
    """``body`` as an answer, or 304 without it where the client says it has it.

    ``asked`` are the request's headers, by names in lower case.
    """
    etag = _tag(body)
    headers = {"ETag": etag}
    # Of a second that is not over yet, another state may follow (RFC 9110, section 8.8.2.2).
    if now - modified >= 1:
        headers["Last-Modified"] = format_datetime(moment(int(modified)), usegmt=True)
    if known(asked, etag=etag, modified=modified if now - modified >= 1 else None):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(body, headers=headers, media_type=media_type)


def conditional_json(
    answer: msgspec.Struct, *, now: float, asked: Mapping[str, str]
) -> Response[bytes]:
    """``answer`` as JSON, or 304 without it where the client says it has it.

    A cursor does not count: it names the moment of its page, so each is another one.
    """
    body = told = msgspec.json.encode(answer)
    if isinstance(answer, Page) and answer.next_cursor is not None:
        while_same = f"{now // WALK_SECONDS:.0f}"
        told = msgspec.json.encode(msgspec.structs.replace(answer, next_cursor=while_same))
    etag, media_type = _tag(told), "application/json"
    headers = {"ETag": etag}
    if known(asked, etag=etag, modified=None):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(body, headers=headers, media_type=media_type)


def _tag(told: bytes) -> str:
    """Weak: the same document goes out in gzip, too."""
    return f'W/"{hashlib.blake2b(told, digest_size=12).hexdigest()}"'


def known(asked: Mapping[str, str], *, etag: str, modified: float | None) -> bool:
    """Whether the client has it; where it names tags, dates do not count (section 13.1.3)."""
    if "if-none-match" in asked:
        tags = [each.strip().removeprefix("W/") for each in asked["if-none-match"].split(",")]
        return "*" in tags or etag.removeprefix("W/") in tags
    since = http_date(asked.get("if-modified-since", ""))
    return modified is not None and since is not None and int(modified) <= since
