"""Names in a text, by their capital letters: people, places, bodies, brands.

No model and no list: a run of capitalised words is a name, mostly. Scripts without capitals have
none. What it is for, counting which names are in the news more than usual, forgives single errors:
what is always there (Monday) is nowhere unusual.
"""

import re

from copydesk.name_kinds import is_given_name
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
_LINKS = "of the|al|ben|bin|da|das|de|dei|del|della|den|der|di|do|dos|du|la|of|van|von|y"
_PART = rf"[{_CAPITALS}](?:[\w-]+|['’][{_CAPITALS}][\w-]+)"
_RUN = re.compile(rf"\b{_PART}(?: (?:(?:{_LINKS}|&) ){{0,2}}{_PART}){{0,6}}")
# Parts of links and tags: what stands behind one of these is no word of the text.
_NO_WORD_BEHIND = frozenset("/@#=&")
# Bodies that are called after two things: else the Drug Administration would be one.
_PAIRED = frozenset(
    {"Competition", "Energy", "Food", "Health", "Justice", "Science", "Securities", "Ways"}
)
_AND = " and "
_WITHIN = re.compile(r"[\w,] $")
# Labels of feeds: "Article URL: https://", "Points: 9".
_LABEL = re.compile(r": ?(?:https?:|\d)")
# The lists of common words were counted in encyclopedias: many names begin with these.
_OPENERS = frozenset(
    (
        "american", "british", "central", "east", "european", "general", "great", "high", "house",
        "king", "lake", "long", "national", "new", "north", "royal", "san", "south", "special",
        "st", "supreme", "united", "university", "west", "western", "world",
    )
)  # fmt: skip
# First names that are words of some language, in its list.
_NO_GIVEN_NAMES = frozenset({"alla", "elke", "ella", "inga", "miles", "said", "sana", "will"})
_SHORTEST_GIVEN_NAME = 4
# Salesforce-owned Slack: what stands before the name describes it.
_DESCRIBED = re.compile(
    "-(?:backed|based|born|capable|controlled|era|funded|held|led|linked|made|occupied|owned"
    "|powered|ready|run|style)$"
)
# Every noun has a capital there: one word alone says nothing.
_NOUN_CAPITALS = frozenset(("de", "lb"))


def names(text: str, language: str) -> tuple[str, ...]:
    """The names in the beginning of ``text``, each once, in order of appearance."""
    tongue = language.partition("-")[0].lower()
    common = common_words(tongue)
    alone = tongue not in _NOUN_CAPITALS
    text = text[:LONGEST_TEXT]
    found: dict[str, None] = {}
    ended, name = -1, ""
    for match in _RUN.finditer(text):
        start, end = match.span()
        if text[start - 1 : start] in _NO_WORD_BEHIND or "_" in match[0]:
            continue
        words = match[0].split()
        within = _WITHIN.search(text, max(start - 2, 0), start) is not None
        described = _bare(words, within, common)
        if text.startswith(":", end) and _LABEL.match(text, end):
            continue
        if start - ended == len(_AND) and _is_paired(name, text[ended:start]):
            found.pop(name, None)
            words = [*name.split(), "and", *words]
        ended, name = end, " ".join(words)
        single = alone and (within or described)
        if (len(words) > 1 or (single and name and name.casefold() not in common)) and not (
            _shouted(name)
        ):
            found.setdefault(name)
    return tuple(found)[:MOST]


def _bare(words: list[str], within: bool, common: frozenset[str]) -> bool:
    """Take off what begins no name; whether something was."""
    count = len(words)
    if not within and words[0].casefold() in common and not _begins(words):
        del words[0]  # The United Nations; Am Montag.
        while words and words[0].islower():  # Some of us
            del words[0]
    if words and "-" in words[0] and _DESCRIBED.search(words[0]):
        del words[0]
    taken = len(words) < count
    if words and words[0] == "The" and words[1:] != ["Hague"]:
        del words[0]
    if len(words) > 1 and words[0] == words[1]:  # a headline's end and the text's beginning
        del words[0]
    return taken


def _is_paired(name: str, between: str) -> bool:
    return between == _AND and name.rpartition(" ")[2] in _PAIRED


def _begins(words: list[str]) -> bool:
    """Whether a common word is part of the name that it begins: New Orleans, John Doe."""
    low = words[0].casefold()
    if len(words) == 1 or low in _OPENERS:
        return len(words) > 1
    known = len(low) >= _SHORTEST_GIVEN_NAME and low not in _NO_GIVEN_NAMES
    return known and is_given_name(low)


def _shouted(name: str) -> bool:
    """A dateline's or a headline's capitals: LONDON, not NATO."""
    return name.isupper() and len(name) > _ACRONYM
