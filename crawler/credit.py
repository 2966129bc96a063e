"""Who wrote it really: the agency or outlet that an article credits for its text.

Looked for in the order of how much they say: a ``source`` element of the feed, the dateline, a
closing "Source: Stern", an agency in the byline, the publisher named in JSON-LD. A name that only
appears in a sentence ("told Reuters", "Reuters reported") is a quotation, not a credit.
"""

import re
from typing import Literal

from crawler.agencies import AGENCY_NAMES, agency_of
from crawler.article import Credit
from crawler.identity import site_of

# Characters in which a dateline may stand, and last lines in which credits stand.
_HEAD = 500
_TAIL_LINES = 5
_LAST_LINES = 2
_NAMES = "|".join(re.escape(name) for name in sorted(AGENCY_NAMES, key=len, reverse=True))
_LATIN = r"A-ZÀ-ÞĀ-Žİ"
_DASH = r"[-–—―]"
_CAPITAL = rf"[{_LATIN}А-ЯЁІЇЄ]"
_AGENCY = (
    rf"[(\[（](?P<agency>(?i:{_NAMES})(?:\s*[/,&+-]\s*(?i:{_NAMES}))*)"
    r"(?:/[\w.-]{1,20})?[)\]）]\s*"
)

# Like "LONDON, May 30 (Reuters) -", "MOSKAU (dpa) –", "(AP) —", "Madrid, 30 may (EFE).-". At the
# start of a line and with a dash after it: "said (Reuters) that" is not.
_IN_BRACKETS = re.compile(rf"^[^()\n]{{0,80}}?{_AGENCY}\.?\s?{_DASH}", re.MULTILINE)
# Without the dash only behind a place in capitals, a place and a date, or nothing: sentences
# explain their abbreviations, such as "The Palestinian Authority (PA) President".
_PLACE = rf"{_CAPITAL}(?:{_CAPITAL}|[' .-]){{2,30}}(?:[,/]\s*[\w.'-]+(?:\s+[\w.'-]+){{0,2}})?"
_DAY = r"(?:\d{1,2}\.?\s(?:de\s)?[^\W\d_]{3,12}\.?|[^\W\d_]{3,12}\.?\s\d{1,2})"
_DATED = (
    rf"(?:[^()\n,.!?]{{2,40}}[,/]\s*{_DAY}(?:,?\s(?:de\s)?\d{{4}})?"
    r"|[^()\n]{0,60}\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:,?\s\d{1,2}:\d{2})?)"
)
_BEFORE_TEXT = re.compile(
    rf"^(?:(?:{_PLACE}|{_DATED})\s*)?{_AGENCY}(?:[:.]|(?={_CAPITAL}|[\"“„«]))", re.MULTILINE
)
# The same after a byline that lost its line break: the place in capitals, always a dash.
_AFTER_BYLINE = re.compile(
    rf"(?:^|\s)[{_LATIN}][{_LATIN}' .-]{{2,30}}(?:[,/][^()\n]{{0,40}})?\s"
    rf"\((?P<agency>(?i:{_NAMES}))\)\s*{_DASH}",
    re.MULTILINE,
)
# Like "MOSCOW, May 30. /TASS/." and "Kyiv, May 30 /Ukrinform/".
_IN_SLASHES = re.compile(rf"^[^/\n:()]{{3,80}}/(?P<agency>{_NAMES})/", re.IGNORECASE | re.MULTILINE)
# Like "Москва. 30 мая. ИНТЕРФАКС - " and "МОСКВА, 30 мая - РИА Новости. ".
_AFTER_DATE = re.compile(
    rf"^[^\n()]{{0,60}}\d[^\n()]{{0,20}}(?:\.|\s{_DASH})\s*(?P<agency>{_NAMES})"
    rf"\s*(?:{_DASH}|\.\s)",
    re.IGNORECASE | re.MULTILINE,
)
_FIRST_WORD = re.compile(rf"\A(?P<agency>{_NAMES})\s{_DASH}\s")
# Like "新华社莫斯科5月30日电" and "（中央社記者…莫斯科30日電）".
_CHINESE = re.compile(
    r"^\W?(?P<agency>新华社|新華社|法新社|路透社|美联社|中新社|中央社|共同社)[^\n]{0,30}?[电電讯訊]",
    re.MULTILINE,
)
_JAPANESE = re.compile(  # such as "【モスクワ共同】"
    r"^[【\[［][^】\]］\n]{0,30}?(?P<agency>共同|時事|ロイター|AFP|AP|新華社)[】\]］]",
    re.MULTILINE,
)
_KOREAN = re.compile(  # such as "(서울=연합뉴스)"
    r"^[(\[][^()\[\]\n]{1,20}=(?P<agency>연합뉴스|뉴시스|뉴스1|AP|AFP|로이터)[^()\[\]\n]{0,20}[)\]]",
    re.MULTILINE,
)
_DATELINES = (_IN_BRACKETS, _BEFORE_TEXT, _AFTER_BYLINE, _IN_SLASHES, _AFTER_DATE, _FIRST_WORD,
              _CHINESE, _JAPANESE, _KOREAN)  # fmt: skip
_SOURCE_WORDS = (
    r"sources?|quellen?|fuentes?|fontes?|fonti|źródł[oa]|zdroj[e]?|bron(?:nen)?|källa|kilde|"
    r"lähde|kaynak|sursa|forrás|izvor|πηγή|источники?|джерел[оа]|крыніца|извор|"
    r"المصدر|منبع|מקור|स्रोत|nguồn|sumber|來源|来源|出典|출처"
)
_SOURCE_LINE = re.compile(
    rf"^[\W_]{{0,3}}(?:{_SOURCE_WORDS})\s*[:：]\s*(?P<source>\w[^\n]{{1,80}}?)\W{{0,2}}$",
    re.IGNORECASE,
)
# Like "With files from The Associated Press", "mit Material der dpa", "avec AFP".
_WITH_FILES = re.compile(
    rf"^\W{{0,3}}(?:with|mit|avec|con|com|met|med|za)\b[^.\n]{{0,40}}?(?<!\w)(?P<agency>{_NAMES})"
    r"\W{0,3}$",
    re.IGNORECASE,
)
_BARE_LINE = re.compile(rf"^\W{{0,3}}(?P<agency>{_NAMES})\W{{0,3}}$", re.IGNORECASE)
# Like "… said on Tuesday. (dpa/jab)" and "… am Dienstag. (APA, 30.5.2023)", with an editor's sign
# in small letters; "(AP/Jeff Chiu)" credits a photographer.
_AFTER_LAST_SENTENCE = re.compile(
    rf"[.!?»”\"]\s*[(\[](?:[\w.]{{1,12}}\s*[/,;]\s*){{0,3}}(?P<agency>{_NAMES})"
    r"(?:\s*[/,;]\s*(?-i:[a-zäöü\d.:]{1,12})){0,2}[)\]]\W{0,2}$",
    re.IGNORECASE,
)
# Like "© dpa-infocom, dpa:230530-99-876543/3" and "Copyright 2023 The Associated Press".
_COPYRIGHT = re.compile(
    rf"^\W{{0,2}}(?:©|\(c\)|copyright)[\s\d©]{{0,12}}(?:by |the )?(?P<agency>{_NAMES})(?!\w)",
    re.IGNORECASE,
)
_AT_END = (_WITH_FILES, _BARE_LINE, _AFTER_LAST_SENTENCE, _COPYRIGHT)
_BYLINE_SPLIT = re.compile(
    r"\s*(?:[,;/|&()\[\]•·]|(?<!\w)(?:and|und|et|y|e|i|och|og|en|ve|и|та|with|mit|avec|con|von|by|"
    r"par|por|di|door|für|for|quelle|source)(?!\w):?)\s*",
    re.IGNORECASE,
)
_STAFF = re.compile(
    rf"^(?P<agency>{_NAMES})\s+(?:[\w-]+\s+){{0,3}}(?i:writers?|staff|reporters?|correspondents?|"
    r"editors?|news|newswire|wire|redaktion)$"
)

_SOURCE_PREFIX = re.compile(rf"^(?:{_SOURCE_WORDS})\s*[:：]\s*", re.IGNORECASE)
_WORD = re.compile(r"\w+")
# A longer "source" is a sentence or a list.
_SOURCE_NAME_WORDS = 6

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


def credit_of_site(address: str, *, outlet: str) -> Credit | None:
    """The credit in a canonical address on another's site; ``None`` if it is the outlet's own."""
    site = site_of(address)
    name, whole = site.partition(".")[0], _squeezed(outlet)
    # The name of a site is the outlet's in one word; of three letters it may be part of any word.
    alike = len(name) > 3 and bool(whole) and (_squeezed(name) in whole or whole in _squeezed(name))
    if not site or alike or _same(name, outlet):
        return None
    return Credit(agency=site, wording=address[:200], found_in="canonical")


def _in_dateline(text: str) -> Credit | None:
    head = text[:_HEAD]
    for pattern in _DATELINES:
        if match := pattern.search(head):
            return _credit(match.group("agency"), match.group(0), "dateline")
    return None


def _in_source_line(text: str) -> Credit | None:
    """A closing "Source: Stern"; further up such lines are captions of charts and pictures."""
    lines = text.split("\n")
    for line in reversed(lines[-_TAIL_LINES:]):
        match = _SOURCE_LINE.match(line)
        if match and len(match.group("source").split()) <= _SOURCE_NAME_WORDS:
            return _credit(match.group("source"), line, "text")
    return None


def _in_byline(byline: str) -> Credit | None:
    # Whole parts only: there are people called Sita, Ani and Antara.
    for part in _BYLINE_SPLIT.split(byline):
        staff = _STAFF.match(part)
        name = staff.group("agency") if staff else part
        if agency_of(name):
            return _credit(name, byline, "byline")
    return None


def _at_end(text: str) -> Credit | None:
    lines = text.split("\n")
    if len(lines) <= _LAST_LINES:
        return None  # a teaser: what ends it is the credit of its picture
    for line in reversed(lines[-_LAST_LINES:]):
        for pattern in _AT_END:
            if match := pattern.search(line):
                return _credit(match.group("agency"), match.group(0), "text")
    return None


def _named(name: str, where: _Place) -> Credit | None:
    bare = _SOURCE_PREFIX.sub("", name).strip()
    return _credit(bare, name, where) if bare and "://" not in bare else None


def _credit(name: str, wording: str, where: _Place) -> Credit:
    first = re.split(r"\s*[/,&+]\s*", name.strip())[0]
    agency = agency_of(first) or name.strip()
    return Credit(agency=agency, wording=" ".join(wording.split())[:200], found_in=where)


def _same(agency: str, outlet: str) -> bool:
    """Whether one name is the other, or the words of one are in the other."""
    one, other = (f" {' '.join(_WORD.findall(name.casefold()))} " for name in (agency, outlet))
    if one.isspace() or other.isspace():
        return False
    # Not letters in words: "AP" is in "Japan Times". Some scripts have no spaces.
    bare, whole = sorted((_squeezed(agency), _squeezed(outlet)), key=len)
    return one in other or other in one or bare == whole or (not bare.isascii() and bare in whole)


def _squeezed(name: str) -> str:
    return "".join(_WORD.findall(name.casefold()))
