"""Cookies for the length of one fetch.

Some outlets answer a first request with a cookie and a redirect to the same address; without the
cookie they do so for ever. Nothing is kept between fetches: nobody is tracked, nothing piles up.
"""

from urllib.parse import urlsplit

# A jar that is larger is an attack; browsers stop at 180 cookies of 4 kB for one host.
_MOST = 20
_LONGEST = 2048


class CookieJar:
    """What the hosts of one chain of redirects set, each sent back to that host only."""

    def __init__(self) -> None:
        self._jars: dict[str, dict[str, str]] = {}

    def take(self, url: str, set_cookie: tuple[str, ...]) -> bool:
        """Keeps the cookies of an answer; whether the host has any that it had not before."""
        jar = self._jars.setdefault(_host(url), {})
        before = dict(jar)
        for line in set_cookie[: 2 * _MOST]:
            name, equals, value = line.partition(";")[0].partition("=")
            name, value = name.strip(), value.strip()
            known_or_room = name in jar or len(jar) < _MOST
            if equals and name and known_or_room and _harmless(name + value):
                jar[name] = value
        return jar != before

    def header(self, url: str) -> str:
        """The ``Cookie`` value for an address; "" when there is none."""
        return "; ".join(
            f"{name}={value}" for name, value in self._jars.get(_host(url), {}).items()
        )


def _host(url: str) -> str:
    parts = urlsplit(url)
    # Not shared between http and https: what TLS protected stays protected.
    return f"{parts.scheme}://{parts.hostname}"


def _harmless(text: str) -> bool:
    return len(text) <= _LONGEST and text.isascii() and text.isprintable() and ";" not in text
