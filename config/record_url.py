"""The URL of the record: which ones can be opened, and how one is shown."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from config.errors import ConfigError
from config.settings import MASK

# As SQLAlchemy reads one (sqlalchemy/engine/url.py): the user ends at ":" or "/", the password at
# the first "@"; "/", "#" and "?" may stand in a password, where urlsplit would end the host.
_URL = re.compile(
    r"(?s)(?P<driver>[\w+]+)://"
    r"(?:[^:/]*(?::[^@]*)?@)?"
    r"(?P<host>\[[^/?]+\]|[^/:?]*)(?::(?P<port>[^/?]*))?"
    r"(?:/(?P<database>[^?]*))?(?:\?.*)?"
)
FORMS = "Use sqlite:////PATH or postgresql+psycopg://USER@HOST/NAME."
# The drivers that we ship and know: others want other options, or cannot do what we ask.
_SQLITE = frozenset(("sqlite", "sqlite+pysqlite"))
_POSTGRESQL = frozenset(("postgresql", "postgresql+psycopg"))
# To the last "@", for one that should have been written %40 would leave half a password; where an
# option holds one, more is masked than need be. A file has no password, and may have both signs.
_PASSWORD = re.compile(r"(?s)^((?!sqlite)[^:]*://[^:]*:).*@")
# libpq takes them in a URL's options as well as before its host.
_SECRET_OPTIONS = re.compile(r"(?i)([?&](?:password|sslpassword|oauth_client_secret)=)[^&]*")
# Each connection would have a record of its own, and nobody the articles of another.
_NO_FILE = frozenset(("sqlite:", "sqlite:/", "sqlite://", "sqlite:///", "sqlite:///:memory:"))


def without_password(url: str) -> str:
    """A database URL that may be shown: passwords, among its options too, are masked."""
    return _SECRET_OPTIONS.sub(rf"\1{MASK}", _PASSWORD.sub(rf"\1{MASK}@", url))


def sqlite_file(url: str) -> str:
    """The file of the record; "" when a server keeps it."""
    driver, _, path = url.partition("?")[0].partition(":///")
    return unquote(path) if driver in _SQLITE else ""


def record_url_problems(url: str, *, where: str) -> Iterator[ConfigError]:
    """What is wrong with the URL, which is not repeated: it may hold a password."""
    found = _URL.fullmatch(url)
    if url.partition("?")[0].replace("+pysqlite", "").lower() in _NO_FILE:
        yield ConfigError(
            "this names no file, and what is kept in memory is lost",
            where=where,
            next_step="Use sqlite:////PATH.",
        )
    elif found is None:
        yield ConfigError("this is no database URL", where=where, next_step=FORMS)
    elif found["driver"] in _SQLITE:
        if not url.startswith(f"{found['driver']}:///") or not found["database"]:
            yield ConfigError("this names no file", where=where, next_step=FORMS)
        elif not unquote(found["database"]).startswith("/"):
            yield ConfigError(
                "this is another file in every working directory",
                where=where,
                next_step="Write its full path, with four slashes: sqlite:////PATH.",
            )
    elif found["driver"] not in _POSTGRESQL:
        yield ConfigError(
            f'the record cannot be kept in "{found["driver"]}"', where=where, next_step=FORMS
        )
    elif any("@" in (found[part] or "") for part in ("host", "port", "database")):
        yield ConfigError(
            "its user, password, host and name cannot be told apart",
            where=where,
            next_step="Write an @ in them as %40, and in the user : as %3A and / as %2F.",
        )
    elif found["port"] is not None and not _is_port(found["port"]):
        yield ConfigError(
            "the port is no number from 1 to 65535",
            where=where,
            next_step="Several servers are named behind the name: /NAME?host=A:5432&host=B:5432.",
        )


def _is_port(text: str) -> bool:
    return re.fullmatch("[0-9]{1,5}", text) is not None and 0 < int(text) < 65_536
