"""E-mail: what press offices and small agencies send, one article each.

The text is the plain one, or that of the HTML where the plain one is a stub. What mail programs and
lists put around it (signatures, how to unsubscribe, "view in browser") is left out.
"""

import re
from email.utils import parseaddr

from crawler import dates
from crawler.plaintext import line, paragraphs
from crawler.wires.mime import Letter, Part
from crawler.wires.model import WireItem
from crawler.wires.prose import MAX_TEXT, prose_of

# So many times longer, the HTML is the text and the plain part a word about mail programs.
_STUB = 3
_FLOWED = re.compile(r"format\s*=\s*\"?flowed", re.IGNORECASE)
_DELSP = re.compile(r"delsp\s*=\s*\"?yes", re.IGNORECASE)
_MORE_THAN_ITS_TEXT = re.compile(
    r"^(?:(?:fwd?|wg|tr|rv|enc|vs|vb|i|doorst|pd)\s*:|\[(?:ext(?:ern(?:al|e?))?|spam)\])\s*",
    re.IGNORECASE,
)
_LIST_NAME = re.compile(r"^\[[^\]\n]{1,60}\]\s*")
# RFC 3676 section 4.3, less the space that programs lose; Mailman's line; Outlook's.
_SIGNATURE = re.compile(r"^(?:--\s?|_{20,})$")
_LONGEST_SIGNATURE = 15
# News has these words too ("unless they opt out in the new register", "verkiezingen uitschrijven"):
# they are a footer's where it says little else, or says that it is mails one is rid of.
_UNSUBSCRIBE = re.compile(
    r"\b(?:unsubscribe\b|opt[- ]out\b|abmelden\b|abbestell|désabonne|desinscri|désinscri"
    r"|darse de baja\b|cancelar (?:a |la |su )?(?:suscripci|inscri)|disiscri"
    r"|annulla l.iscrizione\b|afmelden\b|uitschrijven\b|avregistrera|avmelde?\b|frameld"
    r"|peru(?:uta)? tilau|wypisz\b|wypisać\b|отписат)",
    re.IGNORECASE,
)
_OF_MAILS = re.compile(
    r"newsletter|nieuwsbrief|nyhetsbrev|nyhedsbrev|uutiskirj|bolet[ií][nm]\b|verteiler|рассылк"
    r"|\bmailing|(?:receiv|recev|recib|riceve|ontvang|erhalten|otrzym).{0,60}\b(?:e-?)?mail"
    r"|\b(?:e-?)?mails?\b.{0,60}(?:receiv|recev|recib|riceve|ontvang|erhalten|otrzym)"
    r"|\b(?:these|this|our|such|future|further|diese|keine|unsere|ces|cet|estos|este|queste|questa"
    r"|deze) (?:\w+ )?(?:e-?mail|mail|message|correo)",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"\b(?:click|klick\w*|cliqu\w+|clic)\b|\bhier (?:abmelden|abbestell|afmelden|uitschrijven)"
    r"|^\W*(?:here|hier|ici|aquí|tutaj)\b|\b(?:here|hier|ici|aquí|tutaj)\W*(?:https?://\S*)?$"
    r"|\bunsubscribe\b.{0,40}https?://|^\W*(?:to )?unsubscribe\b",
    re.IGNORECASE,
)
_SHOWN = r"(?:view|read|open|display|see)"
# What a mail calls itself, with the words around it: "view this e-mail in your" browser.
_ITSELF = (
    r"(?:(?:it|this|the|our|an?|full|press|e-?mail|message|newsletter|mailing|release|bulletin"
    r"|version|as|in|on|your|web)\s+)"
)
_ELSEWHERE = r"(?:web ?)?(?:browser|online|page|version)\b"
_IN_BROWSER = re.compile(
    rf"^\W*{_SHOWN}\s+{_ITSELF}{{0,6}}{_ELSEWHERE}"
    rf"|\b{_SHOWN}\s+(?:this|it|the|our|your)\s+{_ITSELF}{{0,6}}{_ELSEWHERE}"
    r"|\bi[mn] (?:ihrem )?browser (?:an|öffn|les|betracht|darst)|ansicht i[mn] browser"
    r"|\b(?:voi[rs]|affich|ouvr|visualis|li[rs]|consult)\w*\b.{0,60}\bdans (?:votre|le) navigateur"
    r"|\b(?:ver|v[eé]a|vej|visualiz|[aá]br|apri|ved|legg|lee)\w*\b.{0,60}"
    r"\b(?:en|no|nel) (?:su |seu |tuo |el )?(?:navegador|browser)\b",
    re.IGNORECASE,
)
_SHORT = 400
# Words of a line that says nothing else, and of one that also says why.
_FEW, _SOME = 6, 15
_AT_THE_FOOT = 12
_AT_THE_HEAD = 3
# Who has such an address is an office, and the name beside it that of an outlet.
_OFFICE = re.compile(
    r"^(?:no-?reply|do-?not-?reply|news|newsroom|newsdesk|newsletter|press|presse|prensa|stampa"
    r"|media|info|contact|kontakt|office|pr|comms?|communications?|kommunikation|mail|desk"
    r"|redaktion|redaction|editor(?:ial)?s?|wire|service|alerts?)(?=$|[\d._+-])",
    re.IGNORECASE,
)
_MOST_BRACKETS = 20
_VIA = re.compile(r"\s+(?:via|über|par|por|durch|through)\s+", re.IGNORECASE)
_MACHINES = re.compile(r"^(?:mailer-daemon|postmaster)(?=$|[\d._+-])", re.IGNORECASE)
# Press offices have no code for it, but write it on top, and mostly in capitals.
_EMBARGO = re.compile(
    r"^\W{0,5}(?:STRICT(?:LY)? |UNDER |SOUS |BAJO )?"
    r"(?:EMBARGO(?:ED)?|Embargoed|SPERRFRIST|Sperrfrist|EMBARGADO)\b"
    r"(?:\s*(?:UNTIL|TILL|FOR|BIS|JUSQU'AU|HASTA|FINO AL|until|till|for|bis|jusqu'au))?"
    r"[\s:,-]{0,5}(?P<until>[^\n]{0,80})"
)
_TOP_LINES = 5


def parse(letter: Letter) -> WireItem:
    """What the e-mail says; ``kind`` tells what it is where it is no article."""
    name, address = _from(letter.said("from"))
    mailbox = address.partition("@")[0]
    text, language = _text(letter), letter.said("content-language").partition(",")[0]
    byline, agency = _senders(name, mailbox)
    subject = _subject(letter)
    held, until = _embargo(subject, text)
    return WireItem(
        guid=letter.said("message-id").strip("<> \t"),
        kind=_kind(letter, mailbox),
        headline=subject,
        byline=byline,
        agency=line(letter.said("organization"), limit=200) or agency,
        text=text,
        language=language,
        created=_sent(letter),
        subjects=tuple(letter.said("keywords").split(",")),
        status=held,
        embargoed=until,
    )


def body_of(letter: Letter) -> Part | None:
    """The part that is the text."""
    plain, rich = _first(letter, "text/plain"), _first(letter, "text/html")
    if plain is None or rich is None:
        return plain or rich
    stub = len(_plain(plain).split()) * _STUB < len(_rich(rich).split())
    return rich if stub else plain


def _first(letter: Letter, kind: str) -> Part | None:
    fitting = (p for p in letter.parts if p.kind == kind and not p.attached and p.body.strip())
    return next(fitting, None)


def _kind(letter: Letter, mailbox: str) -> str:
    """ "text", or what it is instead. What programs send ("auto-generated") may well be news."""
    if letter.kind == "multipart/report" or _MACHINES.match(mailbox):
        return "delivery report"
    answered = letter.said("auto-submitted").lower().startswith("auto-replied")
    if (
        answered
        or "auto_reply" in letter.said("precedence").lower()
        or any(letter.said(each) for each in ("x-autoreply", "x-autorespond"))
    ):
        return "automatic reply"
    if letter.kind in ("multipart/encrypted", "application/pkcs7-mime"):
        return "encrypted e-mail"
    return "text"


def _subject(letter: Letter) -> str:
    subject = letter.said("subject")
    if letter.said("list-id"):
        subject = _LIST_NAME.sub("", subject)
    while (shorter := _MORE_THAN_ITS_TEXT.sub("", subject)) != subject:
        subject = shorter
    return subject


def _from(header: str) -> tuple[str, str]:
    # Each bracket inside another is a call inside another.
    return parseaddr(header if header.count("(") < _MOST_BRACKETS else header.replace("(", " "))


def _senders(name: str, mailbox: str) -> tuple[str, str]:
    """Who wrote it, and for whom: "Ada Berg via NPA" says both."""
    person, *office = _VIA.split(line(name, limit=200).strip("'\" "), maxsplit=1)
    if "@" in person:
        person = ""
    if _OFFICE.match(mailbox):
        return (person, office[0]) if office else ("", person)
    return person, office[0] if office else ""


def _sent(letter: Letter) -> str:
    """When it was sent, or if it does not say, when the last server on its way got it."""
    sent = letter.said("date")
    if dates.parse_date(sent) is not None:
        return sent
    return letter.said("received").rpartition(";")[2].strip()


def _text(letter: Letter) -> str:
    part = body_of(letter)
    if part is None:
        return ""
    return _bare(_plain(part) if part.kind == "text/plain" else _rich(part))


def _plain(part: Part) -> str:
    text = _unsigned(part.text()[0][: 4 * MAX_TEXT])
    if _FLOWED.search(part.content_type):
        text = re.sub(r"(?<=\S) \n", "" if _DELSP.search(part.content_type) else " ", text)
    return prose_of(text)


def _rich(part: Part) -> str:
    return paragraphs(part.text()[0][: 8 * MAX_TEXT], limit=MAX_TEXT)


def _unsigned(text: str) -> str:
    """The text above a signature or the footer of a list."""
    lines = text.rstrip().split("\n")
    for number in range(max(len(lines) - _LONGEST_SIGNATURE, 0), len(lines)):
        if _SIGNATURE.match(lines[number]):
            return "\n".join(lines[:number])
    return text


def _bare(text: str) -> str:
    """The text without what newsletters put above and below it."""
    lines = text.split("\n")
    above: list[str] = []
    for each in lines[:_AT_THE_HEAD]:
        if _is_brief(each) and _IN_BROWSER.search(each):
            above = [every for every in above if not _is_brief(every)]
        else:
            above.append(each)
    lines = above + lines[_AT_THE_HEAD:]
    for number in range(max(len(lines) - _AT_THE_FOOT, 0), len(lines)):
        if _is_footer(lines[number]):
            return "\n".join(lines[:number])
    return "\n".join(lines)


def _is_brief(written: str) -> bool:
    return len(written) < _SHORT and len(written.split()) <= _SOME


def _is_footer(written: str) -> bool:
    """Whether a line says how to get no more of these mails."""
    if len(written) >= _SHORT or not _UNSUBSCRIBE.search(written):
        return False
    if len(written.split()) <= _FEW or _OF_MAILS.search(written):
        return True
    return _is_brief(written) and bool(_HERE.search(written))


def _embargo(subject: str, text: str) -> tuple[str, str]:
    """The status, and until when where that can be read."""
    for each in (subject, *text.split("\n", _TOP_LINES)[:_TOP_LINES]):
        if found := _EMBARGO.match(each):
            until = re.split(r"\s[-–—|]\s|:\s", found["until"])[0].strip(" .)]")
            return ("withheld", until if dates.parse_date(until) is not None else "")
    return "usable", ""
