"""A proxy before a real server that does what networks, proxies and full servers do."""

import http.client
import http.server
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

Fault = Literal[
    "none",
    "refused",  # The connection is closed before the request is read.
    "busy",  # 429, nothing reaches the server.
    "unavailable",  # 503, nothing reaches the server.
    "late",  # The answer comes after the client has gone.
    "unanswered",  # The server does it, and nobody hears of it.
    "cut",  # The server does it, and half of the answer arrives.
    "fewer",  # The server does it, and the answer of a bulk names half of the items.
    "half busy",  # Half of a bulk is done, the other half is refused with 429 each.
    "page",  # A proxy's own page with 200.
]
FAULTS: tuple[Fault, ...] = (
    "refused", "busy", "unavailable", "late", "unanswered", "cut", "fewer", "half busy", "page",
)  # fmt: skip
LATE_SECONDS = 0.6


class FaultyProxy:
    """``share`` of the requests meet a fault, chosen by ``seed``; 0 lets everything pass."""

    def __init__(self, upstream: str, *, share: float, seed: int) -> None:
        self.upstream = urlsplit(upstream)
        self.share = share
        self.seen: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.url = ""

    def choose(self) -> Fault:
        with self._lock:
            chance = self._random.random() < self.share
            fault: Fault = self._random.choice(FAULTS) if chance else "none"
            self.seen[fault] += 1
            return fault


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FaultyProxy

    def _serve(self) -> None:
        fault = self.proxy.choose()
        if fault == "refused":
            self._reset()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if fault in ("busy", "unavailable"):
            self._answer(429 if fault == "busy" else 503, b"{}")
            return
        if fault == "page":
            self._answer(200, b"<html>maintenance</html>", product=False)
            return
        if fault == "half busy" and self.path.startswith("/_bulk"):
            lines = body.splitlines(keepends=True)
            half = len(lines) // 4 * 2
            if half:
                _, done = self._forward(b"".join(lines[:half]))
                self._answer(200, _busy_after(done, lines[half::2]))
                return
        status, answer = self._forward(body)
        if fault == "late":
            time.sleep(LATE_SECONDS)
        if fault == "unanswered":
            self._reset()
        elif fault == "cut":
            self._answer(status, answer, sent=len(answer) // 2)
            self._reset()
        elif fault == "fewer" and self.path.startswith("/_bulk"):
            self._answer(status, _fewer(answer))
        else:
            self._answer(status, answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - the base class's names

    def _forward(self, body: bytes) -> tuple[int, bytes]:
        upstream = self.proxy.upstream
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port, timeout=60)
        try:
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in ("host", "content-length", "connection", "accept-encoding")
            }
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _answer(
        self, status: int, body: bytes, *, product: bool = True, sent: int | None = None
    ) -> None:
        try:
            self.send_response(status)
            if product:
                self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[:sent])
                self.wfile.flush()
        except OSError:
            self.close_connection = True  # The client has gone.

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""


def _fewer(answer: bytes) -> bytes:
    told = json.loads(answer)
    told["items"] = told["items"][: len(told["items"]) // 2]
    return json.dumps(told).encode()


def _busy_after(answer: bytes, refused: list[bytes]) -> bytes:
    told = json.loads(answer)
    error = {"type": "es_rejected_execution_exception", "reason": "queue is full"}
    told["items"] += [{"index": {"status": 429, "error": error}} for _ in refused]
    return json.dumps(told).encode()


@contextmanager
def faulty_proxy(upstream: str, *, share: float, seed: int) -> Iterator[FaultyProxy]:
    """A running proxy; ``url`` is its address."""
    proxy = FaultyProxy(upstream, share=share, seed=seed)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        proxy.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield proxy
        server.shutdown()
