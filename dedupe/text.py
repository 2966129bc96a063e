"""From text to words: what two prints of the same text still have in common.

Compatibility forms are folded (NFKC), case is folded, punctuation separates, and what comes and
goes between two prints (apostrophes, soft hyphens, zero-width characters, Latin accents standing
alone, Arabic and Hebrew vowel points) is silent. Scripts written without spaces have no words to
be had without a dictionary; there every character opens a *window* of characters that takes the
place of a word.
"""

import functools
import unicodedata
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SEPARATOR, LETTER, IDEOGRAPH, UNSPACED, SILENT = range(5)
KIND_MASK, DIGIT, CAPITAL, BREAK, UNFOLDED = 7, 8, 16, 32, 64
PARTICULAR, NUMBER = 1, 2  # marks of words

# Four overlapping windows make a shingle of 6 ideographs (about four Chinese words of 1.6
# characters) or 12 letters (about three Thai words of 4).
WINDOWS = {IDEOGRAPH: 3, UNSPACED: 9}

_TABLE_SIZE = 0x33480  # ends after the CJK extensions; what lies above is never a letter
_ALPHABETS = ((0, 0x3400), (0xA000, 0xAC00), (0xF900, 0x20000))  # Han and Hangul lie between
_IDEOGRAPHS = (
    (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3041, 0x30FF), (0x3105, 0x312F),
    (0x31A0, 0x31BF), (0x31F0, 0x31FF), (0xA000, 0xA48F), (0xF900, 0xFAFF), (0x1B000, 0x1B16F),
)  # fmt: skip
# Blocks of nothing but letters, too large to look at each.
_HANGUL = (0xAC00, 0xD7A3)
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x3347E))
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF),
    (0x1A20, 0x1AAF), (0x1B00, 0x1B7F), (0xA980, 0xA9FF), (0xAA60, 0xAA7F), (0xAA80, 0xAADF),
)  # fmt: skip
_SILENT = (
    (0x27, 0x27), (0xAD, 0xAD), (0x2BC, 0x2BC), (0x300, 0x36F), (0x591, 0x5BD), (0x5BF, 0x5C7),
    (0x610, 0x61A), (0x640, 0x640), (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6ED),
    (0x200B, 0x200F), (0x2019, 0x2019), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x2069),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
)  # fmt: skip
_BREAKS = '.!?:;\n\r"“”„«»(…。！？；：؟۔।|•'


class Tables(NamedTuple):
    """Per code point: kind and marks (uint8), and its lower case (uint32).

    ``raw`` is ``info`` with ``UNFOLDED`` on every character that NFKC may change into something
    that reads differently; most texts have none, and finding that out here saves a pass.
    """

    raw: npt.NDArray[np.uint8]
    info: npt.NDArray[np.uint8]
    lower: npt.NDArray[np.uint32]


@functools.cache
def tables() -> Tables:
    """Built once per process from Python's own Unicode data (about 100 ms)."""
    info, lower = _alphabets()
    for ranges, kind in ((_IDEOGRAPHS, IDEOGRAPH), (_UNSPACED, UNSPACED)):
        for first, last in ranges:
            part = info[first : last + 1]
            part[part & (KIND_MASK | DIGIT) == LETTER] = kind
    for first, last in _HAN:
        info[first : last + 1] = IDEOGRAPH
    info[_HANGUL[0] : _HANGUL[1] + 1] = LETTER
    for first, last in _SILENT:
        info[first : last + 1] = SILENT
    for char in _BREAKS:
        info[ord(char)] = SEPARATOR | BREAK
    raw = info.copy()
    for first, last in _ALPHABETS:
        for point in range(max(first, 0x80), last):
            if _may_fold(chr(point), info):
                raw[point] |= UNFOLDED
    raw[0x2F800:0x2FA20] |= UNFOLDED  # CJK compatibility ideographs
    for table in (raw, info, lower):
        table.flags.writeable = False
    return Tables(raw, info, lower)


def _alphabets() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint32]]:
    marks = bytearray(_TABLE_SIZE)
    small = list(range(_TABLE_SIZE))
    for first, last in _ALPHABETS:
        for point in range(first, last):
            char = chr(point)
            category = unicodedata.category(char)
            if category in ("Lu", "Lt"):
                small[point] = ord(char.lower()[0])
                marks[point] = LETTER | (CAPITAL if small[point] != point else 0)
            elif category[0] in "LMN":
                marks[point] = LETTER | (DIGIT if category == "Nd" else 0)
    return np.frombuffer(marks, dtype=np.uint8), np.array(small, dtype=np.uint32)


def _may_fold(char: str, info: npt.NDArray[np.uint8]) -> bool:
    if unicodedata.combining(char) or 0x1100 <= ord(char) < 0x1200:  # Hangul jamo compose
        return True
    folded = unicodedata.normalize("NFKC", char)
    kinds = {int(info[min(ord(c), _TABLE_SIZE - 1)]) & (KIND_MASK | BREAK) for c in folded}
    mark = int(info[ord(char)])
    separates_alike = mark & KIND_MASK == SEPARATOR and kinds == {mark}
    return folded != char and not separates_alike


def encode(text: str) -> bytes:
    """UTF-8; a lone surrogate becomes a question mark."""
    return text.encode("utf-8", "replace")


def fold(text: str) -> bytes:
    """As :func:`encode`, compatibility-normalised (NFKC)."""
    return encode(unicodedata.normalize("NFKC", text))


def carried(text: str) -> str:
    """What :func:`encode` makes, a character for each byte. ASCII is that without being copied."""
    return text if text.isascii() else encode(text).decode("latin-1")


def carried_folded(text: str) -> str:
    """What :func:`fold` makes, a character for each byte."""
    return carried(unicodedata.normalize("NFKC", text))


class Run(NamedTuple):
    """Consecutive characters of one kind, in lower case, with what was seen in and before it."""

    kind: int
    chars: str
    digits: bool
    inside: bool
    capitalised: bool
    opens: bool


def runs(data: bytes) -> list[Run]:
    """The runs of letters in folded UTF-8, in order. The reference for the kernel."""
    _, info, lower = tables()
    points = np.frombuffer(data.decode("utf-8").encode("utf-32-le"), dtype="<u4")
    points = np.minimum(points, _TABLE_SIZE - 1)
    marks = info[points]
    heard = (marks & KIND_MASK) != SILENT
    points, marks = points[heard], marks[heard]
    kinds = marks & KIND_MASK
    edges = np.flatnonzero(np.diff(kinds)) + 1
    small = lower[points].tobytes().decode("utf-32-le")
    found = []
    opens = True
    for start, end in zip([0, *edges.tolist()], [*edges.tolist(), len(points)], strict=True):
        if start == end:
            continue
        kind = int(kinds[start])
        if kind == SEPARATOR:
            opens = opens or bool((marks[start:end] & BREAK).any())
            continue
        capital = (marks[start:end] & CAPITAL) != 0
        found.append(
            Run(
                kind,
                small[start:end],
                bool((marks[start:end] & DIGIT).any()),
                bool(capital[1:].any()),
                bool(capital[0]),
                opens,
            )
        )
        opens = False
    return found


def words(text: str) -> list[str]:
    """The words of a text in order; single characters where a script has no spaces."""
    found: list[str] = []
    for run in runs(fold(text)):
        if run.kind == LETTER:
            found.append(run.chars)
        else:
            found.extend(run.chars)
    return found
