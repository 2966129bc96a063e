"""The tree back to text: what ``parse`` reads as the same tree.

Of all that can be searched for, that is. What cannot be told in the grammar, and no query has, is a
prefix that begins with ``-`` or ``!``, and a range to what is neither time nor number.
"""

import re

from indexer.query.ast import And, Between, Everything, Node, Not, Or, Present, Words

_DAY = re.compile(r"[:<>=]\d{4}-\d{2}-\d{2}$")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")


def format_query(tree: Node) -> str:
    """The query in its plain form, for showing and for storing a saved search."""
    match tree:
        case Everything():
            return "*"
        case Present(field):
            return f"{field}:*"
        case Words():
            return _words(tree)
        case Between():
            return _between(tree)
        case Not(part):
            return f"NOT {_nested(part)}"
        case And(parts):
            return _side_by_side(parts)
        case Or(parts):
            # AND binds stronger: parentheses are only written where some must be, for no query may
            # have more of them than were allowed when it was read.
            return " OR ".join(
                _nested(part) if isinstance(part, Or) else format_query(part) for part in parts
            )


def _side_by_side(parts: tuple[Node, ...]) -> str:
    text = ""
    for part in map(_nested, parts):
        # Behind a day a time of day would be taken for its part.
        gap = " AND " if _DAY.search(text) and _CLOCK.fullmatch(part) else " "
        text = f"{text}{gap}{part}" if text else part
    return text


def _nested(tree: Node) -> str:
    text = format_query(tree)
    return f"({text})" if isinstance(tree, And | Or) else text


def _words(words: Words) -> str:
    text = words.text
    if words.quoted:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        text = f'"{escaped}"'
    elif words.prefix:
        text += "*"
    if not words.field:
        return text
    # Alone behind a field these would be cut otherwise; they were written in a field's parentheses.
    inside = not words.quoted and (text.startswith(":") or '"' in text)
    return f"{words.field}:({text})" if inside else f"{words.field}:{text}"


def _between(between: Between) -> str:
    low, high = between.low, between.high
    if low is not None and low == high and between.include_low and between.include_high:
        return f"{between.field}:{_quoted(low)}"
    if low is not None and high is None:
        return f"{between.field}:{'>=' if between.include_low else '>'}{low}"
    if high is not None and low is None:
        return f"{between.field}:{'<=' if between.include_high else '<'}{high}"
    opening = "[" if between.include_low else "{"
    closing = "]" if between.include_high else "}"
    return f"{between.field}:{opening}{low or '*'} TO {high or '*'}{closing}"


def _quoted(value: str) -> str:
    return f'"{value}"' if any(char.isspace() for char in value) else value
