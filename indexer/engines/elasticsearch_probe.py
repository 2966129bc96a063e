"""What the server is and has, asked once at the start; nothing is assumed of it."""

from dataclasses import dataclass
from importlib.metadata import version

from elasticsearch import ApiError, BadRequestError, Elasticsearch

from indexer.engines import elasticsearch_names as names
from indexer.engines.elasticsearch_client import MAJORS, ElasticsearchSettings, name_taken
from indexer.engines.elasticsearch_names import KINDS, IndexSet
from indexer.errors import EngineMismatchError

# What a server says of an address or an analyzer that its build lacks, or that a key may not ask.
_ABSENT = (400, 403, 404, 405)


@dataclass(frozen=True, slots=True)
class Features:
    """Optional parts of the server: a tokenizer, and whether indices have a lifecycle."""

    version: str
    tokenizer: str
    lifecycle: bool


def probe(client: Elasticsearch, settings: ElasticsearchSettings) -> Features:
    """EngineMismatchError for a server that this client does not fit, or whose names are taken."""
    number = _version(client, settings)
    if int(number.partition(".")[0]) not in MAJORS:
        raise EngineMismatchError(
            f"this is Elasticsearch {number}",
            where=settings.where,
            next_step=f"Copydesk works with Elasticsearch {MAJORS[0]} and {MAJORS[-1]}.",
        )
    _check_names(client, settings)
    icu = _has_icu(client)
    return Features(
        version=number,
        tokenizer="icu_tokenizer" if icu else "standard",
        lifecycle=_has_lifecycle(client),
    )


def _version(client: Elasticsearch, settings: ElasticsearchSettings) -> str:
    try:
        return str(client.info()["version"]["number"])
    except BadRequestError as error:
        if error.error != "media_type_header_exception":
            raise
        # A client asks for the answers of its own major, which an older server cannot give.
        raise EngineMismatchError(
            f"the Elasticsearch client {version('elasticsearch')} is too new for this server",
            where=settings.where,
            next_step="Install the one that speaks to both 8 and 9: "
            "pip install 'elasticsearch>=8.19,<9'.",
        ) from error


def _check_names(client: Elasticsearch, settings: ElasticsearchSettings) -> None:
    """Before any index is looked at by its alias: such a one would pass for an index of ours."""
    ours = [IndexSet(settings.prefix).alias(kind) for kind in KINDS]
    ours.append(names.meta_alias(settings.prefix))
    found = client.indices.get(index=ours, ignore_unavailable=True, filter_path="*.aliases")
    if taken := sorted(found.keys() & set(ours)):
        raise name_taken(", ".join(taken), settings.where)


def _has_icu(client: Elasticsearch) -> bool:
    """Whether every node has the plugin. Trying its tokenizer would need the right to manage."""
    try:
        found = client.nodes.info(metric="plugins", filter_path="nodes.*.plugins.name")
    except ApiError as error:
        return _present(error)
    nodes = found.get("nodes", {}).values()
    plugins = [{plugin["name"] for plugin in node.get("plugins", ())} for node in nodes]
    return bool(plugins) and all("analysis-icu" in names for names in plugins)


def _has_lifecycle(client: Elasticsearch) -> bool:
    try:
        client.ilm.get_status()
    except ApiError as error:
        return _present(error)
    return True


def _present(error: ApiError) -> bool:
    """False when the refusal means that there is nothing; any other refusal is not an answer."""
    if error.meta.status in _ABSENT:
        return False
    raise error
