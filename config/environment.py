"""Settings from environment variables: ``COPYDESK_SECTION_KEY``, and ``..._FILE`` for secrets."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from config.errors import ConfigError
from config.secrets import PREFIX as SECRET_PREFIX
from config.settings import secrets
from config.values import fields, from_text, sections, suggestion

PREFIX = "COPYDESK_"
# Read elsewhere: the directory and the file to load (config.load), and what only tests use.
NOT_SETTINGS = frozenset({"COPYDESK_DATA", "COPYDESK_CONFIG", "COPYDESK_CORPUS"})
TEST_PREFIX = "COPYDESK_TEST_"
# Kubernetes puts "service links" into every container beside a Service named copydesk*:
# COPYDESK_SERVE_PORT=tcp://10.0.0.7:8642, COPYDESK_SERVICE_HOST, COPYDESK_PORT_8642_TCP_ADDR.
# https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
_SERVICE_LINK_NAME = re.compile(r"_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$")
_SERVICE_LINK_VALUE = re.compile(r"(tcp|udp|sctp)://")


class Value(NamedTuple):
    """One setting with its converted value and where that came from."""

    value: Any
    origin: str


def variable(section: str, key: str) -> str:
    """The variable that sets ``section.key``."""
    return f"{PREFIX}{section}_{key}".upper()


def read_environment(environ: Mapping[str, str], problems: list[ConfigError]) -> dict[str, Value]:
    """Settings found in ``environ`` by dotted name; what is wrong is added to ``problems``.

    A ``_FILE`` variable outranks the plain one; its file is read here, without its last newline.
    """
    plain = {
        variable(section, key): (section, key)
        for section, cls in sections().items()
        for key in fields(cls)
    }
    secret = {
        f"{variable(section, key)}_FILE": (section, key)
        for section, cls in sections().items()
        for key in secrets(cls)
    }
    found: dict[str, Value] = {}
    # Sorted, X comes before X_FILE, so that the file has the last word.
    for name in sorted(environ):
        if not name.startswith(PREFIX) or _is_foreign(name, environ[name]):
            continue
        try:
            section, key, text = _read(name, environ[name], plain, secret)
            value = from_text(text, fields(sections()[section])[key], where=name)
        except ConfigError as error:
            problems.append(error)
        else:
            found[f"{section}.{key}"] = Value(value, name)
    return found


def _is_foreign(name: str, value: str) -> bool:
    return (
        name in NOT_SETTINGS
        or name.startswith((TEST_PREFIX, SECRET_PREFIX))
        or _SERVICE_LINK_NAME.search(name) is not None
        or (name.endswith("_PORT") and _SERVICE_LINK_VALUE.match(value) is not None)
    )


def _read(
    name: str,
    text: str,
    plain: Mapping[str, tuple[str, str]],
    secret: Mapping[str, tuple[str, str]],
) -> tuple[str, str, str]:
    """Section, key and text of one variable."""
    if name in plain:
        return *plain[name], text
    if name in secret:
        try:
            return *secret[name], Path(text).read_text(encoding="utf-8").removesuffix("\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise ConfigError(
                f'cannot read the file "{text}": {reason}',
                where=name,
                next_step="Name a file that this user can read.",
            ) from error
    if name.removesuffix("_FILE") in plain:
        raise ConfigError(
            "only secrets are read from files",
            where=name,
            next_step=f"Set {name.removesuffix('_FILE')} instead.",
        )
    raise ConfigError(
        "no setting has this name", where=name, next_step=suggestion(name, [*plain, *secret])
    )
