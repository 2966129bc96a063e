"""What invites readers elsewhere is no part of a report, known by its form in any language.

"Subscribe ➤ https://...", "► Buy Tickets: https://...", "Facebook: http://...": under a video there
are a dozen of them and two sentences about it, each time with other addresses and often without
line ends, so that they stood in no three items alike and welded 18 film trailers together.
"""

import re
from typing import Final

_LONGEST: Final = 160
"""Characters: two lines. What is longer tells something and names its address by the way."""
_ENDS: Final = ".!?…。"
_CLOSING: Final = "\"'”’»)"
_SYMBOLS: Final = "\u2190-\u21ff\u2500-\u27bf\u2b00-\u2bff\u20e3\ufe0f\U0001f000-\U0001faff"
"""Arrows, bullets, boxes, stars, and pictures."""
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S+")
# Only in what may be an invitation: over whole texts it would take as long as all other reading.
_CUT: Final = re.compile(
    rf"[{_SYMBOLS}]+|\n|(?<=[{_ENDS}])[{_CLOSING}]?\s|\s[|•·–—-](?=\s)|[-=_*~]{{4,}}|\s(?=#)"
)


def without_addresses(title: str) -> str:
    """The headline without the addresses in it, or as it is if it is nothing else."""
    return (_ADDRESS.sub("", title).strip() or title) if "://" in title else title


def without_invitations(text: str) -> str:
    """The text without addresses and what invites to them, cut where they stood.

    An invitation is what stands before an address, from the last end of a sentence, line, arrow,
    bar, dash or picture on. The first words of a text are one only if a colon, arrow or the like
    follows. Each hashtag is cut off, too: a feed repeats its own, and not those of its subjects.
    """
    if "://" in text:
        *before, after = _ADDRESS.split(text)
        told = [_told(part, opening=not i) for i, part in enumerate(before)]
        text = "\n".join([*filter(None, told), after.strip()])
    return text.replace(" #", "\n#") if " #" in text else text


def _told(part: str, *, opening: bool) -> str:
    """What stands before an address, without the invitation to it."""
    bare = part.strip()
    if bare.rstrip(_CLOSING)[-1:] in _ENDS:
        return bare
    near = bare[-_LONGEST:]
    end = len(near)
    for cut in reversed([*_CUT.finditer(near)]):
        if near[cut.end() : end].strip():
            return bare[: len(bare) - len(near) + cut.start()].rstrip()
        end = cut.start()
    return bare if len(bare) > _LONGEST or (opening and bare[-1].isalnum()) else ""
