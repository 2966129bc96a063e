"""Article pages, from bytes to text and facts; and bodies that are no articles."""

import pytest

from crawler.pages import Page, PageNote, extract

URL = "https://outlet.example/2023/05/30/drones-over-moscow-1"
STORY = "".join(
    f"<p>Paragraph {number} of the story tells readers what happened over Moscow on Tuesday "
    "morning, who said so, and what the ministry in charge had to say about it later on.</p>"
    for number in range(12)
)
LINKED = """<script type="application/ld+json">{"@context":"https://schema.org","@graph":[
{"@type":"Organization","@id":"#o","name":"Outlet"},{"@type":"Person","@id":"#j","name":"Jane Doe"},
{"@type":"NewsArticle","headline":"Drones over Moscow","datePublished":"2023-05-30T11:05:00+03:00",
"dateModified":"2023-05-30T12:00:00+03:00","author":[{"@id":"#j"}],"publisher":{"@id":"#o"},
"articleSection":"World","keywords":"drones, Moscow","inLanguage":"en-GB",
"image":{"url":"/p.jpg"},"mainEntityOfPage":{"@id":"https://outlet.example/drones-over-moscow-1"}}]}
</script>"""


def page(
    head: str = "", body: str = f"<article><h1>Drones over Moscow</h1>{STORY}</article>"
) -> bytes:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">{head}</head>'
        f"<body><nav><a href=/>Home</a></nav>{body}<footer>© Outlet</footer></body></html>"
    ).encode()


def read(body: bytes, content_type: str = "text/html; charset=utf-8") -> Page:
    return extract(body, url=URL, content_type=content_type)


def test_an_article_with_json_ld_is_read_whole() -> None:
    found = read(page(LINKED))
    assert found.title == "Drones over Moscow"
    assert found.text.startswith("Paragraph 0 of the story")
    assert found.text.count("\n") == 11
    assert "Drones over Moscow" not in found.text
    assert (found.byline, found.section, found.site_name) == ("Jane Doe", "World", "Outlet")
    assert found.keywords == ("drones", "Moscow")
    assert found.published == 1685433900.0
    assert (found.published_origin, found.updated) == ("jsonld", 1685437200.0)
    assert found.published_confidence > 0.9  # the address agrees
    assert found.canonical_url == "https://outlet.example/drones-over-moscow-1"
    assert found.media == ("https://outlet.example/p.jpg",)
    assert (found.language, found.note) == ("en", "")
    assert found.quality > 0.7


def test_an_article_with_meta_only() -> None:
    found = read(
        page(
            "<title>Drones over Moscow | World | Outlet</title>"
            '<meta property="og:site_name" content="Outlet">'
            '<meta property="article:published_time" content="2023-05-30T11:05:00+03:00">'
            '<meta name="author" content="By Jane Doe"><meta name="keywords" content="a, b;c">'
            '<link rel="canonical" href="/drones-over-moscow-1">',
            body=f"<main>{STORY}</main>",
        )
    )
    assert found.title == "Drones over Moscow | World"
    assert found.byline == "Jane Doe"
    assert found.published == 1685433900.0
    assert found.published_origin == "html"
    assert found.canonical_url == "https://outlet.example/drones-over-moscow-1"
    assert found.keywords == ("a", "b", "c")


def test_text_that_only_json_ld_has_is_taken() -> None:
    sentences = " ".join(f"Sentence {number} of the story is long enough." for number in range(40))
    linked = f'{{"@type":"Article","articleBody":"{sentences}"}}'
    script = f'<script type="application/ld+json">{linked}</script>'
    found = read(page(script, body="<div id=app>Loading</div>"))
    assert found.text.startswith("Sentence 0 of the story")
    assert found.note == ""


@pytest.mark.parametrize(
    ("body", "content_type", "note"),
    [
        (b"", "text/html", "empty"),
        (b" \n\x00 ", "text/html", "empty"),
        (b"%PDF-1.7\n<html>", "text/html", "not-html"),
        (page(), "application/pdf", "not-html"),
        (page(), "image/jpeg", "not-html"),
        (b"\x89PNG\r\n\x1a\n", "", "not-html"),
        (b'{"a": 1}', "application/json", "not-html"),
        (b"just a line of text", "text/plain", "not-html"),
        (b"\xff\xfe\xfd\xfc" * 1000, "text/html", "not-html"),
        (b"<html></html>", "text/html", "empty"),
        (b"<html><body><nav>a</nav></body></html>", "text/html", "teaser"),
    ],
)
def test_bodies_that_are_no_article(body: bytes, content_type: str, note: PageNote) -> None:
    found = read(body, content_type)
    assert found.note == note
    assert found.quality < 0.5


@pytest.mark.parametrize(
    ("charset", "declared", "header"),
    [
        ("utf-8", "utf-8", "text/html"),
        ("utf-8", "", "text/html"),
        ("utf-8", "iso-8859-1", "text/html; charset=iso-8859-1"),
        ("windows-1252", "windows-1252", "text/html"),
        ("windows-1252", "", "text/html; charset=windows-1252"),
        ("iso-8859-1", "utf-8", "text/html"),
        ("utf-16", "", "text/html"),
    ],
)
def test_charsets(charset: str, declared: str, header: str) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    text = "<p>Überfälle, Größe, Straße, Männer und Köln waren am Dienstag überall Thema. </p>" * 9
    html = f"<html><head>{meta}<title>Überfall in Köln</title></head><body>{text}</body></html>"
    found = read(html.encode(charset), header)
    assert found.title == "Überfall in Köln"
    assert "Größe" in found.text
    assert found.language == "de"


@pytest.mark.parametrize("declared", ["", "utf-8"])
@pytest.mark.parametrize(
    "header", ["text/html", "text/html; charset=iso-8859-1", "text/html; charset=utf-8"]
)
def test_a_teaser_cut_in_mid_character_garbles_nothing_else(declared: str, header: str) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    text = "<p>Überfälle, Größe, Straße, Männer und Köln waren am Dienstag überall Thema. </p>" * 9
    html = f"<html><head>{meta}<title>Überfall in Köln</title></head><body>{text}".encode()
    found = read(html + b"<aside>Weiter zu Kr\xc3</aside></body></html>", header)
    assert (found.title, found.language) == ("Überfall in Köln", "de")
    assert "Größe" in found.text


def test_where_utf_8_is_declared_little_of_it_is_proof_enough() -> None:
    text = "<p>Officers said on Tuesday that the ferry’s captain had slept. </p>" * 2
    html = f"<html><head><title>The ferry’s captain</title></head><body>{text}".encode()
    assert read(html + b"<aside>caf\xc3</aside></body></html>").title == "The ferry’s captain"


@pytest.mark.parametrize(
    ("declared", "header"),
    [("iso-2022-jp", "text/html"), ("", "text/html; charset=ISO-2022-JP"), ("", "text/html")],
)
def test_a_charset_of_ascii_and_escapes_is_no_utf_8(declared: str, header: str) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    text = "<p>モスクワで火曜日の朝、複数の無人機が建物に衝突したと当局が発表した。</p>" * 9
    html = f"<html><head>{meta}<title>東京の新聞</title></head><body>{text}</body></html>"
    found = read(html.encode("iso-2022-jp"), header)
    assert (found.title, found.language) == ("東京の新聞", "ja")


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>" + b"<div>" * 50_000 + b"deep" + b"</div>" * 50_000,
        b"<html><body>" + b"<p>endless " * 300_000,
        b"<html><body><p>" + b"x" * 12_000_000,
        b"<html><head><title>" + b"T" * 10_000_000 + b"</title></head><body><p>x</p></body></html>",
        b"<html><body>" + b"<!--" * 100_000,
        b"<html><body " + b"".join(b"a%d=1 " % n for n in range(3_000)) + b">x</body></html>",
        b"<html><script type='application/ld+json'>" + b"[" * 100_000 + b"</script><p>x</p></html>",
        b"<html><script type='application/ld+json'>"
        + b'{"@graph":' * 5000 + b"1" + b"}" * 5000 + b"</script><p>x</p></html>",
        b'<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><html><p>&b; x</p></html>',
        b"<html><p>null\x00byte</p></html>",
        b"<html><svg><![CDATA[x]]></svg><p>\xed\xa0\x80 lone surrogate</p></html>",
    ],
    ids=["deep", "endless", "one-line", "title", "comments", "attributes", "json-depth",
         "graph-depth", "entities", "null", "surrogate"],
)  # fmt: skip
def test_hostile_pages_are_survived(body: bytes) -> None:
    found = read(body)
    assert len(found.title) <= 1000
    assert len(found.text) <= 500_000


def test_marks_without_end_and_endless_addresses_are_cut() -> None:
    many = "e" + "\u0307\u0323" * 1000
    endless = f"https://outlet.example/{'a' * 5000}"
    found = read(
        page(
            f'<link rel="canonical" href="{endless}">',
            f"<article><h1>Drones</h1><p>{many} is what they said.</p>{STORY}</article>",
        )
    )
    assert "is what they said" in found.text
    assert found.text.count("\u0323") <= 30
    assert found.canonical_url == ""
