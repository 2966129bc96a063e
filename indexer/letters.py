"""Letters as people see them: what belongs to one, and one spelling for those that look alike."""

import re
import unicodedata
from collections.abc import Iterator

from indexer.marks import stream_safe

# What the crawler leaves out of every text, as crawler/plaintext.py has it: controls, zero-width
# space, marks of direction, word joiner, soft hyphen. Who copies a word from a page copies them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u2069\ufeff\ufffe\uffff]"
)
# Vowels and finals of Hangul, the voicing of half-width Kana, joiners: no marks, but they belong.
_JOINING = re.compile("[\u1160-\u11ff\uff9e\uff9f\u200c\u200d]")


def letters(text: str) -> Iterator[tuple[int, int]]:
    """Where each letter begins and ends, with the marks and invisible signs behind it.

    No normal form joins what stands in two of them.
    """
    begin = 0
    for at, char in enumerate(text):
        if at and not _belongs(char):
            yield begin, at
            begin = at
    if text:
        yield begin, len(text)


def _belongs(char: str) -> bool:
    return (
        unicodedata.category(char)[0] == "M"
        or _JOINING.match(char) is not None
        or _INVISIBLE.match(char) is not None
    )


def composed(text: str) -> str:
    """The text as the crawler would store it: in normal form C, without invisible signs."""
    return unicodedata.normalize("NFC", stream_safe(_INVISIBLE.sub("", text)))


def places(text: str) -> list[int]:
    """For each character of the composed text, and for its end, where it stood before."""
    found: list[int] = []
    for begin, end in letters(text):
        found += [begin] * len(composed(text[begin:end]))
    return [*found, len(text)]
