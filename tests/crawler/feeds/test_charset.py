"""Charsets: what a feed claims, what it is, and one wrong byte in it."""

import pytest

from crawler.bodies import parse_body
from crawler.feeds import ParsedFeed
from crawler.feeds.charset import as_utf8

GERMAN = [f"Zürich – „Köln“ für Łódź, Nummer {number}" for number in range(20)]


def parse(body: bytes, content_type: str = "") -> ParsedFeed:
    return parse_body(
        body, url="https://outlet.example/feed", content_type=content_type, received=1.7e9
    )


def feed(titles: list[bytes], *, declared: str = "UTF-8") -> bytes:
    items = b"".join(
        b"<item><title>%s</title><link>https://outlet.example/a-b-c-%d</link></item>" % (title, n)
        for n, title in enumerate(titles)
    )
    declaration = f'<?xml version="1.0" encoding="{declared}"?>'.encode()
    return declaration + b"<rss version='2.0'><channel>" + items + b"</channel></rss>"


@pytest.mark.parametrize(
    ("wrong", "title"),
    [
        ("Grö".encode()[:-1], "Gr\ufffd"),
        ("Grö".encode()[:-1] + b"...", "Gr\ufffd..."),
        ("Grö".encode()[:-1] + "…".encode(), "Gr\ufffd…"),
        ("Zitat “".encode()[:-1], "Zitat \ufffd"),
        (b"\x84Zitat\x93 \x96 caf\xe9 in M\xfcnchen", "„Zitat“ – café in München"),
    ],
)
@pytest.mark.parametrize("content_type", ["", "text/xml", "text/xml; charset=utf-8"])
def test_wrong_bytes_of_one_item_change_no_other(
    wrong: bytes, title: str, content_type: str
) -> None:
    titles = [text.encode() for text in GERMAN]
    before = parse(feed(titles), content_type)
    after = parse(feed([*titles, wrong]), content_type)
    assert after.items[:-1] == before.items
    assert after.items[-1].title == title
    assert (before.problem, "not all of it is UTF-8" in after.problem) == ("", True)


@pytest.mark.parametrize(
    ("declared", "known", "vendor", "title"),
    [
        ("EUC-KR", "서울 뉴스 모스크바 드론", "cp949", "똠방각하 서울"),
        ("Shift_JIS", "東京のニュース〜", "cp932", "①東京の株式会社㈱"),
        ("EUC-JP", "東京のニュース", "euc_jis_2004", "①東京"),
        ("Big5", "莫斯科遭無人機襲擊", "big5hkscs", "香港新聞粵喺啲"),
        ("gb2312", "莫斯科遭袭", "gb18030", "朱镕基与髙桥"),
    ],
)
def test_characters_of_vendors_cost_no_others(
    declared: str, known: str, vendor: str, title: str
) -> None:
    before = parse(feed([known.encode(vendor)], declared=declared))
    after = parse(feed([known.encode(vendor), title.encode(vendor)], declared=declared))
    assert after.items[0] == before.items[0]
    assert after.items[1].title == title
    assert after.problem == ""


@pytest.mark.parametrize(
    ("declared", "vendor", "title"),
    [
        ("ISO-8859-1", "cp1252", "Minister’s “word” – 500 €"),
        ("latin1", "cp1252", "„Zitat“ für Köln"),
        ("iso-8859-9", "cp1254", "Bakan’ın “sözü”: İstanbul’da şenlik"),
        ("iso-8859-8-i", "cp1255", "ראש הממשלה אמר “ביום שלישי”"),
        ("tis-620", "cp874", "นายกรัฐมนตรี “กล่าว” …"),
        ("windows-874", "cp874", "นายกรัฐมนตรีกล่าวเมื่อวันอังคาร"),
        ("x-sjis", "cp932", "首相は火曜日に述べた"),
        ("windows-31j", "cp932", "首相は火曜日に述べた"),
        ("windows-949", "cp949", "총리는 화요일에 말했다"),
        ("windows-936", "gb18030", "总理星期二说"),
        ("x-gbk", "gb18030", "总理星期二说"),
        ("x-mac-roman", "mac-roman", "Größe “café”"),
        ("win-1251", "cp1251", "Дроны над Москвой"),
        ("koi8-ru", "koi8-u", "Дрони над Києвом"),
    ],
)
def test_labels_mean_what_those_who_write_them_mean(declared: str, vendor: str, title: str) -> None:
    body = feed([title.encode(vendor)], declared=declared)
    # Before a parser of feeds mends what it can: mails and wires have none.
    assert title in as_utf8(body).body.decode()
    assert as_utf8(title.encode(vendor), content_type=f"text/plain; charset={declared}") == (
        title.encode(), "",
    )  # fmt: skip
    assert parse(body).items[0].title == title


def test_a_cut_character_of_another_charset_is_lost_alone() -> None:
    titles = [f"모스크바 드론 공격 {number}".encode("euc-kr") for number in range(9)]
    before = parse(feed(titles, declared="euc-kr"))
    after = parse(feed([*titles, "서울".encode("euc-kr")[:-1]], declared="euc-kr"))
    assert after.items[:-1] == before.items
    assert after.items[-1].title == "서\ufffd"
    assert after.problem == "not all of it is cp949 (characters lost: 1)"


@pytest.mark.parametrize("content_type", ["", "text/xml; charset=windows-1252"])
@pytest.mark.parametrize("declared", ["windows-1252", "iso-8859-1", "euc-kr", "utf-16"])
def test_utf_8_proves_itself(declared: str, content_type: str) -> None:
    titles = [text.encode() for text in GERMAN]
    for body in (feed(titles, declared=declared), feed([*titles, b"\xfc"], declared=declared)):
        assert [item.title for item in parse(body, content_type).items[:20]] == GERMAN


def test_a_feed_that_is_wholly_something_else_is_read_as_windows_1252() -> None:
    titles = ["Ein Café", "Größe", "„Zitat“"]
    parsed = parse(feed([title.encode("cp1252") for title in titles]))
    assert [item.title for item in parsed.items] == titles


def test_what_is_declared_counts_where_nothing_is_proved() -> None:
    russian = [f"Дроны над Москвой {number}" for number in range(9)]
    body = feed([title.encode("windows-1251") for title in russian], declared="windows-1251")
    for content_type in ("", "text/xml; charset=utf-8", "text/xml; charset=us-ascii"):
        assert [item.title for item in parse(body, content_type).items] == russian
    japanese = feed(["東京".encode("iso-2022-jp")], declared="iso-2022-jp")
    assert parse(japanese).items[0].title == "東京"


@pytest.mark.parametrize(
    "declared",
    ["undefined", "idna", "punycode", "unicode_escape", "utf-7", "rot13", "zlib", "x-none"],
)
def test_codecs_of_python_that_are_no_charsets(declared: str) -> None:
    body = feed([b"\\x3ca\\x3e +ADw-a+AD4- caf\xe9"], declared=declared)
    assert parse(body).items[0].title == "\\x3ca\\x3e +ADw-a+AD4- café"


def test_garbage_is_made_utf_8_too() -> None:
    for body in (bytes(range(256)) * 4, b"\xff" * 1000, b"\xed\xa0\xbd\xed\xb8\x80", b""):
        as_utf8(body).body.decode("utf-8")


def test_half_an_emoji_does_not_cost_a_json_feed() -> None:
    body = (
        rb'{"items":[{"id":"1","title":"cut \ud83d"},{"id":"2","title":"whole \ud83d\ude00"},'
        rb'{"id":"3","title":"spelt \\ud83d"},{"id":"4","title":"turned \ude00\ud83d"}]}'
    )
    assert [item.title for item in parse(body).items] == [
        "cut \ufffd", "whole 😀", "spelt \\ud83d", "turned \ufffd\ufffd",
    ]  # fmt: skip


def test_wrong_bytes_in_a_json_feed_are_mended() -> None:
    body = b'{"items":[{"id":"1","title":"caf\xe9"},{"id":"2","title":"K\xc3\xb6ln"}]}'
    mended = parse(body)
    assert [item.title for item in mended.items] == ["café", "Köln"]
    assert mended.problem == "not all of it is UTF-8 (bytes read as windows-1252: 1)"
