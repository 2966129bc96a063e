"""The compiler for Elasticsearch: a plan to its query DSL. Nothing in it scores or is analysed."""

from typing import Any

from indexer.query import plan as p

FIND = "find"  # The object that holds the searched columns.
_TERMS_LIMIT = 1024  # Far below the server's own 65,536 values.

Clause = dict[str, Any]


def compile_plan(plan: p.Plan) -> Clause:
    """Translate one plan into a clause for filter context."""
    match plan:
        case p.All():
            return {"match_all": {}}
        case p.Term(column, value):
            return {"term": {_path(column): value}}
        case p.Phrase(column, values):
            # The values are terms already: the columns' analyzer only cuts at spaces.
            return {"match_phrase": {_path(column): " ".join(values)}}
        case p.PhrasePrefix(column, values, last):
            return {"intervals": {_path(column): {"all_of": _next_to_each_other(values, last)}}}
        case p.Prefix(column, value):
            return {"prefix": {_path(column): {"value": value}}}
        case p.Range(column, low, high):
            ends = {"gte": low, "lt": high}
            return {"range": {_path(column): {k: v for k, v in ends.items() if v is not None}}}
        case p.Every(parts):
            return _every(parts)
        case p.AnyOf(parts):
            return {"bool": {"should": _alternatives(parts), "minimum_should_match": 1}}
        case p.Without():
            return _every((plan,))


def _every(parts: tuple[p.Plan, ...]) -> Clause:
    """One level for all that must and must not be: the server reads 30 levels, no more."""
    wanted: list[Clause] = []
    unwanted: list[Clause] = []
    for part in _flat(parts, p.Every):
        if isinstance(part, p.Without):
            unwanted += _alternatives((part.part,))
        else:
            wanted.append(compile_plan(part))
    sides = {"filter": wanted, "must_not": unwanted}
    return {"bool": {name: clauses for name, clauses in sides.items() if clauses}}


def _next_to_each_other(values: tuple[str, ...], last: str) -> Clause:
    """Not ``match_phrase_prefix``, which leaves words out without a word when many begin so."""
    row: Clause = {"ordered": True, "max_gaps": 0}
    before = {"match": {"query": " ".join(values), **row}}
    return {"intervals": [before, {"prefix": {"prefix": last}}], **row}


def _path(column: str) -> str:
    return f"{FIND}.{column}"


def _alternatives(parts: tuple[p.Plan, ...]) -> list[Clause]:
    """Alternatives of one column become one ``terms`` clause: hundreds then count as one."""
    grouped: dict[str, list[str]] = {}
    others: list[Clause] = []
    for part in _flat(parts, p.AnyOf):
        if isinstance(part, p.Term) and len(grouped.get(part.column, ())) < _TERMS_LIMIT:
            grouped.setdefault(part.column, []).append(part.value)
        else:
            others.append(compile_plan(part))
    return [*({"terms": {_path(column): values}} for column, values in grouped.items()), *others]


def _flat(parts: tuple[p.Plan, ...], like: type[p.Every] | type[p.AnyOf]) -> list[p.Plan]:
    flat: list[p.Plan] = []
    for part in parts:
        flat.extend(_flat(part.parts, like) if isinstance(part, like) else [part])
    return flat
