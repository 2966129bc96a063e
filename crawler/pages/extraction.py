"""The article on a page: text, title, byline, dates, language, and how good it all is."""

from copy import deepcopy
from urllib.parse import urljoin, urlsplit

from htmldate import find_date
from lxml import html as lxml_html

from crawler import dates, language
from crawler.pages import gates, head, jsonld, markup
from crawler.pages.byline import byline
from crawler.pages.headline import headline
from crawler.pages.model import Page
from crawler.pages.quality import quality
from crawler.pages.text import article_text

# Longer ones are pictures as data, or meant to keep whoever takes them apart busy.
_MAX_URL = 4000


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
    meta, marked = head.read(root), jsonld.read_marked(root)
    linked = jsonld.filled(jsonld.read(root), marked)
    site = meta.site_name or linked.publisher
    title = headline(
        linked=linked.title,
        heading=meta.heading,
        social=meta.og_title,
        document=meta.title,
        site=site,
        url=url,
    )
    text, method = article_text(root, url=url, title=title, body=linked.body)
    note = gates.note_for(
        html=source, title=title or meta.title, text=text, free=linked.free, tier=meta.tier
    )
    score = quality(text)
    written, confidence = language.detect(f"{title}\n{text}", hint=linked.language or meta.language)
    date = _published(root, meta, linked, url=url, marked=marked.published)
    updated = dates.read_date(linked.updated or meta.updated, language=meta.language)
    return Page(
        text=text,
        title=title,
        byline=byline(root, linked=linked.authors, named=meta.authors, site=site),
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
        site_name=site,
        description=meta.description or linked.description,
        credit_source=linked.provider or meta.source,
        note=note,
    )


def _published(
    root: lxml_html.HtmlElement,
    meta: head.Head,
    linked: jsonld.Metadata,
    *,
    url: str,
    marked: str,
) -> dates.FusedDate:
    claims = []
    if stamp := dates.read_date(linked.published, language=meta.language):
        claims.append(dates.evidence(stamp, "jsonld"))
    if stamp := dates.read_date(meta.published, language=meta.language) or _time_element(root):
        claims.append(dates.evidence(stamp, "html"))
    if claim := dates.from_url(urlsplit(url).path):
        claims.append(claim)
    if not claims and (stamp := dates.read_date(marked, language=meta.language)):
        claims.append(dates.evidence(stamp, "html"))
    if not claims and (claim := _printed_date(root)):
        claims.append(claim)
    return dates.fuse(claims, now=float("inf"))


def _printed_date(root: lxml_html.HtmlElement) -> dates.DateEvidence | None:
    """A date that is only written for readers; htmldate knows where outlets print it."""
    try:
        found = find_date(deepcopy(root), original_date=True, outputformat="%Y-%m-%d")
    except (ValueError, OverflowError):  # dates such as the 31st of February
        return None
    stamp = dates.parse_date(found or "")
    if stamp is None:
        return None
    return dates.DateEvidence(at=stamp.at, origin="html", weight=0.4, precise=False)


def _time_element(root: lxml_html.HtmlElement) -> dates.Stamp | None:
    for element in root.iter("time"):
        if stamp := dates.parse_date(element.get("datetime") or ""):
            return stamp
    return None


def _absolute(base: str, address: str) -> str:
    if len(address) > _MAX_URL:
        return ""
    try:
        joined = urljoin(base, address.strip())
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if address and parts.scheme in {"http", "https"} and parts.hostname else ""
