"""The compiler for tantivy: a plan to a ``tantivy.Query``."""

import re

from tantivy import FieldType, Occur, Query, Schema

from indexer.errors import QueryError
from indexer.query import plan as p


def compile_plan(plan: p.Plan, schema: Schema) -> Query:
    """Translate one plan; nothing in it is interpreted any more."""
    try:
        return _compile(plan, schema)
    except (ValueError, OverflowError) as error:
        raise QueryError(
            f"the search engine refuses it ({error})", offset=0, next_step="Write it otherwise."
        ) from error


def _compile(plan: p.Plan, schema: Schema) -> Query:
    match plan:
        case p.All():
            return Query.all_query()
        case p.Term(column, value):
            return Query.term_query(schema, column, value, index_option="basic")
        case p.Phrase(column, values):
            return Query.phrase_query(schema, column, list(values))
        case p.PhrasePrefix(column, values, last):
            return _phrase_prefix(schema, column, values, last)
        case p.Prefix(column, value):
            # Without an error allowed; regular expressions end at some thousand bytes.
            return Query.fuzzy_term_query(schema, column, value, distance=0, prefix=True)
        case p.Range(column, low, high):
            return _range(schema, column, low, high)
        case p.Every(parts):
            every = [(Occur.Must, _compile(part, schema)) for part in parts if part != p.All()]
            return Query.boolean_query(every) if every else Query.all_query()
        case p.AnyOf(parts):
            return Query.boolean_query([(Occur.Should, _compile(part, schema)) for part in parts])
        case p.Without(part):
            return but_not(Query.all_query(), _compile(part, schema))


def _phrase_prefix(schema: Schema, column: str, values: tuple[str, ...], last: str) -> Query:
    # Not tantivy's own phrase_prefix_query, which looks at the first fifty words that begin so.
    before = [re.escape(value) for value in values]
    return Query.regex_phrase_query(schema, column, [*before, f"{re.escape(last)}.*"])


def is_too_wide(error: ValueError) -> bool:
    """Whether a search failed at a phrase whose last word could be any of more than 16,384."""
    return "exceeded max expansions" in str(error)


def but_not(wanted: Query, unwanted: Query) -> Query:
    return Query.boolean_query([(Occur.Must, wanted), (Occur.MustNot, unwanted)])


def _range(schema: Schema, column: str, low: int | None, high: int | None) -> Query:
    if low is not None and high is not None and low >= high:
        return Query.empty_query()
    # tantivy calls an open side inclusive and refuses another word for it.
    return Query.range_query(
        schema,
        column,
        FieldType.Integer,
        lower_bound=low,
        upper_bound=high,
        include_lower=True,
        include_upper=high is None,
    )
