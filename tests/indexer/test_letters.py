"""One spelling for what looks alike, with the places that it had before."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.plaintext import clean
from indexer.letters import composed, letters, places

TEXTS = st.text(
    st.characters(codec="utf-8")
    | st.sampled_from("aéが\u3099한\u1112\u1161\u11ab\u0301\u0323\u00ad\u200b\u200d\u102e\u1025ﾞｶ"),
    max_size=12,
)


def test_queries_are_spelt_as_the_crawler_spells_texts() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) != "Cs":
            assert composed(char) == clean(char)


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("Bundes\u00adkanzler", "Bundeskanzler"),
        ("\ufeffa\u200bb", "ab"),
        (unicodedata.normalize("NFD", "ガソリン"), "ガソリン"),
        (unicodedata.normalize("NFD", "대통령"), "대통령"),
        ("e\u00ad\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_spelling(text: str, spelt: str) -> None:
    assert composed(text) == spelt


@given(TEXTS)
def test_letters_are_composed_one_by_one(text: str) -> None:
    apart = [text[begin:end] for begin, end in letters(text)]
    assert "".join(apart) == text
    assert all(apart)
    assert "".join(map(composed, apart)) == composed(text)
    found = places(text)
    assert len(found) == len(composed(text)) + 1
    assert found == sorted(found)


def test_places() -> None:
    assert places("a\u00adbe\u0301.") == [0, 2, 3, 5, 6]


def test_marks_without_end_are_cut_from_a_query_as_from_texts() -> None:
    many = "drone" + "\u0307\u0323" * 5000 + " ferry"
    assert composed(many) == clean(many)
    assert len(composed(many)) < 50
    assert len(places(many)) == len(composed(many)) + 1
