"""What a page's head says about the article: meta, link, title, the language of the root."""

import re

import msgspec
from lxml import html as lxml_html

from crawler.plaintext import line


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Metadata of a page as written; empty where there is none."""

    og_title: str = ""
    title: str = ""
    heading: str = ""
    description: str = ""
    canonical: str = ""
    og_url: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    section: str = ""
    keywords: tuple[str, ...] = ()
    image: str = ""
    site_name: str = ""
    source: str = ""
    tier: str = ""


def read(root: lxml_html.HtmlElement) -> Head:
    """Collect the head of a page; ``meta`` anywhere counts, since many templates misplace it."""
    metas = _metas(root)

    def first(*names: str) -> str:
        return next((metas[name][0] for name in names if metas.get(name)), "")

    keywords = metas.get("article:tag", []) or re.split(
        r"[,;]", first("news_keywords", "keywords", "parsely-tags", "sailthru.tags")
    )
    return Head(
        og_title=line(first("og:title", "twitter:title", "parsely-title", "dc.title")),
        title=_document_title(root),
        heading=_heading(root),
        description=line(first("og:description", "description", "twitter:description"), limit=4000),
        canonical=_link(root, "canonical"),
        og_url=first("og:url"),
        language=_language(root, first("og:locale", "content-language", "dc.language", "language")),
        authors=_authors(metas),
        published=first(
            "article:published_time", "article:published", "og:article:published_time",
            "datepublished", "date.issued", "dc.date.issued", "dcterms.created", "dcterms.date",
            "parsely-pub-date", "sailthru.date", "pubdate", "publish-date", "publishdate",
            "publication_date", "cxenseparse:recs:publishtime", "article.published", "dc.date",
            "published_at", "rnews:datepublished", "iso-8601-publish-date", "date",
        ),
        updated=first("article:modified_time", "og:updated_time", "last-modified", "datemodified",
                      "dcterms.modified", "lastmod", "date.modified", "revised"),
        section=line(first("article:section", "og:article:section", "section", "parsely-section",
                           "cxenseparse:section"), limit=200),
        keywords=tuple(dict.fromkeys(filter(None, (line(w, limit=100) for w in keywords))))[:50],
        image=first("og:image", "og:image:url", "og:image:secure_url", "twitter:image"),
        site_name=line(first("og:site_name", "application-name"), limit=200),
        source=line(first("syndication-source", "original-source", "article:source", "source",
                          "agency", "dc.source"), limit=500),
        tier=first("article:content_tier", "og:article:content_tier").lower(),
    )  # fmt: skip


def _metas(root: lxml_html.HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = (meta.get("content") or "").strip()
        if not content:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            key = (meta.get(attribute) or "").strip().lower()
            if key:
                found.setdefault(key, []).append(content)
    return found


def _link(root: lxml_html.HtmlElement, relation: str) -> str:
    for link in root.iter("link"):
        if relation in (link.get("rel") or "").lower().split() and link.get("href"):
            return (link.get("href") or "").strip()
    return ""


def _document_title(root: lxml_html.HtmlElement) -> str:
    element = root.find(".//title")
    return line(element.text_content()) if element is not None else ""


def _heading(root: lxml_html.HtmlElement) -> str:
    headings = [line(h.text_content()) for h in root.iter("h1")]
    present = [heading for heading in headings if heading]
    return present[0] if len(present) == 1 else ""


def _language(root: lxml_html.HtmlElement, claimed: str) -> str:
    own = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    return (own or claimed).strip()[:12]


def _authors(metas: dict[str, list[str]]) -> tuple[str, ...]:
    names = ("author", "article:author", "byl", "parsely-author", "sailthru.author", "dc.creator",
             "og:article:author", "dcterms.creator", "authors")  # fmt: skip
    return next((tuple(metas[name][:20]) for name in names if metas.get(name)), ())
