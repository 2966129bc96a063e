"""E-mails that were made to keep the parser busy, or that name what no program knows."""

import time
from urllib.parse import quote

import pytest

from crawler.errors import CrawlError
from tests.crawler.wires.samples import article, only, read
from tests.crawler.wires.test_letters import PARAGRAPHS, TEXT, mail, parts

HEAD = b"From: a\nDate: x\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n"


def nested(deep: int, parameter: str, lines: int) -> bytes:
    head = HEAD
    for number in range(deep):
        named = parameter.format(number).encode()
        head += b"Content-Type: multipart/mixed;\n " + named + b"\n\n--b%d\n" % number
    return head + b"\n" + b"x\n" * lines


@pytest.mark.parametrize(
    "body",
    [
        MIXED + b"--x\n\n" * 1_000_000,
        MIXED + b"--x\nContent-Disposition: attachment\n\n<newsItem/>\n" * 100_000,
        nested(2000, "boundary*0=b{}", 10_000),
        nested(900, "boundary*=us-ascii''b{}", 10_000),
        nested(150, "boundary=b{}", 4_000_000),
        HEAD + b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * 2_000_000,
        HEAD + b"Subject: a\n" + b" a\n" * 5_000_000 + b"\nText.",
    ],
    ids=["delimiters", "attachments", "pieces", "encoded", "deep", "reports", "folded"],
)
def test_what_would_take_minutes_to_take_apart_is_refused(body: bytes) -> None:
    started = time.process_time()
    with pytest.raises(CrawlError, match="too many parts or lines"):
        read(body)
    # It took from 15 s to minutes; the limit is for slow machines.
    assert time.process_time() - started < 3


@pytest.mark.parametrize("name", ["X-{}", "Subject"])
def test_very_many_headers_cost_little(name: str) -> None:
    many = "".join(f"{name.format(number)}: =?x?q?a?=\n" for number in range(400_000)).encode()
    started = time.process_time()
    assert only(mail().replace(b"\r\n\r\n", b"\r\n" + many + b"\r\n", 1)).text
    # 4 s; with each of them decoded 14.
    assert time.process_time() - started < 9


def test_a_text_with_rulers_and_tables_is_read() -> None:
    table = "--------+--------\n" * 1500
    assert "--------" in only(parts(("Content-Type: text/plain", TEXT + table))).text
    assert only(mail("-- \n--x\n" * 20_000 + TEXT)).text


@pytest.mark.parametrize("charset", ["a\0b", "idna", "punycode", "zlib", "undefined", "x" * 500])
def test_charsets_that_are_none_cost_no_letter(charset: str) -> None:
    said = mail("Fähre.", Content_Type=f'text/plain; charset="{charset}"')
    assert only(said).text == "Fähre."
    attached = f"Content-Disposition: attachment; filename*={quote(charset)}''a%C3%A4.bin"
    letter = article(parts(("Content-Type: text/plain", TEXT), (attached, "x")))
    assert letter.text == PARAGRAPHS
    raw = attached.replace(quote(charset), charset)
    assert article(parts(("Content-Type: text/plain", TEXT), (raw, "x"))).text == PARAGRAPHS


def test_a_long_text_that_begins_like_tags_costs_little() -> None:
    started = time.process_time()
    only(mail("<" * 15_000_000, Content_Type="text/html"))
    # 4 s; with all of it looked at 17.
    assert time.process_time() - started < 9


@pytest.mark.parametrize("kind", ["html", "plain"])
def test_two_bodies_are_one_text(kind: str) -> None:
    twice = "<html><body><p>One.</p></body><body><p>Two.</p></body></html>"
    assert only(mail(twice, Content_Type=f"text/{kind}")).text == "One.\nTwo."
    inside = "<p>One.</p></body><body><p>Two.</p>"
    assert only(mail(inside, Content_Type=f"text/{kind}")).text == "One.\nTwo."
