"""Names in a text, by their capital letters: people, places, bodies, brands.

No model and no list: a run of capitalised words is a name, mostly. Scripts without capitals have
none. What it is for, counting which names are in the news more than usual, forgives single errors:
what is always there (Monday) is nowhere unusual.
"""

import re

from dedupe.stories.common import common_words

LONGEST_TEXT = 1000
"""Characters that are read: whom and what a news text is about, it says at once."""
MOST = 30
_ACRONYM = 5
# Latin, Greek, Cyrillic, Armenian and their extensions; re knows no class of capitals.
_CAPITALS = "".join(
    re.escape(chr(code))
    for code in (*range(0x41, 0x590), *range(0x1E00, 0x2000))
    if chr(code).isupper()
)
# Lower-case words that stand within names: Ursula von der Leyen, Rio de Janeiro.
_LINKS = "al|ben|bin|da|das|de|dei|del|della|den|der|di|do|dos|du|la|of|van|von|y"
_PART = rf"[{_CAPITALS}](?:[\w-]+|['’][{_CAPITALS}][\w-]+)"
_RUN = re.compile(rf"\b{_PART}(?: (?:(?:{_LINKS}) ){{0,2}}{_PART}){{0,4}}")
_WITHIN = re.compile(r"[\w,] $")
# Every noun has a capital there: one word alone says nothing.
_NOUN_CAPITALS = frozenset(("de", "lb"))


def names(text: str, language: str) -> tuple[str, ...]:
    """The names in the beginning of ``text``, each once, in order of appearance."""
    tongue = language.partition("-")[0].lower()
    common = common_words(tongue)
    alone = tongue not in _NOUN_CAPITALS
    text = text[:LONGEST_TEXT]
    found: dict[str, None] = {}
    for match in _RUN.finditer(text):
        words = match[0].split()
        within = _WITHIN.search(text, max(match.start() - 2, 0), match.start()) is not None
        if not within and words[0].casefold() in common:
            del words[0]  # The United Nations; Am Montag.
            within = True
        if len(words) > 1 or (words and alone and within and words[0].casefold() not in common):
            name = " ".join(words)
            if not _shouted(name):
                found.setdefault(name)
    return tuple(found)[:MOST]


def _shouted(name: str) -> bool:
    """A dateline's or a headline's capitals: LONDON, not NATO."""
    return name.isupper() and len(name) > _ACRONYM
