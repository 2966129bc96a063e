"""Relevance, alike on every engine: where the whole query is found decides, then the time.

News puts what happened on top, so a query found whole in the title beats one found in the
opening, and that beats one found further down; among equals the newest is first. Unlike BM25
this depends on the document alone: the order of two documents never changes because others
arrive, hence pages stay stable and all engines agree.
"""

from dataclasses import dataclass

from indexer.engines.protocol import SearchRequest
from indexer.query.cost import affordable
from indexer.query.parser import parse
from indexer.query.plan import All, Every, Plan, Scope, plan

SCORES: dict[Scope, int] = {"title": 3, "opening": 2, "anywhere": 1}


@dataclass(frozen=True, slots=True)
class Tiers:
    """What is found, and how it is ranked.

    Everything found matches ``shared``, and with it the plan of its tier: ``levels`` has score and
    plan, best first, each plan containing the one before; the last finds all. What no scope can
    narrow (fields, ranges, what is excluded) is in ``shared``, so that an engine looks for it once.
    """

    shared: Plan
    levels: tuple[tuple[int, Plan], ...]

    @property
    def whole(self) -> Plan:
        """Everything that is found."""
        return Every((self.shared, self.levels[-1][1]))


def tiers(request: SearchRequest, *, now: int) -> Tiers:
    """The tiers of a request; ``now`` in microseconds since 1970, UTC. Orders by time have one."""
    tree = parse(request.query)
    whole = affordable(plan(tree, request.kind, now=now, merged=request.merged))
    if request.order != "relevance":
        return Tiers(whole, ((SCORES["anywhere"], All()),))
    found: list[tuple[int, Plan]] = []
    for scope, score in SCORES.items():
        narrowed = plan(tree, request.kind, now=now, scope=scope, merged=request.merged)
        if not found or narrowed != found[-1][1]:
            found.append((score, narrowed))
    parts = [dict.fromkeys(_parts(narrowed)) for _, narrowed in found]
    shared = {part: None for part in parts[-1] if all(part in each for each in parts)}
    return Tiers(
        _every([*shared]),
        tuple(
            (score, _every([part for part in each if part not in shared]))
            for (score, _), each in zip(found, parts, strict=True)
        ),
    )


def _parts(plan: Plan) -> tuple[Plan, ...]:
    return plan.parts if isinstance(plan, Every) else (plan,)


def _every(parts: list[Plan]) -> Plan:
    if not parts:
        return All()
    return parts[0] if len(parts) == 1 else Every(tuple(parts))
