"""Which addresses may be connected to: public ones, and what the operator excepted."""

import ipaddress
from dataclasses import dataclass

from config.errors import ConfigError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IANA IPv4 special-purpose registry (RFC 6890 and successors) plus multicast and class E, written
# out because ipaddress.is_global changed between Python 3.11.9 and 3.11.10.
_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Only 2000::/3 is global unicast (RFC 4291); these parts of it are not.
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
)
# Forms that carry an IPv4 address: (network, how many bits follow it).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, seen through IPv4-carrying forms."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    carried = carried_ipv4(address)
    if carried is not None:
        return is_public(carried)
    return address in _GLOBAL_V6 and not any(address in network for network in _CLOSED_V6)


def carried_ipv4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside an IPv4-mapped, NAT64 (RFC 6052) or 6to4 (RFC 3056) address."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return None


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """The decision, made for every connection after names are resolved."""

    exceptions: tuple[tuple[Network, int | None], ...] = ()

    @classmethod
    def parse(cls, allowed: tuple[str, ...]) -> "AddressGuard":
        """Reads ``allowed_addresses``. Raises :class:`config.errors.ConfigError`."""
        return cls(tuple(exception for text in allowed for exception in _parse(text)))

    def permits(self, address: Address, port: int) -> bool:
        """Whether this address and port may be connected to."""
        if is_public(address):
            return True
        plain = address
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            plain = address.ipv4_mapped
        return any(
            plain.version == network.version and plain in network and only in (None, port)
            for network, only in self.exceptions
        )


def _parse(text: str) -> list[tuple[Network, int | None]]:
    try:
        if "/" in text:
            return [(ipaddress.ip_network(text), None)]
        host, _, port_text = text.rpartition(":")
        port = range(65536)[int(port_text)]
        if host == "localhost":
            hosts = ["127.0.0.1", "::1"]
        else:
            hosts = [host.removeprefix("[").removesuffix("]")]
        return [(ipaddress.ip_network(host), port) for host in hosts]
    except (ValueError, IndexError) as error:
        raise ConfigError(
            f"{text!r} is neither address:port nor a network",
            where="allowed_addresses",
            next_step="Write 127.0.0.1:8080, [::1]:8080, localhost:8080 or 127.0.0.0/8",
        ) from error
