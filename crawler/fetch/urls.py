"""Addresses as we send them and as we may show them."""

import re
from base64 import b64encode
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from crawler.fetch.errors import FetchError

# Longer addresses are traps or data in disguise; servers refuse them at about 8 kB (RFC 9110 4.1).
_LONGEST = 8192
_SECRET_NAMES = re.compile(
    r"(?i)(^|[^a-z])(key|api_?key|token|auth|authorization|pass|passwd|password|pwd|secret|sig|"
    r"signature|credential|session|sid|jwt|code)s?($|[^a-z])|token|secret|passw|apikey"
)
# ASCII by now; underscores are no host names, yet exist; colons are IPv6.
_HOST = re.compile(r"[a-z0-9._:-]{1,253}")
_PORTS = {"http": 80, "https": 443}


def redact(url: str) -> str:
    """The address without user, password, fragment and values that look like secrets.

    For errors, logs and events. Never raises: what cannot be read is shown as far as it is safe.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        # "/", "#" and "?" end the host, also where they are meant as part of a password.
        before, _, query = url.partition("?")
        return "***" if "@" in query else before.rpartition("@")[2][:200]
    netloc = parts.netloc.rpartition("@")[2]
    query = "&".join(_redact_pair(pair) for pair in parts.query.split("&")) if parts.query else ""
    shown = urlunsplit((parts.scheme, netloc, parts.path, query, ""))
    return shown if len(shown) <= 300 else shown[:297] + "..."


def _redact_pair(pair: str) -> str:
    name, equals, _ = pair.partition("=")
    return f"{name}=***" if equals and _SECRET_NAMES.search(unquote(name)) else pair


def sendable(url: str) -> str:
    """The address in ASCII as it goes over the wire, without user info and fragment.

    Raises :class:`FetchError` (``failed``) for other schemes and for what is no address.
    """
    problem = ""
    try:
        cleaned = safe_url_string(url.strip())
        parts = urlsplit(cleaned)
        host = parts.hostname or ""
        port = parts.port
    except ValueError as error:
        raise _unusable(url, "is not a usable address") from error
    if parts.scheme not in _PORTS:
        problem = f"uses the scheme {parts.scheme[:20]!r}; only http and https are fetched"
    elif not _HOST.fullmatch(host) or host.startswith("."):
        problem = "names no host"
    elif len(cleaned) > _LONGEST:
        problem = f"is longer than {_LONGEST} characters"
    elif port == 0 or not cleaned.isascii():
        problem = "is not a usable address"
    if problem:
        raise _unusable(url, problem)
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


def _unusable(url: str, problem: str) -> FetchError:
    return FetchError(
        f"the address {problem}",
        outcome="failed",
        where=redact(url),
        next_step="Correct the address of the source",
    )


def basic_authorization(url: str) -> str:
    """The ``Authorization`` value for the user info in an address (RFC 7617); "" without one.

    For addresses that are :func:`sendable`.
    """
    parts = urlsplit(safe_url_string(url.strip()))
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + b64encode(pair.encode()).decode()


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a sendable address."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", _port(parts)


def host_key(url: str) -> str:
    """What shares one budget of requests: the host, with the port only where it is unusual.

    ``http`` and ``https`` of one host share a budget; servers on other ports are other servers.
    """
    _, host, port = origin(url)
    return host if port in (80, 443) else f"{host}:{port}"


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]
