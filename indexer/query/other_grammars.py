"""Signs that other search engines give a meaning, and this grammar does not.

Read as words they would find nothing, and an alert would never be heard of: they are refused, with
what to write instead. Headlines are pasted as they are, so a sign must stand as only syntax does.
"""

import re

from indexer.analysis import is_dense
from indexer.errors import QueryError

_BEGINNING = re.compile(r"\w\*$")
_WEIGHT = re.compile(r"[^\W\d_]*(\^\d+(?:\.\d+)?)")  # Not the 2^4 and E=mc^2 of headlines.
# Scripts without spaces go on behind a question mark, and addresses have more signs than this one.
_ANY_LETTER = re.compile(r"[^\W\d_]+(\?)[^\W\d_]+")


def check_phrase(text: str, offset: int) -> None:
    """A phrase in quotes has no beginnings of words."""
    if _BEGINNING.search(text):
        raise QueryError(
            "a * inside quotes is no beginning of words",
            offset=offset,
            next_step="Write air-def* for words in a row of which the last begins so, def* for "
            "a word alone, or remove the *.",
        )


def check_word(text: str, offset: int) -> None:
    """A word has no weight, and no place for any letter."""
    if weight := _WEIGHT.fullmatch(text):
        raise QueryError(
            "words cannot be given a weight (^)",
            offset=offset + weight.start(1),
            next_step=f"Remove the {weight[1]}, or put the word in quotes.",
        )
    any_letter = _ANY_LETTER.fullmatch(text)
    if any_letter and not any(map(is_dense, text)):
        raise QueryError(
            "a ? stands for no letter",
            offset=offset + any_letter.start(1),
            next_step="Write the beginning of the word and then a *, as in "
            f"{text[: any_letter.start(1)]}*, or several words with OR.",
        )
