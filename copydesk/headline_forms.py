"""Headlines that announce something else than what happened: questions, live blogs, opinion, video.

By their form only, which outlets keep to in many languages; the words are English mostly. One that
ends with its outlet's name is no headline of all the others either.
"""

import re

_OPENING = frozenset(
    (
        "analysis", "czy", "here's", "here’s", "how", "i", "inside", "jak", "listen", "live",
        "meet", "my", "opinion", "photos", "read", "timeline", "video", "warum", "watch", "what",
        "what's", "what’s", "where", "why", "wideo", "wie",
    )
)  # fmt: skip
_ANYWHERE = frozenset({"latest:", "liveticker", "podcast", "you", "your", "|", "•"})
_OF_LIVE = frozenset({"blog", "update", "updates"})
_PHRASES = re.compile(" in pictures| en direct|na żywo")
_DASHES = frozenset("-–—")
_OUTLETS_WORDS = 2
# How the news shouts a word (Minister QUITS), and names of that length.
_SHOUTED = re.compile("[A-Z]{5,}")
_ACRONYMS = frozenset({"COVID", "NASDAQ", "NORAD", "UNESCO", "UNICEF"})
_LOWER = re.compile(r"[a-z]{3}")


def is_aside(headline: str) -> bool:
    """Whether a headline is of such a form, or shouts a word of it."""
    low = headline.casefold()
    words = low.split()
    return bool(words) and (
        "?" in headline
        or words[0].strip("'\"‘“:") in _OPENING
        or not _ANYWHERE.isdisjoint(words)
        or _PHRASES.search(low) is not None
        or ("live" in words and _is_of_live(words))
        or (not _DASHES.isdisjoint(words) and _ends_with_its_outlet(headline.split()))
        or _shouts(headline)
    )


def _shouts(headline: str) -> bool:
    return not _ACRONYMS.issuperset(_SHOUTED.findall(headline)) and bool(_LOWER.search(headline))


def _is_of_live(words: list[str]) -> bool:
    """Live updates, and what is live behind a dash; people live, too."""
    at = words.index("live")
    return words[at - 1] in _DASHES or not _OF_LIVE.isdisjoint(words[at + 1 : at + 2])


def _ends_with_its_outlet(words: list[str]) -> bool:
    last = words[-_OUTLETS_WORDS - 1 :]
    return any(word in _DASHES for word in last[:-1]) and all(
        word[0].isupper() or word in _DASHES for word in last[1:]
    )
