import pytest

from dedupe.stories.countries import countries
from dedupe.stories.words import fold


@pytest.mark.parametrize(
    ("language", "word", "code"),
    [
        ("sv", "turkiet", "p:TR"),
        ("tr", "fas", "p:MA"),
        ("ru", "таиланде", "p:TH"),
        ("ru", "эфиопии", "p:ET"),
        ("de", "nepals", "p:NP"),
    ],
)
def test_a_country_is_known_by_its_name_and_forms(language: str, word: str, code: str) -> None:
    assert countries(language).word(word) == (code,)


def test_a_longer_word_and_a_first_name_are_no_country() -> None:
    assert countries("en").word("malicious") == ()
    assert countries("en").word("jordan") == ()
    assert countries("no such language").word("nepal") == ()


def test_two_words_are_one_country() -> None:
    assert fold("thái") in countries("vi").seconds
    assert countries("vi").pair("thái", "lan") == ("p:TH",)


def test_unspaced_names_are_found_but_not_within_a_longer_word() -> None:
    assert countries("ja").run("タイ総選挙") == ["p:TH"]
    assert countries("ja").run("タイトル") == []
    assert "p:NP" in countries("zh").run("尼泊尔强震")
