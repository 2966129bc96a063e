"""The word book gives what reading the long way gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.wordbook import BODY_WORDS, ENTRIES, Wordbook
from dedupe.stories.words import Stemmer, first_words

START = 1_685_400_000.0
DAY = 86_400.0


class Readers:
    """A word book, and beside it a vocabulary that is asked word by word."""

    def __init__(self) -> None:
        self.stemmer = Stemmer()
        self.vocabulary, self.plain = Vocabulary(), Vocabulary()
        self.book = Wordbook(self.vocabulary, self.stemmer)

    def agree(self, text: str, language: str = "en") -> bool:
        told = self.stemmer.telling(first_words(text, BODY_WORDS), language)
        found = self.book.terms(text, language).tolist()
        named = [self.vocabulary.terms[number] for number in found]
        return named == told and found == self.plain.numbered(told).tolist()


READERS = Readers()
TEXTS = [
    "The dam at Nova Kakhovka broke; 1,200 people, 3.5 metres of water. A b c 5 7.5m x.1",
    "Der Überfall auf Kyjiw: 18 Tote — „ein Verbrechen“, sagt Straßenbauminister Ångström",
    "Взрыв на плотине: погибли 18 человек, 1,5 млн м³ воды",
    "Η Αθήνα καίγεται, λένε οι πυροσβέστες",
    "मास्को में ड्रोन हमला",
    "モスクワで18人死亡 drone attack",
    "모스크바 드론 공격",
    "emoji 🔥 fire 🇺🇦 and 𝔣𝔞𝔫𝔠𝔶 letters, snake_case_words _ __",
    "½ cup ﬁne İstanbul ẞ ǅ café e\u0301te\u0301 na\u00efve",
    "\ud800 a lone surrogate beside words",
    "x" * 61 + " " + "y" * 62 + " " + "ж" * 31 + " " + "ж" * 40,
    f"a key {'0123456789abcdef' * 200} and words behind it",
    f"{'x' * 60} {'x' * 61} {'ж' * 60}ы {'ж' * 60}",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("language", ["en", "de", "ru", "xx", ""])
def test_reads_as_the_long_way_at_first_sight_and_ever_after(text: str, language: str) -> None:
    readers = Readers()
    assert all(readers.agree(text, language) for _ in range(3))
    assert readers.agree(f"{text} {text}", "fr")
    assert readers.agree(text, language)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["en", "de", "tr", "hi", ""]))
def test_reads_any_text_as_the_long_way(text: str, language: str) -> None:
    assert READERS.agree(text, language)
    assert READERS.agree(f"Seen before: {text}", language)


@pytest.mark.parametrize("count", [299, 300, 301, 450])
@pytest.mark.parametrize("word", ["ab", "abcdefghi", "abcdefghijklmnop", "Überläufer"])
def test_takes_the_first_words_of_a_long_text(count: int, word: str) -> None:
    readers = Readers()
    text = " ".join(f"{word}{number}" for number in range(count))
    assert readers.agree(text)
    assert readers.agree(text)
    assert readers.agree(f"{text} and a sign of another script 日本")


def test_reads_a_word_anew_whose_term_was_dropped() -> None:
    readers = Readers()
    vocabulary = readers.vocabulary
    before = readers.book.terms("flood dam bridge", "en")
    vocabulary.advance(START)
    vocabulary.vectors(before, (0, before.size, 0), ())
    for day in range(400):
        vocabulary.advance(START + day * DAY)
    assert not len(vocabulary)
    vocabulary.numbered(["other"])
    again = readers.book.terms("dam flood bridge", "en").tolist()
    assert [vocabulary.terms[number] for number in again] == ["dam", "flood", "bridg"]
    assert len({*again, vocabulary.numbers["other"]}) == 4


def test_goes_on_when_it_is_full() -> None:
    readers = Readers()
    texts = [
        " ".join(f"w{number}" for number in range(start, start + BODY_WORDS))
        for start in range(0, ENTRIES + 10 * BODY_WORDS, BODY_WORDS)
    ]
    for text in (*texts, texts[0], texts[-1]):
        assert readers.book.terms(text, "en").size == BODY_WORDS
    assert readers.book.terms(texts[0], "en").tolist() == list(range(BODY_WORDS))
