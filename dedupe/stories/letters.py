"""Compiled: walking over the words of a text in UTF-8, whatever its letters."""

import re
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dedupe.kernels import inner
from dedupe.stories.words import OTHERWISE_READ

NO_LETTER, LETTER, UNSPACED_OR_MARKED = range(3)
_KNOWN: Final = 0x20000
"""Characters: the two planes of all scripts in use but rare Chinese signs."""
_LETTERS: Final = re.compile(r"[^\W_]+")

Data = NDArray[np.uint8]


@cache
def letter_kinds() -> Data:
    """Of each character: none of a word's, a letter or digit, or of a script that
    :func:`dedupe.stories.words.words` reads in another way."""
    kinds = np.full(_KNOWN, NO_LETTER, np.uint8)
    characters = "".join(map(chr, range(_KNOWN)))
    for kind, pattern in ((LETTER, _LETTERS), (UNSPACED_OR_MARKED, OTHERWISE_READ)):
        for run in pattern.finditer(characters):
            kinds[slice(*run.span())] = kind
    return kinds


@inner
def letter_at(data: Data, at: int, kinds: Data) -> Any:  # pragma: no cover - compiled
    """The kind of a character and how many bytes it has."""
    first = np.int64(data[at])
    if first < 0x80:
        return np.int64(kinds[first]), 1
    width, code = 2, first & 0x1F
    if first >= 0xF0:
        width, code = 4, first & 0x07
    elif first >= 0xE0:
        width, code = 3, first & 0x0F
    for i in range(1, width):
        code = code << 6 | np.int64(data[at + i]) & 0x3F
    return np.int64(kinds[code]) if code < len(kinds) else UNSPACED_OR_MARKED, width


@inner
def _is_digit(letter: int) -> bool:  # pragma: no cover - compiled
    return 0x30 <= letter <= 0x39


@inner
def word_end(data: Data, at: int, kinds: Data) -> Any:  # pragma: no cover - compiled
    """Where the word ends that begins at ``at``, and how many characters it has: letters and
    digits, then ``.5`` or ``,000``. -1 where it goes on in a script without spaces, or marked."""
    size = 0
    while at < len(data):
        kind, width = letter_at(data, at, kinds)
        if kind == UNSPACED_OR_MARKED:
            return -1, size
        if kind == NO_LETTER:
            break
        at += width
        size += 1
    while at + 1 < len(data) and (data[at] == 0x2E or data[at] == 0x2C) and _is_digit(data[at + 1]):
        at += 2
        size += 2
        while at < len(data) and _is_digit(data[at]):
            at += 1
            size += 1
    return at, size
