"""Feeds that a page names or links to."""

from crawler.pages import FeedCandidate, find_feeds

URL = "https://outlet.example/news/"


def found(html: str) -> list[tuple[str, str]]:
    return [(c.url, c.kind) for c in find_feeds(html.encode(), url=URL)]


def test_declared_feeds_come_before_guessed_ones() -> None:
    html = """<html><head>
    <link rel="alternate" type="application/rss+xml" title="All &amp; more" href="/rss.xml">
    <LINK REL='ALTERNATE home' TYPE='application/atom+xml; charset=utf-8'
     HREF='//outlet.example/atom'>
    <link rel="alternate" type="application/feed+json" href="feed.json">
    <link rel="alternate" type="application/rss+xml" href="/comments/feed/">
    <link rel="alternate" type="text/html" hreflang="de" href="/de">
    <link rel="stylesheet" type="application/rss+xml" href="/no">
    </head><body><a href="/feeds/sport.rss">Sport</a><a href="/feed">Feed</a>
    <a href="https://feedly.com/i/subscription/feed/x">Feedly</a><a href="/feedback">F</a>
    <a href="/rss.xml">again</a></body></html>"""
    assert found(html) == [
        ("https://outlet.example/rss.xml", "rss"),
        ("https://outlet.example/atom", "atom"),
        ("https://outlet.example/news/feed.json", "json"),
        ("https://outlet.example/feeds/sport.rss", "guess"),
        ("https://outlet.example/feed", "guess"),
    ]
    first = find_feeds(html.encode(), url=URL)[0]
    assert first == FeedCandidate(
        url="https://outlet.example/rss.xml", title="All & more", kind="rss"
    )


def test_base_and_feed_scheme_count() -> None:
    html = (
        '<base href="https://cdn.example/x/">'
        "<link rel=alternate type=application/rss+xml href=a.xml>"
        '<link rel="alternate" type="application/rss+xml" href="feed:https://outlet.example/b.xml">'
    )
    assert found(f"<html><head>{html}</head></html>") == [
        ("https://cdn.example/x/a.xml", "rss"),
        ("https://outlet.example/b.xml", "rss"),
    ]


def test_hostile_and_foreign_pages_have_none() -> None:
    assert find_feeds(b"", url=URL) == ()
    assert find_feeds(b"%PDF-1.4", url=URL) == ()
    assert find_feeds(b"<rss version='2.0'/>", url=URL) == ()
    bad = '<html><link rel=alternate type=application/rss+xml href="{}"></html>'
    for address in ("javascript:alert(1)", "data:text/xml,x", "http://[", "mailto:a@b.c", ""):
        assert found(bad.format(address)) == []


def test_no_more_than_fifty() -> None:
    links = "".join(f"<a href=/rss/{number}.xml>x</a>" for number in range(500))
    assert len(found(f"<html><body>{links}</body></html>")) == 50
