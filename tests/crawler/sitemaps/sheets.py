"""Sitemaps of invented outlets."""

from datetime import UTC, datetime

NOW = 1_685_448_000.0  # 30 May 2023, 12:00 UTC
HOUR = 3600.0
DAY = 24 * HOUR
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def stamp(at: float) -> str:
    """An epoch second as W3C writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def news(link: str, title: str = "", *, at: float = NOW, more: str = "") -> str:
    """An entry of a news sitemap."""
    headline = f"<news:title>{title}</news:title>" if title else ""
    return (
        f"<url><loc>{link}</loc><news:news><news:publication><news:name>Harbour Gazette</news:name>"
        f"<news:language>en</news:language></news:publication>"
        f"<news:publication_date>{stamp(at)}</news:publication_date>{headline}{more}</news:news></url>"
    )


def bare(link: str, modified: float | None = None) -> str:
    """An entry that says where, and at most when."""
    changed = "" if modified is None else f"<lastmod>{stamp(modified)}</lastmod>"
    return f"<url><loc>{link}</loc>{changed}</url>"


def urlset(*entries: str) -> bytes:
    """A sitemap."""
    head = f'<?xml version="1.0" encoding="UTF-8"?><urlset {SITEMAP} {NEWS}>'
    return f"{head}{''.join(entries)}</urlset>".encode()


def branch(link: str, modified: float | None = None) -> str:
    """A sitemap of an index."""
    return bare(link, modified).replace("url>", "sitemap>")


def index(*branches: str) -> bytes:
    """An index of sitemaps."""
    return f"<sitemapindex {SITEMAP}>{''.join(branches)}</sitemapindex>".encode()
