"""The grammar: a query's text to its tree.

    query   := any | nothing
    any     := all ("OR" all)*
    all     := single (["AND"] single)*
    single  := ("NOT" | "-" | "!") single | "(" any ")" | [FIELD ":"] value
    value   := word | word* | "phrase" | "(" any ")" | range | *
    range   := [low TO high] | {low TO high} | >=low | >low | <=high | <high

Words that stand side by side must all match; OR binds weaker than AND, NOT strongest.
"""

import re
from collections.abc import Callable

from indexer.errors import QueryError
from indexer.query import fields
from indexer.query.ast import And, Between, Everything, Node, Not, Or, Present, Words
from indexer.query.lexer import Lexeme, Sign, lex
from indexer.query.other_grammars import check_phrase, check_word

MAX_LENGTH = 20_000  # A saved search of 500 names of 25 letters fits; a pasted article does not.
MAX_CLAUSES = 500
MAX_DEPTH = 50
MAX_PREFIXES = 50  # Each reads a part of the dictionary of every column.
MAX_DISTINCT_PREFIXES = 5  # Each may read as many terms as there are documents.
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(query: str) -> Node:
    """The tree of ``query``; QueryError, with the offset and what to do, if it has none.

    Hostile input costs little: at most ``MAX_LENGTH`` characters are looked at.
    """
    if len(query) > MAX_LENGTH:
        raise QueryError(
            f"the query has {len(query):,} characters, at most {MAX_LENGTH:,} are read",
            offset=MAX_LENGTH,
            next_step="Shorten it, or split it into several searches.",
        )
    if broken := _SURROGATE.search(query):
        raise QueryError(
            "this character is half of one",
            offset=broken.start(),
            next_step="Remove it; the query must be valid Unicode.",
        )
    return _Parser(query).parse()


class _Parser:
    def __init__(self, query: str) -> None:
        self._lexemes = lex(query)
        self._ahead = next(self._lexemes)
        self._clauses = 0
        self._prefixes = 0
        self._distinct_prefixes = 0
        self._depth = 0

    def parse(self) -> Node:
        if self._ahead.sign == "end":
            return Everything()
        tree = self._any("")
        if self._at(")"):
            raise QueryError(
                "this parenthesis closes nothing",
                offset=self._ahead.offset,
                next_step="Remove it, or open one before.",
            )
        return tree

    def _at(self, sign: Sign) -> bool:
        return self._ahead.sign == sign

    def _take(self) -> Lexeme:
        taken = self._ahead
        self._ahead = next(self._lexemes, taken)
        return taken

    def _any(self, field: str) -> Node:
        parts = [self._all(field)]
        while self._ahead.sign == "or":
            self._take()
            parts.append(self._all(field))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, field: str) -> Node:
        parts = [self._single(field)]
        while self._ahead.sign not in ("or", ")", "end"):
            if self._ahead.sign == "and":
                self._take()
            parts.append(self._single(field))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self, field: str) -> Node:
        lexeme = self._take()
        match lexeme.sign:
            case "not":
                return self._deeper(lexeme, lambda: Not(self._single(field)))
            case "(":
                return self._deeper(lexeme, lambda: self._group(lexeme, field))
            case "field":
                return self._named(lexeme, field)
            case "word" | "phrase":
                return self._words(lexeme, field)
            case _:
                raise _missing(lexeme)

    def _deeper(self, lexeme: Lexeme, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(
                f"more than {MAX_DEPTH} parentheses or NOTs are open at once",
                offset=lexeme.offset,
                next_step="Make the query flatter.",
            )
        node = read()
        self._depth -= 1
        return node

    def _group(self, opening: Lexeme, field: str) -> Node:
        if self._at(")"):
            raise QueryError(
                "these parentheses are empty",
                offset=opening.offset,
                next_step="Remove them, or write something between them.",
            )
        inside = self._any(field)
        if not self._at(")"):
            raise QueryError(
                "this parenthesis is never closed",
                offset=opening.offset,
                next_step="Close it with ), or remove it.",
            )
        self._take()
        return inside

    def _named(self, name: Lexeme, outer: str) -> Node:
        if outer:
            raise QueryError(
                f"a field inside {outer}:(...)",
                offset=name.offset,
                next_step="Write the fields one after the other, or put the value in quotes.",
            )
        field = fields.find(name.text, name.offset).name
        if self._ahead.sign == "range":
            lexeme = self._count(self._take())
            low, high, with_low, with_high = lexeme.bounds
            return Between(field, low, high, with_low, with_high, lexeme.offset)
        if self._ahead.sign not in ("word", "phrase", "("):
            raise _missing(self._ahead)
        return self._single(field)

    def _words(self, lexeme: Lexeme, field: str) -> Node:
        self._count(lexeme)
        coded = bool(field) and fields.FIELDS[field].type == "code"
        if lexeme.sign == "phrase":
            if not coded:
                check_phrase(lexeme.text, lexeme.offset)
            return Words(lexeme.text, field, quoted=True, offset=lexeme.offset)
        if lexeme.text == "*":
            return Present(field, lexeme.offset) if field else Everything()
        if not field and lexeme.text.lower().startswith(("http://", "https://")):
            field = "url"
        text = lexeme.text.removesuffix("*")
        star = text.find("*")
        if star >= 0 and field not in ("url", "guid"):
            raise QueryError(
                "a * can only end a word",
                offset=lexeme.offset + star,
                next_step="Write the beginning of the word and then the *, as in drone*.",
            )
        if not coded and field != "url":
            check_word(text, lexeme.offset)
        prefix = text != lexeme.text
        if prefix:
            self._count_prefix(lexeme, field)
        return Words(text, field, prefix=prefix, offset=lexeme.offset)

    def _count_prefix(self, lexeme: Lexeme, field: str) -> None:
        self._prefixes += 1
        distinct = bool(field) and fields.FIELDS[field].distinct
        self._distinct_prefixes += distinct
        for most, found, what in (
            (MAX_PREFIXES, self._prefixes, "words"),
            (MAX_DISTINCT_PREFIXES, self._distinct_prefixes, "addresses and ids"),
        ):
            if found > most:
                raise QueryError(
                    f"more than {most} {what} end in a *",
                    offset=lexeme.offset,
                    next_step="Write some of them out.",
                )

    def _count(self, lexeme: Lexeme) -> Lexeme:
        self._clauses += 1
        if self._clauses > MAX_CLAUSES:
            raise QueryError(
                f"more than {MAX_CLAUSES} words and conditions",
                offset=lexeme.offset,
                next_step="Split the query into several searches.",
            )
        return lexeme


def _missing(found: Lexeme) -> QueryError:
    if found.sign in ("and", "or"):
        return QueryError(
            f"{found.text} needs something on both sides",
            offset=found.offset,
            next_step=f"Complete it, or write {found.text.lower()} for the word itself.",
        )
    if found.sign == "end":
        return QueryError(
            "the query ends too early", offset=found.offset, next_step="Write what to search for."
        )
    return QueryError(
        f"{found.text!r} is not expected here",
        offset=found.offset,
        next_step="Write what to search for before it.",
    )
