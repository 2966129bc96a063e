"""Plain text from markup, encoded once, twice or not at all."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.plaintext import clean, line, paragraphs, plain_or_html, stream_safe


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Drones over Moscow", "Drones over Moscow"),
        ("  Drones\n\t over \u00a0 Moscow ", "Drones over Moscow"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;b&gt;Bold&lt;/b&gt; claim", "Bold claim"),
        ("<b>B</b>old <i>claim</i>", "Bold claim"),
        ("One<br/>Two", "One Two"),
        ("I <3 news", "I <3 news"),
        ("2 < 3 > 1", "2 < 3 > 1"),
        ("<Unternehmen> gesucht", "<Unternehmen> gesucht"),
        ("Q&A", "Q&A"),
        ("R&D; S&P", "R&D; S&P"),
        ("caf&#233; &#x2019;", "café ’"),
        ("so\u00adft\u200b hyphen\ufeff", "soft hyphen"),
        ("\u202eevil", "evil"),
        ("cafe\u0301", "café"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("null\x00byte", "nullbyte"),
        ("", ""),
    ],
)
def test_lines(markup: str, text: str) -> None:
    assert line(markup) == text


def test_a_line_is_cut_with_an_ellipsis() -> None:
    assert line("word " * 500, limit=20) == "word word word word…"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One <b>bold</b>.</p><p>Two.</p>", "One bold.\nTwo."),
        ("<div>One<br>Two</div>", "One\nTwo"),
        ("<ul><li>A<li>B</ul>", "A\nB"),
        ("<p>A</p><script>evil()</script><style>x</style><p>B</p>", "A\nB"),
        ("<p>A <script>evil()</script>tail</p>", "A tail"),
        ("Plain\ntext", "Plain\ntext"),
        ("One\nsentence <b>wrapped</b>\nin source", "One sentence wrapped in source"),
        ("<p>unclosed", "unclosed"),
        ("AT&amp;T", "AT&T"),
        ("<!-- c --><p>x</p><!-- d", "x"),
        ("", ""),
        ("<p></p>", ""),
        ("<p>A</p></body><body><p>B</p>", "A\nB"),
        ("<b>A</b></body><body>B <i>C</i>", "A\nB C"),
        ("<!DOCTYPE html><html><head><title>T</title></head><body>A<p>B</body></html>", "A\nB"),
    ],
)
def test_paragraphs(markup: str, text: str) -> None:
    assert paragraphs(markup) == text


def test_deep_nesting_is_survived() -> None:
    assert "x" in paragraphs("<div>" * 200 + "x" + "</div>" * 200)
    paragraphs("<b>" * 100_000 + "x")
    paragraphs("<table><tr><td>" * 20_000)


@given(st.text(max_size=200))
def test_any_text_becomes_clean_text(text: str) -> None:
    for rendered in (line(text), paragraphs(text)):
        assert clean(rendered) == rendered
        assert "\x00" not in rendered


def _marks_in_a_row(text: str) -> int:
    longest = here = 0
    for char in unicodedata.normalize("NFKD", text):
        here = here + 1 if unicodedata.combining(char) else 0
        longest = max(longest, here)
    return longest


@pytest.mark.parametrize("marks", ["\u0307\u0323", "\u0f73", "\uff9e\u0323", "\U0001e8d0\u0307"])
def test_marks_without_end_are_cut(marks: str) -> None:
    # Sorted as they come, a run of these takes minutes; of what is left each mark may be two.
    many = "a" + marks * 400 + "b"
    spelt = "".join(f"&#{ord(char)};" for char in many)
    for markup in (many, f"<p>{many}</p>", f"<p>{many}", spelt, f"<p>{spelt}"):
        for rendered in (line(markup), paragraphs(markup)):
            assert _marks_in_a_row(rendered) <= 61
            assert rendered.endswith("b")


def test_marks_between_tags_add_up() -> None:
    markup = "<p>a" + ("\u0307\u0323" * 15 + "<b></b>") * 1000
    assert _marks_in_a_row(paragraphs(markup)) <= 31


def test_no_mark_is_forgotten() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.combining(unicodedata.normalize("NFKD", char)[0]):
            assert stream_safe(char * 31) == char * 30, hex(code)


def test_words_of_the_world_keep_their_marks() -> None:
    for text in ("Tiê\u0301ng Viê\u0323t", "हिन्दी", "שָׁלוֹם", "กุ้ง", "ﾊﾟﾝﾀﾞ", "e" + "\u0301" * 30):
        assert stream_safe(text) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("Paste a <script> tag.\nNobody did.", "Paste a <script> tag.\nNobody did."),
        ("Its <title> says Q&amp;A.\n\nMore.", "Its <title> says Q&A.\nMore."),
        ("The <b> tag, 5 < 6 &lt; 7\nand <style>", "The <b> tag, 5 < 6 < 7\nand <style>"),
        ("See x.example/?a=1&copy=2&amp;c=3\nMore", "See x.example/?a=1&copy=2&c=3\nMore"),
        ("A <B>bold</b> word\nin <a href=x>two</a> lines", "A bold word\nin two lines"),
        ('<img src="x"/>\n  Below the picture', "Below the picture"),
        ("One<br/>Two<BR>\nThree<p>Four", "One\nTwo\nThree\nFour"),
        ("<p>One\nline.</p><script>evil()</script>", "One line."),
        ("Tail<script>evil()</script>", "Tail"),
        ("<html><title>T</title><b>One\nline", "One line"),
        ("", ""),
    ],
)
def test_what_may_be_plain_or_html(given: str, text: str) -> None:
    assert plain_or_html(given) == text
