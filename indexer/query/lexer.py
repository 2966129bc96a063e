"""Cut a query into tokens, each with its offset."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from indexer.errors import QueryError
from indexer.letters import composed, places
from indexer.query import fields

Sign = Literal["(", ")", "and", "or", "not", "field", "word", "phrase", "range", "end"]


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One token. ``bounds`` belongs to a range: low, high, include low, include high."""

    sign: Sign
    text: str
    offset: int
    bounds: tuple[str | None, str | None, bool, bool] = (None, None, True, True)


_QUOTES = str.maketrans("“”„‟«»＂", '"""""""')  # What editors make of a straight quote.
_SPACE = re.compile(r"\s+")
_FIELD = re.compile(r"([A-Za-z_][A-Za-z_0-9]*):(?=[^\s:)])")
_DANGLING = re.compile(r"([A-Za-z_][A-Za-z_0-9]*):(?=[\s)]|$)")
# Codes and addresses are taken as they are, with the parentheses that they open themselves.
_CODE = re.compile(r'[^\s"()]+(?:\([^\s"()]*\)[^\s"()]*)*')
_ADDRESS = re.compile(rf"https?://{_CODE.pattern}", re.IGNORECASE)
# Between two Hebrew letters a quote marks an acronym, if it opens nothing that the next one closes,
# as behind the preposition of ב"הארץ".
_HEBREW = "[\u05b0-\u05c7\u05d0-\u05ea\u05ef-\u05f2]"
_ACRONYM = f'(?<={_HEBREW})"(?={_HEBREW})'
_CLOSED = r'[^"]*(?<=[^\s"(:])"(?!\w)'
_WORD = re.compile(rf'(?:[^\s"()]|{_ACRONYM}(?!{_CLOSED}))+')
_PHRASE = re.compile(rf'"((?:[^"\\]|\\.|{_ACRONYM})*)"', re.DOTALL)
_BRACKETS = re.compile(r"([\[{])\s*(\S+)\s+TO\s+([^\s\]}]+)\s*([\]}])")
_COMPARED = re.compile(r"(>=|<=|>|<)\s*([^\s\"()]+)")
_DAY = re.compile(r"(?:[<>]=?\s*)?\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"\s+(\d{1,2}:\d{2}(?::\d{2})?)(?=[\s)]|$)")
_VALUE = re.compile(r"[^\s\"()]+")
_NEGATED = re.compile(r'-(?=[^\s)])|!(?=[\w("])')
SIGNS: dict[str, Sign] = {"AND": "and", "OR": "or", "NOT": "not", "&&": "and", "||": "or"}


def lex(query: str) -> Iterator[Lexeme]:
    """The tokens of a query, closed by ``end``; QueryError for what cannot be one.

    Their texts are spelt as texts are stored, their offsets are those of the query as it is given.
    """
    text = composed(query)
    if text == query:
        yield from _lex(query)
        return
    given = places(query)
    try:
        for lexeme in _lex(text):
            yield replace(lexeme, offset=given[lexeme.offset])
    except QueryError as error:
        raise QueryError(
            error.what, offset=given[error.offset], next_step=error.next_step
        ) from error


def straight(text: str) -> str:
    """The text with straight double quotes, whatever an editor made of them."""
    return text.translate(_QUOTES)


def _lex(query: str) -> Iterator[Lexeme]:
    text = straight(query)
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        lexeme, at = _next(text, at)
        yield lexeme
        if lexeme.sign == "field":
            kind = fields.find(lexeme.text, lexeme.offset).type
            if kind in ("time", "number"):
                lexeme, at = _range(text, at)
                _check_clock(text, at, lexeme)
                yield lexeme
            elif kind == "code" and (found := _CODE.match(text, at)):
                yield Lexeme("word", found[0], at)
                at = found.end()
    yield Lexeme("end", "", len(text))


def _next(text: str, at: int) -> tuple[Lexeme, int]:
    char = text[at]
    if char in "()":
        return Lexeme("(" if char == "(" else ")", char, at), at + 1
    if char == '"':
        return _phrase(text, at)
    if _NEGATED.match(text, at):
        return Lexeme("not", char, at), at + 1
    if address := _ADDRESS.match(text, at):
        return Lexeme("word", address[0], at), address.end()
    if found := _FIELD.match(text, at):
        return Lexeme("field", found[1], at), found.end()
    dangling = _DANGLING.match(text, at)
    if dangling and fields.is_field(dangling[1]):  # "Ukraine: ..." is only a headline.
        raise QueryError(
            f"nothing follows {dangling[0]!r}",
            offset=dangling.end(),
            next_step=f'Write a value after the colon, or "{dangling[1]}" in quotes for the word.',
        )
    found = _WORD.match(text, at)
    assert found is not None, "every other character begins a word"  # noqa: S101
    sign = SIGNS.get(found[0], "word")
    return Lexeme(sign, found[0], at), found.end()


def _phrase(text: str, at: int) -> tuple[Lexeme, int]:
    found = _PHRASE.match(text, at)
    if found is None:
        raise QueryError(
            "this quote is never closed", offset=at, next_step='Close it with ", or remove it.'
        )
    if text.startswith("~", found.end()):
        raise QueryError(
            "words near each other (~) cannot be searched for",
            offset=found.end(),
            next_step="Remove the ~, or join the words with AND.",
        )
    # Without its backslash a letter may stand before the accent that was behind.
    meant = composed(re.sub(r"\\(.)", r"\1", found[1]))
    return Lexeme("phrase", meant, at), found.end()


def _check_clock(text: str, at: int, before: Lexeme) -> None:
    """Behind the range that ends at ``at`` stands no time of day that people meant as its part."""
    clock = _CLOCK.match(text, at)
    if clock and _DAY.fullmatch(before.text):
        raise QueryError(
            f"{clock[1]} is read as a word, not as a time of that day",
            offset=clock.start(1),
            next_step=f"Write T between day and time, as in 2023-05-30T{clock[1]}; "
            f'the word as "{clock[1]}".',
        )


def _range(text: str, at: int) -> tuple[Lexeme, int]:
    if text[at] in "[{":
        found = _BRACKETS.match(text, at)
        if found is None:
            raise QueryError(
                "this range cannot be read",
                offset=at,
                next_step="Write [FROM TO UNTIL], with { or } where the value itself is left out.",
            )
        low, high = (None if end == "*" else end for end in (found[2], found[3]))
        bounds = (low, high, found[1] == "[" or low is None, found[4] == "]" or high is None)
        return Lexeme("range", found[0], at, bounds), found.end()
    if found := _COMPARED.match(text, at):
        sign, value = found[1], found[2]
        if sign[0] == ">":
            bounds = (value, None, sign == ">=", True)
        else:
            bounds = (None, value, True, sign == "<=")
        return Lexeme("range", found[0], at, bounds), found.end()
    if found := _VALUE.match(text, at):
        if found[0] == "*":
            return Lexeme("word", "*", at), found.end()
        return Lexeme("range", found[0], at, (found[0], found[0], True, True)), found.end()
    if text[at] == '"':
        phrase, after = _phrase(text, at)
        return Lexeme("range", phrase.text, at, (phrase.text, phrase.text, True, True)), after
    raise QueryError(
        "a single time or number is expected here",
        offset=at,
        next_step="Write for example >=2023-05-30, or [2023-05-30 TO 2023-05-31].",
    )
