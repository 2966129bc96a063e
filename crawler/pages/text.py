"""The article's text: trafilatura's extractors in turn, then what the outlet gives to machines.

Measured on 439 pages (``python -m benchmarks.pages``): trafilatura's precise mode keeps fewer
teasers and captions (F1 .961 against .955 on the English set) but loses some articles whole. Its
broad mode is therefore asked only where the precise one found little.
"""

import html
from copy import deepcopy

import trafilatura
from lxml import html as lxml_html
from trafilatura.settings import Document

from crawler.pages.quality import quality, word_count
from crawler.plaintext import fold, stream_safe

MAX_TEXT = 500_000
# Characters under which the precise mode may have lost most of the article; 12 % of pages.
_SHORT = 2000
# The broad text is taken when the precise one is less than this share of it.
_LOST = 0.4
# ``articleBody`` is often flattened, stripped of apostrophes or a summary: it has to be this much
# longer than what the page shows, and prose.
_BODY_LONGER = 1.5
_BODY_WORDS = 60


def article_text(
    root: lxml_html.HtmlElement, *, url: str, title: str, body: str
) -> tuple[str, str]:
    """The text, one paragraph a line and without the headline, and the extractor that won.

    ``body`` is JSON-LD's ``articleBody``, "" if there is none. ``root`` is left as it was.
    """
    text, method = _extracted(root, url=url, precise=True), "trafilatura-precise"
    if len(text) < _SHORT:
        broad = _extracted(root, url=url, precise=False)
        if len(text) < _LOST * len(broad):
            text, method = broad, "trafilatura"
    text = without_headline(text, title)
    linked = without_headline(_lines(html.unescape(body)), title)
    longer = len(linked) > _BODY_LONGER * len(text) and word_count(linked) >= _BODY_WORDS
    if longer and quality(linked) >= 0.8 * quality(text):
        text, method = linked, "jsonld"
    return text[:MAX_TEXT], method if text else "none"


def without_headline(text: str, title: str) -> str:
    """The text without lines at its beginning that only repeat the headline."""
    lines = text.split("\n")
    wanted = _bare(title)
    while wanted and lines and _bare(lines[0]) == wanted:
        lines.pop(0)
    return "\n".join(lines)


def _extracted(root: lxml_html.HtmlElement, *, url: str, precise: bool) -> str:
    document = trafilatura.bare_extraction(
        deepcopy(root), url=url, include_comments=False, favor_precision=precise
    )
    return _lines(document.text or "") if isinstance(document, Document) else ""


def _lines(text: str) -> str:
    return "\n".join(filter(None, (fold(part) for part in stream_safe(text).split("\n"))))


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
