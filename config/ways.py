"""How a source's bytes are got, by the scheme of its address: what may stand there, and where."""

import re
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from config.errors import ConfigError


class Way(NamedTuple):
    """``kind`` is what is at the address: one document, or a place where many are collected.

    ``login`` says whether it asks for one; what is sent in the ``clear``, others can read.
    """

    kind: Literal["document", "mailbox", "folder"]
    port: int
    login: Literal["may", "must"]
    clear: Literal["yes", "no"]


WAYS = {
    "http": Way("document", 80, "may", "yes"),
    "https": Way("document", 443, "may", "no"),
    "imap": Way("mailbox", 143, "must", "yes"),
    "imaps": Way("mailbox", 993, "must", "no"),
    "sftp": Way("folder", 22, "must", "no"),
}
WEB = ("http", "https")
_IN_FULL = "Write it in full, for instance https://example.org/feed.xml"


def way_to(url: str) -> Way | None:
    """How the bytes at this address are got; ``None`` for a folder of this machine."""
    return WAYS.get(urlsplit(url).scheme)


def is_collected(url: str) -> bool:
    """Whether many things lie at the address, of which each is collected once."""
    way = way_to(url)
    return way is not None and way.kind != "document"


def check_address(url: str, *, schemes: tuple[str, ...], where: str) -> str:
    """``url`` if it is an absolute address of one of these schemes, without credentials."""
    # One with an @ is not repeated, nor what Python says of it: where it cannot be read, what is
    # before the @ may be a password.
    hidden = "@" in url
    full = f"{_IN_FULL}, without user and password." if hidden else f"{_IN_FULL}."
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        if hidden:
            raise ConfigError("this is not an address", where=where, next_step=full) from None
        raise ConfigError(
            f"this is not an address: {error}", where=where, next_step=full
        ) from error
    if parts.username is not None or parts.password is not None:
        raise ConfigError("an address must not hold a user name or password", where=where)
    if parts.scheme not in schemes or not host or re.search(r"\s", url):
        *others, last = (each for each in WAYS if each in schemes and each != "imap")
        shown = "this" if hidden else f'"{url}"'
        raise ConfigError(
            f"{shown} is not an {', '.join(others)} or {last} address", where=where, next_step=full
        )
    return url


def check_login(url: str, *, secret: str, where: str) -> None:
    """Raises :class:`ConfigError` for a login that is missing, or would travel unencrypted."""
    parts = urlsplit(url)
    way = WAYS.get(parts.scheme)
    if way is None:
        return
    inside = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if secret and way.clear == "yes" and not inside:
        raise ConfigError(
            f"its secret would travel over plain {parts.scheme}",
            where=where,
            next_step=f"Use {parts.scheme}s.",
        )
    if way.login == "must" and not secret:
        raise ConfigError(
            f"a {way.kind} ({parts.scheme}) wants a login",
            where=where,
            next_step="Keep it in secrets.toml under a name, and give the source that as secret.",
        )
