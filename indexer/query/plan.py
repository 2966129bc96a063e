"""A query made plain: the tree with its words cut, folded and aimed at columns.

The plan is all that an engine's compiler has to translate, so that what a query finds is decided
here, once, for every engine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from indexer.analysis import LEFT_OF_LONG, code, tokens, with_small_host
from indexer.engines.protocol import Kind
from indexer.errors import QueryError
from indexer.query import ast, fields
from indexer.query.dates import Moment, moment

Scope = Literal["title", "opening", "anywhere"]
SCOPES: tuple[Scope, ...] = ("title", "opening", "anywhere")
_INTEGER_LIMIT = 2**53
_LEAST = 2  # Characters, as of words.
USUAL_BEGINNING = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_NONE: Mapping[str, str] = MappingProxyType({})
MAX_NESTING = 25  # Elasticsearch reads 30 levels; scoring, filtering and the words take some.


@dataclass(frozen=True, slots=True)
class All:
    """Every document."""


@dataclass(frozen=True, slots=True)
class Term:
    """The column holds exactly this term."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """The column holds these two or more terms one after the other."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhrasePrefix:
    """The column holds these one or more terms and behind them one that begins with ``last``."""

    column: str
    values: tuple[str, ...]
    last: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """The column holds a term that begins so."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Range:
    """``low <= column < high``; ``None`` is open."""

    column: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Every:
    """All of these match."""

    parts: tuple["Plan", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these matches."""

    parts: tuple["Plan", ...]


@dataclass(frozen=True, slots=True)
class Without:
    """This does not match."""

    part: "Plan"


Plan = All | Term | Phrase | PhrasePrefix | Prefix | Range | Every | AnyOf | Without


def plan(
    tree: ast.Node,
    kind: Kind,
    *,
    now: int,
    scope: Scope = "anywhere",
    merged: Mapping[str, str] = _NONE,
) -> Plan:
    """Lower a tree for one kind of document. ``now`` is in microseconds since 1970, UTC.

    ``scope`` narrows where words without a field must stand; what is excluded by NOT stays
    excluded anywhere. Signs without letters or digits are left out; QueryError when nothing
    is left, or when the kind lacks a field. A story of ``merged`` stands for the one there too.
    """
    lowered = _Lowering(kind, now, merged).node(tree, scope)
    if lowered is None:
        raise QueryError(
            "there is no letter or digit to search for",
            offset=0,
            next_step="Write a word, or leave the query empty to find everything.",
        )
    if _nesting(lowered) > MAX_NESTING:
        raise QueryError(
            f"AND, OR and NOT are nested more than {MAX_NESTING} times",
            offset=0,
            next_step="Make the query flatter.",
        )
    return lowered


def _nesting(plan: Plan) -> int:
    match plan:
        case Every(parts) | AnyOf(parts):
            return 1 + max(map(_nesting, parts))
        case Without(part):
            return 1 + _nesting(part)
        case _:
            return 0


@dataclass(frozen=True, slots=True)
class _Lowering:
    kind: Kind
    now: int
    merged: Mapping[str, str]

    def node(self, tree: ast.Node, scope: Scope) -> Plan | None:
        match tree:
            case ast.Everything():
                return All()
            case ast.And(parts):
                return _fold(Every, [self.node(part, scope) for part in parts])
            case ast.Or(parts):
                return _fold(AnyOf, [self.node(part, scope) for part in parts])
            case ast.Not(part):
                inner = self.node(part, "anywhere")
                if isinstance(inner, Without):
                    return inner.part
                return None if inner is None else Without(inner)
            case ast.Present(field, offset):
                column = self._column(fields.find(field, offset), offset)
                return Term("x_has", column)
            case ast.Between():
                return self._between(tree)
            case ast.Words():
                return self._words(tree, scope)

    def _column(self, field: fields.Field, offset: int) -> str:
        column = field.column(self.kind)
        if not column:
            have = ", ".join(f.name for f in fields.FIELDS.values() if f.column(self.kind))
            kind = "stories" if self.kind == "story" else "articles"
            raise QueryError(
                f"{kind} have no {field.name}", offset=offset, next_step=f"They have {have}."
            )
        return column

    def _words(self, words: ast.Words, scope: Scope) -> Plan | None:
        if not words.field:
            return _in_columns(words, _columns(self.kind, scope))
        field = fields.find(words.field, words.offset)
        column = self._column(field, words.offset)
        if field.type == "words":
            return _in_columns(words, (column,))
        value = words.text.strip()
        if field.fold:
            value = value.lower()
        if column == "x_language":
            value = value.replace("_", "-")
        if not value:
            return None
        values = _addresses(value) if column == "x_url" else (value,)
        if column == fields.STORY[self.kind] and not words.prefix:
            # With what the index has not moved yet.
            values = (value, self.merged.get(value, value))
        if words.prefix:
            for each in values:
                _check_beginning(field, each, value, words.offset)
            return _fold(AnyOf, [Prefix(column, each) for each in values])
        return _fold(AnyOf, [Term(column, code(each)) for each in values])

    def _between(self, between: ast.Between) -> Plan:
        field = fields.find(between.field, between.offset)
        column = self._column(field, between.offset)
        read = self._moment if field.type == "time" else _number
        low = high = None
        if between.low is not None:
            begin, end = read(between.low, between.offset)
            low = begin if between.include_low else end
        if between.high is not None:
            begin, end = read(between.high, between.offset)
            high = end if between.include_high else begin
        if low is None and high is None:
            return Term("x_has", column)
        return Range(column, low, high)

    def _moment(self, value: str, offset: int) -> Moment:
        return moment(value, now=self.now, offset=offset)


def _addresses(value: str) -> tuple[str, ...]:
    """How an address may begin that is written without its scheme: nobody remembers which it was.

    One with a scheme, and an address of another kind, is meant as it stands, but for the letter
    case of its host.
    """
    if "://" in value:
        return (value, with_small_host(value))
    host = with_small_host(f"://{value}").removeprefix("://")
    hosts = (host,) if host.startswith("www.") else (host, f"www.{host}")
    return (value, *(f"{scheme}://{each}" for scheme in ("https", "http") for each in hosts))


def _check_beginning(field: fields.Field, value: str, written: str, offset: int) -> None:
    """What is cut when it is indexed ends no prefix; what begins everything begins nothing."""
    if len(value.encode()) > LEFT_OF_LONG:  # Elasticsearch 8 reads a thousand bytes.
        raise QueryError(
            f"more than {LEFT_OF_LONG} bytes stand before a *",
            offset=offset,
            next_step="Write fewer, or the whole value without the *.",
        )
    usual = USUAL_BEGINNING.match(value)
    is_usual = "https://www.".startswith(value.lower().replace("http:", "https:"))
    if field.distinct and (is_usual or len(value) - (usual.end() if usual else 0) < _LEAST):
        raise QueryError(
            f"{field.name}:{written}* begins too many values",
            offset=offset,
            next_step="Write at least two characters before the *, not counting https:// and www.",
        )


def _number(value: str, offset: int) -> Moment:
    digits = value.lstrip("0") or "0"
    if not (value.isascii() and value.isdigit()):
        what = f"{value!r} is not a whole number"
    elif len(digits) > len(str(_INTEGER_LIMIT)) or int(digits) > _INTEGER_LIMIT:
        what = f"{digits} is more than {_INTEGER_LIMIT}"
    else:
        return Moment(int(digits), int(digits) + 1)
    raise QueryError(what, offset=offset, next_step="Write for example >=5.")


def _columns(kind: Kind, scope: Scope) -> tuple[str, ...]:
    match scope:
        case "title":
            return fields.TITLE
        case "opening":
            return fields.OPENING if kind == "article" else fields.OPENING[:-1]
        case "anywhere":
            return fields.ANYWHERE[kind]


def _fold(make: type[Every] | type[AnyOf], found: list[Plan | None]) -> Plan | None:
    """One plan of several; what is nested in its like is laid flat, and each is said once."""
    parts: dict[Plan, None] = {}
    for part in found:
        if isinstance(part, make):
            parts |= dict.fromkeys(part.parts)
        elif part is not None:
            parts[part] = None
    if not parts:
        return None
    return next(iter(parts)) if len(parts) == 1 else make(tuple(parts))


def _in_columns(words: ast.Words, columns: tuple[str, ...]) -> Plan | None:
    return _fold(AnyOf, [_in_column(words, column) for column in columns])


def _in_column(words: ast.Words, column: str) -> Plan | None:
    """The terms of one word or phrase, in order, in one column.

    The last character of a script without spaces may be followed by more of them in the text,
    where only pairs are indexed: a pair already covers it, and alone it is a prefix of a pair.
    """
    found = list(tokens(words.text))
    if not found:
        return None
    last = found[-1]
    open_end = last.alone or (words.prefix and not last.tail)
    if last.tail or open_end:
        found = found[:-1]
    values = tuple(token.term for token in found)
    if words.prefix and not last.tail and not values and len(last.term) < 2:
        raise QueryError(
            f"{last.term}* begins too many words",
            offset=words.offset,
            next_step="Write at least two letters before the *.",
        )
    if not open_end:
        return Term(column, values[0]) if len(values) == 1 else Phrase(column, values)
    return PhrasePrefix(column, values, last.term) if values else Prefix(column, last.term)
