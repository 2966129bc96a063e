"""Real web servers on loopback addresses, one address a site, so that sites differ by host."""

import hashlib
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

import msgspec

from config.errors import CopydeskError

# All of 127.0.0.0/8 is loopback; a network of its own keeps clear of what else listens there.
_NETWORK = "127.77"


class LoopbackError(CopydeskError):
    """The servers on the loopback could not be started."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a site answers. ``modified`` is in epoch seconds, or None for no Last-Modified."""

    body: bytes
    content_type: str
    status: int = 200
    modified: float | None = None


class Site(Protocol):
    """One site's content."""

    def page(self, path: str, base: str) -> Page | None:
        """Answer ``path`` (without query); ``base`` is the site's own address. None is a 404."""


class Loopback:
    """Serves each site at ``http://127.77.x.y:PORT`` in threads until :meth:`close`.

    Ports are free ones, so several may run beside each other. Raises :class:`LoopbackError` when
    an address cannot be bound.
    """

    def __init__(self, sites: Mapping[str, Site]) -> None:
        self._servers: list[_Server] = []
        self._threads: list[threading.Thread] = []
        self._bases: dict[str, str] = {}
        try:
            for number, (name, site) in enumerate(sites.items()):
                self._start(name, _address(number), site)
        except BaseException:
            self.close()
            raise

    def base(self, name: str) -> str:
        """The address of a site, without a slash at the end."""
        return self._bases[name]

    def addresses(self) -> tuple[str, ...]:
        """``address:port`` of every site, for the guard's list of exceptions."""
        return tuple(base.removeprefix("http://") for base in self._bases.values())

    def close(self) -> None:
        """Stop all servers and wait for their threads."""
        if self._servers:
            # Each shutdown waits for its server's next look at the clock, so all at once.
            with ThreadPoolExecutor(len(self._servers)) as pool:
                list(pool.map(_Server.stop, self._servers))
        for thread in self._threads:
            thread.join()
        self._servers.clear()
        self._threads.clear()

    def _start(self, name: str, address: str, site: Site) -> None:
        try:
            server = _Server((address, 0), site)
        except OSError as error:
            raise LoopbackError(
                f"cannot listen on {address}: {error.strerror}",
                where=f"newsroom site {name}",
                next_step="The newsroom needs 127.0.0.0/8 on the loopback, as Linux has it.",
            ) from error
        thread = threading.Thread(
            target=server.serve_forever, args=(0.05,), name=f"site-{name}", daemon=True
        )
        thread.start()
        self._servers.append(server)
        self._threads.append(thread)
        self._bases[name] = server.base


class OnLoopback:
    """What serves sites on the loopback, as a context manager."""

    def __init__(self, sites: Mapping[str, Site]) -> None:
        self._loopback = Loopback(sites)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def addresses(self) -> tuple[str, ...]:
        """``address:port`` of every site, to be allowed by the public-address guard."""
        return self._loopback.addresses()

    def close(self) -> None:
        """Stop the servers."""
        self._loopback.close()


def _address(number: int) -> str:
    """The ``number``-th address; hosts 1 to 250 of each /24, so up to 64,000 sites."""
    third, fourth = divmod(number, 250)
    return f"{_NETWORK}.{third}.{fourth + 1}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A crawler may connect to many sites at once before a thread accepts.
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], site: Site) -> None:
        super().__init__(address, _Handler)
        self.site = site
        self.base = f"http://{address[0]}:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Bind without HTTPServer's reverse lookup of the name, which costs up to seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def stop(self) -> None:
        """Answer no more, and free the port."""
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30.0
    # Headers and body leave in one piece; without it Nagle and delayed ACK cost 40 ms a page.
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer a page, 304 when the client has it, or 404."""
        path = urlsplit(self.path).path
        page = self.server.site.page(path, self.server.base) or _NOT_FOUND
        etag = f'"{hashlib.sha256(page.body).hexdigest()[:20]}"'
        modified = None if page.modified is None else formatdate(page.modified, usegmt=True)
        fresh = page.status == 200 and self._client_has(etag, modified)
        self.send_response(304 if fresh else page.status)
        self.send_header("ETag", etag)
        if modified is not None:
            self.send_header("Last-Modified", modified)
        if not fresh:
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if not fresh and self.command == "GET":
            self.wfile.write(page.body)

    do_HEAD = do_GET  # noqa: N815  the name that http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own
        """Stay silent: the crawler logs what it fetches."""

    def _client_has(self, etag: str, modified: str | None) -> bool:
        """RFC 9110, 13.1.3: If-Modified-Since counts only where there is no If-None-Match."""
        held = self.headers.get("If-None-Match")
        if held is not None:
            return etag in (tag.strip().removeprefix("W/") for tag in held.split(","))
        return modified is not None and self.headers.get("If-Modified-Since") == modified


_NOT_FOUND = Page(
    status=404,
    content_type="text/html; charset=utf-8",
    body=b"<!doctype html><title>404</title><h1>Page not found</h1>"
    b"<p>The page you are looking for has moved or never existed.</p>",
)
