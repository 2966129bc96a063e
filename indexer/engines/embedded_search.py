"""Searching a tantivy index: tiers, exact order, and cursors that neither repeat nor skip."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import tantivy

from indexer import cursor as cursors
from indexer.cursor import Cursor
from indexer.engines.embedded_schema import decode, order_key, split_order_key
from indexer.engines.protocol import Hit, Kind, SearchPage, SearchRequest, WalkRequest
from indexer.engines.tiers import Tiers, tiers
from indexer.highlight import Highlighter
from indexer.query import plan as p
from indexer.query.embedded import but_not, compile_plan


@dataclass(frozen=True, slots=True)
class _Found:
    tier: int
    order: str
    address: tantivy.DocAddress


def search(
    searcher: tantivy.Searcher, schema: tantivy.Schema, request: SearchRequest, *, now: int
) -> SearchPage:
    """One page; ``now`` (microseconds since 1970) counts on the first page only."""
    cursors.check_limit(request.limit)
    start = cursors.decode(request)
    now = start.now if start else now
    wanted = tiers(request, now=now)
    whole = narrowed(wanted.whole, request.kind, schema)
    total: int = searcher.search(whole, limit=1).count  # type: ignore[attr-defined]  # not in its stub
    found = list(islice(_walk(searcher, schema, request, wanted, start), request.limit + 1))
    page = found[: request.limit]
    highlight = Highlighter(wanted.whole)
    hits = []
    for hit in page:
        body = searcher.doc(hit.address)["body"][0]
        document = decode(request.kind, body)
        hits.append(Hit(document=document, score=hit.tier, highlights=highlight(document)))
    more = len(found) > request.limit
    following = cursors.encode(_after(request, page[-1], now)) if more else ""
    return SearchPage(hits=tuple(hits), total=total, next_cursor=following)


def walk(
    searcher: tantivy.Searcher, schema: tantivy.Schema, request: WalkRequest, *, now: int
) -> Iterator[tuple[str, ...]]:
    """Ids in runs, oldest first; one searcher sees one commit."""
    cursors.check_limit(request.run)
    asked = SearchRequest(
        kind=request.kind,
        query=request.query,
        merged=request.merged,
        order="oldest",
        limit=request.run,
    )
    wanted = tiers(asked, now=now)
    start: Cursor | None = None
    while True:
        found = list(islice(_walk(searcher, schema, asked, wanted, start), request.run))
        if found:
            yield tuple(split_order_key(hit.order)[1] for hit in found)
        if len(found) < request.run:
            return
        start = _after(asked, found[-1], now)


def _after(request: SearchRequest, last: _Found, now: int) -> Cursor:
    at, given = split_order_key(last.order)
    return Cursor(cursors.question(request), now, last.tier, at, given)


def narrowed(plan: p.Plan, kind: Kind, schema: tantivy.Schema) -> tantivy.Query:
    """What the plan finds among the documents of one kind."""
    return compile_plan(p.Every((p.Term("kind", kind), plan)), schema)


def _walk(
    searcher: tantivy.Searcher,
    schema: tantivy.Schema,
    request: SearchRequest,
    wanted: Tiers,
    start: Cursor | None,
) -> Iterator[_Found]:
    """Hits in order, behind the cursor, at least one more than the page if there are as many."""
    better: p.Plan | None = None
    for score, plan in wanted.levels:
        if start is None or score <= start.tier:
            here = start if start and start.tier == score else None
            behind = _behind(request, here) if here else p.All()
            query = narrowed(p.Every((wanted.shared, plan, behind)), request.kind, schema)
            if better is not None:
                query = but_not(query, compile_plan(better, schema))
            for order, address in _level(searcher, query, request, here):
                yield _Found(score, order, address)
        better = plan


def _behind(request: SearchRequest, start: Cursor) -> p.Range:
    """The cursor's moment and what follows; who of that moment is behind, the id decides."""
    if request.order == "oldest":
        return p.Range("n_at", start.at, None)
    return p.Range("n_at", None, start.at + 1)


def _level(
    searcher: tantivy.Searcher, query: tantivy.Query, request: SearchRequest, start: Cursor | None
) -> Iterator[tuple[str, tantivy.DocAddress]]:
    """The hits of one tier in order. Fetches the page, and ever more while ties hide it.

    How many ties there are is found out here and not told by the cursor: tantivy makes room for as
    many hits as it is asked for, before it looks how many there are.
    """
    direction = tantivy.Order.Asc if request.order == "oldest" else tantivy.Order.Desc
    last = order_key(start.at, start.id) if start else ""
    wanted = request.limit + (2 if start else 1)  # The cursor's own hit comes again.
    offset = 0
    while True:
        batch = searcher.search(
            query, limit=wanted, offset=offset, count=False, order_by_field="order", order=direction
        ).hits
        for order, address in batch:
            if not start or (order > last if request.order == "oldest" else order < last):
                yield order, address
        if len(batch) < wanted:
            return
        offset += wanted
        wanted *= 2
