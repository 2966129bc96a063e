"""The compiler for tantivy: a plan to a ``tantivy.Query``."""

import re

from tantivy import FieldType, Occur, Query, Schema

from indexer.query import plan as p

# The characters that tantivy's regular expressions (regex-syntax) give a meaning.
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$#&\-~/]")


def compile_plan(plan: p.Plan, schema: Schema) -> Query:
    """Translate one plan; nothing in it is interpreted any more."""
    match plan:
        case p.All():
            return Query.all_query()
        case p.Term(column, value):
            return Query.term_query(schema, column, value, index_option="basic")
        case p.Phrase(column, values):
            return Query.phrase_query(schema, column, list(values))
        case p.Prefix(column, value):
            return Query.regex_query(schema, column, _SPECIAL.sub(r"\\\g<0>", value) + ".*")
        case p.Range(column, low, high):
            return _range(schema, column, low, high)
        case p.Every(parts):
            return Query.boolean_query([(Occur.Must, compile_plan(part, schema)) for part in parts])
        case p.AnyOf(parts):
            return Query.boolean_query(
                [(Occur.Should, compile_plan(part, schema)) for part in parts]
            )
        case p.Without(part):
            return but_not(Query.all_query(), compile_plan(part, schema))


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
