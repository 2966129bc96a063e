"""Searching: filters find, constant scores of the tiers add up to the relevance."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from indexer import cursor as cursors
from indexer.cursor import Cursor
from indexer.engines.elasticsearch_documents import EXCLUDED, document
from indexer.engines.protocol import Hit, SearchPage, SearchRequest, WalkRequest
from indexer.engines.tiers import Tiers, tiers
from indexer.highlight import Highlighter
from indexer.query import plan as p
from indexer.query.elasticsearch import FIND, Clause, compile_plan

_PAUSES = (0.05, 0.2, 0.5)
_KEPT = "5m"  # Between two runs of a walk: what reads them may be slow.


def search(client: Elasticsearch, alias: str, request: SearchRequest, *, now: int) -> SearchPage:
    """One page; ``now`` (microseconds since 1970) counts on the first page only."""
    cursors.check_limit(request.limit)
    start = cursors.decode(request)
    now = start.now if start else now
    wanted = tiers(request, now=now)
    answer = ask(client, alias, **body(request, wanted, start))
    found = answer["hits"]["hits"]
    page = found[: request.limit]
    highlight = Highlighter(wanted.whole)
    hits = []
    for hit in page:
        held = document(request.kind, hit["_source"])
        score = int(hit["_score"] or wanted.levels[-1][0])
        hits.append(Hit(document=held, score=score, highlights=highlight(held)))
    following = ""
    if len(found) > request.limit:
        at, given = page[-1]["sort"][-2:]
        tier = int(hits[-1].score)
        following = cursors.encode(Cursor(cursors.question(request), now, tier, at, given))
    total = answer["hits"]["total"]["value"]
    return SearchPage(hits=tuple(hits), total=total, next_cursor=following)


def ask(client: Elasticsearch, alias: str, **wanted: Any) -> dict[str, Any]:
    """A search that is complete or fails: half an answer would look like a whole one.

    When an index was exchanged, a search that had begun finds the old one gone or the new one not
    yet open, and when a node was lost, another has the same: it is asked again, within a second.
    """
    wanted |= {"index": alias, "allow_partial_search_results": False}
    for pause in _PAUSES:
        try:
            return dict(client.search(**wanted).body)
        except ApiError as error:
            if error.meta.status not in (404, 503):
                raise
        time.sleep(pause)
    return dict(client.search(**wanted).body)


def walk(
    client: Elasticsearch, alias: str, request: WalkRequest, *, now: int
) -> Iterator[tuple[str, ...]]:
    """Ids in runs, oldest first, from one point in time."""
    cursors.check_limit(request.run)
    asked = SearchRequest(
        kind=request.kind, query=request.query, merged=request.merged, order="oldest"
    )
    wanted = body(asked, tiers(asked, now=now), None)
    wanted |= {"size": request.run, "track_total_hits": False, "source": False}
    # Without the hits of a node that was lost, a run would be short and look like the last.
    wanted |= {"allow_partial_search_results": False}
    del wanted["source_excludes"]
    point = client.open_point_in_time(index=alias, keep_alive=_KEPT)["id"]
    try:
        while True:
            answer = client.search(pit={"id": point, "keep_alive": _KEPT}, **wanted)
            point, hits = answer["pit_id"], answer["hits"]["hits"]
            if hits:
                yield tuple(hit["_id"] for hit in hits)
            if len(hits) < request.run:
                return
            wanted["search_after"] = hits[-1]["sort"]
    finally:
        # It ends by itself soon; what went wrong before says more than what goes wrong here.
        with suppress(ApiError, TransportError):
            client.close_point_in_time(id=point)


def held(plan: p.Plan) -> list[Clause]:
    """The filters that find what the plan says among what was not removed."""
    return [{"term": {"removed": False}}, compile_plan(plan)]


def body(request: SearchRequest, wanted: Tiers, start: Cursor | None) -> dict[str, Any]:
    """The search request."""
    direction = "asc" if request.order == "oldest" else "desc"
    sort: list[dict[str, str]] = [
        {f"{FIND}.n_at": direction},
        {f"{FIND}.x_id": direction},
    ]
    after: list[int | str] = [start.at, start.id] if start else []
    query: dict[str, Any] = {"filter": held(wanted.whole)}
    if request.order == "relevance":
        *better, (lowest, _) = wanted.levels
        query["should"] = [{"match_all": {"boost": lowest}}]
        below = lowest
        for score, plan in reversed(better):
            ranked = {"filter": compile_plan(plan), "boost": score - below}
            query["should"].append({"constant_score": ranked})
            below = score
        sort.insert(0, {"_score": "desc"})
        after = [start.tier, *after] if start else []
    return {
        "query": {"bool": query},
        "sort": sort,
        "size": request.limit + 1,
        "track_total_hits": True,
        "source_excludes": list(EXCLUDED),
        **({"search_after": after} if start else {}),
    }
