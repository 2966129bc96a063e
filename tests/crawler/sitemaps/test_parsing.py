"""Sitemaps as bytes, well-formed or not, to what is news in them."""

import pytest

from crawler.bodies import parse_body
from crawler.feeds import NotAFeedError, ParsedFeed
from tests.crawler.sitemaps.sheets import (
    DAY,
    HOUR,
    NOW,
    bare,
    branch,
    index,
    news,
    urlset,
)

URL = "https://gazette.example/sitemap.xml"
STORY = "https://gazette.example/harbour-closed-4711"


def parse(body: bytes, *, url: str = URL) -> ParsedFeed:
    return parse_body(body, url=url, content_type="application/xml", received=NOW)


def links(feed: ParsedFeed) -> list[str]:
    return [item.link for item in feed.items]


def test_an_entry_of_a_news_sitemap_says_what_an_item_of_a_feed_says() -> None:
    more = "<news:keywords>harbour, strike ,harbour</news:keywords><news:genres>Blog</news:genres>"
    picture = (
        "<image:image xmlns:image='i'><image:loc>https://x.example/p.jpg</image:loc></image:image>"
    )
    entry = news(STORY, "Harbour &amp;amp; mole <![CDATA[closed]]>", at=NOW - HOUR, more=more)
    feed = parse(urlset(entry.replace("<url>", f"<url>{picture}")))
    assert (feed.format, feed.title, feed.language) == ("news-sitemap", "Harbour Gazette", "en")
    assert (feed.problem, feed.left_out, feed.truncated) == ("", "", 0)
    (item,) = feed.items
    assert (item.link, item.title) == (STORY, "Harbour & mole closed")
    assert (item.published, item.published_precise) == (NOW - HOUR, True)
    assert (item.categories, item.language, item.guid) == (("harbour", "strike"), "en", "")


def test_only_what_is_recent_is_news_and_the_newest_comes_first() -> None:
    feed = parse(
        urlset(
            news(f"{STORY}-1", "Older", at=NOW - 6 * DAY),
            news(f"{STORY}-2", "Newer", at=NOW - HOUR),
            news(f"{STORY}-3", "Of last month", at=NOW - 30 * DAY),
            news(f"{STORY}-4", "Local time called UTC", at=NOW + 2 * HOUR),
            news(f"{STORY}-5", "Of next year", at=NOW + 365 * DAY),
        )
    )
    assert [item.title for item in feed.items] == ["Local time called UTC", "Newer", "Older"]
    assert feed.left_out == "2 of 5 entries are no recent articles"


@pytest.mark.parametrize(
    "date", ["", "yesterday", "0001-01-01", "1970-01-01T00:00:00Z", "9999-12-31", "-1", "9" * 99999]
)
def test_an_absurd_date_is_none(date: str) -> None:
    entry = news(STORY, "Harbour closed").replace("2023-05-30T12:00:00+00:00", date)
    assert parse(urlset(entry)).items == ()
    assert parse(urlset(bare(STORY, NOW).replace("2023-05-30T12:00:00+00:00", date))).items == ()


def test_a_date_without_a_time_counts_for_its_day() -> None:
    entry = news(STORY, "Harbour closed").replace("2023-05-30T12:00:00+00:00", "2023-05-30")
    (item,) = parse(urlset(entry)).items
    assert (item.published, item.published_precise) == (NOW - 12 * HOUR, False)


def test_without_the_news_extension_an_entry_needs_a_recent_date_and_an_address_of_an_article() -> (
    None
):
    home = "https://gazette.example"
    feed = parse(
        urlset(
            bare(f"{home}/changed-today-1", NOW - HOUR),
            bare(f"{home}/changed-last-week-2", NOW - 5 * DAY),
            bare(f"{home}/2023/05/29/dated-by-its-address"),
            # Changed today, and of long ago.
            bare(f"{home}/2015/05/29/corrected-story", NOW - HOUR),
            bare(f"{home}/undated-story-3"),
            bare(f"{home}/", NOW),
            bare(f"{home}/contact", NOW),
            bare(f"{home}/tag/harbour-strike", NOW),
            bare(f"{home}/author/jane-doe-17/", NOW),
        )
    )
    assert feed.format == "sitemap"
    assert links(feed) == [f"{home}/changed-today-1", f"{home}/2023/05/29/dated-by-its-address"]
    assert all(item.title == "" and item.published is None for item in feed.items)
    assert feed.left_out == "7 of 9 entries are no recent articles"


def test_a_moment_that_many_entries_share_is_that_of_the_file() -> None:
    made = [bare(f"{STORY}-{number}", NOW - HOUR) for number in range(50)]
    assert links(parse(urlset(*made, bare(STORY, NOW - 2 * HOUR)))) == [STORY]


def test_a_list_of_addresses_is_a_sitemap() -> None:
    body = b"\xef\xbb\xbfhttps://gazette.example/2023/05/30/storm\r\n\nhttps://gazette.example/2011/1/x\n"
    feed = parse(body + b"javascript:alert(1)\nnonsense\n")
    assert (feed.format, links(feed)) == ("sitemap", ["https://gazette.example/2023/05/30/storm"])
    with pytest.raises(NotAFeedError):
        parse(b"https://gazette.example/error?code=7")


def test_one_page_is_one_item_with_the_title_that_any_entry_gives_it() -> None:
    feed = parse(
        urlset(
            bare(f"{STORY}?utm_source=map", NOW),
            news(STORY, "Harbour closed", at=NOW - HOUR),
            news(STORY, "Harbour closed", at=NOW - 2 * HOUR),
        )
    )
    assert [(item.link, item.title) for item in feed.items] == [(STORY, "Harbour closed")]


def test_addresses_are_resolved_and_what_is_none_is_left_out() -> None:
    bad = ["", "mailto:a@b.example", "javascript:alert(1)", "file:///etc/passwd", "http://[::1",
           "ftp://gazette.example/1-2-3", "https://" + "x" * 5000, "#", "//"]  # fmt: skip
    feed = parse(
        urlset(
            *(news(link, "Bad") for link in bad),
            news("/relative-story-1", "One"),
            news("\n  https://gazette.example/white-space-2\n ", "Two"),
        )
    )
    assert sorted(links(feed)) == [
        "https://gazette.example/relative-story-1",
        "https://gazette.example/white-space-2",
    ]


def test_the_newest_thousand_of_many_are_taken() -> None:
    feed = parse(urlset(*(news(f"{STORY}-{n}", "T", at=NOW - n) for n in range(1500))))
    assert (len(feed.items), feed.truncated) == (1000, 500)
    assert feed.items[0].link == f"{STORY}-0"
    assert feed.items[-1].link == f"{STORY}-999"


SHEET = urlset(news(STORY, "Harbour closed")).decode()


@pytest.mark.parametrize(
    "body",
    [
        SHEET.replace("sitemaps.org/schemas", "google.example/wrong"),
        SHEET.replace("schemas/sitemap-news/0.9", "something/else"),
        '<urlset>' + SHEET.partition("0.9\">")[2],
        SHEET.replace("<urlset ", "<sm:urlset ").replace("</urlset", "</sm:urlset")
        .replace("<url>", "<sm:url>").replace("</url>", "</sm:url>"),
        SHEET.replace("urlset", "URLSET").replace("<loc>", "<Loc>").replace("</loc>", "</Loc>"),
        SHEET.removesuffix("</urlset>"),
        SHEET.removesuffix("</urlset>") + "<url><loc>https://gazette.example/cut-in-the-mid",
        SHEET.replace("<news:title>", "<news:title>&undefined;"),
        SHEET.replace("?>", "?>\n<?xml-stylesheet href='x'?><!-- a <urlset> --><!DOCTYPE x>"),
        "\n\n  " + SHEET,
        "<br />\n<b>Notice</b>: Undefined variable\n" + SHEET,
        SHEET.replace("<urlset", "<urlset\n"),
    ],
)  # fmt: skip
def test_sloppy_markup_is_read_all_the_same(body: str) -> None:
    (item,) = parse(body.encode()).items
    assert item.link == STORY
    assert item.title.endswith("Harbour closed")


def test_other_charsets_are_read() -> None:
    sheet = SHEET.replace("Harbour closed", "Möwen über dem Hafen")
    for body in (
        sheet.encode("utf-16"),
        sheet.replace("UTF-8", "iso-8859-1").encode("latin-1"),
        b"\xef\xbb\xbf" + sheet.encode(),
    ):
        assert parse(body).items[0].title == "Möwen über dem Hafen"


INCLUDE = '<xi:include href="/etc/passwd" parse="text"/>'
PASSWORDS = '<!DOCTYPE x [<!ENTITY l SYSTEM "file:///etc/passwd">]>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "body",
    [
        f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><urlset>{news(STORY, "&l9;")}</urlset>',
        f'{PASSWORDS}<urlset>{news(STORY, "&l;")}</urlset>',
        f'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><urlset>{news(STORY, "x")}</urlset>',
        f'<urlset><!DOCTYPE x [<!ENTITY l "lol">]>{news(STORY, "&l;")}</urlset>',
        f"<urlset xmlns:xi='http://www.w3.org/2001/XInclude'>{news(STORY, INCLUDE)}</urlset>",
    ],
)  # fmt: skip
def test_no_entity_and_nothing_from_elsewhere_gets_in(body: str) -> None:
    titles = [item.title for item in parse(body.encode()).items]
    assert all("lol" not in title and "root" not in title for title in titles)


@pytest.mark.parametrize(
    "body",
    [
        b"<urlset>" + b"<a>" * 200_000,
        b"<urlset><url " + b'a="x" ' * 100_000 + b"/></urlset>",
        b"<urlset><url " + b"a" * 1_000_000,
    ],
)
def test_markup_that_is_an_attack_is_refused(body: bytes) -> None:
    with pytest.raises(NotAFeedError):
        parse(body)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<urlset>" + b"<url/>" * 300_000, "more than 100,000 entries"),
        (b"<urlset><url>" + b"<image/>" * 100_000, "Premature end"),
        (b"<urlset><url><loc>" + b"x" * 11_000_000 + b"</loc></url></urlset>", "too long"),
        (b"<urlset>" + b"<url>" * 200, "Premature end"),
        (b"<urlset>" + b"<url><b></url></b>" * 10_000, "mismatch"),
        (b"<urlset>" + b"\0" * 1_000_000, "Invalid character"),
        (b"http://x.example/\n" * 300_000, "more than 100,000 lines"),
    ],
)
def test_what_cannot_be_read_whole_is_read_as_far_as_it_goes(body: bytes, problem: str) -> None:
    feed = parse(body)
    assert feed.items == ()
    assert problem in feed.problem


def test_an_index_names_the_sitemaps_that_promise_news() -> None:
    home = "https://gazette.example"
    feed = parse(
        index(
            branch(f"{home}/posts-1.xml", NOW - HOUR),
            branch(f"{home}/newsletter.xml", NOW),
            branch(f"{home}/sitemap-news.xml"),
            branch("/googlenews.xml.gz", NOW),
            branch(f"{home}/news-2015.xml", NOW),
            branch(f"{home}/old-news.xml", NOW - 60 * DAY),
        )
    )
    assert (feed.format, feed.items) == ("sitemap-index", ())
    assert feed.children == (f"{home}/googlenews.xml.gz", f"{home}/sitemap-news.xml")


def test_without_one_of_news_an_index_names_the_newest() -> None:
    home = "https://gazette.example"
    feed = parse(
        index(
            branch(f"{home}/category-sitemap.xml", NOW),
            branch(f"{home}/undated.xml"),
            branch(f"{home}/posts-1.xml", NOW - 900 * DAY),
            branch(f"{home}/posts-2.xml", NOW - DAY),
            branch(f"{home}/posts-3.xml", NOW - HOUR),
            branch(f"{home}/sitemap-2023-05.xml"),
            branch(f"{home}/sitemap-2023-04.xml", NOW),
            branch(f"{home}/2022/sitemap-2022.xml"),
            branch(f"{home}/posts-3.xml", NOW - HOUR),
            branch("data:text/xml,x", NOW),
        )
    )
    assert feed.children == (
        f"{home}/sitemap-2023-05.xml",
        f"{home}/posts-3.xml",
        f"{home}/posts-2.xml",
        f"{home}/undated.xml",
        f"{home}/category-sitemap.xml",
    )
    old = parse(index(branch(f"{home}/posts-1.xml", NOW - 900 * DAY)))
    assert (old.children, old.left_out) == ((), "none of its 1 sitemaps is new")
    many = parse(index(*(branch(f"{home}/posts-{n}.xml", NOW) for n in range(5000))))
    assert len(many.children) == 20
