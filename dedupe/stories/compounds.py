"""Compounds as their parts: ``"Zornstölden"`` and ``"Zorntavla"`` are both of Zorn."""

import re
from typing import Final

from dedupe.stories.common import function_words
from dedupe.stories.lexicon import lexicon
from dedupe.stories.memo import make_room
from dedupe.stories.wordbook import BODY_WORDS
from dedupe.stories.words import LETTERS_A_WORD, fold

_LINKS: Final = {
    "da": ("s", "e"),
    "nb": ("s", "e"),
    "nn": ("s", "e"),
    "no": ("s", "e"),
    "sv": ("s",),
}
"""What these languages put between two parts. Not so Finnish, which inflects them too (its invented
headlines lost .03), nor German and Dutch, which join names by hyphens: they gained next to nothing.
"""
_SHORTEST_HEAD: Final = 5
"""Letters of what a compound ends with; with a list of heads of four it was no better."""
_SHORTEST_REST: Final = 4
_LONGEST_ENDING: Final = 4
_LONGEST: Final = 30
_COMPOUND: Final = re.compile(rf"\b[^\W\d_]{{{_SHORTEST_HEAD + _SHORTEST_REST},{_LONGEST}}}\b")
_MOST_WORDS: Final = 2 * BODY_WORDS
_MOST_LETTERS: Final = _MOST_WORDS * LETTERS_A_WORD
_REMEMBERED: Final = 100_000


class _Parted(dict[str, str]):
    """Words of one language, a compound with a space between its parts."""

    def __init__(self, links: tuple[str, ...], language: str) -> None:
        super().__init__()
        self._links = links
        self._function_words = function_words(language)

    def __missing__(self, word: str) -> str:
        make_room(self, _REMEMBERED)
        found = self._part(word)
        self[word] = found
        return found

    def _part(self, word: str) -> str:
        low, known = word.lower(), lexicon()
        if any(name.startswith("p:") for name in known.look(low)):
            return word
        for start in range(_SHORTEST_REST, len(low) - _SHORTEST_HEAD + 1):
            if known.ends(fold(low[start:]), _LONGEST_ENDING):
                rest = self._unlinked(low[:start])
                return word if rest in self._function_words else f"{rest} {low[start:]}"
        return word

    def _unlinked(self, rest: str) -> str:
        for link in self._links:
            if rest.endswith(link) and len(rest) - len(link) >= _SHORTEST_REST:
                return rest.removesuffix(link)
        return rest


class Compounds:
    """Takes compounds apart and remembers them; one per desk, since the memory is not locked."""

    def __init__(self) -> None:
        self._languages: dict[str, _Parted] = {}

    def parted(self, text: str, language: str) -> str:
        """The text with each compound in parts, where the language has them.

        What a compound ends with is known by the lexicon. Of a long text so many words as may be
        read are left.
        """
        links = _LINKS.get(language)
        if links is None:
            return text
        text = " ".join(text.split(maxsplit=_MOST_WORDS)[:_MOST_WORDS])[:_MOST_LETTERS]
        known = self._languages.get(language)
        if known is None:
            known = self._languages[language] = _Parted(links, language)
        return _COMPOUND.sub(lambda found: known[found[0]], text)
