"""Big happenings of real days, found by pattern: silver labels for training and measuring."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from benchmarks.stories_corpus import DAY, replay
from dedupe.document import Document
from dedupe.stories.tongue import spoken

Stream = tuple[list[Document], dict[str, str]]

# Happenings that a short pattern names, and the days on which it names little else.
SILVER: dict[str, tuple[str, str, str]] = {
    row[0]: (row[1], row[2], row[3])
    for row in (
        line.split(maxsplit=3)
        for line in r"""
quake       2023-02-06 2023-02-07 (turk|syri|turc).*(quake|trz[eę]sie)|(quake|trz[eę]sie).*(turk|syri|turc)
balloon     2023-02-03 2023-02-04 \bballoon
msu         2023-02-14 2023-02-14 michigan state|\bmsu\b
nashville   2023-03-27 2023-03-28 nashville|covenant school|audrey hale
svb         2023-03-10 2023-03-12 \bsvb\b|silicon valley bank
trains      2023-03-01 2023-03-02 greece.*(train|rail|collision)|(train|rail).*greece|grec.*poci
kyiv        2023-02-20 2023-02-20 biden.*(kyiv|kijow|ukrai)|kyiv.*biden
starship    2023-04-20 2023-04-20 starship|spacex
tucker      2023-04-24 2023-04-25 tucker|carlson
indictment  2023-03-30 2023-03-31 trump.*indict|indict.*trump
gershkovich 2023-03-30 2023-03-31 gershkovich|(wsj|wall street journal).*(russia|reporter|spy)
dominion    2023-04-18 2023-04-19 dominion
teixeira    2023-04-13 2023-04-14 teixeira|leak.*(suspect|arrest)|guardsman
suisse      2023-03-19 2023-03-20 credit suisse
lineker     2023-03-10 2023-03-11 lineker|match of the day
""".strip().splitlines()  # noqa: E501
    )
}
# The other days are kept for measuring.
TRAINED_DAYS = ("quake", "balloon", "svb", "starship", "indictment")


def silver(root: Path, names: Iterable[str] = SILVER) -> Iterable[Stream]:
    """Real days with one labelled big happening each, at feed length."""
    for name in names:
        first, last, pattern = SILVER[name]
        named = re.compile(pattern, re.IGNORECASE)
        documents = list(replay(root, first, last))
        gold = {d.id: name for d in documents if named.search(f"{d.title} {d.text}")}
        yield documents, gold


# Two days weeks apart: what both tell of takes weeks, as a court case does, or is no happening.
STRANGERS = (
    ("2023-02-14", "2023-03-21"),
    ("2023-02-22", "2023-04-12"),
    ("2023-03-15", "2023-02-20"),
    ("2023-04-18", "2023-03-03"),
)
HELD_STRANGERS = (("2023-03-28", "2023-02-09"), ("2023-04-05", "2023-03-24"))


def overlaid(root: Path, here: str, there: str, language: str) -> tuple[list[Document], set[str]]:
    """What English feeds told ``here`` and those of ``language`` did ``there``, as if of one day;
    and the ids of the latter. Across languages no story may hold both, within one hardly any."""
    ahead = (date.fromisoformat(here) - date.fromisoformat(there)).days * DAY
    told = [replace(d, language="en") for d in replay(root, here, here) if spoken(d) == "en"]
    guests = [
        replace(d, id=f"{there} {d.id}", at=d.at + ahead, language=language)
        for d in replay(root, there, there)
        if spoken(d) == language
    ]
    documents = sorted([*told, *guests], key=lambda d: (d.at, d.id))
    return documents, {guest.id for guest in guests}


def by_title(documents: Iterable[Document]) -> list[Document]:
    """The documents without their texts."""
    return [replace(document, text="") for document in documents]
