"""Letters as people see them: what belongs to one."""

import re
import unicodedata
from collections.abc import Iterator

# Vowels and finals of Hangul, the voicing of half-width Kana, joiners: no marks, but they belong.
_JOINING = re.compile("[\u1160-\u11ff\uff9e\uff9f\u200c\u200d]")


def letters(text: str) -> Iterator[tuple[int, int]]:
    """Where each letter begins and ends, with the marks behind it.

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
    return unicodedata.category(char)[0] == "M" or _JOINING.match(char) is not None
