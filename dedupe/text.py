"""From text to words: what two prints of the same text still have in common."""

import re
import unicodedata

# Apostrophes, soft hyphens and zero-width characters come and go between two prints of one text.
_SILENT = re.compile("['\u2019\u02bc\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of ``text`` in order: compatibility-normalised, without case or punctuation."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _WORD.findall(_SILENT.sub("", text).casefold())
