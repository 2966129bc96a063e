"""Who wrote it really: the agency or outlet that an article credits for its text.

Looked for in the order of how much they say: a ``source`` element of the feed, the dateline, a
closing "Source: Stern", an agency in the byline, the publisher named in JSON-LD. A name that only
appears in a sentence ("told Reuters", "Reuters reported") is a quotation, not a credit.
"""

import re
from typing import Literal

from crawler.agencies import AGENCY_NAMES, agency_of
from crawler.article import Credit

_HEAD = 400
_TAIL_LINES = 6
_NAMES = "|".join(re.escape(name) for name in sorted(AGENCY_NAMES, key=len, reverse=True))
# "LONDON, May 30 (Reuters) -", "MOSKAU (dpa) –", "(AP) —", "KYIV, 30 мая (Интерфакс) —". At the
# start of a line, in brackets, and something follows: "a spokesman (Reuters)" is not at a start.
_DATELINE = re.compile(
    rf"^(?P<place>[^()\n]{{0,80}}?)[(\[](?P<agency>(?:{_NAMES})(?:\s*[/,&+-]\s*(?:{_NAMES}))*)"
    r"(?:/[\w.-]{1,20})?[)\]]\s*(?:[-–—:.]|(?=[A-ZÀ-ÞА-Я\"“„«]))",
    re.IGNORECASE | re.MULTILINE,
)
# "MOSCOW, May 30. /TASS/." and "Kyiv, May 30 /Ukrinform/".
_SLASHED = re.compile(rf"^[^/\n]{{0,80}}/(?P<agency>{_NAMES})/", re.IGNORECASE | re.MULTILINE)
# "30 мая. ИНТЕРФАКС - ...", "MADRID 30 May. (EUROPA PRESS) -" (the latter is a dateline).
_DOTTED = re.compile(
    rf"^[^\n()]{{0,60}}\d[^\n()]{{0,20}}\.\s*(?P<agency>{_NAMES})\s*[-–—.]",
    re.IGNORECASE | re.MULTILINE,
)
_SOURCE_WORDS = (
    r"sources?|quellen?|fuentes?|fontes?|fonte|fonti|źródł[oa]|zdroj[e]?|bron(?:nen)?|källa|kilde|"
    r"lähde|kaynak|sursa|forrás|izvor|πηγή|источник(?:и)?|джерел[оа]|крыніца|извор|источник|"
    r"المصدر|منبع|מקור|स्रोत|nguồn|sumber|來源|来源|出典|출처"
)
_SOURCE_LINE = re.compile(
    rf"^\W{{0,3}}(?:{_SOURCE_WORDS})\s*[:：]\s*(?P<source>[^\n]{{2,80}}?)\s*\W{{0,2}}$",
    re.IGNORECASE | re.MULTILINE,
)
_CREDIT_LINE = re.compile(
    rf"^\W{{0,3}}(?:with (?:material|information|reporting|files|inputs?) (?:from|by)|mit material "
    rf"(?:von|der)|avec|con información de|con informazioni)\s+(?P<agency>{_NAMES})\b",
    re.IGNORECASE | re.MULTILINE,
)
_BARE_LINE = re.compile(rf"^\W{{0,3}}(?P<agency>{_NAMES})\W{{0,3}}$", re.IGNORECASE | re.MULTILINE)
_BYLINE_AGENCY = re.compile(rf"(?<!\w)(?P<agency>{_NAMES})(?!\w)", re.IGNORECASE)

_Place = Literal["dateline", "byline", "text", "source", "jsonld", "canonical", "import"]


def find_credit(
    *, text: str, byline: str = "", source: str = "", provider: str = "", outlet: str = ""
) -> Credit | None:
    """The credit of an article, or ``None`` when it seems to be the outlet's own.

    ``source`` is the feed item's ``source`` element, ``provider`` what the page's metadata names
    as supplier, ``outlet`` who publishes: crediting oneself is no credit.
    """
    candidates = (
        _in_dateline(text),
        _in_source_line(text),
        _in_byline(byline),
        _named(source, "source"),
        _named(provider, "jsonld"),
        _at_end(text),
    )
    return next((c for c in candidates if c is not None and not _same(c.agency, outlet)), None)


def _in_dateline(text: str) -> Credit | None:
    head = text[:_HEAD]
    for pattern in (_DATELINE, _SLASHED, _DOTTED):
        if match := pattern.search(head):
            return _credit(match.group("agency"), match.group(0), "dateline")
    return None


def _in_source_line(text: str) -> Credit | None:
    for match in _SOURCE_LINE.finditer(text):
        named = match.group("source")
        # A sentence after "Source:" is prose ("Source: we asked the ministry.").
        if len(named.split()) <= 6:
            return _credit(named, match.group(0), "text")
    return None


def _in_byline(byline: str) -> Credit | None:
    match = _BYLINE_AGENCY.search(byline)
    return _credit(match.group("agency"), byline, "byline") if match else None


def _at_end(text: str) -> Credit | None:
    tail = "\n".join(text.split("\n")[-_TAIL_LINES:])
    match = _CREDIT_LINE.search(tail) or _BARE_LINE.search(tail)
    return _credit(match.group("agency"), match.group(0), "text") if match else None


def _named(name: str, where: _Place) -> Credit | None:
    return _credit(name, name, where) if name.strip() else None


def _credit(name: str, wording: str, where: _Place) -> Credit:
    first = re.split(r"\s*[/,&+]\s*", name.strip())[0]
    agency = agency_of(first) or name.strip()
    return Credit(agency=agency, wording=" ".join(wording.split())[:200], found_in=where)


def _same(agency: str, outlet: str) -> bool:
    one, other = (re.sub(r"\W+", "", name).casefold() for name in (agency, outlet))
    return bool(one) and bool(other) and (one == other or one in other or other in one)
