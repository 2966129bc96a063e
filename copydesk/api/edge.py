"""What happens to every request and answer, whatever route it takes or misses."""

import time
from typing import cast

from litestar import Litestar
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import (
    HTTPScope,
    LifeSpanReceive,
    LifeSpanScope,
    LifeSpanSend,
    Message,
    Receive,
    Scope,
    Send,
)

from copydesk.api.metrics import Metrics

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
    """Litestar, with HEAD for every GET, security headers on every answer, and its duration."""

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

        async def outward(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableScopeHeaders.from_message(message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                if "cache-control" not in headers:
                    headers["cache-control"] = "no-cache"
            await send(message)

        try:
            await super().__call__(scope, receive, outward)
        finally:
            route = str(scope.get("path_template") or "none")
            known = method if method in ("GET", "HEAD") else "other"
            self.metrics.observe(known, route, status, time.perf_counter() - began)
