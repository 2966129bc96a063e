"""How texts become terms, in all scripts that the sources use."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import (
    CODE_LIMIT,
    GAP,
    TERM_LIMIT,
    code,
    joined,
    language_codes,
    terms,
    tokens,
    with_small_host,
)
from indexer.documents import ArticleDocument
from indexer.marks import stream_safe
from indexer.projection import columns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Drones hit Moscow’s south-west", "drones hit moscow s south west"),
        ("Überfall, Łódź, São Paulo, İstanbul", "uberfall lodz sao paulo istanbul"),
        ("cafe\u0301 and caf\u00e9", "cafe and cafe"),
        ("Straße STRASSE", "strasse strasse"),
        ("Ещё Її", "еще іі"),
        ("المُسيَّرة أحمد إلى", "المسيره احمد الي"),
        ("नई दिल्ली", "नई दिल्ली"),
        ("莫斯科遭袭", "莫斯 斯科 科遭 遭袭 袭"),
        ("5月30日", "5 月 30 日"),
        ("ｶﾞﾗｽ １２", "ガラ ラス ス 12"),
        ("모스크바에서", "모스 스크 크바 바에 에서 서"),
        ("snake_case 3.5%", "snake case 3 5"),
        ("комп'ютер компʼютер комп’ютер", "комп ютер комп ютер комп ютер"),
        ("Oʻzbekiston O'zbekiston ŉ", "o zbekiston o zbekiston n"),
        ("می\u200cخواهم میخواهم", "ميخواهم ميخواهم"),
        ("ශ්\u200dරී ශ්රී", "ශ්රී ශ්රී"),
        ("auf\u200clage 👨\u200d👩 葛\U000e0100飾", "auflage 葛飾 飾"),
        ("٢٠٢٣ २०२३ ১২ 𝟐𝟎", "2023 2023 12 20"),
        ("ปี๒๕๖๖ ၂၀၂၃ ២០២៣", "ปี ี 2566 2023 2023"),
        ("か\u3099くせい", "がく くせ せい い"),
        ("צה\"ל צה״ל צ'ק צ׳ק", "צה ל צה ל צ ק צ ק"),
        ("… — !!!", ""),
        ("", ""),
    ],
)
def test_terms(text: str, expected: str) -> None:
    assert terms(text) == expected.split()


@given(st.text(max_size=80))
def test_terms_and_tokens_agree_and_engines_can_hold_them(text: str) -> None:
    found = list(tokens(text))
    assert [token.term for token in found] == terms(text)
    assert terms(text.upper().lower()) is not None
    for token in found:
        assert 0 <= token.start < token.end <= len(text)
        assert 0 < len(token.term) <= TERM_LIMIT
        # What an engine's whitespace tokenizer makes of it is the term itself.
        assert token.term.split() == [token.term]
    starts = [token.start for token in found]
    assert starts == sorted(starts)


DENSE = "กำรุงเทพน้ำຳຫມ\u0ec8ၐြ\u102e\u1025ខ្មែ漢字ｶﾞﾊﾟア\u3099ゟヿ한글豈\u200c\u200d\ufe0f\U000e0100"


@given(st.text(DENSE, max_size=20))
def test_terms_and_tokens_agree_in_scripts_without_spaces(text: str) -> None:
    found = list(tokens(text))
    assert [token.term for token in found] == terms(text)
    for token in found:
        # A pair stands for the letters that it comes from, not for the whole run.
        assert terms(text[token.start : token.end])[: 1 if len(token.term) > 1 else None]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("รัฐบาลทำงานเพื่อประชาชนในกรุงเทพ", "กรุงเทพ"),
        ("รัฐบาลทำงานเพื่อประชาชน", "ทำงาน"),
        ("ລັດຖະບານເຮັດວຽກນຳປະຊາຊົນ", "ນຳ"),
        ("ｶﾞｿﾘﾝ価格が上昇", "価格"),
    ],
)
def test_a_word_in_a_run_is_marked_alone(text: str, word: str) -> None:
    wanted = terms(word)[:-1]
    found = list(tokens(text))
    here = [token.term for token in found]
    at = next(at for at in range(len(here)) if here[at : at + len(wanted)] == wanted)
    row = found[at : at + len(wanted)]
    assert text[row[0].start : row[-1].end] == word


def test_phrases_do_not_reach_across_values() -> None:
    assert joined(["air defence", "", "!", "Kyiv"]) == f"air defence {GAP} kyiv"
    assert terms(GAP) == []


def test_huge_codes_stay_unique_and_short() -> None:
    one, other = "x" * 5000 + "1", "x" * 5000 + "2"
    assert code(one) != code(other)
    assert len(code(one)) <= CODE_LIMIT
    assert code("short") == "short"


def test_a_language_is_found_with_and_without_its_region() -> None:
    assert language_codes("pt_BR") == ("pt-br", "pt")
    assert language_codes("de") == ("de",)
    assert language_codes(" zh-Hant-TW") == ("zh-hant-tw", "zh-hant", "zh")
    assert language_codes("") == ("",)
    long = "-".join("abcdefghijk")
    assert language_codes(long) == (long, *("-".join("abcdefgh"[:n]) for n in range(8, 0, -1)))


def test_marks_without_end_are_cut_before_they_are_sorted() -> None:
    vowels = "\u0e38\u0e48"
    assert terms("ก" + vowels * 5000) == terms("ก" + vowels * 15)
    for code_point in range(sys.maxunicode + 1):
        char = chr(code_point)
        if unicodedata.combining(unicodedata.normalize("NFKD", char)[0]):
            assert stream_safe(char * 31) == char * 30, hex(code_point)


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("HTTPS://Example.COM/World?A=B", "https://example.com/World?A=B"),
        ("https://Example.COM", "https://example.com"),
        ("https://Example.COM?Q=me@HOST", "https://example.com?Q=me@HOST"),
        ("https://User:Pass@Example.COM/", "https://User:Pass@Example.COM/"),
        ("urn:Example:A", "urn:Example:A"),
        ("x://" + "A" * 100_000 + "@", "x://" + "A" * 100_000 + "@"),
    ],
)
def test_hosts_are_the_same_in_any_letter_case(address: str, same: str) -> None:
    assert with_small_host(address) == same


def test_an_address_is_indexed_as_its_site_is_written_by_most() -> None:
    article = ArticleDocument(id="a", url="HTTPS://Example.ORG/A", first_seen=0.0)
    assert columns(article).codes["x_url"] == ("https://example.org/A",)
