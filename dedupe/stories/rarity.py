"""How common a term is in news, before any news was read: what tells names from common words."""

from functools import cache
from typing import Final

from dedupe.stories.common import background
from dedupe.stories.lexicon import lexicon

COUNTED: Final = frozenset({"en", "pl"})
"""Languages whose words were counted: what is not listed of them is rare."""
_SHORTEST: Final = 4
_ENDING: Final = 3
"""Stems have so many letters less than the entries of the lexicon, which are the beginnings of
words."""


def counted(term: str) -> float:
    """The share of news documents that hold a term, 0 for one that was not found or is rare."""
    return background().get(term, 0.0)


def share_of(term: str) -> float:
    """The same where words were not counted: one has the share of the concept it stands for.

    "Urteil" is as common in German as a ruling is in what was counted.
    """
    if found := counted(term):
        return found
    if term[:1] == "~" or term[1:2] == ":" or term[:1].isdigit():
        return 0.0  # letters of a title, what is said in any language, a number
    return _share_of(lexicon().look(term)) or _beginnings().get(term, 0.0)


def _share_of(names: tuple[str, ...]) -> float:
    return max((counted(name) for name in names if name.startswith("c:")), default=0.0)


@cache
def _beginnings() -> dict[str, float]:
    """What entries of concepts begin with, and the share of the commonest."""
    found: dict[str, float] = {}
    for entry, names in lexicon().entries():
        share = _share_of(names)
        if share and "_" not in entry:
            for end in range(max(_SHORTEST, len(entry) - _ENDING), len(entry)):
                found[entry[:end]] = max(found.get(entry[:end], 0.0), share)
    return found
