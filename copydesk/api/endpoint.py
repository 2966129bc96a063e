"""What is told of an address of the API."""

from dataclasses import dataclass

import msgspec

from copydesk.api import questions

FEED = (
    "RFC 4287, with headlines and summaries, never full texts. Ids stay, `updated` moves when what "
    'an entry tells changes, `rel="next"` leads to older ones. Send `ETag` back as `If-None-Match`.'
)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One address: ``question`` has its parameters, ``body`` and ``answer`` are its shapes.

    ``others`` are statuses that answer without a body and are no refusals.
    """

    path: str
    name: str
    summary: str
    description: str
    answer: type[msgspec.Struct] | None
    question: type[msgspec.Struct] = questions.NoQuestion
    refusals: tuple[int, ...] = (422, 503)
    others: tuple[int, ...] = ()
    media_type: str = "application/json"
    method: str = "get"
    success: int = 200
    body: type[msgspec.Struct] | None = None
