"""IPTC 7901 and ANPA 1312: what teleprinters were sent, and what agencies still send.

Both stand between SOH and ETX: a line that names service, number, priority and category, STX, and
a text of lines. Neither has an identifier that outlives the day, so its date is part of ours.
"""

import re
from collections.abc import Iterator

from crawler.agencies import agency_of
from crawler.feeds.charset import as_utf8
from crawler.wires.model import WireFormat, WireItem
from crawler.wires.prose import MAX_TEXT, prose_of
from crawler.wires.subjects import category

_SOH, _STX, _ETX = "\x01", "\x02", "\x03"
_HEAD = 4096
_MOST_HEADER = 1000
_LONGEST = 4 * MAX_TEXT
_IPTC = re.compile(
    r"\s*(?P<service>[A-Za-z]{1,6})(?P<number>\d{1,6})\s+(?P<urgency>[1-9A-Za-z])\s+"
    r"(?P<category>[A-Za-z]{1,4})\s+(?:\d{1,6}\b)?(?P<rest>[^\r\n]{0,200})"
)
_ANPA = re.compile(
    r"\s*(?P<service>[A-Za-z]{1,3})(?P<number>\d{3,5})[\x1e\x1f][^\n]{0,60}\r?\n"
    r"(?P<urgency>[a-z])\s(?P<category>[a-z])[\x11-\x14]{1,2}\s?(?P<slug>[^\r\n]{0,120})"
)
_AGENCY_AT_END = re.compile(r"([A-Za-z][\w./-]{1,20})\s+\d{1,5}\s*$")
# Behind ETX: "131137 GMT Nov 13" is the 13th, 11:37, of November 2013.
_IPTC_DATE = re.compile(
    r"\s*(\d{2})(\d{2})(\d{2})\s+(?:GMT\s+|UTC\s+)?([A-Za-z]{3})[a-z]*\s+(\d{2})"
)
_ANPA_DATE = re.compile(r"\s*([A-Z]{2,5})-\w\w-(\d\d)-(\d\d)-(\d\d)\s(\d\d)(\d\d)GMT")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OTHER_MONTHS = {"okt": "oct", "mai": "may", "dez": "dec", "mär": "mar", "mrz": "mar"}
# Lines above the headline that say what kind of story it is, in up to three words: more of them are
# a headline in capitals ("FLASH - BLAST KILLS 12 IN KABUL").
_KICKER = re.compile(
    r"^\W*(?:\d\w{1,3}\s+(?:LEAD|Ld)|LEAD|REFILE|EXTRA|URGENT|FLASH|BULLETIN|ROUNDUP|SUMMARY"
    r"|Achtung|CORRECTION|CORRECTED|BERICHTIGUNG|(?:MANDATORY\s+)?(?:KILL|WITHDRAWAL|WITHDRAWN)"
    r"|ADVISORY|NEWS ANALYSIS|FEATURE|(?:Eil|EIL|Zusammenfassung))\b(?:\W+[^\Wa-z]{1,20}){0,2}\W*$"
)
_BYLINE = re.compile(r"^(?:By|Von|Par|Por|Di)\s+(.{3,120})$")
# What dpa and others set below a text for editors only.
_NOTEBOOK = re.compile(r"^(?:#+\s.*(?:notebook|notizblock)|#+ \S.*|\* \* \* \*)", re.IGNORECASE)
_SIGNATURE = re.compile(r"^[a-z]{2,6}(?:[ /][a-z]{2,4}){1,5}\s*$")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_LAST_COUNT = re.compile(r",\s*\d{2,6}\s*$")
_NOT_NAMED = re.compile(r"^(?:AP Photo|Eds?:|\(Eds?:|EDITOR'S NOTE|With\s)")
_KILL_IN_SLUG = re.compile(r",\s*(?:MANDATORY |BULLETIN )?KILL\s*(?:,|$)", re.IGNORECASE)
# A tab, a heading's caret, a table's backspace.
_BEGIN_PARAGRAPHS = ("\t", "^", "\x08")
_TAKE = re.compile(r"^\*?\d{3,5}$")


def detect(body: bytes) -> WireFormat | None:
    """Which of the two it is; ``None`` if neither."""
    head = body[:_HEAD].decode("latin-1")
    start = head.find(_SOH)
    if start < 0 or head[:start].strip("\x00\x16\x7f\x04 \r\n"):
        return None
    if _ANPA.match(head, start + 1):
        return "anpa1312"
    return "iptc7901" if _IPTC.match(head, start + 1) and _STX in head else None


def parse(body: bytes, *, content_type: str) -> Iterator[WireItem]:
    """The messages of a transmission, one after the other."""
    text = as_utf8(body, content_type=content_type).body.decode("utf-8", "replace")
    for message in text.split(_SOH)[1:]:
        header, _, rest = message.partition(_STX)
        written, _, end = rest.partition(_ETX)
        written = written[:_LONGEST]
        if found := _ANPA.match(header[:_MOST_HEADER]):
            yield _anpa(found, written, end)
        elif found := _IPTC.match(header[:_MOST_HEADER]):
            yield _iptc(found, header, written, end)


def _iptc(found: re.Match[str], header: str, written: str, end: str) -> WireItem:
    top, stop, below = written.partition("=")
    # Without a sign that ends it, the headline is the first line.
    if not stop or len(top) > _MOST_HEADER:
        top, _, below = written.strip().partition("\n")
    lines = [plain for each in top.splitlines() if (plain := _plain(each))]
    kickers = [each for each in lines if _KICKER.match(each)]
    bylines = [match[1] for each in lines if (match := _BYLINE.match(each))]
    headline = [each for each in lines if each not in kickers and not _BYLINE.match(each)]
    slug = _plain(header[found.end() :]).strip("/ ")
    agency = _AGENCY_AT_END.search(found["rest"].strip())
    created = _iptc_date(end)
    named = agency[1] if agency else ""
    text = prose_of(_CONTROLS.sub(" ", _without_notebook(below)))
    words = " ".join(kickers)
    return WireItem(
        guid=f"iptc7901:{found['service']}{found['number']}:{created[:10]}" if created else "",
        headline=" ".join(headline) or words,
        kickers=tuple(kickers),
        slugline=slug,
        byline="; ".join(bylines),
        text=text,
        created=created,
        versioned=created,
        urgency=found["urgency"],
        section=category(found["category"][0]),
        agency=agency_of(named) or agency_of(named.partition("-")[0]) or named,
        signals=("correction",) if re.search(r"CORRECT|BERICHTIGUNG", words) else (),
        kind="advisory" if "ADVISORY" in words else "text",
    )


def _anpa(found: re.Match[str], written: str, end: str) -> WireItem:
    above, text = _anpa_lines(written)
    slug = _LAST_COUNT.sub("", above[0]).rstrip(", ") if above else _plain(found["slug"])
    notes = [each for each in above[1:] if _NOT_NAMED.match(each)]
    bylines = [match[1] for each in above if (match := _BYLINE.match(each))]
    titles = [each for each in above[1:] if each not in notes and not _BYLINE.match(each)]
    dated = _ANPA_DATE.match(end)
    created = _anpa_date(dated) if dated else ""
    return WireItem(
        guid=f"anpa1312:{found['service']}{found['number']}:{created[:10]}" if created else "",
        headline=titles[0] if titles else slug,
        kickers=("KILL",) if _KILL_IN_SLUG.search(slug) else (),
        slugline=slug,
        byline=bylines[0] if bylines else "",
        # A digest of headlines has nothing below them.
        text=prose_of(_quoted("\n\n".join(text or titles[1:]))),
        created=created,
        versioned=created,
        section=category(found["category"]),
        agency=agency_of(dated[1]) if dated else "",
        note=next((each for each in notes if "Eds" in each[:5]), ""),
        kind="advisory" if found["category"] == "w" else "text",
    )


def _anpa_lines(written: str) -> tuple[list[str], list[str]]:
    """What stands above the text, each line of it begun by a caret, and the text's paragraphs."""
    above: list[str] = []
    text: list[str] = []
    for each in written.replace("\r\n", "\n").split("\n"):
        if each.startswith("^") and not text:
            above += [plain for part in each.split("^") if (plain := _plain(part))]
        elif (plain := _plain(each.replace("^", " "))) and plain != "END":
            if text and not each.startswith(_BEGIN_PARAGRAPHS):
                text[-1] += "\n" + plain
            else:
                text.append(plain)
    return [each for each in above if not _TAKE.match(each)], text


def _without_notebook(text: str) -> str:
    kept: list[str] = []
    for each in text.replace("\r\n", "\n").split("\n"):
        if _NOTEBOOK.match(each.strip()):
            break
        kept.append(each)
    while kept and (not kept[-1].strip() or _SIGNATURE.match(kept[-1].strip())):
        kept.pop()
    return "\n".join(kept)


def _iptc_date(end: str) -> str:
    match = _IPTC_DATE.match(end)
    if match is None:
        return ""
    day, hour, minute, month, year = match.groups()
    name = _OTHER_MONTHS.get(month.lower(), month.lower())
    if name not in _MONTHS:
        return ""
    return f"20{year}-{_MONTHS.index(name) + 1:02}-{day}T{hour}:{minute}Z"


def _anpa_date(match: re.Match[str]) -> str:
    _, month, day, year, hour, minute = match.groups()
    return f"20{year}-{month}-{day}T{hour}:{minute}Z"


def _quoted(text: str) -> str:
    """Typewriter's quotation marks as they were meant."""
    return text.replace("``", "“").replace("''", "”")


def _plain(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split()).rstrip("<= ")
