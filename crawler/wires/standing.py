"""Whether a wire's item may be used: what codes, and where there are none headlines, say.

Codes are believed. Words are believed only where agencies put them and as they write them, in
capitals: "KILL" alone or behind a slugline's last comma is an order, "Kill Bill" is a film, and
"USA/WITHDRAWAL" and "KILL-SWITCH" are topics.
"""

import re
from typing import Literal

from crawler.wires.model import WireItem

Standing = Literal["usable", "embargoed", "corrected", "cancelled"]

_CANCELLED = frozenset(
    {"canceled", "cancelled", "killed", "kill", "withdrawn", "deleted", "mandatorykill"}
)
_HELD = frozenset({"withheld", "embargoed"})
# Local names of codes such as "sig:correction" and Reuters' "edStat:C".
_KILLING = frozenset({"kill", "mandatorykill", "withdraw", "withdrawn", "withdrawal", "edstat:d"})
_CORRECTING = frozenset({"correction", "corrected", "edstat:c"})
_ORDERED = r"(?:KILL|WITHDRAWN|ZURÜCKGEZOGEN)"
# "KILL - Ferry aground" and "WITHDRAWN-Ferry aground", not "KILL-SWITCH LAW PASSED".
_BEFORE_A_HEADLINE = r"(?:\s+[-–—]|[-–—:](?=\s|\S*[a-z])|\s*[!(])"
# What may be news before a headline ("WITHDRAWAL: LAST TROOPS LEAVE") is an order only when alone.
_KILL_WORDS = re.compile(
    r"^\W*(?:(?:BULLETIN|URGENT|ATTENTION)\b\W{1,3})?"
    r"(?:(?:MANDATORY|STORY|ARTICLE|MELDUNG)\s+)?"
    rf"(?:(?:{_ORDERED}|KILLED|WITHDRAWAL|ANNULATION|ANNULÉ)\W*$|{_ORDERED}{_BEFORE_A_HEADLINE})"
)
_KILL_AT_END = re.compile(r"(?:^|[,(])\s*(?:(?:MANDATORY|BULLETIN)\s+)?(?:KILL|WITHDRAWN)\s*\)?$")
_CORRECTION = (
    r"(?:CORRECTS|CORRECTED|CORRECTION|CORRECTIVE|REFILE|BERICHTIGUNG|BERICHTIGT|KORREKTUR"
    r"|CORRECTIF|RECTIFICATIF|CORRECCIÓN|CORRECCION|RECTIFICACIÓN|CORREÇÃO|RETTIFICA|ERRATA"
    r"|RETTELSE|RÄTTELSE|KORJAUS|RECTIFICATIE)"
)
_CORRECTION_WORDS = re.compile(rf"^\W{{0,3}}{_CORRECTION}\b|[,(/]\s*{_CORRECTION}\s*\)?$")
# Notes are sentences: "Eds: CORRECTS spelling of ...", "Correction: ...".
_CORRECTING_NOTE = re.compile(
    r"^\W{0,3}(?:Eds?:\s*|EDS:\s*)?(?:CORRECTS|CORRECTED\b|CORRECTION\b|Corrects\b|Correction:"
    r"|Corrected:|Berichtigt\b|Berichtigung\b)"
)


def standing(item: WireItem) -> Standing:
    """How the item stands; an embargo's time is for the caller to weigh."""
    status = _local(item.status)
    signals = {_local(each) for each in item.signals} | {each.casefold() for each in item.signals}
    if status in _CANCELLED or signals & _KILLING:
        return "cancelled"
    if any(map(_KILL_WORDS.search, (item.headline, *item.kickers))):
        return "cancelled"
    if any(map(_KILL_AT_END.search, (item.headline, item.slugline))):
        return "cancelled"
    if status in _HELD:
        return "embargoed"
    words = (item.headline, item.slugline)
    if signals & _CORRECTING or any(map(_CORRECTION_WORDS.search, words)):
        return "corrected"
    return "corrected" if _CORRECTING_NOTE.search(item.note) else "usable"


def ordered_by_code(item: WireItem) -> bool:
    """Whether an item is cancelled by a code; its text is then what was cancelled, not a notice."""
    codes = {_local(each) for each in item.signals} | {each.casefold() for each in item.signals}
    return _local(item.status) in _CANCELLED or bool(codes & _KILLING)


def _local(code: str) -> str:
    """What stands behind the scheme: "stat:canceled" is "canceled"."""
    return code.rpartition(":")[2].rpartition("/")[2].strip().casefold()
