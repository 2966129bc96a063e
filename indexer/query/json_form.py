"""A query as JSON: conditions in conditions, for programs that put queries together.

Each condition takes one of these forms, ``field`` named or not:

    {"words": "drone attack"}                all of the words
    {"phrase": "air defence", "field": ...}  these words, one after the other
    {"prefix": "dron", "field": ...}         words that begin so
    {"is": "Reuters", "field": "outlet"}     this value, and no longer one
    {"has": "credit"}                        the field has a value
    {"field": "published", "gte": ..., "lt": ...}   a range; also gt and lte
    {"all": [...]}, {"any": [...]}, {"none": [...]}

What it comes to is the text of the query, which the grammar reads as the same tree.
"""

import re
from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from indexer.errors import QueryError
from indexer.letters import composed
from indexer.query import fields
from indexer.query.ast import And, Between, Node, Not, Or, Present, Words
from indexer.query.format import format_query
from indexer.query.lexer import SIGNS, straight
from indexer.query.parser import MAX_CLAUSES, MAX_DEPTH, MAX_LENGTH, parse

Value = str | int | float
Conditions = Annotated[tuple["Condition", ...], Meta(min_length=1)]
# Each holds a clause, or is one of a few around one.
_MOST_CONDITIONS = 4 * MAX_CLAUSES
_RANGE = ("gte", "gt", "lte", "lt")
_FORMS = ("all", "any", "none", "words", "phrase", "prefix", "equals", "has")
_SHOWN = {"equals": "is"}
_BARE = re.compile(r"[^\s\"()*\]}]+")
# What is read as the same word without quotes: people see the text in lists and may go on with it.
_PLAIN = re.compile(r"[^\s\"()*:!-][^\s\"()*:?^]*")


class Condition(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"equals": "is"},
):
    """What articles or stories must have: one of `all`, `any`, `none`, `words`, `phrase`,
    `prefix`, `is`, `has`, or a range of a field (`gte`, `gt`, `lte`, `lt`)."""

    all: Annotated[Conditions | None, Meta(description="All of these.")] = None
    any: Annotated[Conditions | None, Meta(description="At least one of these.")] = None
    none: Annotated[Conditions | None, Meta(description="None of these.")] = None
    words: Annotated[str | None, Meta(description="All of these words.")] = None
    phrase: Annotated[str | None, Meta(description="These words one after the other.")] = None
    prefix: Annotated[str | None, Meta(description="Words, or values, that begin so.")] = None
    equals: Annotated[
        Value | None,
        Meta(description="This value of `field`; of texts these words, one after the other."),
    ] = None
    has: Annotated[str | None, Meta(description="This field has a value.")] = None
    field: Annotated[
        str, Meta(description="Where; empty is the headline, summary and text.", examples=["title"])
    ] = ""
    gte: Annotated[Value | None, Meta(description="Then or later, so much or more.")] = None
    gt: Annotated[Value | None, Meta(description="Later, more.")] = None
    lte: Annotated[Value | None, Meta(description="Then or before, so much or less.")] = None
    lt: Annotated[Value | None, Meta(description="Before, less.")] = None


def query_of(condition: Condition) -> str:
    """The query as text. Raises :class:`QueryError` that says which condition cannot be meant."""
    _measure(condition)
    tree = _node(condition, "")
    text = format_query(tree)
    try:
        read = parse(text)
    except QueryError as error:  # its offset would be one of a text that nobody wrote
        raise QueryError(error.what, offset=0, next_step=error.next_step) from error
    if read != tree:
        raise QueryError(
            "these conditions cannot be written as a query",
            offset=0,
            next_step="Leave signs out of prefixes and ranges.",
        )
    return text


def _measure(condition: Condition) -> None:
    """Refuse what no query has room for, before anything is made of it or calls itself over it."""
    waiting = [(condition, 1)]
    letters, count = 0, 1
    while waiting:
        each, deep = waiting.pop()
        values = (getattr(each, name) for name in each.__struct_fields__)
        letters += sum(len(value) for value in values if isinstance(value, str))
        inside = [conditions for conditions in (each.all, each.any, each.none) if conditions]
        count += sum(map(len, inside))
        for most, found, what in (
            (MAX_DEPTH, deep, "conditions stand in one another"),
            (_MOST_CONDITIONS, count, "conditions"),
            (MAX_LENGTH, letters, "characters in the conditions"),
        ):
            if found > most:
                raise QueryError(
                    f"more than {most:,} {what}",
                    offset=0,
                    next_step="Split them into several searches.",
                )
        waiting += [(inner, deep + 1) for conditions in inside for inner in conditions]


def _node(condition: Condition, path: str) -> Node:
    given = [name for name in _FORMS if getattr(condition, name) is not None]
    ranged = [name for name in _RANGE if getattr(condition, name) is not None]
    if len(given) + bool(ranged) != 1:
        found = " and ".join(_SHOWN.get(name, name) for name in (*given, *ranged)) or "none"
        raise _refused(path, f"it needs one form, and has {found}", "Put several under all.")
    if ranged:
        return _between(condition, path)
    form = given[0]
    if form in ("all", "any", "none", "has") and condition.field:
        raise _refused(path, f"{form} takes no field", "Name the fields in the conditions.")
    return _MADE[form](condition, path)


def _all(condition: Condition, path: str) -> Node:
    return _one_or(And, _nodes(condition.all, f"{path}all"))


def _any(condition: Condition, path: str) -> Node:
    return _one_or(Or, _nodes(condition.any, f"{path}any"))


def _none(condition: Condition, path: str) -> Node:
    return _one_or(And, tuple(map(Not, _nodes(condition.none, f"{path}none"))))


def _nodes(conditions: Conditions | None, path: str) -> tuple[Node, ...]:
    return tuple(_node(each, f"{path}[{place}].") for place, each in enumerate(conditions or ()))


def _words(condition: Condition, path: str) -> Node:
    words = _text(condition.words or "").split()
    if not words:
        raise _refused(path, "words is empty", "Write what to search for.")
    field = _field(condition.field, path)
    return _one_or(And, tuple(_words_of(word, field) for word in words))


def _phrase(condition: Condition, path: str) -> Node:
    phrase = _text(condition.phrase or "")
    if not phrase.strip():
        raise _refused(path, "phrase is empty", "Write what to search for.")
    return _words_of(phrase, _field(condition.field, path))


def _prefix(condition: Condition, path: str) -> Node:
    prefix, field = _text(condition.prefix or ""), _field(condition.field, path)
    if not _BARE.fullmatch(prefix) or (":" in prefix and not _is_code(field)):
        raise _refused(path, "prefix is not the beginning of one word", "Use phrase for several.")
    return Words(prefix, field, prefix=True)


def _is(condition: Condition, path: str) -> Node:
    if not condition.field:
        raise _refused(path, "is needs a field", 'Write "field" beside it.')
    field, value = _field(condition.field, path), _text(str(condition.equals))
    if fields.FIELDS[field].type in ("time", "number"):
        return Between(field, value, value)
    return _words_of(value, fields.EXACT.get(field, field))


def _has(condition: Condition, path: str) -> Node:
    return Present(_field(condition.has or "", path))


def _between(condition: Condition, path: str) -> Node:
    if not condition.field:
        raise _refused(path, "a range needs a field", 'Write "field" beside it.')
    low, with_low = _bound(condition.gte, condition.gt, path, "gte and gt")
    high, with_high = _bound(condition.lte, condition.lt, path, "lte and lt")
    return Between(_field(condition.field, path), low, high, with_low, with_high)


def _bound(
    included: Value | None, excluded: Value | None, path: str, both: str
) -> tuple[str | None, bool]:
    if included is not None and excluded is not None:
        raise _refused(path, f"{both} stand side by side", "Leave one of them out.")
    value = excluded if included is None else included
    if value is None:
        return None, True
    if not _BARE.fullmatch(written := _text(str(value))):
        raise _refused(path, f"{written!r} is no time or number", "Write 2023-05-30T06:00 or 3.")
    return written, excluded is None


_MADE: dict[str, Callable[[Condition, str], Node]] = {
    "all": _all,
    "any": _any,
    "none": _none,
    "words": _words,
    "phrase": _phrase,
    "prefix": _prefix,
    "equals": _is,
    "has": _has,
}


def _one_or(kind: type[And | Or], parts: tuple[Node, ...]) -> Node:
    return parts[0] if len(parts) == 1 else kind(parts)


def _words_of(text: str, field: str) -> Words:
    plain = _PLAIN.fullmatch(text) is not None and text not in SIGNS
    return Words(text, field, quoted=not plain)


def _text(value: str) -> str:
    """As the lexer would have it of a query's text."""
    return straight(composed(value))


def _field(name: str, path: str) -> str:
    if not name:
        return ""
    try:
        return fields.find(name, 0).name
    except QueryError as error:
        raise _refused(path, error.what, error.next_step) from error


def _is_code(field: str) -> bool:
    return bool(field) and fields.FIELDS[field].type == "code"


def _refused(path: str, what: str, next_step: str) -> QueryError:
    where = path.removesuffix(".") or "the condition"
    return QueryError(f"{where}: {what}", offset=0, next_step=next_step)
