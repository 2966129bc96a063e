"""How Elasticsearch is reached, and what its errors mean here."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from config.errors import ConfigError
from indexer.errors import (
    EngineMismatchError,
    EngineUnavailableError,
    IndexerError,
    QueryError,
    TooManyWordsError,
)

MAJORS = (8, 9)  # What the 8.19 client speaks: the 8 it is made for, and 9 by compatibility.
# How a server says so. The first depends on its memory and processors, the other can be set.
_QUERY_LIMITS = ("too_many_nested_clauses", "indices.query.bool.max_nested_depth")
# How a server says that its administrator forbids slow queries. Of ours those for beginnings of
# words are such.
_FORBIDDEN = "search.allow_expensive_queries"
# It has as many shards as it may have, and makes no index.
_NO_ROOM = "normal shards open"
_NAME_TAKEN = "invalid_alias_name_exception"
# Parts of a search, or of a walk, went with their node.
_LOST_SEARCH = "search_phase_execution_exception"


class ElasticsearchSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the cluster is. ``prefix`` begins the name of everything made there.

    Either ``hosts``, URLs without credentials, or a ``cloud_id``. ``api_key`` in its encoded form,
    or ``username`` and ``password``; ``ca_file`` a PEM file; timeouts in seconds. ``mapping`` says
    whether fields unknown to the mapping are refused (strict) or ignored (lenient).
    """

    hosts: tuple[str, ...] = ()
    cloud_id: str = ""
    api_key: str = ""
    username: str = ""
    password: str = ""
    ca_file: str = ""
    prefix: str = "copydesk"
    mapping: Literal["strict", "lenient"] = "lenient"
    search_timeout: float = 10.0
    write_timeout: float = 20.0

    def __repr__(self) -> str:
        return f"ElasticsearchSettings(hosts={self.hosts}, prefix={self.prefix!r})"

    @property
    def where(self) -> str:
        """The cluster, for messages."""
        return ", ".join(self.hosts) or f"cloud {self.cloud_id.partition(':')[0]}"


class _Client(Elasticsearch):
    """Knows what is no Elasticsearch also by its refusals: the client looks at successes only, and
    a 404 would be taken for an index that is not there yet.
    """

    def perform_request(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().perform_request(*args, **kwargs)
        except ApiError as error:
            # A 400 with a body of Elasticsearch's form is of one too old to say what it is.
            strange = error.meta.status in (404, 405) or (
                error.meta.status == 400 and not isinstance(error.body, dict)
            )
            if strange and error.meta.headers.get("x-elastic-product") != "Elasticsearch":
                raise UnsupportedProductError(
                    error.message, meta=error.meta, body=error.body
                ) from error
            raise


def connect(settings: ElasticsearchSettings) -> Elasticsearch:
    """A client; nothing is asked of the server yet. ConfigError for what cannot be."""
    for host in settings.hosts:
        _check_host(host)
    if bool(settings.hosts) == bool(settings.cloud_id):
        raise ConfigError(
            "both Elasticsearch hosts and a cloud id are set"
            if settings.hosts
            else "no Elasticsearch host is set",
            where="engine.hosts",
            next_step='Set either engine.hosts, for example ["https://127.0.0.1:9200"], '
            "or engine.cloud_id.",
        )
    if settings.api_key and settings.username:
        raise ConfigError(
            "both an API key and a user are set",
            where="engine.api_key",
            next_step="Remove one; an API key can be narrowed and revoked, so keep that.",
        )
    if bool(settings.username) != bool(settings.password):
        raise ConfigError(
            "a user without a password, or a password without a user",
            where="engine.username",
            next_step="Set both engine.username and engine.password, or engine.api_key instead.",
        )
    secure = all(urlsplit(host).scheme == "https" for host in settings.hosts)
    if secure and settings.ca_file:
        _check_authority(settings.ca_file)
    options: dict[str, Any] = {}
    if settings.hosts:
        options["hosts"] = [_with_port(host) for host in settings.hosts]
    else:
        options["cloud_id"] = settings.cloud_id
    if settings.username:
        options["basic_auth"] = (settings.username, settings.password)
    try:
        return _Client(
            **options,
            api_key=settings.api_key or None,
            ca_certs=settings.ca_file if settings.ca_file and secure else DEFAULT,
            request_timeout=settings.search_timeout,
            # Once on every other node, then it is the caller's turn.
            max_retries=max(0, len(settings.hosts) - 1),
            retry_on_status=(),
        )
    except (ValueError, OSError) as error:
        # Not the client's words: they may repeat a key.
        raise ConfigError(
            f"the Elasticsearch client cannot be set up ({type(error).__name__})",
            where="engine",
            next_step="Check engine.hosts, engine.cloud_id and engine.ca_file.",
        ) from error


def _check_authority(path: str) -> None:
    """At once: the client would only notice with the first request, and blame the server."""
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        raise ConfigError(
            f"this file holds no certificates that can be read ({type(error).__name__})",
            where=f"engine.ca_file, {path}",
            next_step="Name the PEM file of the authority that signed Elasticsearch's certificate.",
        ) from error


def _with_port(host: str) -> str:
    """The client wants the port said."""
    parts = urlsplit(host)
    if parts.port is not None:
        return host
    return parts._replace(
        netloc=f"{parts.netloc}:{443 if parts.scheme == 'https' else 80}"
    ).geturl()


def _check_host(host: str) -> None:
    parts = urlsplit(host)
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if "@" in parts.netloc:
        raise ConfigError(
            "a host's address holds a name or password",
            where=f"engine.hosts, {shown}",
            next_step="Take it out and set engine.api_key instead.",
        )
    try:
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(
            "this is no address of an Elasticsearch node",
            where=f"engine.hosts, {shown}",
            next_step="Write for example https://127.0.0.1:9200.",
        )


@contextmanager
def explained(settings: ElasticsearchSettings) -> Iterator[None]:
    """Turn the client's exceptions into ours. No message carries a key: only type and status."""
    where = settings.where
    try:
        yield
    except TlsError as error:
        raise EngineUnavailableError(
            "the certificate of Elasticsearch is not trusted, or has expired",
            where=where,
            next_step="Renew it, or set engine.ca_file to the authority that signed it.",
        ) from error
    except UnsupportedProductError as error:
        raise EngineMismatchError(
            "what answers here is not Elasticsearch",
            where=where,
            next_step=f"Correct engine.hosts; Copydesk works with Elasticsearch {MAJORS[0]} and "
            f"{MAJORS[-1]}.",
        ) from error
    except ApiError as error:
        raise _refused(error, where) from error
    except TransportError as error:
        what = "did not answer in time" if isinstance(error, ConnectionTimeout) else "is away"
        raise EngineUnavailableError(
            f"Elasticsearch {what} ({type(error).__name__})",
            where=where,
            next_step="Start it, or correct engine.hosts; the index catches up by itself.",
        ) from error


def _refused(error: ApiError, where: str) -> IndexerError:
    status = error.meta.status
    if status in (401, 403) and error.error != "cluster_block_exception":
        return EngineUnavailableError(
            f"Elasticsearch refuses the API key or user (HTTP {status})",
            where=where,
            next_step="Set engine.api_key to a valid key with the rights that "
            "docs/elasticsearch.md lists.",
        )
    if "expanded to too many terms" in str(error):
        return TooManyWordsError()
    if status == 404 and error.error != _LOST_SEARCH:
        return EngineUnavailableError(
            "the index does not exist yet",
            where=where,
            next_step="It is made by the desk: start `copydesk run` or `copydesk desk`.",
        )
    if status == 400 and any(limit in str(error.body) for limit in _QUERY_LIMITS):
        return QueryError(
            "this is more than Elasticsearch takes in one query",
            offset=0,
            next_step="Split the query into several searches, or make it flatter.",
        )
    if _FORBIDDEN in str(error.body):
        return QueryError(
            f"this Elasticsearch is set to refuse the beginnings of words ({_FORBIDDEN})",
            offset=0,
            next_step=f"Write whole words without *, or have {_FORBIDDEN} set to true.",
        )
    if status == 400 and _NO_ROOM in str(error.body):
        return EngineUnavailableError(
            f"Elasticsearch makes no index, for want of shards ({_reason(error)})",
            where=where,
            next_step="Delete indices that nobody needs, add a node, or raise "
            "cluster.max_shards_per_node; the index catches up.",
        )
    if status == 400 and error.error == _NAME_TAKEN:
        return name_taken(_reason(error), where)
    if status == 400:
        return EngineMismatchError(
            f"Elasticsearch does not understand this program ({error})"[:500],
            where=where,
            next_step="The index or its mapping was changed by hand: `copydesk reindex` makes it "
            "anew from the record.",
        )
    return EngineUnavailableError(
        f"Elasticsearch cannot do it now (HTTP {status}, {error.error})",
        where=where,
        next_step="Look at the cluster's health and free disk space; the index catches up.",
    )


def name_taken(what: str, where: str) -> EngineMismatchError:
    """An index has the name of an alias of ours, as when something else wrote to it first."""
    return EngineMismatchError(
        f"an index, not an alias, has a name that Copydesk needs ({what})",
        where=where,
        next_step="Delete that index, or set another engine.prefix. Nothing is lost, the index "
        "catches up.",
    )


def _reason(error: ApiError) -> str:
    """The server's own sentence, without the address in its manual."""
    found = error.body.get("error") if isinstance(error.body, dict) else None
    return str(found.get("reason") if isinstance(found, dict) else found).partition(";")[0][:300]
