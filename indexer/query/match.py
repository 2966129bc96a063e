"""Whether one document matches a query, without any engine: for saved searches.

The plan and the columns are those that the engines get, so the answer is theirs.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.protocol import Kind
from indexer.projection import Columns, columns
from indexer.query import plan as p
from indexer.query.parser import parse


@dataclass(frozen=True, slots=True)
class Sight:
    """A document made ready to be held against many queries.

    ``order`` has the terms of each column of words in order, ``held`` all terms and codes of each
    column, ``numbers`` its numbers. ``sorted`` is filled as prefixes are asked for.
    """

    kind: Kind
    order: dict[str, tuple[str, ...]]
    held: dict[str, frozenset[str]]
    numbers: dict[str, int]
    sorted: dict[str, list[str]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, document: ArticleDocument | StoryDocument) -> "Sight":
        """Raises :class:`indexer.projection.UnfitError` for what no engine can hold."""
        return cls.from_columns(columns(document))

    @classmethod
    def from_columns(cls, found: Columns) -> "Sight":
        """The same, of a document that is projected already."""
        order = {name: tuple(text.split(" ")) for name, text in found.words.items()}
        held = {name: frozenset(terms) for name, terms in (order | found.codes).items()}
        return cls(found.kind, order, held, found.numbers)


_NOTHING: frozenset[str] = frozenset()


def read_query(query: str, kind: Kind, *, now: int) -> p.Plan:
    """The plan of a query; ``now`` in microseconds since 1970, UTC. Raises ``QueryError``."""
    return p.plan(parse(query), kind, now=now)


def matches(plan: p.Plan, sight: Sight) -> bool:
    """Whether the document is among what the plan finds."""
    match plan:
        case p.All():
            return True
        case p.Term(column, value):
            return value in sight.held.get(column, _NOTHING)
        case p.Prefix(column, value):
            return _begins(value, sight, column)
        case p.Phrase(column, values):
            return any(True for _ in _rows(values, sight, column))
        case p.PhrasePrefix(column, values, last):
            return any(term.startswith(last) for term in _rows(values, sight, column))
        case p.Range(column, low, high):
            number = sight.numbers.get(column)
            return (
                number is not None
                and (low is None or low <= number)
                and (high is None or number < high)
            )
        case p.Every(parts):
            return all(matches(part, sight) for part in parts)
        case p.AnyOf(parts):
            return any(matches(part, sight) for part in parts)
        case p.Without(part):
            return not matches(part, sight)


def _begins(value: str, sight: Sight, column: str) -> bool:
    # Fifty prefixes against each of 20,000 words would be a second for one search.
    terms = sight.sorted.get(column)
    if terms is None:
        terms = sight.sorted[column] = sorted(sight.held.get(column, _NOTHING))
    at = bisect_left(terms, value)
    return at < len(terms) and terms[at].startswith(value)


def _rows(values: tuple[str, ...], sight: Sight, column: str) -> Iterator[str]:
    """What stands behind these terms wherever they stand in a row; nothing at the end."""
    held = sight.held.get(column, _NOTHING)
    if not all(value in held for value in values):
        return
    terms = sight.order[column]
    at = -1
    while True:
        try:
            at = terms.index(values[0], at + 1)
        except ValueError:
            return
        end = at + len(values)
        if terms[at:end] == values:
            yield terms[end] if end < len(terms) else ""
