"""The people who wrote an article, as its page names them."""

import re
from collections.abc import Iterable

from lxml import html as lxml_html
from trafilatura.metadata import extract_author

from crawler.plaintext import line

_MOST = 20
_BY = re.compile(
    r"^(?:written |words |text |report(?:ed)? |story |article )?(?:by|von|par|por|di|door|av|af|"
    r"przez|автор|от)\s*:?\s+",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"@|://|^www\.|^\d+$|^\W*$|^(?:admin|administrator|redakcja|editor)$", re.IGNORECASE
)


def byline(
    root: lxml_html.HtmlElement,
    *,
    linked: tuple[str, ...],
    named: tuple[str, ...],
    site: str,
) -> str:
    """Names joined by ", ", from JSON-LD, else ``<meta>``, else the page's own byline.

    The outlet naming itself is only believed when nobody else is named.
    """
    for names in (people(linked), people(named)):
        if persons := [name for name in names if not _is_site(name, site)]:
            return ", ".join(persons)
    # trafilatura looks for bylines by the class names that templates use.
    found = people((extract_author(root) or "").split(";"))
    if persons := [name for name in found if not _is_site(name, site)]:
        return ", ".join(persons)
    return ", ".join(people(linked) or people(named))


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Cleaned names without addresses, numbers, duplicates and the word "by"."""
    cleaned = (_BY.sub("", line(name, limit=200)).strip(" ,;|") for name in names)
    kept = (name for name in cleaned if name and not _NOT_A_NAME.search(name))
    return tuple(dict.fromkeys(kept))[:_MOST]


def _is_site(name: str, site: str) -> bool:
    one, other = (re.sub(r"\W+", "", text).casefold() for text in (name, site))
    return bool(one) and bool(other) and (one == other or one in other or other in one)
