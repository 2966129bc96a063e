"""Whether a wire's item may be used: what codes, and where there are none headlines, say.

Codes are believed. Words are believed only where agencies put them and as they write them, in
capitals: "KILL" alone or at the end of a slugline is an order, "Kill Bill" is a film.
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
_KILL_WORDS = re.compile(
    r"^(?:(?:BULLETIN|URGENT|ATTENTION)\s+)?(?:(?:MANDATORY|STORY|ARTICLE|MELDUNG)\s+)?"
    r"(?:KILL|KILLED|WITHDRAWN|WITHDRAWAL|ZURÜCKGEZOGEN|ANNULATION|ANNULÉ)(?:\s*[-–—:!,.(]|$)"
    r"|[,(/]\s*(?:MANDATORY\s+)?(?:KILL|WITHDRAWN|WITHDRAWAL)\s*\)?$"
)
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
    if any(_KILL_WORDS.search(words) for words in (item.headline, item.slugline)):
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
