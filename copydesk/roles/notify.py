"""Say to whoever supervises us (systemd, or `copydesk run`) that we are ready and get on.

The protocol is systemd's sd_notify(3): lines in one datagram to the Unix socket that the variable
NOTIFY_SOCKET names. Without it nothing is said.
"""

import os
import secrets
import socket
import time

import structlog

SOCKET = "NOTIFY_SOCKET"
_WATCHDOG = "WATCHDOG_USEC"
_WATCHDOG_PROCESS = "WATCHDOG_PID"
READY = "READY=1"
ALIVE = "WATCHDOG=1"
STOPPING = "STOPPING=1"
_BEAT_SECONDS = 1.0
# A supervisor may be busy for a moment, its queue full (10 datagrams on Linux by default).
_PATIENCE_SECONDS = 2.0

log = structlog.get_logger()
_beaten = -_BEAT_SECONDS


def notify(*lines: str) -> None:
    """Send the lines; a supervisor that cannot be reached in 2 s is logged, never fatal."""
    _send(lines, _PATIENCE_SECONDS)


def _send(lines: tuple[str, ...], patience: float) -> None:
    path = os.environ.get(SOCKET)
    if not path:
        return
    address = f"\0{path[1:]}" if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire:
            wire.settimeout(patience)
            wire.sendto("\n".join(lines).encode(), address)
    except BlockingIOError:
        return  # only a beat does not wait, and with so many still unread none is missed
    except OSError as error:
        log.warning(f"the supervisor cannot be told {lines[0]}: {error}")


def beat() -> None:
    """Prove progress; cheap enough to be called at every turn of a loop."""
    global _beaten  # noqa: PLW0603 - one process, one heart
    now = time.monotonic()
    if now - _beaten >= _BEAT_SECONDS:
        _beaten = now
        # Without patience: a supervisor that hangs must not slow the work it watches.
        _send((ALIVE,), 0.0)


def watchdog_seconds() -> float:
    """How often our supervisor wants to hear of us, at least; 0 when it does not."""
    meant = os.environ.get(_WATCHDOG_PROCESS, str(os.getpid()))
    if meant != str(os.getpid()):
        return 0.0
    return int(os.environ.get(_WATCHDOG, "0")) / 1_000_000


class Ear:
    """Where a role that we supervise is heard; close it when the role is gone."""

    def __init__(self, role: str) -> None:
        # In the abstract namespace, which leaves no file behind; a stranger cannot guess the name.
        self._name = f"copydesk-{role}-{secrets.token_hex(8)}"
        self._wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._wire.bind(f"\0{self._name}")

    def environment(self) -> dict[str, str]:
        """Our own environment, with this ear in the place of our supervisor's."""
        kept = {name: value for name, value in os.environ.items() if name not in _OURS}
        return {**kept, SOCKET: f"@{self._name}"}

    def heard(self) -> set[str]:
        """The lines said since the last call."""
        lines: set[str] = set()
        while True:
            try:
                lines.update(self._wire.recv(4096).decode("utf-8", "replace").splitlines())
            except BlockingIOError:
                return lines

    def close(self) -> None:
        """Hear nothing more."""
        self._wire.close()


_OURS = (SOCKET, _WATCHDOG, _WATCHDOG_PROCESS)
