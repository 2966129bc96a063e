"""Feeds that are broken, hostile or absurdly large."""

import json
import resource

import pytest

from crawler.assemble import from_feed
from crawler.bodies import parse_body
from crawler.feeds import NotAFeedError, ParsedFeed
from crawler.feeds.common import MAX_CONTENT, MAX_ITEMS, MAX_TITLE
from crawler.job import FeedJob

NOW = 1_685_440_000.0
HEAD = b"<?xml version='1.0'?><rss version='2.0'><channel><title>Outlet</title>"
TAIL = b"</channel></rss>"


def parse(body: bytes, content_type: str = "") -> ParsedFeed:
    return parse_body(
        body, url="https://outlet.example/feed", content_type=content_type, received=NOW
    )


def _described(description: bytes) -> bytes:
    return b"<item><title>T</title><description>" + description + b"</description></item>"


def test_of_100_000_items_the_newest_stay_and_the_rest_are_counted() -> None:
    item = b"<item><title>T%d</title><link>/a-b-c-%d</link><pubDate>%s</pubDate></item>"
    old = b"Mon, 01 May 2023 10:00:00 GMT"
    new = b"Tue, 30 May 2023 08:00:00 GMT"
    tomorrow = b"Fri, 30 May 2031 08:00:00 GMT"
    items = [item % (n, n, new if n >= 99_900 else old) for n in range(99_999)]
    feed = parse(HEAD + b"".join([*items, item % (99_999, 99_999, tomorrow)]) + TAIL)
    assert len(feed.items) == MAX_ITEMS
    assert feed.truncated == 100_000 - MAX_ITEMS
    titles = {entry.title for entry in feed.items}
    assert {f"T{n}" for n in range(99_900, 99_999)} <= titles
    assert "T0" in titles  # undecided ones: the first in the document


def test_50_megabytes_stay_bounded() -> None:
    item = b"<item><title>T%d</title><description>" + b"word " * 1000 + b"</description></item>"
    body = HEAD + b"".join(item % n for n in range(10_000)) + TAIL
    assert len(body) > 50_000_000
    feed = parse(body)
    assert (len(feed.items), feed.truncated) == (MAX_ITEMS, 10_000 - MAX_ITEMS)


def test_an_item_of_two_bodies_costs_no_feed() -> None:
    twice = "<p>One.</p></body><body><p>Two.</p>"
    items = [
        {"id": "1", "title": "T", "summary": twice, "content_html": twice},
        {"id": "2", "title": "U", "summary": "Another"},
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Outlet", "items": items}
    one, another = parse(json.dumps(feed).encode()).items
    assert (one.summary, another.summary) == ("One.\nTwo.", "Another")
    job = FeedJob(source="outlet", url="https://outlet.example/feed")
    assert from_feed(job, one, now=NOW).title == "T"


def test_a_title_of_10_megabytes_is_cut() -> None:
    feed = parse(HEAD + b"<item><title>" + b"long " * 2_000_000 + b"</title></item>" + TAIL)
    assert len(feed.items[0].title) <= MAX_TITLE


def test_content_is_cut() -> None:
    body = b"<item><title>T</title><description>" + b"x " * 3_000_000 + b"</description></item>"
    (item,) = parse(HEAD + body + TAIL).items
    assert len(item.content) <= MAX_CONTENT


def test_a_billion_laughs_cost_neither_time_nor_memory() -> None:
    entities = b"".join(
        b'<!ENTITY l%d "%s">' % (n, (b"&l%d;" % (n - 1) if n else b"lol") * 10) for n in range(10)
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = b"<!DOCTYPE rss [" + entities + b"]>" + HEAD[21:]
    feed = parse(bomb + b"<item><title>&l9;</title><link>/a-b-c-1</link></item>" + TAIL)
    assert sum(len(item.title) for item in feed.items) <= MAX_TITLE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # kB


def test_entities_never_read_files() -> None:
    bomb = b'<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + HEAD[21:]
    feed = parse(bomb + b"<item><title>A &f; B</title></item>" + TAIL)
    assert "root:" not in repr(feed)


def test_null_bytes_and_broken_xml_are_survived() -> None:
    feed = parse(HEAD + b"<item><title>A\x00B & C</title><link>/a-b-c-1</link></item><item>")
    assert feed.items[0].title == "AB & C"
    assert "invalid token" in feed.problem


@pytest.mark.parametrize(
    ("text", "declared", "sent", "content_type"),
    [
        ("Überfall in Köln", "utf-8", "iso-8859-1", ""),
        ("Überfall in Köln", "iso-8859-1", "utf-8", "text/xml; charset=utf-8"),
        ("Überfall in Köln", "", "utf-8", "text/xml"),
        ("Дроны над Москвой", "windows-1251", "windows-1251", "text/xml"),
        ("Дроны над Москвой", "utf-8", "utf-8", "application/rss+xml"),
        ("モスクワ", "Shift_JIS", "shift_jis", "text/xml"),
        ("莫斯科遭袭", "gb2312", "gbk", ""),
        ("모스크바", "euc-kr", "euc-kr", ""),
        ("Москва", "utf-16", "utf-16", ""),
        ("Łódź", "nonsense-8", "utf-8", ""),
    ],
)
def test_charsets(text: str, declared: str, sent: str, content_type: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    item = f"<item><title>{text}</title></item>"
    body = f"{declaration}<rss version='2.0'><channel>{item}</channel></rss>"
    feed = parse(body.encode(sent), content_type)
    assert feed.items[0].title == text


def test_without_dates_guids_and_links_items_remain() -> None:
    feed = parse(HEAD + b"<item><title>One</title></item><item><title>Two</title></item>" + TAIL)
    assert [(i.title, i.guid, i.link, i.published) for i in feed.items] == [
        ("One", "", "", None),
        ("Two", "", "", None),
    ]


def test_empty_items_and_repeats_are_dropped() -> None:
    one = b"<item><title>One</title><guid>1</guid></item>"
    feed = parse(HEAD + b"<item></item>" + one + one + TAIL)
    assert [item.title for item in feed.items] == ["One"]


def test_a_feed_without_items_is_a_feed() -> None:
    assert parse(HEAD + TAIL).items == ()


def test_scripts_and_script_links_are_removed() -> None:
    feed = parse(
        HEAD + b"<item><title>T</title><link>javascript:alert(1)</link><description>&lt;img src=x "
        b"onerror=alert(1)&gt;&lt;script&gt;x()&lt;/script&gt;ok</description></item>" + TAIL
    )
    (item,) = feed.items
    assert item.link == ""
    assert item.summary == "ok"
    assert "onerror" not in item.content


def test_json_feed_of_the_wrong_shapes() -> None:
    feed = parse(
        b'{"version":"x","items":[1,null,{"id":1.5,"title":7,"url":[],"tags":"x","authors":[3]},'
        b'{"id":"a","title":"A","content_html":null}],"hubs":[1]}'
    )
    assert [item.title for item in feed.items] == ["A"]
    with pytest.raises(NotAFeedError, match="cannot be read"):
        parse(b'{"items": [1, 2')


def wrapped(inside: bytes) -> bytes:
    return b"<rss version='2.0'><channel><title>T</title>" + inside + b"</channel></rss>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (wrapped(b"<a>" * 200_000), "nested more than 250 deep"),
        (wrapped(b"<a>" * 200_000 + b"</a>" * 200_000), "nested more than 250 deep"),
        (wrapped(b"<item " + b'a="x" ' * 100_000 + b">"), "a tag of more than 256 kB"),
        (wrapped(b"<item " + b"a" * 1_000_000), "a tag of more than 256 kB"),
    ],
    ids=["open", "closed", "attributes", "endless tag"],
)
def test_markup_that_would_take_minutes_is_refused_at_once(body: bytes, words: str) -> None:
    with pytest.raises(NotAFeedError, match=words):
        parse_body(body, url="https://a.example/", content_type="", received=0.0)


@pytest.mark.parametrize("tag", [b"a", b"q", b"div"])
def test_deep_nesting_in_a_text_is_survived(tag: bytes) -> None:
    deep = b"<%s>" % tag * 10_000 + b"x" + b"</%s>" % tag * 10_000
    escaped = deep.replace(b"<", b"&lt;").replace(b">", b"&gt;")
    assert parse(HEAD + _described(escaped) + TAIL).items[0].title == "T"


def test_bare_html_that_is_never_closed_does_not_add_up() -> None:
    item = b"<item><guid>%d</guid><title>A</title><description>One<br>Two<p>Three<li>"
    closed = item + b"</description></item>"
    feed = parse(HEAD + b"".join(closed % number for number in range(300)) + TAIL)
    assert len(feed.items) == 300


def test_what_is_deep_in_comments_and_texts_is_no_depth() -> None:
    inside = b"<!-- " + b"<a>" * 500 + b" --><item><title>A</title><description><![CDATA["
    body = wrapped(inside + b"<br><p>" * 5000 + b"]]></description></item>" + b"<x/>" * 500)
    feed = parse_body(body, url="https://a.example/", content_type="", received=0.0)
    assert [item.title for item in feed.items] == ["A"]


@pytest.mark.parametrize("reference", ["&#xD800;", "&#0;", "&#x110000;", "&#99999999999;"])
def test_one_character_that_does_not_exist_does_not_cost_the_feed(reference: str) -> None:
    body = wrapped(f"<item><guid>{reference}</guid><title>A{reference}</title></item>".encode())
    feed = parse_body(body, url="https://a.example/", content_type="", received=0.0)
    assert [item.title for item in feed.items] == ["A\ufffd"]
