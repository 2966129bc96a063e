"""Kibana over HTTP: ask what it is, and hand it saved objects.

The saved-objects import API is the one that every Kibana of 8 and 9 has (a form upload, answered
object by object). Redirects are not followed, so that no secret goes to another host.
"""

import ssl
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import urllib3
from urllib3.exceptions import HTTPError, SSLError
from urllib3.response import BaseHTTPResponse

from config.errors import ConfigError
from config.secrets import Secret
from indexer.errors import EngineMismatchError, EngineUnavailableError, IndexerError

OLDEST = (8, 9)
"""What our objects are written in; see :mod:`indexer.kibana.objects`."""
_SECONDS = 60.0
_SHOWN, _LONGEST, _SHORT = 5, 300, 60
_DEFAULT_SPACE = "default"


class ImportRefusedError(IndexerError):
    """Kibana took the file but not all of its objects."""


class KibanaSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where Kibana is. ``url`` with its base path, without credentials; ``ca_file`` PEM."""

    url: str
    space: str = _DEFAULT_SPACE
    secret: Secret | None = None
    ca_file: str = ""


class _Failure(msgspec.Struct, frozen=True):
    type: str = "unknown"
    message: str = ""


class _Refused(msgspec.Struct, frozen=True):
    id: str = ""
    type: str = ""
    error: _Failure = _Failure()


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    success: bool = False
    success_count: int = 0
    errors: tuple[_Refused, ...] = ()


class Kibana:
    """One Kibana. Nothing is asked before the first call.

    Errors: ConfigError for an address that cannot be one, EngineUnavailableError when a retry
    may help, EngineMismatchError when this is no Kibana that we can serve, ImportRefusedError.
    """

    def __init__(self, settings: KibanaSettings) -> None:
        self._settings = settings
        self._url = _checked(settings.url)
        self._space = "" if settings.space == _DEFAULT_SPACE else f"/s/{quote(settings.space, '')}"
        try:
            context = ssl.create_default_context(cafile=settings.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                "the authority's certificate cannot be read",
                where=settings.ca_file,
                next_step="Name a PEM file that this user can read.",
            ) from error
        self._pool = urllib3.PoolManager(ssl_context=context, retries=False, timeout=_SECONDS)

    def version(self) -> str:
        """Its version, checked; empty if it does not tell strangers."""
        found = self._json(self._request("GET", "/api/status"))
        number = self._scrubbed(_version(found))[:_SHORT]
        if number and _parsed(number) < OLDEST:
            raise EngineMismatchError(
                f"this is Kibana {number}",
                where=self._url,
                next_step=f"The objects need Kibana {'.'.join(map(str, OLDEST))} or later.",
            )
        return number

    def install(self, file: bytes, *, overwrite: bool) -> int:
        """Import a file of saved objects; how many were taken. All or an error."""
        answer = self._request(
            "POST",
            f"{self._space}/api/saved_objects/_import?overwrite={str(overwrite).lower()}",
            fields={"file": ("copydesk.ndjson", file, "application/ndjson")},
        )
        try:
            said = msgspec.json.decode(answer.data, type=_Answer)
        except msgspec.MsgspecError as error:
            raise self._stranger() from error
        if said.success:
            return said.success_count
        raise ImportRefusedError(
            self._scrubbed(_why(said.errors)),
            where=self._url,
            next_step="Install with --overwrite to replace what is there."
            if any("conflict" in each.error.type for each in said.errors)
            else "Nothing works half: mend this and install again with --overwrite.",
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _request(
        self, method: str, path: str, fields: dict[str, Any] | None = None
    ) -> BaseHTTPResponse:
        secret = self._settings.secret
        headers = {"kbn-xsrf": "copydesk", "Accept": "application/json"}
        if secret is not None:
            headers[secret.header] = secret.value
        try:
            answer = self._pool.request(
                method, self._url + path, fields=fields, headers=headers, redirect=False
            )
        except SSLError as error:
            raise EngineUnavailableError(
                "the certificate of Kibana is not trusted, or has expired",
                where=self._url,
                next_step="Renew it, or name the authority that signed it with --ca-file.",
            ) from error
        except HTTPError as error:
            raise EngineUnavailableError(
                f"Kibana does not answer ({type(error).__name__})",
                where=self._url,
                next_step="Start it, or correct the address.",
            ) from error
        if answer.status != 200:
            raise self._refused(answer)
        return answer

    def _refused(self, answer: BaseHTTPResponse) -> IndexerError:
        status = answer.status
        if status in (401, 403):
            return EngineUnavailableError(
                f"Kibana refuses the login (HTTP {status})",
                where=self._url,
                next_step="Name a secret with --secret: an API key or user that may manage "
                "saved objects in this space.",
            )
        if 300 <= status < 400:
            return EngineMismatchError(
                f"Kibana redirects to {self._scrubbed(answer.headers.get('location', ''))}",
                where=self._url,
                next_step="Give that address, with its base path; secrets follow no redirect.",
            )
        if status == 404:
            return EngineMismatchError(
                "there is no Kibana here, or no such space (HTTP 404)",
                where=self._url,
                next_step="Check the address with its base path, and --space.",
            )
        said = self._scrubbed(answer.data[:300].decode("utf-8", "replace"))
        if status in (429, 502, 503, 504):
            return EngineUnavailableError(
                f"Kibana is not ready (HTTP {status}: {said})",
                where=self._url,
                next_step="Try again in a minute.",
            )
        return EngineMismatchError(
            f"Kibana does not take the objects (HTTP {status}: {said})", where=self._url
        )

    def _json(self, answer: BaseHTTPResponse) -> dict[str, Any]:
        try:
            found = msgspec.json.decode(answer.data, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise self._stranger() from error
        if "status" not in found:
            raise self._stranger()
        return found

    def _stranger(self) -> EngineMismatchError:
        return EngineMismatchError(
            "what answers here is not Kibana", where=self._url, next_step="Check the address."
        )

    def _scrubbed(self, text: str) -> str:
        secret = self._settings.secret
        shown = "".join(char if char.isprintable() else " " for char in text)
        return secret.scrubbed(shown) if secret is not None else shown


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ConfigError(
            "this is no address of Kibana",
            next_step="Write for example https://127.0.0.1:5601.",
        ) from error
    try:
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    # Where a password holds "/", "#" or "?", its first part stands where the host should.
    host = parts.netloc.rpartition("@")[2] if usable or "@" not in url else ""
    shown = f"{parts.scheme}://{host}" if host else ""
    if "@" in parts.netloc or (not usable and "@" in url):
        raise ConfigError(
            "the address holds a name or password",
            where=shown,
            next_step="Take it out and name a secret with --secret.",
        )
    if not usable or parts.query or parts.fragment:
        raise ConfigError(
            "this is no address of Kibana",
            where=shown,
            next_step="Write for example https://127.0.0.1:5601.",
        )
    return url.rstrip("/")


def _version(found: dict[str, Any]) -> str:
    version = found.get("version")
    number = version.get("number") if isinstance(version, dict) else None
    return number if isinstance(number, str) else ""


def _parsed(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split(".")[:2] if part.isdecimal())


def _why(errors: tuple[_Refused, ...]) -> str:
    """The first few refusals, in words."""
    said = [
        f"{each.type[:_SHORT]} {each.id[:_LONGEST]}: "
        + each.error.type[:_SHORT].replace("_", " ")
        + (f" ({each.error.message[:_LONGEST]})" if each.error.message else "")
        for each in errors[:_SHOWN]
    ]
    more = len(errors) - len(said)
    return "Kibana refuses " + "; ".join(said) + (f"; and {more} more" if more > 0 else "")
