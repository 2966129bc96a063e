"""What two prints of one text have in common, in many scripts."""

import numpy as np
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import tokens
from dedupe.text import NUMBER, PARTICULAR, fold, tables, words
from dedupe.tokens import MAX_WORDS, Tokens, plain_tokenise, tokenise

SAMPLES = [
    "Hello, world! It’s O'Neill's 3.4 million café naïve — ÀÉÎ İstanbul ẞtraße ȺȾ",
    "北京市今天上午宣布ABC新12措施。日本語のテスト、カタカナ",
    "ภาษาไทยเป็นภาษาที่ไม่มีเว้นวรรค 123 สวัสดี",
    "مُحَمَّد قال إنّ الرئيس ١٢٣ وصل",
    "한국어 텍스트 123",
    "ﬁne ①② ½ K Å",
    "aaaaaaa bbbbbbbb ccccccccc dddddddddddddddd eeeeeeeeeeeeeeeee gggggggé fé'h " + "x" * 200,
    "\ud800abc 😀 𠀀𠀁𠀂𠀃 \U0010ffff x",
    "'",
    "",
]


def plain(text: str) -> Tokens:
    data = fold(text)
    _, info, lower = tables()
    hashes = np.empty(MAX_WORDS, dtype=np.uint64)
    marks = np.empty(MAX_WORDS, dtype=np.uint8)
    count = plain_tokenise(data, info, lower, hashes, marks)
    return Tokens(hashes[:count], marks[:count])


def same(left: Tokens, right: Tokens) -> bool:
    return np.array_equal(left.hashes, right.hashes) and np.array_equal(left.marks, right.marks)


@pytest.mark.parametrize("text", SAMPLES)
def test_the_kernel_reads_what_the_reference_reads(text: str) -> None:
    assert same(tokenise(text), plain(text))


@settings(deadline=None)
@given(st.text(max_size=80) | st.text("aB1 .,'’é北ไ\u200bİȺ\n\u0301", max_size=80))
def test_the_kernel_reads_what_the_reference_reads_anywhere(text: str) -> None:
    assert same(tokenise(text), plain(text))


def test_words_are_hashed_by_xxh3() -> None:
    found = tokenise("A storm, 17 ships & Pneumonoultramicroscopicsilicovolcanoconiosis")
    expected = ["a", "storm", "17", "ships", "pneumonoultramicroscopicsilicovolcanoconiosis"]
    assert words("A storm, 17 ships & Pneumonoultramicroscopicsilicovolcanoconiosis") == expected
    assert found.hashes.tolist() == [xxhash.xxh3_64_intdigest(word.encode()) for word in expected]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It’s the mayor's “plan”", "ITS the mayors 'plan'"),
        ("co\u00adoperation", "cooperation"),
        ("ﬁnal ﬂight", "final flight"),
        ("cafe\u0301", "café"),
        ("مُحَمَّد", "محمد"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("ภาษา\u200bไทย", "ภาษาไทย"),
    ],
)
def test_what_comes_and_goes_between_prints_is_not_heard(one: str, other: str) -> None:
    assert tokenise(one).hashes.tolist() == tokenise(other).hashes.tolist()


def test_particulars_are_names_within_sentences_and_numbers() -> None:
    text = "The mayor met Anna Kim. She paid 400 euros to NATO."
    marked = dict(zip(words(text), tokenise(text).marks.tolist(), strict=True))
    assert {word for word, mark in marked.items() if mark & PARTICULAR} == {
        "anna", "kim", "400", "nato",
    }  # fmt: skip
    assert [word for word, mark in marked.items() if mark & NUMBER] == ["400"]


def test_unspaced_scripts_have_a_window_at_every_character() -> None:
    assert len(tokenise("北京市今天上午宣布").hashes) == 7
    assert len(tokenise("สวัสดีชาวโลก").hashes) == 4
    assert len(tokenise("北京").hashes) == 1


def test_a_flood_of_words_is_cut() -> None:
    assert len(tokenise("a " * (2 * MAX_WORDS)).hashes) == MAX_WORDS
    assert tokens.MAX_WORDS == 20_000
