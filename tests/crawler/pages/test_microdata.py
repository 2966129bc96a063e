"""Articles that are described in microdata only, and pages that abuse it."""

from datetime import UTC, datetime

from lxml import html as lxml_html

from crawler.pages import extract, microdata

PAGE = """
<html lang="en"><head><title>Ferry</title></head><body>
<div itemscope itemtype="https://schema.org/NewsArticle">
  <h1 itemprop="headline">Ferry runs aground off Holm</h1>
  <p>By <span itemprop="author" itemscope itemtype="https://schema.org/Person">
    <a itemprop="url" href="/people/mo"><span itemprop="name">Mo Lind</span></a></span></p>
  <!-- a comment -->
  <time itemprop="datePublished" datetime="2023-05-30T10:00:00Z">Tuesday</time>
  <meta itemprop="articleSection" content="Coast">
  <meta itemprop="isAccessibleForFree" content="false">
  <img itemprop="image" src="/ferry.jpg" alt="">
  <div itemprop="publisher" itemscope itemtype="https://schema.org/Organization">
    <meta itemprop="name" content="The Holm Post"></div>
  <div itemprop="articleBody"><p>{text}</p></div>
</div>
<div itemprop="author">Not in any item</div>
</body></html>
"""
TEXT = "The ferry lay on the rocks off Holm until the evening, the coast guard said. " * 40


def page(markup: str) -> list[dict[str, object]]:
    return microdata.nodes(lxml_html.fromstring(markup))


def test_an_item_becomes_a_node() -> None:
    (node,) = page(PAGE.format(text="Text."))
    assert node["@type"] == ["NewsArticle"]
    assert node["headline"] == ["Ferry runs aground off Holm"]
    assert node["datePublished"] == ["2023-05-30T10:00:00Z"]
    assert node["image"] == ["/ferry.jpg"]
    assert node["author"] == [{"@type": ["Person"], "url": ["/people/mo"], "name": ["Mo Lind"]}]
    assert "name" not in node
    assert "articleBody" not in node


def test_a_page_with_nothing_else_is_read_by_it() -> None:
    found = extract(
        PAGE.format(text=TEXT).encode(), url="https://holm.example/x", content_type="text/html"
    )
    assert found.byline == "Mo Lind"
    assert found.section == "Coast"
    assert found.site_name == "The Holm Post"
    assert found.media == ("https://holm.example/ferry.jpg",)
    assert found.published == datetime(2023, 5, 30, 10, tzinfo=UTC).timestamp()


def test_json_ld_and_meta_are_believed_first() -> None:
    linked = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry aground", '
        '"author": {"name": "Ada Berg"}}</script>'
        '<meta property="article:published_time" content="2023-05-30T08:00:00Z">'
    )
    found = extract(
        PAGE.format(text=TEXT).replace("</head>", linked + "</head>").encode(),
        url="https://holm.example/x",
        content_type="text/html",
    )
    assert found.byline == "Ada Berg"
    assert found.section == "Coast"
    assert found.published == datetime(2023, 5, 30, 8, tzinfo=UTC).timestamp()


def test_a_page_made_to_hurt_ends_soon() -> None:
    deep = "<div itemscope itemtype='x/Article' itemprop='author'>" * 3000
    wide = "<i itemprop='author'>x</i>" * 20_000
    many = "<p itemscope itemtype='x/Article'></p>" * 5000
    assert len(page(f"<body>{many}</body>")) == 50
    (node,) = page(f"<body><div itemscope itemtype='x/Article'>{wide}</div></body>")
    assert len(node["author"]) == 500  # type: ignore[arg-type]
    page(f"<body><div itemscope itemtype='x/Article'>{deep}</div></body>")
