"""Bodies that are files in gzip, as sitemaps often are (``.xml.gz``), under the cap of all others.

RFC 9110 tells such a file from a body sent in gzip by its ``Content-Encoding``; many servers tell
neither, or both. Nothing that we read begins like gzip as it stands.
"""

import asyncio

import msgspec

from crawler.fetch.decode import Body
from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.urls import redact

_GZIP = b"\x1f\x8b\x08"


async def unpacked(answer: Answer, *, limit: int) -> Answer:
    """The answer with its body out of gzip, of at most ``limit`` bytes; others as they are.

    Raises :class:`FetchError`: ``too-large``, or ``failed`` and ``connection`` for damaged data.
    """
    if not answer.body.startswith(_GZIP):
        return answer
    try:
        # A megabyte takes some ten milliseconds, and the cap is what an operator chose.
        body = await asyncio.to_thread(_content, answer.body, limit)
    except FetchError as error:
        raise FetchError(
            error.what,
            outcome=error.outcome,
            where=redact(answer.url),
            next_step=error.next_step,
            status=answer.status,
        ) from error
    return msgspec.structs.replace(answer, body=body)


def _content(packed: bytes, limit: int) -> bytes:
    body = Body("gzip", limit=limit, keep_head=False)
    body.receive(packed)
    body.check_whole()
    return body.content()
