"""One item of a wire as its format gives it, before anything is made of it."""

from typing import Literal

import msgspec

WireFormat = Literal[
    "newsml-g2", "newsml1", "nitf", "ninjs", "iptc7901", "anpa1312", "e-mail",
]  # fmt: skip


class WireItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item; empty strings where it says nothing. Dates are as written, texts are plain.

    ``kind`` is what it consists of in the format's own word ("text", "picture", "composite" ...).
    ``status`` is the publishing status as written ("usable", "withheld", "canceled"), ``signals``
    are codes that say more, ``kickers`` are lines above the headline that say what kind of story it
    is, ``note`` is the editors' word to editors. ``text`` has one paragraph per line.
    """

    guid: str = ""
    revision: str = ""
    kind: str = "text"
    headline: str = ""
    kickers: tuple[str, ...] = ()
    slugline: str = ""
    byline: str = ""
    dateline: str = ""
    located: str = ""
    summary: str = ""
    text: str = ""
    language: str = ""
    created: str = ""
    versioned: str = ""
    urgency: str = ""
    section: str = ""
    subjects: tuple[str, ...] = ()
    agency: str = ""
    rights: str = ""
    status: str = ""
    signals: tuple[str, ...] = ()
    embargoed: str = ""
    note: str = ""
    media: tuple[str, ...] = ()
