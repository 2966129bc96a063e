"""The index of how the work goes: small, of one shard, written by the desk, read by Kibana.

It holds no truth and nothing searches it; an embedded engine has none. Fetches and delays are
kept for ``KEPT_DAYS``.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from elasticsearch import BadRequestError

from indexer.engines.elasticsearch_client import ElasticsearchSettings, connect, explained
from indexer.errors import EngineUnavailableError
from indexer.operations import SNAPSHOTS, OperationDocument, kind_of, properties

KEPT_DAYS = 30
_PIECE = 1000


def operations_index(settings: ElasticsearchSettings) -> str:
    """Its name: ``copydesk-operations``."""
    return f"{settings.prefix}-operations"


def mapping() -> dict[str, Any]:
    """Nothing but the fields that :mod:`indexer.operations` knows."""
    return {"dynamic": "strict", "properties": properties()}


class OperationsIndex:
    """Errors as of :class:`indexer.engines.protocol.Engine`. The index is made when missing."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        self._settings = settings
        self._name = operations_index(settings)
        self._client = connect(settings).options(request_timeout=settings.write_timeout)

    def append(self, documents: Sequence[OperationDocument], *, seen: float) -> None:
        """Write documents; one that is there already under its id is replaced."""
        self._prepare()
        for start in range(0, len(documents), _PIECE):
            lines: list[Any] = []
            for document in documents[start : start + _PIECE]:
                lines += _lines(document, seen)
            with explained(self._settings):
                answer = self._client.bulk(index=self._name, operations=lines)
            if answer["errors"]:
                raise EngineUnavailableError(
                    f"the operations index does not take everything ({_first_error(answer)})",
                    where=self._name,
                    next_step="It is tried again by itself. Should it not mend, delete the index; "
                    "it is made anew.",
                )

    def replace(self, documents: Sequence[OperationDocument], *, seen: float) -> None:
        """Write how things stand now; what an earlier pass said and this one does not is gone."""
        self.append(documents, seen=seen)
        self._delete({"terms": {"kind": SNAPSHOTS}}, {"range": {"seen": {"lt": _millis(seen)}}})

    def forget(self, *, now: float) -> None:
        """Delete what is older than ``KEPT_DAYS`` and no statement of how things stand."""
        self._prepare()
        oldest = _millis(now - KEPT_DAYS * 86_400)
        self._delete(
            {"bool": {"must_not": {"terms": {"kind": SNAPSHOTS}}}},
            {"range": {"at": {"lt": oldest}}},
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _delete(self, *clauses: dict[str, Any]) -> None:
        with explained(self._settings):
            # What was just written is only found after a refresh.
            self._client.indices.refresh(index=self._name)
            self._client.delete_by_query(
                index=self._name, query={"bool": {"filter": list(clauses)}}, conflicts="proceed"
            )

    def _prepare(self) -> None:
        """Look each time: what was deleted meanwhile, a write would make with guessed types."""
        with explained(self._settings):
            if not self._client.indices.exists(index=self._name):
                try:
                    self._client.indices.create(
                        index=self._name,
                        mappings=mapping(),
                        settings={"number_of_shards": 1, "auto_expand_replicas": "0-1"},
                    )
                except BadRequestError as error:
                    if error.error != "resource_already_exists_exception":
                        raise


def _lines(document: OperationDocument, seen: float) -> Iterator[dict[str, Any]]:
    body = msgspec.structs.asdict(document)
    given = body.pop("id")
    yield {"index": {"_id": f"{kind_of(document)}-{given}"[:512]}}
    yield {**body, "kind": kind_of(document), "at": _millis(document.at), "seen": _millis(seen)}


def _first_error(answer: Any) -> str:
    errors = (item["index"].get("error") for item in answer["items"])
    return next((f"{error['type']}: {error['reason']}"[:300] for error in errors if error), "")


def _millis(seconds: float) -> int:
    return int(seconds * 1000)
