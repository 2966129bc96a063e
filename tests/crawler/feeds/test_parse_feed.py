"""Feeds of every format, from bytes to items."""

import pytest

from crawler.bodies import parse_body
from crawler.feeds import NotAFeedError, ParsedFeed

NOW = 1_685_440_000.0  # 2023-05-30 09:46:40 UTC


def parse(body: bytes | str, content_type: str = "") -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    return parse_body(
        data, url="https://outlet.example/feed", content_type=content_type, received=NOW
    )


def rss(*items: str, channel: str = "") -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/'
        'content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/'
        'modules/syndication/"><channel><title>Outlet</title><link>https://outlet.example/</link>'
        f"{channel}{''.join(items)}</channel></rss>"
    )


def test_rss_item_has_everything_it_says() -> None:
    feed = parse(
        rss(
            """<item><title>Drones over Moscow</title>
            <link>/2023/05/30/drones-over-moscow</link>
            <guid isPermaLink="false">a-17</guid>
            <pubDate>Tue, 30 May 2023 11:05:00 +0300</pubDate>
            <dc:creator>Jane Doe</dc:creator><category>World</category>
            <description>&lt;p&gt;Several &lt;b&gt;buildings&lt;/b&gt; hit&lt;/p&gt;</description>
            <content:encoded><![CDATA[<p>Long <script>evil()</script>text</p>]]></content:encoded>
            <enclosure url="https://outlet.example/p.jpg" type="image/jpeg" length="1"/>
            <source url="https://www.stern.de/feed">Stern</source></item>"""
        )
    )
    (item,) = feed.items
    assert (feed.format, feed.title, feed.home) == ("rss20", "Outlet", "https://outlet.example/")
    assert item.title == "Drones over Moscow"
    assert item.link == "https://outlet.example/2023/05/30/drones-over-moscow"
    assert (item.guid, item.guid_is_permalink) == ("a-17", False)
    assert item.published == 1685433900.0
    assert item.summary == "Several buildings hit"
    assert item.content == "<p>Long text</p>"
    assert item.authors == ("Jane Doe",)
    assert item.categories == ("World",)
    assert item.media == ("https://outlet.example/p.jpg",)
    assert (item.source_title, item.source_url) == ("Stern", "https://www.stern.de/feed")


def test_atom_and_json_feed_are_feeds() -> None:
    atom = parse(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>A</title>'
        '<link rel="self" href="/feed"/><link rel="hub" href="https://hub.example/"/>'
        '<entry><id>urn:1</id><title type="html">Eins &amp;amp; zwei</title>'
        '<link href="/eins-und-zwei-1"/><updated>2023-05-30T08:00:00Z</updated></entry></feed>'
    )
    assert atom.hubs == ("https://hub.example/",)
    assert atom.self_url == "https://outlet.example/feed"
    assert atom.items[0].title == "Eins & zwei"
    assert atom.items[0].published == 1685433600.0
    json_feed = parse(
        '{"version":"https://jsonfeed.org/version/1.1","title":"J","home_page_url":'
        '"https://outlet.example/","items":[{"id":7,"url":"/a-b-c-7","title":"T",'
        '"content_html":"<p>x</p>","date_published":"2023-05-30T10:00:00+02:00",'
        '"authors":[{"name":"N"}]}]}'
    )
    assert json_feed.format == "json"
    assert json_feed.items[0].guid == "7"
    assert json_feed.items[0].link == "https://outlet.example/a-b-c-7"
    assert json_feed.items[0].published == 1685433600.0
    assert json_feed.items[0].authors == ("N",)


@pytest.mark.parametrize(
    ("language", "hreflangs", "chosen"),
    [
        ("de", ("en", "de", "fr"), "de"),
        ("de-AT", ("en", "de", "fr"), "de"),
        ("", ("en", "fr"), "en"),
        ("nl", ("en", "", "fr"), ""),
        ("nl", ("en", "fr"), "en"),
        ("de", ("en",), "en"),
    ],
)
def test_of_a_link_for_each_language_the_feed_s_own_is_taken(
    language: str, hreflangs: tuple[str, ...], chosen: str
) -> None:
    links = "".join(
        f'<link rel="alternate" href="/story-1-{name}"'
        + (f' hreflang="{name}"/>' if name else "/>")
        for name in hreflangs
    )
    feed = parse(
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}"><title>A</title>'
        f"<entry><id>urn:1</id><title>One</title>{links}</entry></feed>"
    )
    assert feed.items[0].link == f"https://outlet.example/story-1-{chosen}"


MEDIA = '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>T</title>'
CAPTION = (
    '<media:content url="https://outlet.example/p.jpg"><media:description type="plain">'
    "<![CDATA[A <b>harbour</b>.]]></media:description></media:content>"
)


@pytest.mark.parametrize(
    ("inside", "summary"),
    [
        (f"{CAPTION}<description>What happened.</description>", "What happened."),
        (f"{CAPTION}{CAPTION}<description>What happened.</description>", "What happened."),
        (f"<media:group>{CAPTION}</media:group><description>What happened.</description>",
         "What happened."),
        (f"<description>What happened.</description>{CAPTION}", "What happened."),
        ("<media:description/><description>What happened.</description>", "What happened."),
        (CAPTION, "A harbour."),
    ],
)  # fmt: skip
def test_the_caption_of_a_picture_is_not_the_summary(inside: str, summary: str) -> None:
    items = f"<item><title>One</title>{inside}</item><item><title>Two</title></item>"
    feed = parse(f"{MEDIA}{items}</channel></rss>")
    assert [item.title for item in feed.items] == ["One", "Two"]
    assert feed.items[0].summary == summary


def test_wishes_of_the_feed_are_read() -> None:
    feed = parse(
        rss(
            channel="<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>"
            "<skipHours><hour>0</hour><hour>24</hour><hour>3</hour></skipHours>"
            "<skipDays><day>Sunday</day></skipDays>"
        )
    )
    assert feed.minimum_interval == 3600.0
    assert feed.skip_hours == (0, 3)
    assert feed.skip_days == (6,)


def test_a_link_that_all_items_share_names_no_article() -> None:
    feed = parse(
        rss(
            "<item><title>One</title><link>https://outlet.example/live-17</link></item>",
            "<item><title>Two</title><link>https://outlet.example/live-17</link></item>",
            "<item><title>Three</title><link>https://outlet.example/</link></item>",
            "<item><title>Four</title><link>https://outlet.example/four-is-a-story</link></item>",
        )
    )
    assert [item.link for item in feed.items] == [
        "",
        "",
        "",
        "https://outlet.example/four-is-a-story",
    ]
    assert feed.items[0].shared_link == "https://outlet.example/live-17"


def test_a_feed_without_a_home_keeps_its_guids() -> None:
    body = """<rss version="2.0"><channel><title>T</title>
    <item><title>One</title><guid isPermaLink="false">abc-1</guid></item></channel></rss>"""
    assert parse(body).items[0].guid == "abc-1"


def test_a_guid_that_items_share_is_none() -> None:
    feed = parse(
        rss(
            "<item><title>One</title><guid>outlet</guid><link>/one-1</link></item>",
            "<item><title>Two</title><guid>outlet</guid><link>/two-2</link></item>",
        )
    )
    assert [item.guid for item in feed.items] == ["", ""]


@pytest.mark.parametrize(
    ("body", "got"),
    [
        (b"", "empty body"),
        (b"  \r\n\x00", "empty body"),
        (b"<!DOCTYPE html><html><head><title>x</title></head></html>", "HTML page"),
        (b"<html lang='de'><body>Seite</body></html>", "HTML page"),
        (b'{"error": "not found"}', "JSON document"),
        (b"[1, 2]", "JSON document"),
        (b"{" * 100_000, "JSON document"),
        (b"<opml version='2.0'><body/></opml>", "OPML list"),
        (b"%PDF-1.7 ...", "PDF document"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\x1f\x8b\x08\x00", "compressed data"),
        (b"Service temporarily unavailable", "plain text"),
        (b"\x00\x01\x02\x03\xf0\xf1" * 50, "binary data"),
        (b"<?xml version='1.0'?><note><to>x</to></note>", "XML document"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, got: str) -> None:
    with pytest.raises(NotAFeedError) as caught:
        parse(body)
    assert caught.value.got == got
    assert "https://outlet.example/feed" in str(caught.value)
