"""The headline among the titles a page has for readers, search engines and networks."""

import re
from collections import Counter
from urllib.parse import urlsplit

# The surrounding white space is part of it: "Post-Brexit" and "A|B" stay whole.
_SEPARATOR = re.compile(r"\s+(?:[|｜ǀ–—―•·«»:/>-]|::|\|\||<)\s+|\s*[|｜]\s*|(?<=\S)--(?=\S)")
_SITE_WORDS = 4


def headline(*, linked: str, heading: str, social: str, document: str, site: str, url: str) -> str:
    """The title most of the page's sources agree on, without the outlet's name around it.

    ``linked`` is JSON-LD's headline, ``heading`` the only ``h1``, ``social`` ``og:title`` and
    ``document`` ``<title>``, used when the others are silent. Without agreement the order is as
    named: on 258 pages of 180 outlets JSON-LD is right most often.
    """
    candidates = [
        stripped
        for title in (linked, heading, social)
        if title and (stripped := without_site(title, site=site, url=url))
    ]
    if not candidates:
        return without_site(document, site=site, url=url) or document
    votes = Counter(map(_bare, candidates))
    best = max(candidates, key=lambda title: votes[_bare(title)])
    # "Headline | Politics" beside "Headline" is the same headline with its section.
    return min((c for c in candidates if _bare(c) and _extends(best, c)), key=len, default=best)


def without_site(title: str, *, site: str, url: str) -> str:
    """A title without parts before or after it that only name the outlet."""
    names = _site_names(site, url)
    while len(parts := list(_SEPARATOR.finditer(title))) > 0:
        head, tail = title[: parts[0].start()], title[parts[-1].end() :]
        if _names_site(tail, names):
            title = title[: parts[-1].start()].rstrip()
        elif _names_site(head, names):
            title = title[parts[0].end() :].lstrip()
        else:
            break
    return title


def _extends(longer: str, shorter: str) -> bool:
    if not longer.startswith(shorter) or len(shorter) < 15:
        return False
    return bool(_SEPARATOR.match(longer, len(shorter)))


def _site_names(site: str, url: str) -> set[str]:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    labels = [label for label in host.split(".")[:-1] if label not in {"www", "co", "com", "m"}]
    return {
        name
        for name in (_bare(site), _bare(host.removeprefix("www.")), *map(_bare, labels))
        if name
    }


def _names_site(part: str, names: set[str]) -> bool:
    bare = _bare(part)
    if not bare or len(part.split()) > _SITE_WORDS:
        return False
    if bare in names:
        return True
    # "Golem.de" for golem, "BBC News" for bbc: the name and little more, never one letter.
    return any(
        (bare.startswith(name) or name.startswith(bare)) and min(len(bare), len(name)) >= 3
        for name in names
    )


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
