"""Wires that are broken or made to hurt: read as far as they go, or refused in a sentence."""

import json

import pytest

from crawler.feeds import NotAFeedError
from crawler.feeds.common import MAX_ITEMS
from crawler.feeds.model import ParsedFeed
from tests.crawler.wires.samples import article, g2, nitf, only, read

LAUGHS = """<?xml version="1.0"?><!DOCTYPE nitf [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<nitf><body><body.head><hedline><hl1>One &d; two</hl1></hedline></body.head></body></nitf>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE nitf [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<nitf><body><body.head><hedline><hl1>One &x; two</hl1></hedline></body.head></body></nitf>"""


def outcome(body: bytes) -> ParsedFeed | None:
    try:
        return read(body)
    except NotAFeedError:
        return None


@pytest.mark.parametrize("body", [LAUGHS, OUTSIDE])
def test_entities_of_its_own_say_nothing(body: str) -> None:
    assert only(body).title == "One two"


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(NotAFeedError, match="nested"):
        read(nitf(content="<block>" * 5000 + "</block>" * 5000))
    deep = "[" * 100_000
    assert outcome(f'{{"uri": "x", "headline": {deep}'.encode()) is None
    nested = '{"item":' * 50 + '{"uri":"urn:x","headline":"y"}' + "}" * 50
    assert outcome(nested.encode()) is None


@pytest.mark.parametrize(
    "body",
    [
        g2(body="<p>" + "A word and another one. " * 2_000_000 + "</p>"),
        "\x01abc062 3 s 211 dpa 061\r\n\x02Head =\r\n" + "word " * 10_000_000,
        "\x01" * 1_000_000 + "abc062 3 s",
        "\x01abc062 3 s 211 dpa 061\r\n\x02" + "\n" * 5_000_000,
    ],
    ids=["long-g2", "long-7901", "only-soh", "only-newlines"],
)
def test_bodies_of_fifty_megabytes_are_cut(body: str) -> None:
    feed = outcome(body.encode())
    assert feed is None or all(len(item.text) <= 400_000 for item in feed.items)


def test_more_items_than_anybody_sends_are_counted() -> None:
    items = [{"uri": f"urn:x:{n}", "headline": f"Number {n}"} for n in range(MAX_ITEMS + 5)]
    feed = read(json.dumps(items))
    assert (len(feed.items), feed.truncated) == (MAX_ITEMS, 5)


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "cp1252", "utf-8"])
def test_charsets_declared_rightly_or_not(charset: str) -> None:
    body = nitf(content="<p>Das Schiff fährt über die Straße nach Größe.</p>")
    assert only(body.encode(charset)).text == "Das Schiff fährt über die Straße nach Größe."


def test_nulls_surrogates_and_controls() -> None:
    body = g2(body="<p>One\x00 two&#xD800; three&#0;</p>").encode()
    assert "three" in only(body).text
    assert "\x00" not in only(body).text
    odd = '{"uri":"urn:x:40001","headline":"A \\u0000 \\u001b b","body_text":"c\\u0002d"}'
    assert only(odd).title == "A b"


@pytest.mark.parametrize(
    "when", ["", "0000-00-00", "99999-12-31T00:00:00Z", "1066-10-14", "now", "2" * 5000]
)
def test_absurd_dates_are_no_dates(when: str) -> None:
    item = {"uri": "urn:x:40001", "headline": "Ferry", "firstcreated": when, "versioncreated": when}
    one = article(json.dumps(item))
    assert (one.published, one.updated) == (None, None)


@pytest.mark.parametrize("value", [None, 7, [], {}, [[]], [None, 3], {"a": []}, True, "x", -1.5])
def test_fields_of_the_wrong_type(value: object) -> None:
    names = ["headline", "headlines", "bodies", "body_html", "subject", "subjects", "by", "authors",
             "renditions", "associations", "infosource", "usageterms", "signals", "version",
             "urgency", "embargoed", "type", "altids", "keywords", "provider"]  # fmt: skip
    for name in names:
        item = {"uri": "urn:x:40001?a", "slugline": "s", "pubstatus": "usable"} | {name: value}
        assert outcome(json.dumps(item).encode()) is not None


@pytest.mark.parametrize(
    "body",
    [b"<newsItem/>", b"<newsMessage", b"<nitf><body>", b"<NewsML><NewsItem/></NewsML>", b"<nitf/>",
     b"\x01a1 1 a\x02", b"\x01W2870\x1f\na a\x11\x12", b"[]", b"[[[[]]]]", b"{",
     b"<newsItem>\xff\xfe", b"<newsMessage><itemSet><newsItem><contentSet><inlineXML/>"],
)  # fmt: skip
def test_nothing_much_is_read_or_refused(body: bytes) -> None:
    outcome(body)


def test_cut_off_anywhere_it_is_read_or_refused() -> None:
    for whole in (g2().encode(), nitf().encode()):
        for length in range(0, len(whole), 37):
            outcome(whole[:length])
