"""Loopback servers: what happens when an address cannot be had."""

import errno
import socketserver
import threading

import pytest

from copydesk.newsroom.loopback import Loopback, LoopbackError, Page


class _Hello:
    def page(self, path: str, base: str) -> Page | None:
        return Page(body=base.encode(), content_type="text/plain") if path == "/" else None


def test_an_address_that_cannot_be_had_is_named_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bind = socketserver.TCPServer.server_bind

    def refuse_the_second(server: socketserver.TCPServer) -> None:
        if server.server_address[0] == "127.77.0.2":
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        bind(server)

    monkeypatch.setattr(socketserver.TCPServer, "server_bind", refuse_the_second)
    with pytest.raises(LoopbackError, match=r"site b: cannot listen on 127\.77\.0\.2: Cannot"):
        Loopback({"a": _Hello(), "b": _Hello()})
    assert not [thread for thread in threading.enumerate() if thread.name == "site-a"]


def test_more_sites_than_one_block_of_addresses_holds() -> None:
    loopback = Loopback({f"s{number}": _Hello() for number in range(252)})
    try:
        hosts = [address.rpartition(":")[0] for address in loopback.addresses()]
    finally:
        loopback.close()
    assert len(set(hosts)) == 252
    assert hosts[249:] == ["127.77.0.250", "127.77.1.1", "127.77.1.2"]
