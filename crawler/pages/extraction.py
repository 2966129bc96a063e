"""The article on a page: text, title, byline, dates, language, and how good it all is."""

from urllib.parse import urljoin, urlsplit

import trafilatura
from lxml import html as lxml_html
from trafilatura.settings import DEFAULT_CONFIG, Document

from crawler import dates, language
from crawler.pages import gates, head, jsonld, markup
from crawler.pages.model import Page
from crawler.pages.quality import quality, word_count
from crawler.plaintext import fold

MAX_TEXT = 500_000
# The same article in JSON-LD must be this much better before it displaces what the page shows.
_JSONLD_MARGIN = 0.05


def extract(body: bytes, *, url: str, content_type: str) -> Page:
    """Extract an article from the bytes of its page. Never raises on bad pages: see ``note``.

    Pure and slow (10 to 300 ms): run it through :class:`crawler.workers.Workers`.
    """
    if not body.strip(b" \t\r\n\x00"):
        return Page(note="empty")
    if not markup.is_html(body, content_type=content_type):
        return Page(note="not-html")
    source = markup.decode(body, content_type=content_type)
    root = markup.tree(source)
    if root is None:
        return Page(note="not-html")
    meta, linked = head.read(root), jsonld.read(root)
    title = _title(meta, linked)
    text, method = _text(root, linked, url=url)
    note = gates.note_for(
        html=source, title=title or meta.title, text=text, free=linked.free, tier=meta.tier
    )
    score = quality(text)
    written, confidence = language.detect(f"{title}\n{text}", hint=linked.language or meta.language)
    date = _published(root, meta, linked, url=url)
    updated = dates.parse_date(linked.updated or meta.updated)
    return Page(
        text=text,
        title=title,
        byline=", ".join(linked.authors or meta.authors),
        canonical_url=_absolute(url, meta.canonical or linked.url or meta.og_url),
        published=date.at,
        published_origin=date.origin,
        published_confidence=date.confidence,
        updated=updated.at if updated else None,
        language=written,
        language_confidence=confidence,
        method=method,
        quality=min(score, 0.49) if note else score,
        section=linked.section or meta.section,
        keywords=linked.keywords or meta.keywords,
        media=tuple(filter(None, (_absolute(url, i) for i in (meta.image, *linked.images))))[:20],
        site_name=meta.site_name or linked.publisher,
        description=meta.description or linked.description,
        credit_source=linked.provider or meta.source,
        note=note,
    )


def _text(root: lxml_html.HtmlElement, linked: jsonld.Metadata, *, url: str) -> tuple[str, str]:
    document = trafilatura.bare_extraction(
        root, url=url, include_comments=False, include_tables=False, config=DEFAULT_CONFIG
    )
    text = _lines(document.text or "") if isinstance(document, Document) else ""
    body = _lines(linked.body)
    if body and quality(body) > quality(text) + _JSONLD_MARGIN and word_count(body) > 60:
        return body[:MAX_TEXT], "jsonld"
    return text[:MAX_TEXT], "trafilatura" if text else "none"


def _lines(text: str) -> str:
    return "\n".join(filter(None, (fold(part) for part in text.split("\n"))))


def _title(meta: head.Head, linked: jsonld.Metadata) -> str:
    headline = head.headline_of(meta.title, meta.site_name)
    return (
        linked.title or meta.heading or head.headline_of(meta.og_title, meta.site_name) or headline
    )


def _published(
    root: lxml_html.HtmlElement, meta: head.Head, linked: jsonld.Metadata, *, url: str
) -> dates.FusedDate:
    claims = []
    if stamp := dates.parse_date(linked.published):
        claims.append(dates.evidence(stamp, "jsonld"))
    if stamp := dates.parse_date(meta.published) or _time_element(root):
        claims.append(dates.evidence(stamp, "html"))
    if claim := dates.from_url(urlsplit(url).path):
        claims.append(claim)
    return dates.fuse(claims, now=float("inf"))


def _time_element(root: lxml_html.HtmlElement) -> dates.Stamp | None:
    for element in root.iter("time"):
        if stamp := dates.parse_date(element.get("datetime") or ""):
            return stamp
    return None


def _absolute(base: str, address: str) -> str:
    try:
        joined = urljoin(base, address.strip())
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if address and parts.scheme in {"http", "https"} and parts.hostname else ""
