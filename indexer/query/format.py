"""The tree back to text: what ``parse`` reads as the same tree."""

from indexer.query.ast import And, Between, Everything, Node, Not, Or, Present, Words


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
            return " ".join(_nested(part) for part in parts)
        case Or(parts):
            # AND binds stronger: parentheses are only written where some must be, for no query may
            # have more of them than were allowed when it was read.
            return " OR ".join(
                _nested(part) if isinstance(part, Or) else format_query(part) for part in parts
            )


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
    return f"{words.field}:{text}" if words.field else text


def _between(between: Between) -> str:
    both_in = between.include_low and between.include_high
    if between.low is not None and between.low == between.high and both_in:
        return f"{between.field}:{_quoted(between.low)}"
    opening = "[" if between.include_low else "{"
    closing = "]" if between.include_high else "}"
    return f"{between.field}:{opening}{between.low or '*'} TO {between.high or '*'}{closing}"


def _quoted(value: str) -> str:
    return f'"{value}"' if any(char.isspace() for char in value) else value
