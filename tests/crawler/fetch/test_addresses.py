"""The public-address rule."""

import ipaddress

import pytest

from config.errors import ConfigError
from crawler.fetch.addresses import AddressGuard, is_public

NOT_PUBLIC = """
127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1
169.254.169.254 169.254.0.1 100.64.0.1 100.127.255.255 100.100.100.200 192.0.0.192 192.0.2.1
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.250 240.0.0.1
255.255.255.255 192.88.99.1
::1 :: fe80::1 fec0::1 fc00::1 fd00:ec2::254 ff02::1 2001:db8::1 2001::1 2001:10::1 3fff::1 100::1
5f00::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe ::127.0.0.1
64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2002:7f00:1:: 2002:a9fe:a9fe:: 2002:0a00:0001::
"""
PUBLIC = """
8.8.8.8 1.1.1.1 93.184.215.14 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.1 192.0.1.1
2606:4700:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:0808:0808::
"""


@pytest.mark.parametrize("text", NOT_PUBLIC.split())
def test_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))
    assert not AddressGuard().permits(ipaddress.ip_address(text), 80)


@pytest.mark.parametrize("text", PUBLIC.split())
def test_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


def test_exceptions_are_as_narrow_as_they_are_written() -> None:
    guard = AddressGuard.parse(("127.0.0.1:8080", "10.1.0.0/16", "localhost:9000", "[fd00::1]:80"))

    def permits(address: str, port: int) -> bool:
        return guard.permits(ipaddress.ip_address(address), port)

    assert permits("127.0.0.1", 8080)
    assert permits("::ffff:127.0.0.1", 8080)
    assert permits("10.1.2.3", 1)
    assert permits("::1", 9000)
    assert permits("fd00::1", 80)
    assert not permits("127.0.0.1", 8081)
    assert not permits("127.0.0.2", 8080)
    assert not permits("10.2.0.1", 80)
    assert not permits("169.254.169.254", 80)


@pytest.mark.parametrize("text", ["127.0.0.1", "10.0.0.0/33", "host:80", "127.0.0.1:0x", ":", ""])
def test_an_unusable_exception_says_what_to_write(text: str) -> None:
    with pytest.raises(ConfigError, match=r"allowed_addresses.*Write 127\.0\.0\.1:8080"):
        AddressGuard.parse((text,))
