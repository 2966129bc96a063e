"""Who may change something over HTTP: the holder of the token, or people on this very machine."""

import hmac
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from copydesk.api.asked import Asked
from copydesk.api.context import ServeContext
from copydesk.api.problems import Fault, RequestError, bad_parameters

_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
# What proxies add: the person behind one is not on this machine.
_PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

T = TypeVar("T")


def may_write_here(request: Asked, context: ServeContext) -> str:
    """Empty if a person without a token may write, else the sentence why not.

    Only from this machine, under a name of this machine (another name leading here would let a
    foreign page speak for the person: DNS rebinding), and where no proxy stands before the server.
    """
    if context.write_token:
        return "Changes need the token of [serve] write_token, as `Authorization: Bearer`."
    client = request.client.host if request.client else ""
    host = _hostname(request.headers.get("host", ""))
    proxied = context.proxied or any(name in request.headers for name in _PROXIED)
    if client in _HERE and host in _HERE and not proxied:
        return ""
    return "Changes are taken from this machine only, until [serve] write_token is set."


def _hostname(authority: str) -> str:
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""  # no name of any machine


def check_writer(request: Asked, context: ServeContext) -> None:
    """Raise :class:`RequestError` (401, 403) unless the request may change something."""
    _check_origin(request)
    given = request.headers.get("authorization", "")
    if context.write_token and given:
        # RFC 9110, section 11.1: a scheme is told without regard to case.
        scheme, _, token = given.partition(" ")
        right = hmac.compare_digest(token.strip(" ").encode(), context.write_token.encode())
        if right and scheme.lower() == "bearer":
            return
        raise RequestError(
            401,
            "This token is not the right one.",
            next_step="It is [serve] write_token in the configuration.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    refusal = may_write_here(request, context)
    if refusal:
        status = 401 if context.write_token else 403
        headers = {"WWW-Authenticate": "Bearer"} if context.write_token else None
        raise RequestError(
            status,
            refusal,
            next_step="On the server the command line can do it without.",
            headers=headers,
        )


def is_writer(request: Asked, context: ServeContext) -> bool:
    """Whether :func:`check_writer` would let the request pass."""
    try:
        check_writer(request, context)
    except RequestError:
        return False
    return True


def json_body(request: Asked, body: bytes, shape: type[T]) -> T:
    """The body as ``shape``; raises :class:`RequestError` (415, 422)."""
    if request.content_type[0] != "application/json":
        raise RequestError(415, "The body is not JSON.", next_step="Send application/json.")
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, msgspec.DecodeError) as error:
        raise bad_parameters((Fault(parameter="body", detail=f"{error}."),)) from error
    except RecursionError as error:
        detail = "Too much stands inside one another."
        raise bad_parameters((Fault(parameter="body", detail=detail),)) from error


def _check_origin(request: Asked) -> None:
    """A page of another site must not speak for the person who looks at it (CSRF)."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        # Browsers that say this send the origin of our own pages as "null": they are no-referrer.
        foreign = site not in ("none", "same-origin")
    else:
        own = request.headers.get("host", "")
        foreign = origin is not None and origin.partition("://")[2] != own
    if foreign:
        raise RequestError(403, "A page of another site asked for this change.")
