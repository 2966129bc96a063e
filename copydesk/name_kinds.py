"""Whether a name is a person's or a body's: an office, a party, a firm, a club.

No model: a word that only bodies have in their name (``bodies.txt``: bank, ministry, Inc) decides
first, then a first name (``given_names.txt``) or an office right before it (President, Mr). What
none of these tells stays untold: a surname alone says nothing.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from anyascii import anyascii

from dedupe.stories.words import fold

NameKind = Literal["person", "organisation", "other"]

_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_PERSON = 4
# People have an office before their name in such a share of the texts; the Super Bowl once.
_INTRODUCED = 0.04
_ACRONYM = range(2, 7)
_NO_BODIES = frozenset(
    "AI CEO CET DNA EST GMT GP MP PM TV UK US USA USB UTC".split()  # noqa: SIM905
)
# Firms that are called like people.
_FIRMS = frozenset(
    (
        "calvin klein", "charles schwab", "charlie hebdo", "giorgio armani", "harley davidson",
        "hugo boss", "jack daniel", "jack daniels", "john deere", "john lewis", "louis vuitton",
        "marie claire", "merrill lynch", "philip morris", "ralph lauren", "rolls royce",
        "thomas cook", "walt disney", "yves rocher", "yves saint laurent",
    )
)  # fmt: skip

# They stand before a first name, and are part of what people call the person.
_ROYALS = frozenset({"king", "pope", "prince", "princess", "queen"})


def kind_of(spellings: Mapping[str, int], *, introduced: int) -> NameKind:
    """What a name is, by how often texts spell it how; ``introduced`` times behind an office."""
    bodies = sum(n for name, n in spellings.items() if is_body(name))
    total = sum(spellings.values())
    if 2 * bodies >= total:
        return "organisation"
    if (introduced and introduced >= _INTRODUCED * total) or any(map(_is_person, spellings)):
        return "person"
    return "other"


def _plain(name: str) -> list[str]:
    return [fold(word.casefold()) for word in _WORD.findall(name)]


@lru_cache(8192)
def is_given_name(word: str) -> bool:
    """Whether people are called so by their first name, in any alphabet."""
    return anyascii(fold(word.casefold())).replace("'", "") in _given_names()


@lru_cache(8192)
def is_body(name: str) -> bool:
    words = _plain(name)
    known, openings = _bodies()
    if " ".join(words) in _FIRMS or not known.isdisjoint(words):
        return True
    letters = name.replace(".", "")
    acronym = letters.isupper() and letters.isalpha() and len(letters) in _ACRONYM
    return (acronym and letters not in _NO_BODIES) or any(
        word.startswith(openings) for word in words
    )


@lru_cache(8192)
def _is_person(name: str) -> bool:
    words = [word for word in _plain(name) if word not in _ROYALS]
    return 1 < len(_plain(name)) <= _LONGEST_PERSON and bool(words) and is_given_name(words[0])


@cache
def _given_names() -> frozenset[str]:
    return frozenset(_listed("given_names.txt"))


@cache
def _bodies() -> tuple[frozenset[str], tuple[str, ...]]:
    """Whole words, and what words begin with."""
    listed = _listed("bodies.txt")
    openings = tuple(word[:-1] for word in listed if word.endswith("-"))
    return frozenset(word for word in listed if not word.endswith("-")), openings


def _listed(file: str) -> list[str]:
    lines = files(__package__).joinpath(file).read_text("utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]
