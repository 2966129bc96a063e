"""Render the pages of outlets: the article, and around it what real pages have around one."""

from collections.abc import Sequence
from functools import cache

import jinja2

from copydesk.newsroom.edition import NewsArticle, Outlet

_RELATED = 5
# What a reader without a subscription sees.
_TEASER = 1


def render_article(
    outlet: Outlet, article: NewsArticle, others: Sequence[NewsArticle], base: str
) -> bytes:
    """The article's page. ``others`` are the outlet's articles, for the related links."""
    shown = article.paragraphs[:_TEASER] if article.page == "teaser" else article.paragraphs
    html = (
        _templates()
        .get_template(f"{outlet.template}.html.j2")
        .render(
            outlet=outlet,
            article=article,
            paragraphs=shown,
            others=[other for other in others if other.key != article.key][-_RELATED:],
            base=base,
        )
    )
    return html.encode()


def render_home(outlet: Outlet, articles: Sequence[NewsArticle]) -> bytes:
    """The front page, whose head leads to the feed."""
    home = _templates().get_template("home.html.j2")
    return home.render(outlet=outlet, articles=reversed(articles)).encode()


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("copydesk.newsroom"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
