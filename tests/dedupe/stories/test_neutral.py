import pytest

from dedupe.stories.lexicon import Lexicon, lexicon
from dedupe.stories.neutral import NeutralReader, legible, sound
from dedupe.stories.words import Stemmer


@pytest.mark.parametrize(
    "spellings",
    [
        ("Zelensky", "Selenskyj", "Zelenski", "Зеленский"),
        ("Museveni", "Мусевени", "موسيفيني"),
        ("Djokovic", "Джокович"),
        ("Sobyanin", "Sobjanin", "Sobianin", "Собянин"),
    ],
)
def test_a_name_sounds_alike_in_any_alphabet(spellings: tuple[str, ...]) -> None:
    assert len({sound(name)[:3] for name in spellings}) == 1


def test_a_name_sounds_alike_however_a_language_spells_its_hiss() -> None:
    spellings = {
        "en": "Kremenchuk",
        "de": "Krementschuk",
        "fr": "Krementchouk",
        "pl": "Krzemieńczuk",
        "nl": "Kremensjoek",
        "sv": "Krementjuk",
        "uk": "Кременчук",
        "ja": "クレメンチュク",
    }
    heard = {sound(name, language) for language, name in spellings.items()}
    assert heard == {"klmns"}


def test_a_foreign_name_is_heard_within_japanese() -> None:
    terms = NeutralReader(Stemmer()).terms("米大統領がアデルソン氏と会談", "", "ja")
    assert "t:tlsn" in terms
    assert "t:tlsn" in NeutralReader(Stemmer()).terms("President meets Adelson", "", "en")


def test_different_names_sound_different() -> None:
    assert sound("Merkel") != sound("Macron") != sound("Maduro")


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("en", "Moscow hit by drone attack, buildings damaged"),
        ("de", "Drohnenangriff auf Moskau: Gebäude beschädigt"),
        ("ru", "Беспилотники атаковали Москву, повреждены здания"),
        ("es", "Ataque con drones contra Moscú: edificios dañados"),
        ("zh", "莫斯科遭无人机袭击 多栋建筑受损"),
        ("ar", "هجوم بطائرات مسيرة على موسكو وأضرار في مبان"),
        ("ja", "モスクワにドローン攻撃、建物に被害"),
        ("ko", "모스크바에 드론 공격, 건물 피해"),
        ("pl", "Atak dronów na Moskwę, uszkodzone budynki"),
        ("tr", "Moskova'ya dron saldırısı, binalar hasar gördü"),
    ],
)
def test_a_headline_means_the_same_in_ten_languages(language: str, headline: str) -> None:
    reader = NeutralReader(Stemmer())
    terms = reader.terms(headline, "", language)
    assert {"p:moscow", "c:drone", "c:attack"} <= terms.keys()


def test_a_word_has_the_concepts_of_the_longest_entry_that_it_begins_with() -> None:
    known = Lexicon(["war war.", "p:RU russi", "warship warship", "warm warmon", "c:ship ship"])
    assert known.word("war") == ("c:war",)
    assert known.word("wars") == ()
    assert known.word("warships") == ("c:warship",)
    assert known.word("warmonger") == ("c:warm",)
    assert known.word("russian") == ("p:RU",)
    assert known.word("ru") == known.word("") == ()


def test_numbers_count_and_years_do_not() -> None:
    reader = NeutralReader(Stemmer())
    terms = reader.terms("78 dead in 2023, 1,200 hurt", "", "en")
    assert {"n:78", "n:1200"} <= terms.keys()
    assert "n:2023" not in terms


@pytest.mark.parametrize(
    ("language", "headline", "told"),
    [
        ("hi", "रूस का लूना-25 चांद पर क्रैश, राष्ट्रपति", {"p:RU", "n:25", "c:moon", "c:president"}),
        ("ja", "ウクライナ中部にミサイル、13人死亡", {"p:UA", "c:missile", "n:13", "c:dead"}),
        ("zh", "苹果发布Vision Pro，售价3499美元", {"s:apple", "n:3499"}),
    ],
)
def test_signs_within_words_and_words_beside_unspaced_signs_are_read(
    language: str, headline: str, told: set[str]
) -> None:
    assert told <= NeutralReader(Stemmer()).terms(headline, "", language).keys()


def test_two_words_are_found_together_and_compounds_apart() -> None:
    words = lexicon()
    assert words.pair("united", "states") == ("p:US",)
    assert words.pair("united", "airlines") == ()
    assert set(words.parts("drohnenangriff")) == {"c:drone", "c:attack"}
    assert "p:RU" in words.word("российского")


def test_terms_are_shown_as_people_read_them() -> None:
    terms = ("p:moscow", "c:drone", "n:30", "t:slnsk", "drone")
    assert [legible(term) for term in terms] == ["moscow", "drone", "30", "", "drone"]
