"""More connections than the server takes are refused with an answer, and only they."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from copydesk.roles.serve import _MOST_CONNECTIONS

ALIVE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real `copydesk serve` in a process of its own."""
    folder: Path = tmp_path_factory.mktemp("crowd")
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    command = (sys.executable, "-m", "copydesk", "--data", str(folder))
    server = subprocess.Popen([*command, "serve", "--port", str(number)], cwd=folder)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", number)) as one:
                assert asked(one) == 200
                break
            time.sleep(0.2)
        yield number
    finally:
        server.terminate()
        server.wait(30)


def asked(one: socket.socket) -> int:
    """The status that a request on this connection is answered with."""
    one.settimeout(60)
    one.sendall(ALIVE)
    answer = http.client.HTTPResponse(one)
    answer.begin()
    answer.read()
    return answer.status


@contextmanager
def connected(port: int, count: int) -> Iterator[list[socket.socket]]:
    """So many connections."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(count)
        ]


def test_a_crowd_is_told_and_those_who_are_served_go_on(port: int) -> None:
    with connected(port, _MOST_CONNECTIONS - 1) as guests:
        assert {asked(guest) for guest in guests} == {200}
        with connected(port, 2) as late:
            assert [asked(one) for one in late] == [503, 503]
            # Refused connections are closed, so that there is room for others.
            assert [one.recv(1) for one in late] == [b"", b""]
        assert {asked(guest) for guest in guests[-20:]} == {200}
        for guest in guests[:20]:
            guest.close()
        assert soon_served(port)
    assert soon_served(port)


def soon_served(port: int) -> bool:
    """Whether a new connection is answered, once the server knows who has gone."""
    for _ in range(100):
        with connected(port, 1) as (one,):
            if asked(one) == 200:
                return True
        time.sleep(0.1)
    return False
