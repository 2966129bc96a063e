"""Where hubs call (WebSub): verification of intent, and news. For machines; not in the API.

Nothing that a hub says is believed beyond one thing: that its source is worth a poll now.
"""

import asyncio
import math
from collections.abc import Mapping
from typing import Literal

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from copydesk.api.asked import Asked
from copydesk.api.context import Context, ServeContext
from copydesk.api.problems import RequestError
from copydesk.record import subscriptions
from crawler.websub import Subscription, signed, verified

# WebSub section 7: a hub may deliver the whole feed. Ours reads no more than a feed may be.
_LARGEST_PUSH = 10 * 1024 * 1024
_LONGEST_CHALLENGE = 4096


# Coroutines both: Litestar 2.23 wraps a threaded handler twice when two share one path.
@get("/websub/{token:str}")
async def verify(request: Asked, context: Context) -> Response[bytes]:
    """The hub asks whether we meant it (section 5.3): the challenge comes back, or 404."""
    token, asked = _token(request), dict(request.query_params)
    challenge = await asyncio.to_thread(_answer, context, token, asked)
    return Response(challenge, media_type="text/plain", status_code=200)


def _answer(context: ServeContext, token: str, asked: Mapping[str, str]) -> bytes:
    challenge = asked.get("hub.challenge", "").encode()
    with context.record.reading() as connection:
        # Strangers who guess must not keep writers waiting.
        if subscriptions.of_token(connection, token) is None:
            raise _nothing()
    with context.record.writing() as connection:
        known = subscriptions.of_token(connection, token)
        right = known is not None and known.topic == asked.get("hub.topic")
        if known is None or not right or len(challenge) > _LONGEST_CHALLENGE:
            raise _nothing()
        match asked.get("hub.mode"):
            case "subscribe" if known.state != "leaving":
                lease = _lease(asked.get("hub.lease_seconds", ""))
                subscriptions.save(connection, verified(known, lease, now=context.now()))
                return challenge
            case "unsubscribe" if known.state == "leaving":
                subscriptions.forget(connection, known.source)
                return challenge
            case "denied":
                # Section 5.2. It may be over in a while: the hub is asked again, less and less.
                subscriptions.save(connection, _denied(known, asked.get("hub.reason", "")))
                return b""
            case _:
                raise _nothing()


@post("/websub/{token:str}", request_max_body_size=_LARGEST_PUSH)
async def receive(request: Asked, context: Context) -> Response[bytes]:
    """News (section 7): its source is due now.

    A wrong signature is answered like a right one, as section 7.1 advises: whoever guesses learns
    nothing.
    """
    token = _token(request)
    # Strangers are not listened to: ten megabytes each would be much.
    await asyncio.to_thread(_known, context, token)
    signature = request.headers.get("x-hub-signature", "")
    body = await request.body()
    await asyncio.to_thread(_take, context, token, body, signature)
    return Response(b"", media_type="text/plain", status_code=202)


def _token(request: Asked) -> str:
    token = str(request.path_params["token"])
    if "\0" in token:  # which PostgreSQL takes in no text
        raise _nothing()
    return token


def _known(context: ServeContext, token: str) -> Subscription:
    with context.record.reading() as connection:
        known = subscriptions.of_token(connection, token)
    if known is None or known.state != "active":
        raise _nothing()
    return known


def _take(context: ServeContext, token: str, body: bytes, signature: str) -> None:
    known = _known(context, token)
    if not known.key or signed(known.key, body, signature):
        with context.record.writing() as connection:
            subscriptions.pushed(connection, known, now=context.now())


def _nothing() -> RequestError:
    return RequestError(404, "No page or list has this address.")


def _denied(known: Subscription, reason: str) -> Subscription:
    shown = "".join(c for c in reason if c.isprintable())[:200]
    # Who leaves is still leaving: a hub cannot keep us asking.
    state: Literal["wanted", "leaving"] = "leaving" if known.state == "leaving" else "wanted"
    return msgspec.structs.replace(
        known, state=state, error=f"the hub denied it: {shown or 'no reason given'}"
    )


def _lease(text: str) -> float:
    return float(text) if text.isdecimal() and len(text) < 12 else math.inf


ROUTES: tuple[HTTPRouteHandler, ...] = (verify, receive)
