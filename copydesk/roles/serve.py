"""Serve: the JSON API and the web page, over HTTP."""

import errno
import signal
import socket
import time

import uvicorn

from config.settings import ServeSettings, Settings
from copydesk.api.app import create_app
from copydesk.api.context import ServeContext
from copydesk.api.patience import PatientProtocol
from copydesk.errors import InUseError, RoleError
from copydesk.record.database import Record
from copydesk.roles.notify import READY, beat, notify
from copydesk.roles.opening import open_record, reading_engine
from copydesk.roles.supervisor import stop_with_parent
from crawler.fetch.addresses import AddressGuard
from indexer.engines.protocol import Reader

_DRAIN_SECONDS = 5
# Below the 1,024 open files that a process commonly may have: beyond it is an answer (503), not an
# error of the socket, and those who are served go on.
_MOST_CONNECTIONS = 500


def bind(settings: ServeSettings) -> socket.socket:
    """A listening socket. Raises :class:`InUseError` when the port is taken."""
    where = f"{settings.host}:{settings.port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise RoleError(
            f"the address cannot be used: {error.strerror}",
            where=where,
            next_step="Check [serve] host.",
        ) from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(256)
    except OSError as error:
        listener.close()
        kind_of = InUseError if error.errno == errno.EADDRINUSE else RoleError
        raise kind_of(
            f"the web server cannot listen: {error.strerror}",
            where=where,
            next_step="Choose another port with --port or COPYDESK_SERVE_PORT.",
        ) from error
    listener.set_inheritable(True)
    return listener


def address(listener: socket.socket) -> str:
    """The URL under which a person reaches the listener from this machine."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - only shown
    return (
        f"http://[{shown}]:{port}/"
        if ":" in shown and "[" not in shown
        else f"http://{shown}:{port}/"
    )


def proxied(chosen: ServeSettings) -> int:
    """1 when a proxy may stand before the server: then nobody is known to be on this machine.

    Proxies commonly hand requests over as if they were asked here, with this machine's name.
    """
    return int(bool(chosen.base_url or chosen.public_url))


def serve(
    record: Record,
    engine: Reader,
    listener: socket.socket,
    *,
    chosen: ServeSettings,
    receivers: AddressGuard = AddressGuard(),  # noqa: B008 - it is immutable
) -> None:
    """Answer requests until SIGTERM or SIGINT; requests under way are finished."""
    app = create_app(
        ServeContext(
            record=record,
            engine=engine,
            now=time.time,
            banner=chosen.banner,
            base_url=chosen.base_url or address(listener).rstrip("/"),
            write_token=chosen.write_token,
            receivers=receivers,
            proxied=proxied(chosen),
            started=time.time(),
        )
    )
    server = _Server(
        uvicorn.Config(
            app,
            http=PatientProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
            timeout_keep_alive=30,
            limit_concurrency=_MOST_CONNECTIONS,
            h11_max_incomplete_event_size=64 * 1024,
        )
    )
    server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says that it is ready, and that its loop gets on."""

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second; whether to stop."""
        if counter == 0:
            notify(READY)
        beat()
        return await super().on_tick(counter)


def serve_forever(settings: Settings, listener: socket.socket) -> None:
    """Answer until SIGTERM or SIGINT."""
    stop_with_parent(lambda: signal.raise_signal(signal.SIGTERM))
    with open_record(settings) as record, reading_engine(settings) as engine:
        serve(
            record,
            engine,
            listener,
            chosen=settings.serve,
            receivers=AddressGuard.parse(settings.alerts.allowed_addresses),
        )
