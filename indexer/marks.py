"""Runs of combining marks, which Python sorts in quadratic time when it normalises."""

import re
import unicodedata

# UAX #15 calls text stream-safe that has at most so many marks in a row; languages need a few.
_MOST = 30


def _surplus(end: int) -> re.Pattern[str]:
    marks = "".join(char for char in map(chr, range(0x300, end)) if unicodedata.combining(char))
    marks += "\u0f73\u0f75\u0f81\uff9e\uff9f"  # marks by their decomposition only
    return re.compile(f"[{marks}][{marks}]{{{_MOST},}}")


# A class that goes beyond U+FFFF is a hundred times as slow as one that does not.
_USUAL, _EVERY = _surplus(0x10000), _surplus(0x1F000)
_ASTRAL = re.compile("[\U00010000-\U0001efff]")


def stream_safe(text: str) -> str:
    """The text with at most 30 marks in a row."""
    surplus = _EVERY if _ASTRAL.search(text) else _USUAL
    return surplus.sub(lambda run: run[0][:_MOST], text)
