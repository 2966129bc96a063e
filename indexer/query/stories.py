"""The stories that a query names: whoever knows which were merged can say where they are now."""

from collections.abc import Iterator

from indexer.engines.protocol import Kind
from indexer.query import ast, fields


def stories_named(tree: ast.Node, kind: Kind) -> frozenset[str]:
    """Their ids. QueryError for a field that is not known."""
    return frozenset(_named(tree, kind))


def _named(tree: ast.Node, kind: Kind) -> Iterator[str]:
    match tree:
        case ast.And(parts) | ast.Or(parts):
            for part in parts:
                yield from _named(part, kind)
        case ast.Not(part):
            yield from _named(part, kind)
        case ast.Words(text, field, prefix=False, offset=offset) if field:
            if fields.find(field, offset).column(kind) == fields.STORY[kind]:
                yield text.strip()
