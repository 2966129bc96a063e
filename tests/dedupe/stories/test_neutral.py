from collections.abc import Iterator
from importlib.resources import files

import pytest

from dedupe.stories.common import common_words
from dedupe.stories.lexicon import Lexicon, bare_forms, lexicon
from dedupe.stories.neutral import NeutralReader, legible, sound
from dedupe.stories.words import LONGEST_WORD, Stemmer, fold, tokens


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


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("en", "Strong earthquake in Turkey: dozens dead"),
        ("he", "רעידת אדמה חזקה בטורקיה: עשרות הרוגים"),
        ("fa", "زلزله شدید در ترکیه؛ ده‌ها کشته"),
        ("bn", "তুরস্কে শক্তিশালী ভূমিকম্প, নিহত বহু"),
        ("ta", "துருக்கியில் நிலநடுக்கம்: பலர் உயிரிழப்பு"),
        ("th", "แผ่นดินไหวรุนแรงในตุรกี เสียชีวิตจำนวนมาก"),
        ("vi", "Động đất mạnh ở Thổ Nhĩ Kỳ, nhiều người thiệt mạng"),
        ("id", "Gempa kuat di Turki, puluhan orang tewas"),
        ("ko", "튀르키예 대지진으로 수십명 사망"),
        ("sv", "Kraftigt jordskalv i Turkiet – tiotals döda"),
        ("fi", "Voimakas maanjäristys Turkissa: kymmeniä kuollut"),
        ("hu", "Erős földrengés Törökországban, több tucat halott"),
        ("ro", "Cutremur puternic în Turcia: zeci de morți"),
        ("bg", "Силно земетресение в Турция, десетки загинали"),
        ("el", "Ισχυρός σεισμός στην Τουρκία, δεκάδες νεκροί"),
    ],
)
def test_a_headline_means_the_same_in_any_script(language: str, headline: str) -> None:
    terms = NeutralReader(Stemmer()).terms(headline, "", language)
    assert {"c:earthquake", "p:TR", "c:dead"} <= terms.keys()


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("en", "Djokovic wins in Melbourne"),
        ("zh", "德约科维奇墨尔本夺冠"),
        ("ja", "ジョコビッチがメルボルンで優勝"),
        ("ko", "조코비치, 멜버른서 우승"),
        ("he", "ג'וקוביץ' ניצח: דיווח במלבורן - גוקוביץ"),
        ("th", "ยอโควิช คว้าแชมป์ที่เมลเบิร์น"),
        ("hi", "मेलबर्न में जोकोविच की जीत"),
        ("el", "Νίκη του Τζόκοβιτς στη Μελβούρνη"),
    ],
)
def test_a_name_and_a_city_are_the_same_in_scripts_that_sound_cannot_bridge(
    language: str, headline: str
) -> None:
    terms = NeutralReader(Stemmer()).terms(headline, "", language)
    assert {"s:djokovic", "p:melbourne", "p:AU"} <= terms.keys()


def test_three_words_are_found_together() -> None:
    words = lexicon()
    assert words.phrase("crímenes", "de", "guerra") == (("c:warcrime",), 3)
    assert words.phrase("united", "states", "of") == (("p:US",), 2)
    assert words.phrase("crímenes", "de", "amor") == ((), 0)


def test_every_phrase_is_read_in_any_script_however_it_is_written() -> None:
    parts = files("dedupe.stories").joinpath("concepts").iterdir()
    lines = [line for part in parts for line in part.read_text("utf-8").splitlines()]
    listed = {word for line in lines if line[:1] != "#" for word in line.split()[1:]}
    phrases = [[part or "anything" for part in one.rstrip(".").split("_")] for one in listed]
    read = [words for words in phrases if len(words) > 1 and tokens(" ".join(words)) == words]
    assert len(read) > 500
    reader = NeutralReader(Stemmer())
    for words in read:
        concepts, _ = lexicon().phrase(*(word.lower() for word in words))
        assert concepts
        for written in (" ".join(words), " ".join(words).title()):
            assert set(concepts) <= reader.terms(written, "", "").keys()


def test_what_arabic_and_hebrew_join_to_a_word_is_taken_off() -> None:
    assert {"בטורקיה", "טורקיה"} <= {"בטורקיה", *bare_forms("בטורקיה")}
    assert "مغرب" in bare_forms("والمغرب")
    assert list(bare_forms("Turkey")) == []


def test_the_parts_of_a_korean_compound_are_found_wherever_they_begin() -> None:
    assert set(lexicon().word("대지진")) == {"c:earthquake"}
    assert lexicon().word("가나다라") == ()


def test_a_vietnamese_syllable_says_nothing_by_itself() -> None:
    reader = NeutralReader(Stemmer())
    assert "c:tram" not in reader.terms("Hàng trăm người", "", "vi")
    assert "p:US" in reader.terms("Tổng thống Mỹ", "", "vi")


@pytest.mark.parametrize("language", ["de", "en", "ko"])
def test_a_word_too_long_for_one_takes_no_room(language: str) -> None:
    reader = NeutralReader(Stemmer())
    for word in ("äb" * 5000, "drohnenangriff" * 700, "0123456789abcdef" * 600, "드론공격" * 2000):
        whole = reader.terms("", f"Bericht {word}", language)
        assert whole == reader.terms("", f"Bericht {word[:LONGEST_WORD]}", language)
    known = lexicon()
    remembered = (*reader._tokens[language], *known._found, *known._compounds)
    assert max(map(len, remembered)) <= LONGEST_WORD


def test_a_sentence_without_spaces_is_read_to_its_end() -> None:
    reader = NeutralReader(Stemmer())
    found = reader.terms("", f"{'了' * 1900}无人机袭击莫斯科", "zh")
    assert {"c:drone", "p:moscow"} <= found.keys()
    assert max(map(len, reader._tokens["zh"]), default=0) <= LONGEST_WORD


def test_of_a_sentence_without_an_end_the_beginning_is_read() -> None:
    found = NeutralReader(Stemmer()).terms("", f"无人机{'了' * 2000}莫斯科", "zh")
    assert "c:drone" in found
    assert "p:moscow" not in found


def _entries() -> Iterator[tuple[str, str]]:
    for part in files("dedupe.stories").joinpath("concepts").iterdir():
        for line in part.read_text("utf-8").splitlines():
            if not line.startswith("#"):
                concept, *listed = line.split()
                yield from ((concept, fold(word.lower()).rstrip(".")) for word in listed)


def test_an_entry_means_few_things_and_has_at_most_three_words() -> None:
    meanings: dict[str, set[str]] = {}
    for concept, entry in _entries():
        assert entry
        assert entry.count("_") <= 2 or concept.startswith("p:"), entry
        meanings.setdefault(entry, set()).add(concept)
    ambiguous = [entry for entry, concepts in meanings.items() if len(concepts) > 1]
    assert max(map(len, meanings.values())) <= 4
    assert len(ambiguous) < len(meanings) / 50


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("British ban in London", "en"),
        ("Storbritannien förbjuder", "sv"),
        ("Britania melarang", "id"),
    ],
)
def test_countries_are_heard_though_encyclopedias_name_them_often(
    title: str, language: str
) -> None:
    assert "p:GB" in NeutralReader(Stemmer()).terms(title, "", language)
    assert not common_words(language).isdisjoint(title.lower().split())
