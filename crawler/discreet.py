"""What a private source says, without the secret that it was asked with.

A server may repeat a request: in links that carry the key, in an error page taken for news.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from config.secrets import Secret
from crawler.article import Article
from crawler.job import FeedResult

Sink = Callable[[Sequence[Article]], Awaitable[None]]

_OURS: Final = frozenset(
    {
        *("source", "content_hash", "raw_digest", "wording"),
        *("published_origin", "status", "language", "country"),
    }
)
"""Written by ourselves: names, digests and codes."""
_TOLD: Final = tuple(
    field.name
    for field in msgspec.structs.fields(Article)
    if field.type in (str, tuple[str, ...]) and field.name not in _OURS
)


def discreet(article: Article, secret: Secret) -> Article:
    """The article without the secret; identity keys are those of the article that is stored."""
    scrubbed = secret.scrubbed_news
    told: dict[str, object] = {}
    for name in _TOLD:
        value = getattr(article, name)
        told[name] = scrubbed(value) if isinstance(value, str) else tuple(map(scrubbed, value))
    credit = article.credit
    if credit is not None:
        told["credit"] = msgspec.structs.replace(
            credit, agency=scrubbed(credit.agency), wording=scrubbed(credit.wording)
        )
    told["extraction"] = msgspec.structs.replace(
        article.extraction, note=scrubbed(article.extraction.note)
    )
    return msgspec.structs.replace(article, **told)


def discreet_sink(sink: Sink, secret: Secret) -> Sink:
    """``sink``, told of articles without the secret."""

    async def told(articles: Sequence[Article]) -> None:
        await sink([discreet(article, secret) for article in articles])

    return told


def discreet_result(result: FeedResult, secret: Secret) -> FeedResult:
    """What came of a poll, without the secret: starred for people, left out where we would use it.

    An address or a validator with stars in it would be asked for, and be another one.
    """
    scrubbed = secret.scrubbed

    def clean(value: str) -> str:
        return value if scrubbed(value) == value else ""

    # A subscription needs both.
    topic = clean(result.topic)
    hubs = tuple(filter(clean, result.hubs)) if topic else ()
    return msgspec.structs.replace(
        result,
        error=scrubbed(result.error),
        note=scrubbed(result.note),
        title=scrubbed(result.title),
        moved_to=clean(result.moved_to),
        hubs=hubs,
        topic=topic if hubs else "",
        validators=msgspec.structs.replace(
            result.validators,
            etag=clean(result.validators.etag),
            last_modified=clean(result.validators.last_modified),
        ),
    )
