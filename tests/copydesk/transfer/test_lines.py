"""What a line of an import may say, and what is told when it says something else."""

import msgspec
import pytest

from copydesk.documents import desk_document
from copydesk.errors import ImportLineError
from copydesk.transfer.lines import hint, read_line

NOW = 1_700_000_000.0


def line(**fields: object) -> bytes:
    return msgspec.json.encode({"guid": "1", "title": "Ferry aground", **fields})


def test_the_least_line() -> None:
    article = read_line(line(), now=NOW).article
    assert (article.guid, article.title, article.first_seen) == ("1", "Ferry aground", NOW)
    assert (article.published, article.source) == (None, "import")


def test_a_full_line() -> None:
    article = read_line(
        line(
            url="https://n.example/2023/1",
            text="BERLIN, May 30 (Reuters) - A ferry ran aground.\n\nNobody was hurt.",
            summary="A <b>ferry</b> &amp; a bank",
            byline="Ada",
            outlet="Paper",
            source="paper-world",
            language="en-GB",
            published="2023-05-30T12:00:00+02:00",
            first_seen=1_685_441_000,
            keywords=["sea"],
        ),
        now=NOW,
    ).article
    assert article.published == 1_685_440_800.0
    assert article.first_seen == 1_685_441_000.0
    assert article.language == "en-GB"
    assert article.summary == "A ferry & a bank"
    assert article.credit is not None
    assert article.credit.agency == "Reuters"


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("2023-05-30", 1_685_404_800.0),
        ("2023-05-30T10:00:00Z", 1_685_440_800.0),
        ("2023-05-30 10:00:00+00:00", 1_685_440_800.0),
        ("2023-05-30T10:00:00.5", 1_685_440_800.5),
        ("20230530", 1_685_404_800.0),
        ("20230530T100000Z", 1_685_440_800.0),
        ("20230530100000", 1_685_440_800.0),
        ("202305301000", 1_685_440_800.0),
        ("2023", 1_672_531_200.0),
        ("1685440800.5", 1_685_440_800.5),
        (1_685_440_800, 1_685_440_800.0),
        ("1685440800", 1_685_440_800.0),
        (1_685_440_800.25, 1_685_440_800.25),
    ],
)
def test_times(given: object, seconds: float) -> None:
    article = read_line(line(published=given), now=NOW).article
    assert article.published == seconds
    assert article.first_seen == seconds


def test_null_is_absent_and_a_number_may_be_a_guid() -> None:
    article = read_line(line(guid=17, text=None, published=None), now=NOW).article
    assert (article.guid, article.text, article.published) == ("17", "", None)


def test_the_site_stands_for_an_outlet_that_is_not_named() -> None:
    article = read_line(line(url="https://www.news.paper.co.uk/2023/1"), now=NOW).article
    assert article.outlet == "paper.co.uk"
    named = read_line(line(url="https://www.paper.co.uk/1", outlet="The Paper"), now=NOW).article
    assert named.outlet == "The Paper"
    assert read_line(line(url="nonsense"), now=NOW).article.outlet == ""


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Mr. Hall of the U.S. Navy quits. He is 50.", "Mr. Hall of the U.S. Navy quits."),
        ("Ferry aground\n\nA ferry ran aground. Nobody was hurt.", "Ferry aground"),
        ("渡轮搁浅。无人受伤。", "渡轮搁浅。"),
        ("word " * 100, ("word " * 32).strip()),
        ("x" * 300, "x" * 160),
    ],
)
def test_the_first_sentence_stands_for_a_title_that_is_missing(text: str, title: str) -> None:
    for given in ("", "<p> </p>"):
        assert read_line(line(title=given, text=text), now=NOW).article.title == title
    assert read_line(line(title="", summary=text), now=NOW).article.title == title


def test_a_plain_text_keeps_its_lines_and_what_it_says_of_tags() -> None:
    text = "Parliament voted.\nReaders were to paste a <script> tag.\nQ&amp;A follows."
    read = read_line(line(text=text, summary=text), now=NOW).article
    assert read.text == read.summary == text.replace("&amp;", "&")


def test_what_we_exported_is_taken_word_for_word() -> None:
    text = "A <p> opens, a </p> closes; &amp; is an ampersand.\nAnd <script>code</script>.\tEnd"
    title = "How to write &lt;b&gt; and <b>bold</b>"
    raw = line(format="copydesk/1", title=title, text=text, summary=text, byline="<i>Ada</i>")
    read = read_line(raw, now=NOW)
    article = read.article
    assert (article.text, article.summary, article.title) == (text, text, title)
    assert article.byline == "<i>Ada</i>"
    assert read.unknown == ()
    assert read_line(line(format="other"), now=NOW).unknown == ("format",)


def test_unknown_fields_are_named_with_a_guess() -> None:
    read = read_line(line(pubished="2023-05-30", label=1), now=NOW)
    assert read.unknown == ("pubished", "label")
    assert hint("pubished") == 'did you mean "published"?'
    assert "known are" in hint("zzz")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("pt-BR", "pt-BR"),
        ("pt_br", "pt-BR"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("ca-ES-valencia", "ca-ES"),
        ("DE", "de"),
    ],
)
def test_a_language_keeps_its_script_and_region(given: str, kept: str) -> None:
    assert read_line(line(language=given), now=NOW).article.language == kept


@pytest.mark.parametrize("given", ["", "English", "und", "x-klingon", "-"])
def test_what_names_no_language_is_detected(given: str) -> None:
    text = "Die Fähre lief am Dienstag vor der Insel auf Grund, verletzt wurde niemand. " * 3
    assert read_line(line(text=text, language=given), now=NOW).article.language == "de"


def test_the_language_is_detected() -> None:
    text = "Die Fähre lief am Dienstag vor der Insel auf Grund, verletzt wurde niemand. " * 3
    assert read_line(line(title="Fähre auf Grund", text=text), now=NOW).article.language == "de"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'["guid"]', "must be a JSON object"),
        (b"17", "must be a JSON object"),
        (line(title=""), '"title" is missing or empty'),
        (line(title="<p> </p>"), '"title" is missing or empty'),
        (b'{"title": "T"}', '"guid" or "url" is needed'),
        (line(title=5), '"title" must be a text'),
        (line(published="yesterday"), '"published" must be ISO 8601 or epoch seconds'),
        (line(published=True), '"published" must be'),
        (line(published="nan"), '"published" must be ISO 8601'),
        (line(published="inf"), '"published" must be ISO 8601'),
        (line(published="20231330"), '"published" must be ISO 8601'),
        (line(published="202305"), '"published" must be ISO 8601'),
        (line(published="٢٠٢٣"), '"published" must be ISO 8601'),
        (line(published=20230530), 'Write a date as text, for instance "2023-05-30"'),
        (line(published=20230530.0), "Write a date as text"),
        (line(published=2023), "Write a date as text"),
        (line(published=1_685_440_800_000), "between 1970 and 3000"),
        (line(first_seen=-5), "between 1970 and 3000"),
        (line(published=0)[:-2] + b"9" * 400 + b"}", "between 1970 and 3000"),
        (line(published=0)[:-2] + b"-" + b"9" * 400 + b"}", "between 1970 and 3000"),
        (b"[" * 100_000, "nested too deeply"),
        (line(extra=0)[:-2] + b"[" * 2000 + b"]" * 2000 + b"}", "nested too deeply"),
        (line(keywords="sea"), '"keywords" must be a list'),
        (line(text="x" * 2_000_001), "longer than 2,000,000"),
        (line(outlet="x" * 501), '"outlet" is longer than 500'),
    ],
)
def test_what_is_wrong_is_said(raw: bytes, reason: str) -> None:
    with pytest.raises(ImportLineError, match=reason):
        read_line(raw, now=NOW)


def test_articles_of_a_file_that_names_no_source_are_not_all_from_one() -> None:
    named = read_line(line(url="https://paper.example/1", source="paper-world"), now=NOW).article
    unnamed = read_line(line(url="https://paper.example/1"), now=NOW).article
    bare = read_line(line(), now=NOW).article
    assert desk_document("a", named).source == "paper-world"
    assert desk_document("a", unnamed).source == "paper.example"
    assert desk_document("a", unnamed).outlet == "paper.example"
    assert (desk_document("a1", bare).source, desk_document("a1", bare).outlet) == ("a1", "")


@pytest.mark.parametrize("url", ["https://[paper]/1", "http://[::1", "//\u2100.example", "\u202e"])
def test_an_article_whose_url_is_none_is_placed_all_the_same(url: str) -> None:
    odd = read_line(line(url=url), now=NOW).article
    assert desk_document("a1", odd).outlet == ""


def test_marks_without_end_are_cut_in_every_field() -> None:
    many = "a" + "\u0307\u0323" * 200
    fields = dict.fromkeys(("guid", "url", "title", "text", "outlet", "section", "byline"), many)
    article = read_line(line(**fields, keywords=[many]), now=NOW).article
    for text in (article.url, article.title, article.text, article.outlet, *article.keywords):
        assert len(text) <= 31
