"""On which line of a TOML file each key stands, so that an error can name it.

``tomllib`` keeps no positions. This scanner only reads text that ``tomllib`` has accepted, so it
need not judge, only find: table headers, and keys at the start of a statement. Keys of inline
tables are not told apart from the key that holds them.
"""

import re

KeyPath = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_ARRAY_TABLE = re.compile(rf"[ \t]*\[\[[ \t]*({_KEY})[ \t]*\]\]")
_TABLE = re.compile(rf"[ \t]*\[[ \t]*({_KEY})[ \t]*\]")
_ASSIGNMENT = re.compile(rf"[ \t]*({_KEY})[ \t]*=")
# What may stand in a value: strings (long ones first), comments, brackets, anything else.
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}]"
    r"|\n"
    r"|[^\"'#\[\]{}\n]+",
    re.DOTALL,
)


def locate(text: str) -> dict[KeyPath, int]:
    """Map every table and key path to its line, counted from 1.

    The n-th ``[[name]]`` has the path ``("name", n)``, n from 0; keys below it start with that.
    """
    found: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    offset, line = 0, 1
    while offset < len(text):
        if match := _ARRAY_TABLE.match(text, offset):
            name = _parts(match[1])
            table = (*name, counts.get(name, 0))
            counts[name] = counts.get(name, 0) + 1
            found[table] = line
        elif match := _TABLE.match(text, offset):
            table = _parts(match[1])
            found.setdefault(table, line)
        elif match := _ASSIGNMENT.match(text, offset):
            parts = _parts(match[1])
            for depth in range(1, len(parts) + 1):
                found.setdefault(table + parts[:depth], line)
        end = _end_of_statement(text, match.end() if match else offset)
        line += text.count("\n", offset, end)
        offset = end
    return found


def _end_of_statement(text: str, offset: int) -> int:
    """Offset just behind the line end that closes the statement around ``offset``."""
    depth = 0
    while offset < len(text):
        token = _TOKEN.match(text, offset)
        if token is None:
            return len(text)
        offset = token.end()
        if token[0] in ("[", "{"):
            depth += 1
        elif token[0] in ("]", "}"):
            depth -= 1
        elif token[0] == "\n" and depth <= 0:
            return offset
    return offset


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, key))
