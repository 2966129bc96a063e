"""The engine for many readers and many articles: an Elasticsearch 8 or 9 cluster."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from indexer import cursor as cursors
from indexer.cursor import Cursor
from indexer.engines import elasticsearch_schema as schema
from indexer.engines.elasticsearch_bulk import Bulk, Item
from indexer.engines.elasticsearch_client import (
    MAJORS,
    ElasticsearchSettings,
    connect,
    explained,
)
from indexer.engines.protocol import (
    Hit,
    Rejected,
    SearchPage,
    SearchRequest,
    Write,
    WriteReport,
)
from indexer.engines.tiers import tiers
from indexer.errors import EngineMismatchError, IndexerError
from indexer.highlight import Highlighter
from indexer.projection import UnfitError
from indexer.query import plan as p
from indexer.query.dates import micros
from indexer.query.elasticsearch import FIND, compile_plan

__all__ = ["ElasticsearchEngine", "ElasticsearchSettings"]

_POSITION = "position"


class ElasticsearchEngine:
    """See :class:`indexer.engines.protocol.Engine` for the promises.

    Nothing is asked of the server before the first call.
    """

    def __init__(
        self,
        settings: ElasticsearchSettings,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._client: Elasticsearch = connect(settings)
        self._patient = self._client.options(request_timeout=settings.write_timeout)
        self._bulk = Bulk(self._patient, sleep=sleep)
        self._highest = 0
        self._kept = 0
        self._gap: int | None = None
        self._ready = False

    def prepare(self) -> None:
        """Check the server, put the templates, create the indices behind their aliases.

        The first write does it too, so that a desk may start while the server is away.
        """
        with explained(self._settings):
            self._check_server()
            for kind in schema.KINDS:
                self._check_schema(schema.alias(self._settings, kind))
            self._put_templates()
            for kind in schema.KINDS:
                self._create(
                    schema.index(self._settings, kind),
                    aliases={schema.alias(self._settings, kind): {}},
                )
            self._create(
                schema.meta_index(self._settings),
                mappings={"dynamic": False},
                settings={"number_of_shards": 1, "auto_expand_replicas": "0-1"},
            )
        self._kept = self.position()
        self._ready = True

    def write(self, batch: Sequence[Write]) -> WriteReport:
        """Send at once; what is acknowledged is durable, and found after the next refresh."""
        if not self._ready:
            self.prepare()
        items: list[Item] = []
        rejected: list[Rejected] = []
        for number, write in enumerate(batch):
            try:
                items.append(Item(number, schema.operation(self._settings, write)))
            except UnfitError as error:
                rejected.append(_rejected(write, str(error)))
        try:
            with explained(self._settings):
                fates = self._bulk.send(items)
        except IndexerError:
            # The position must not pass what may be missing, until it was written again.
            lowest = min(write.version for write in batch)
            self._gap = lowest if self._gap is None else min(self._gap, lowest)
            raise
        rejected += [_rejected(batch[n], fates.reasons[n]) for n in sorted(fates.reasons)]
        versions = [write.version for write in batch]
        self._highest = max([self._highest, *versions])
        if self._gap is not None and versions and min(versions) <= self._gap:
            self._gap = None
        outcomes = list(fates.of.values())
        return WriteReport(
            ok=outcomes.count("ok"), stale=outcomes.count("stale"), rejected=tuple(rejected)
        )

    def refresh(self) -> None:
        """Show searches what was written, then note the log position."""
        if not self._ready:
            self.prepare()
        with explained(self._settings):
            for kind in schema.KINDS:
                self._patient.indices.refresh(index=schema.alias(self._settings, kind))
            if self._gap is None and self._highest > self._kept:
                noted = {"version": self._highest, "indices": self._identities()}
                self._patient.index(
                    index=schema.meta_index(self._settings), id=_POSITION, document=noted
                )
                self._kept = self._highest

    def search(self, request: SearchRequest) -> SearchPage:
        """Answer one page; a query that cannot be read never reaches the server."""
        cursors.check_limit(request.limit)
        start = cursors.decode(request)
        now = start.now if start else micros(self._clock())
        levels = tiers(request, now=now)
        body = _body(request, levels, start)
        with explained(self._settings):
            answer = self._client.search(index=schema.alias(self._settings, request.kind), **body)
        found = answer["hits"]["hits"]
        page = found[: request.limit]
        highlight = Highlighter(levels[-1][1])
        hits = []
        for hit in page:
            document = schema.document(request.kind, hit["_source"])
            score = int(hit["_score"] or levels[-1][0])
            hits.append(Hit(document=document, score=score, highlights=highlight(document)))
        following = ""
        if len(found) > request.limit:
            at, given = page[-1]["sort"][-2:]
            tier = int(hits[-1].score)
            following = cursors.encode(Cursor(cursors.question(request), now, tier, at, given))
        total = answer["hits"]["total"]["value"]
        return SearchPage(hits=tuple(hits), total=total, next_cursor=following)

    def position(self) -> int:
        """The version noted by the last refresh; every write up to it was acknowledged.

        0 when an index was deleted or replaced since: the note was about the one that is gone.
        """
        with explained(self._settings):
            try:
                found = self._client.get(index=schema.meta_index(self._settings), id=_POSITION)
                if found["_source"]["indices"] != self._identities():
                    return 0
            except NotFoundError:
                return 0
        return int(found["_source"]["version"])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _identities(self) -> list[str]:
        """The unique ids of the indices behind the aliases, which a new index does not share."""
        names = [schema.alias(self._settings, kind) for kind in schema.KINDS]
        found = self._client.indices.get_settings(index=names)
        return sorted(index["settings"]["index"]["uuid"] for index in found.values())

    def _check_server(self) -> None:
        number = str(self._client.info()["version"]["number"])
        if int(number.partition(".")[0]) not in MAJORS:
            raise EngineMismatchError(
                f"this is Elasticsearch {number}",
                where=", ".join(self._settings.hosts),
                next_step=f"Copydesk works with Elasticsearch {MAJORS[0]} and {MAJORS[-1]}.",
            )

    def _check_schema(self, alias: str) -> None:
        try:
            found = self._client.indices.get_mapping(index=alias)
        except NotFoundError:
            return
        for name, index in found.items():
            version = index["mappings"].get("_meta", {}).get("schema_version")
            if version != schema.SCHEMA_VERSION:
                raise EngineMismatchError(
                    f"the index has schema {version}, this program writes {schema.SCHEMA_VERSION}",
                    where=name,
                    next_step=f"Set another engine.prefix, or delete the index (DELETE /{name}) "
                    "and start again: it is made anew from the record.",
                )

    def _put_templates(self) -> None:
        for name, template in schema.component_templates(self._settings).items():
            self._patient.cluster.put_component_template(name=name, template=template)
        for kind in schema.KINDS:
            self._patient.indices.put_index_template(
                name=schema.alias(self._settings, kind),
                **schema.index_template(self._settings, kind),
            )

    def _create(self, name: str, **body: Any) -> None:
        if self._client.indices.exists(index=name):
            return
        try:
            self._patient.indices.create(index=name, **body)
        except BadRequestError as error:
            # Another process was faster.
            if error.error != "resource_already_exists_exception":
                raise


def _rejected(write: Write, reason: str) -> Rejected:
    kind, given = schema.address(write)
    return Rejected(kind=kind, id=given, version=write.version, reason=reason)


def _body(
    request: SearchRequest, levels: tuple[tuple[int, p.Plan], ...], start: Cursor | None
) -> dict[str, Any]:
    """The search request: filters find, constant scores of the tiers add up to the relevance."""
    direction = "asc" if request.order == "oldest" else "desc"
    sort: list[dict[str, str]] = [
        {f"{FIND}.n_at": direction},
        {f"{FIND}.x_id": direction},
    ]
    after: list[int | str] = [start.at, start.id] if start else []
    whole = compile_plan(levels[-1][1])
    query: dict[str, Any] = {"filter": [{"term": {"removed": False}}, whole]}
    if request.order == "relevance":
        query["should"] = [
            {"constant_score": {"filter": compile_plan(plan), "boost": score - below}}
            for (score, plan), below in zip(
                levels, [*(score for score, _ in levels[1:]), 0], strict=True
            )
        ]
        sort.insert(0, {"_score": "desc"})
        after = [start.tier, *after] if start else []
    return {
        "query": {"bool": query},
        "sort": sort,
        "size": request.limit + 1,
        "track_total_hits": True,
        "source_excludes": ["removed"],
        **({"search_after": after} if start else {}),
    }
