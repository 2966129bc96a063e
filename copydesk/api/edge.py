"""What happens to every request and answer, whatever route it takes or misses."""

import asyncio
import time
from typing import cast

from litestar import Litestar
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import (
    HTTPReceiveMessage,
    HTTPScope,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Message,
    Receive,
    Scope,
    Send,
    WebSocketReceiveMessage,
)

from copydesk.api.metrics import Metrics
from copydesk.api.problems import RequestError

# The largest body, a hub's feed of some megabytes, takes a second; who drips one keeps a place.
BODY_SECONDS = 30.0
# The page needs nothing from elsewhere and no script or style inside its text, so that even
# markup that slipped through escaping could do nothing.
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class EdgeApplication(Litestar):
    """Litestar, with HEAD for every GET, security headers and a duration for every answer,
    and a time by which a body must be here."""

    metrics: Metrics

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """Answer one request."""
        if scope["type"] != ScopeType.HTTP:
            await super().__call__(scope, receive, send)
            return
        await self._answer(cast("HTTPScope", scope), cast("Receive", receive), cast("Send", send))

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method == "HEAD":
            # The server's own scope stays HEAD, and by it the server drops the answer's body.
            scope = scope.copy()
            scope["method"] = "GET"
        status, began = 500, time.perf_counter()
        inward = _in_time(receive, asyncio.get_running_loop().time() + BODY_SECONDS)

        async def outward(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableScopeHeaders.from_message(message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                if "GET" in headers.get("allow", ""):
                    headers["allow"] = f"{headers['allow']}, HEAD"
                if "cache-control" not in headers:
                    headers["cache-control"] = "no-cache"
            await send(message)

        try:
            await super().__call__(scope, inward, outward)
        finally:
            route = str(scope.get("path_template") or "none")
            known = method if method in ("GET", "HEAD") else "other"
            self.metrics.observe(known, route, status, time.perf_counter() - began)


def _in_time(receive: Receive, deadline: float) -> Receive:
    """``receive`` that raises :class:`RequestError` (408) for a body not whole by ``deadline``."""
    whole = False

    async def inward() -> HTTPReceiveMessage | WebSocketReceiveMessage:
        nonlocal whole
        if whole:  # Only the end of the connection is still to come.
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError as error:
            raise RequestError(
                408,
                f"The body did not come within {BODY_SECONDS:g} seconds.",
                next_step="Send it again, at once.",
                headers={"Connection": "close"},
            ) from error
        whole = message["type"] != "http.request" or not message["more_body"]
        return message

    return inward
