"""What a query costs an engine, and how much of that anyone may ask for.

A search cannot be stopped once it runs. What is only held against one document costs little
whatever it is, so saved searches go on listening that no engine would be asked for any more.
"""

from collections.abc import Iterator

from indexer.analysis import is_dense
from indexer.errors import QueryError
from indexer.query import plan as p
from indexer.query.parser import MAX_PREFIXES

# The embedded engine reads where all those words stand that may be the last. Behind "the" in
# 100,000 articles of 300 words: two letters up to 0.3 s a column, one letter 2.5 s.
# Hence some 4 s for the worst query.
MAX_OPEN_PHRASES = 12  # As 5月 OR 6月: the months of a year.
_LEAST_OPEN = 2


def affordable(plan: p.Plan) -> p.Plan:
    """The plan, if an engine may be asked for it; else QueryError."""
    beginnings = set(_beginnings(plan))
    if len(beginnings) > MAX_PREFIXES:
        raise _too_many(f"{MAX_PREFIXES} words")
    phrases = sorted(each for each in beginnings if len(each) > 1)
    for *_, last in phrases:
        if len(last) < _LEAST_OPEN and not is_dense(last):
            raise QueryError(
                f"{last}* behind another word begins too many words",
                offset=0,
                next_step="Write at least two letters of the last word before the *.",
            )
    if len(phrases) > MAX_OPEN_PHRASES:
        raise _too_many(f"{MAX_OPEN_PHRASES} phrases")
    return plan


def _too_many(limit: str) -> QueryError:
    return QueryError(
        f"more than {limit} end in a * or in one character of its own",
        offset=0,
        next_step="Write some of them out, or split the query into several searches.",
    )


def _beginnings(plan: p.Plan) -> Iterator[tuple[str, ...]]:
    """What is looked for as the beginning of terms, without the columns."""
    match plan:
        case p.Prefix("x_url", value):  # in one column, so all its forms cost as much as one word
            yield (p.USUAL_BEGINNING.sub("", value),)
        case p.Prefix(_, value):
            yield (value,)
        case p.PhrasePrefix(_, values, last):
            yield (*values, last)
        case p.Every(parts) | p.AnyOf(parts):
            for part in parts:
                yield from _beginnings(part)
        case p.Without(part):
            yield from _beginnings(part)
