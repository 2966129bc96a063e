"""Read a query string into a question: one struct whose fields are the parameters allowed.

The struct's annotations say everything: what is allowed, what it means, an example. The OpenAPI
document is made from the same fields.
"""

import difflib
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import inspect

from copydesk.api.problems import Fault, RequestError, bad_parameters
from copydesk.api.times import parse_time

Q = TypeVar("Q", bound=msgspec.Struct)
# More fields than any question of ours has; a limit for the parser, not for people.
_MOST_FIELDS = 100
TIME = {"time": True}


def read_question(query_string: bytes, question: type[Q]) -> Q:
    """The question asked. Raises :class:`RequestError` that names everything wrong at once."""
    allowed = {field.name: field for field in msgspec.structs.fields(question)}
    faults: list[Fault] = []
    values: dict[str, object] = {}
    for name, text in _pairs(query_string):
        if name not in allowed:
            faults.append(_unknown(name, allowed))
        elif name in values:
            faults.append(Fault(parameter=name, detail="It is given more than once."))
        else:
            try:
                values[name] = read_value(text, allowed[name].type)
            except ValueError as error:
                values[name] = None
                faults.append(_refused(name, text, error, allowed[name].type))
    if faults:
        raise bad_parameters(tuple(faults))
    return question(**values)


def _pairs(query_string: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except UnicodeDecodeError as error:
        raise RequestError(
            400,
            "The query string is not UTF-8, percent-encoded.",
            next_step="Encode the text as UTF-8 first, then each byte as %XX.",
        ) from error
    except ValueError as error:
        raise RequestError(
            400, f"The query string has more than {_MOST_FIELDS} parameters."
        ) from error


def read_value(text: str, annotation: Any) -> object:
    """One value of the annotated type. Raises ``ValueError`` with a sentence."""
    if "\x00" in text:
        raise ValueError("It holds the character U+0000.")
    kind = inspect.type_info(annotation)
    if isinstance(kind, inspect.Metadata):
        if kind.extra == TIME:
            return _time(text)
        kind = kind.type
    if isinstance(kind, inspect.IntType):
        return _integer(text, kind)
    if isinstance(kind, inspect.LiteralType):
        return _word(text, kind)
    if isinstance(kind, inspect.StrType):
        return _text(text, kind)
    raise TypeError(f"no parameter can have the type {annotation}")


def number_of(text: str) -> int | None:
    """The number that a path names, None if it names none that a record could hold."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    number = int(text)
    return number if number < 2**63 else None


def _time(text: str) -> float:
    try:
        return parse_time(text)
    except ValueError as error:
        raise ValueError(
            f"“{_short(text)}” is no time. Write RFC 3339 like 2023-05-30T06:00:00Z, "
            "today, yesterday, or epoch seconds."
        ) from error


def _integer(text: str, kind: inspect.IntType) -> int:
    span = f"Allowed are whole numbers from {kind.ge} to {kind.le}."
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 20):
        raise ValueError(f"“{_short(text)}” is no such number. {span}")
    value = int(text)
    if not (kind.ge or 0) <= value <= (kind.le or value):
        raise ValueError(f"{value} is out of range. {span}")
    return value


def _word(text: str, kind: inspect.LiteralType) -> str:
    if text not in kind.values:
        raise ValueError(f"“{_short(text)}” is not one of {', '.join(map(str, kind.values))}.")
    return text


def _text(text: str, kind: inspect.StrType) -> str:
    if kind.max_length is not None and len(text) > kind.max_length:
        raise ValueError(f"It has {len(text)} characters; allowed are {kind.max_length} at most.")
    return text


def _unknown(name: str, allowed: dict[str, Any]) -> Fault:
    near = difflib.get_close_matches(name[:100].lower(), allowed, n=1, cutoff=0.6)
    names = ", ".join(sorted(allowed)) or "none"
    return Fault(
        parameter=_short(name),
        detail=f"There is no such parameter here. Known are: {names}.",
        suggestion=near[0] if near else "",
    )


def _refused(name: str, text: str, error: ValueError, annotation: Any) -> Fault:
    kind = inspect.type_info(annotation)
    kind = kind.type if isinstance(kind, inspect.Metadata) else kind
    words = [str(word) for word in kind.values] if isinstance(kind, inspect.LiteralType) else []
    near = difflib.get_close_matches(text[:100].lower(), words, n=1, cutoff=0.6)
    return Fault(parameter=name, detail=str(error), suggestion=near[0] if near else "")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
