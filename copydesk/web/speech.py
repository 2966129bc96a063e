"""The ``lang`` and ``dir`` of text in a language, so that it is read and laid out rightly."""

import re

# Languages written from right to left in their usual script (Unicode CLDR).
_RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
)
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}")


def direction(language: str) -> str:
    """``rtl``, ``ltr``, or ``auto`` when the language is not known."""
    if not _TAG.fullmatch(language):
        return "auto"
    return "rtl" if language.lower().split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def tag(language: str) -> str:
    """The language as a ``lang`` attribute; ``und`` when it is no BCP 47 tag."""
    return language if _TAG.fullmatch(language) else "und"
