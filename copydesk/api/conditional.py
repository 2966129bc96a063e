"""Answers that a client may have already: ETag and Last-Modified (RFC 9110, section 13)."""

import hashlib
from collections.abc import Mapping
from email.utils import format_datetime, parsedate_to_datetime

from litestar import Response

from copydesk.api.times import moment


def conditional(
    body: bytes, *, modified: float, now: float, media_type: str, asked: Mapping[str, str]
) -> Response[bytes]:
    """``body`` as an answer, or 304 without it where the client says it has it.

    ``asked`` are the request's headers, by names in lower case.
    """
    # Weak: the same document goes out in gzip, too.
    etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag}
    # Of a second that is not over yet, another state may follow (RFC 9110, section 8.8.2.2).
    if now - modified >= 1:
        headers["Last-Modified"] = format_datetime(moment(int(modified)), usegmt=True)
    if known(asked, etag=etag, modified=modified if now - modified >= 1 else None):
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(body, headers=headers, media_type=media_type)


def known(asked: Mapping[str, str], *, etag: str, modified: float | None) -> bool:
    """Whether the client has it; where it names tags, dates do not count (section 13.1.3)."""
    if "if-none-match" in asked:
        tags = [each.strip().removeprefix("W/") for each in asked["if-none-match"].split(",")]
        return "*" in tags or etag.removeprefix("W/") in tags
    try:
        since = parsedate_to_datetime(asked.get("if-modified-since", "")).timestamp()
    except (ValueError, OverflowError):
        return False
    return modified is not None and int(modified) <= since
