"""The ``lang`` and ``dir`` of text in a language, so that it is read and laid out rightly."""

import re
from functools import lru_cache

from babel.core import get_global

# ISO 15924 codes of the scripts that CLDR has for languages and Unicode writes from right to left.
_RIGHT_TO_LEFT = frozenset(
    {
        "Adlm", "Arab", "Aran", "Armi", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc",
        "Thaa", "Yezi",
    }
)  # fmt: skip
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}")
_SCRIPT, _REGION = re.compile(r"[A-Za-z]{4}"), re.compile(r"[A-Za-z]{2}|[0-9]{3}")


def direction(language: str) -> str:
    """``rtl``, ``ltr``, or ``auto`` when the language, or how it is written, is not known."""
    script = _script(language.lower()) if _TAG.fullmatch(language) else ""
    if not script:
        return "auto"
    return "rtl" if script in _RIGHT_TO_LEFT else "ltr"


def tag(language: str) -> str:
    """The language as a ``lang`` attribute; ``und`` when it is no BCP 47 tag."""
    return language if _TAG.fullmatch(language) else "und"


@lru_cache(maxsize=1000)
def _script(language: str) -> str:
    """The script that a tag names, else the likely one by CLDR, else ""."""
    spoken, *more = language.split("-")
    # Extensions and what is for private use follow a single character.
    parts = more[: next((at for at, part in enumerate(more) if len(part) == 1), len(more))]
    # An old or a narrower name leads to the one in use, perhaps with its script or region.
    known, *implied = get_global("language_aliases").get(spoken, spoken).split("_")
    parts += implied
    if named := next(filter(_SCRIPT.fullmatch, parts), ""):
        return named.title()
    region = next(filter(_REGION.fullmatch, parts), "").upper()
    likely = get_global("likely_subtags")
    found = likely.get(f"{known}_{region}") or likely.get(known)
    # CLDR takes what is undetermined for English.
    return found.split("_")[1] if found and known != "und" else ""
