"""Secrets of private sources: named in the configuration, kept elsewhere, shown nowhere.

A source says ``secret = "wire"``. The secret itself is read at the moment of need from, in this
order, the variable ``COPYDESK_SECRET_WIRE``, the file named by ``COPYDESK_SECRET_WIRE_FILE``, or
``wire = "..."`` in the secrets file. It is one line that says how it is sent::

    basic USER:PASSWORD      bearer TOKEN      header NAME: VALUE      cookie NAME=VALUE; ...
    key USER:FILE
"""

import os
import re
import stat
import tomllib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import quote

from config.errors import ConfigError

FILE_NAME = "secrets.toml"
PREFIX = "COPYDESK_SECRET_"
NAME_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_FORMS = "basic USER:PASSWORD, bearer TOKEN, header NAME: VALUE, cookie NAME=VALUE or key USER:FILE"
# RFC 9110 section 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# What the request itself is made of; a secret of such a name would change where it ends.
_NOT_OURS = frozenset(
    (
        "host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade",
        "expect", "range", "cookie", "user-agent", "accept", "accept-encoding", "if-none-match",
        "if-modified-since",
    )
)  # fmt: skip
# Letters alone may be a word; 16 of them are rather a token than one of the few words so long.
_UNLIKE_NEWS = re.compile(r"(?=.*[^A-Za-z]).{8,}|.{16,}")
# Readable, writable or executable for others; writable for the group.
_TOO_OPEN = stat.S_IRWXO | stat.S_IWGRP


@dataclass(frozen=True, slots=True)
class Login:
    """A user with a password, or with a file that holds a private key."""

    user: str
    password: str = field(repr=False, default="")
    key_file: str = ""


@dataclass(frozen=True, slots=True)
class Secret:
    """What is added to a request: one header, "" for what only SFTP can use.

    ``login`` is what a mailbox or a folder is opened with. No value is in a ``repr``.
    """

    name: str
    header: str
    value: str = field(repr=False)
    # What a server could repeat to us: the value, and the parts of it that mean something.
    _parts: tuple[str, ...] = field(repr=False, default=())
    login: Login | None = None

    def scrubbed(self, text: str) -> str:
        """``text`` without the secret, in case a server repeated it."""
        return _starred(text, self._parts)

    def scrubbed_news(self, text: str) -> str:
        """``text`` of an article without the secret, but for parts that could be news.

        Those are parts shorter than 8 characters, or than 16 when they are letters only: a password
        "telegraph" would be found in every other article, and told by the holes.
        """
        return _starred(text, [part for part in self._parts if _UNLIKE_NEWS.fullmatch(part)])


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where secrets are looked up. Nothing is kept: a changed one counts from the next fetch on."""

    environ: Mapping[str, str] = field(repr=False, default_factory=dict)
    file: Path | None = None

    def named(self, name: str) -> Secret:
        """The secret of this name.

        Raises :class:`ConfigError` when there is none, when it cannot be read, and when it says
        nothing that can be sent; the error never holds any of it.
        """
        variable = PREFIX + name.upper().replace("-", "_")
        if variable in self.environ:
            return read_secret(name, self.environ[variable], where=variable)
        if f"{variable}_FILE" in self.environ:
            path = Path(self.environ[f"{variable}_FILE"])
            return read_secret(name, private_text(path), where=str(path))
        if self.file is not None and self.file.exists():
            table = _table(self.file)
            if name in table:
                return read_secret(name, table[name], where=f"{self.file}: {name}")
        places = f"{variable}, {variable}_FILE or {name} in {self.file or FILE_NAME}"
        raise ConfigError(
            f'there is no secret "{name}"', where=f"secret {name}", next_step=f"Set {places}."
        )


def read_secret(name: str, text: object, *, where: str) -> Secret:
    """The secret that one line says. Raises :class:`ConfigError`, never repeating the line."""
    kind, _, rest = text.strip().partition(" ") if isinstance(text, str) else ("", "", "")
    rest = rest.strip()
    if rest and rest.isprintable() and rest.isascii():
        match kind.lower():
            case "basic" if ":" in rest:
                value = "Basic " + b64encode(rest.encode()).decode()
                user, _, password = rest.partition(":")
                parts = (rest, password)
                return _secret(name, "Authorization", value, parts, Login(user, password))
            case "key" if ":/" in rest:
                user, _, file = rest.partition(":")
                return _secret(name, "", "", (), Login(user, key_file=file))
            case "bearer" if " " not in rest:
                return _secret(name, "Authorization", f"Bearer {rest}", (rest,))
            case "cookie" if "=" in rest:
                values = tuple(pair.partition("=")[2].strip() for pair in rest.split(";"))
                return _secret(name, "Cookie", rest, values)
            case "header":
                header, _, value = (part.strip() for part in rest.partition(":"))
                if value and _TOKEN.fullmatch(header) and header.lower() not in _NOT_OURS:
                    return _secret(name, header, value, ())
            case _:
                pass
    raise ConfigError(
        f'the secret "{name}" cannot be sent as it stands',
        where=where,
        next_step=f"Write one line of plain ASCII: {_FORMS}.",
    )


def _secret(
    name: str, header: str, value: str, parts: tuple[str, ...], login: Login | None = None
) -> Secret:
    # A part of two letters would be found, and starred, in every other word.
    found = {part for part in (value, value.partition(" ")[2], *parts) if len(part) > 3}
    # Escaped once, so that what a server escapes twice is found too.
    found |= {quote(part, safe="") for part in found}
    return Secret(name, header, value, tuple(sorted(found, key=len, reverse=True)), login)


def _starred(text: str, parts: Iterable[str]) -> str:
    for part in parts:
        text = re.sub("".join(map(_written, part)), "***", text)
    return text


def _written(character: str) -> str:
    """The pattern of the ways in which an address or a page may write a character of a secret."""
    if character.isalnum():
        return character
    ways = [re.escape(character), f"(?i:%{ord(character):02x})"]
    ways += [re.escape(escape(character))] if escape(character) != character else []
    ways += [r"\+"] if character == " " else []
    return f"(?:{'|'.join(ways)})"


def _table(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(private_text(file))
    except tomllib.TOMLDecodeError as error:
        # Not chained: the cause may quote the line, and the line is a secret.
        line = re.search(r"at line \d+", str(error))
        raise ConfigError(
            f"this is not TOML{f' ({line[0]})' if line else ''}",
            where=str(file),
            next_step='Write one line for each secret: wire = "bearer TOKEN"',
        ) from None


def private_text(path: Path) -> str:
    """The text of a file that nobody else may read or change."""
    try:
        with path.open(encoding="utf-8") as file:
            # Of the open file, not of its name: nobody can exchange it in between.
            about = os.fstat(file.fileno())
            if about.st_mode & _TOO_OPEN:
                raise ConfigError(
                    f"others may read or change this file (mode {about.st_mode & 0o777:03o})",
                    where=str(path),
                    next_step=f"Run: chmod 600 {path}",
                )
            if about.st_uid not in (0, os.geteuid()):
                raise ConfigError(
                    "this file belongs to another user",
                    where=str(path),
                    next_step="Let the user who runs Copydesk, or root, own it.",
                )
            return file.read(65_536)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(
            f"the secrets in it cannot be read: {reason}",
            where=str(path),
            next_step="Name a file that this user can read.",
        ) from error
