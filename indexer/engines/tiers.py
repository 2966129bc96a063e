"""Relevance, alike on every engine: where the whole query is found decides, then the time.

News puts what happened on top, so a query found whole in the title beats one found in the
opening, and that beats one found further down; among equals the newest is first. Unlike BM25
this depends on the document alone: the order of two documents never changes because others
arrive, hence pages stay stable and all engines agree.
"""

from indexer.engines.protocol import SearchRequest
from indexer.query.parser import parse
from indexer.query.plan import Plan, Scope, plan

SCORES: dict[Scope, int] = {"title": 3, "opening": 2, "anywhere": 1}


def tiers(request: SearchRequest, *, now: int) -> tuple[tuple[int, Plan], ...]:
    """Score and plan, best first, each plan containing the one before; the last finds all.

    ``now`` is in microseconds since 1970, UTC. Orders by time have one tier.
    """
    tree = parse(request.query)
    whole = plan(tree, request.kind, now=now)
    if request.order != "relevance":
        return ((SCORES["anywhere"], whole),)
    found: list[tuple[int, Plan]] = []
    for scope, score in SCORES.items():
        narrowed = plan(tree, request.kind, now=now, scope=scope)
        if not found or narrowed != found[-1][1]:
            found.append((score, narrowed))
    return tuple(found)
