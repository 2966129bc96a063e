"""The small parts: words, language, vectors, clock, boilerplate, index."""

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.stories.blocks import Blocks
from dedupe.stories.boilerplate import _PIECE, _TITLE_PIECE, Boilerplate
from dedupe.stories.cells import cells
from dedupe.stories.clock import Clock
from dedupe.stories.columns import Columns
from dedupe.stories.ids import story_id
from dedupe.stories.index import TermIndex
from dedupe.stories.rarity import counted, share_of
from dedupe.stories.reading import NOTHING, Reader, Reading
from dedupe.stories.sparse import EMPTY, Ids, Vector, Weights, add, dot, norm, shared, unit
from dedupe.stories.story import CENTROID_TERMS, Member, Story, Strand
from dedupe.stories.tongue import read_as, spoken
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.words import (
    LONGEST_WORD,
    Stemmer,
    fold,
    language_of,
    tokens,
    undotted,
    words,
)
from tests.dedupe.stories.make import HOUR, START, document

weights = st.dictionaries(st.integers(0, 40), st.floats(0.125, 8, width=32), max_size=20)


def vector(terms: dict[int, float]) -> Vector:
    ids = sorted(terms)
    return Vector(np.array(ids, np.int32), np.array([terms[i] for i in ids], np.float32))


@given(weights, weights)
@settings(deadline=None)  # the first call may compile
def test_arithmetic_is_that_of_dictionaries(a: dict[int, float], b: dict[int, float]) -> None:
    x, y = vector(a), vector(b)
    product = sum(w * b[i] for i, w in a.items() if i in b)
    assert dot(x, y) == pytest.approx(product, rel=1e-5)
    assert sorted(shared(x, y)) == sorted(a.keys() & b.keys())
    total = add(x, y)
    assert total.ids.tolist() == sorted(a.keys() | b.keys())
    assert add(total, y, -1.0).ids.tolist() == sorted(a)


@given(weights)
@settings(deadline=None)
def test_a_strand_keeps_its_heaviest_terms_in_order(a: dict[int, float]) -> None:
    many = {**{100 + i: 1.0 + i / 512 for i in range(300)}, **a}
    strand = Strand()
    strand.count(Reading.of(vector(many), EMPTY, EMPTY, vector(a)))
    heaviest = sorted(sorted(many, key=lambda i: (-many[i], i))[: CENTROID_TERMS[0]])
    assert strand.total.body.ids.tolist() == heaviest
    assert strand.total.neutral.ids.tolist() == sorted(a)
    strand.count(Reading.of(vector(many), EMPTY, EMPTY, vector(a)), -1)
    assert strand.total.ids.size == 0


def test_a_unit_vector_has_length_one() -> None:
    assert norm(unit(vector({1: 3.0, 5: 4.0}))) == pytest.approx(1.0)
    assert unit(vector({})).ids.size == 0


def test_a_word_too_long_for_one_is_known_by_its_beginning() -> None:
    stemmer = Stemmer()
    key = "0123456789abcdef" * 25_000
    told = stemmer.telling([key, f"x{key}"], "de")
    assert [len(stem) for stem in told] == [LONGEST_WORD, LONGEST_WORD]
    assert told == stemmer.telling([key[:70], f"x{key}"[:70]], "de")
    assert max(map(len, [*stemmer.told("de"), *stemmer.of("de")])) == LONGEST_WORD


def test_japanese_is_read_without_what_joins_its_words() -> None:
    assert words("桐島氏の農水相辞任で") == ["桐島", "島氏", "農水", "水相", "相辞", "辞任"]
    assert words("秋田のアパート火災で2人が死亡") == [
        "秋田", "アパート", "火災", "人", "死亡",
    ]  # fmt: skip
    assert words("ひまわり 打ち上げ") == ["ひまわり", "打", "上"]


def test_words_that_were_never_counted_are_as_common_as_what_they_stand_for() -> None:
    assert share_of("urteil") == share_of("urtei") == counted("c:ruling")
    assert share_of("c:ruling") == counted("c:ruling")
    assert counted("urteil") == share_of("kirishima") == share_of("~urt") == share_of("") == 0
    vocabulary = Vocabulary()
    vocabulary.advance(0.0)
    for vocabulary.language, term in (("en", "haft"), ("de", "urteil")):
        vocabulary.numbered([term])
    again = Vocabulary.of(vocabulary.state())
    assert again.state() == vocabulary.state()
    rarities = again.vectors(again.numbered(["haft", "urteil"]), (2, 0, 0), ())[1].tolist()
    assert rarities[0] > rarities[1]


def test_the_cases_of_a_name_are_one_word() -> None:
    stemmer = Stemmer()
    for language, forms in {
        "ru": "киев киева киеве киевом",
        "uk": "зеленський зеленського зеленському зеленським",
        "hu": "biden bident bidennek",
        "cs": "bidena bidenem bidenovi",
        "hr": "rijeka rijeke rijeku",
    }.items():
        assert len(set(stemmer.telling(forms.split(), language))) == 1, language
    assert len(set(stemmer.telling(["одеса", "одеси", "одесі", "одесу", "одесою"], "uk"))) == 1
    assert len(set(stemmer.telling(["ган", "ганна", "львів"], "uk"))) == 3
    assert stemmer.telling(["2024-11-30", "1234567"], "ru") == ["2024-11-30", "1234567"]


def test_words_of_spaced_and_unspaced_scripts() -> None:
    assert words("Russia's 1,200 drones") == ["russia", "1,200", "drones"]
    assert words("莫斯科 hit") == ["莫斯", "斯科", "hit"]
    assert fold("saldırısı") == "saldirisi"
    assert fold("ドローン") == "ドローン"
    assert language_of("pt_BR") == "pt"
    assert Stemmer().stem("attacks", "en") == "attack"


@given(st.text("aB1 .,_é’—…\xa0\nﬁßΣ", max_size=30))
def test_ascii_and_its_usual_signs_are_cut_into_words_as_other_text_is(text: str) -> None:
    plain = unicodedata.normalize("NFKC", text).lower()
    assert words(text) == re.findall(r"[^\W_]{2,}(?:[.,][0-9]+)*|[^\W_](?:[.,][0-9]+)+", plain)
    assert tokens(text) == re.findall(r"[^\W_]+(?:[.,][0-9]+)*", text)


@given(st.text("aéłßйＡ①", min_size=1, max_size=8))
def test_a_word_is_folded_letter_by_letter_as_it_is_whole(word: str) -> None:
    unmarked = word.replace("ł", "l").replace("ß", "ss")
    whole = unicodedata.normalize("NFKD", unmarked)
    assert fold(word) == "".join(c for c in whole if not unicodedata.combining(c))


@pytest.mark.parametrize(
    ("title", "declared", "language"),
    [
        ("The mayor said that the city was hit", "", "en"),
        ("Der Bürgermeister sagte, dass die Stadt getroffen wurde", "", "de"),
        (
            "Rząd zamyka granicę, ale nie jest jasne, czy się to uda, bo był już na to czas",
            "en-US",
            "pl",
        ),
        ("Мэр сообщил о том, что город был атакован", "", "ru"),
        ("莫斯科遭无人机袭击", "", "zh"),
        ("モスクワに攻撃", "", "ja"),
        ("Drones hit Moscow", "en-GB", "en"),
        ("", "", ""),
    ],
)
def test_language_is_believed_unless_the_words_say_other(
    title: str, declared: str, language: str
) -> None:
    assert spoken(document("x", title, language=declared)) == language


@pytest.mark.parametrize("language", ["en", "eu", "gsw", "sw", "vi", "zh"])
def test_a_language_of_which_anything_is_known_is_read_as_itself(language: str) -> None:
    assert read_as(language) == language


def test_codes_that_mean_nothing_share_one_memory() -> None:
    reader = Reader(Vocabulary())
    readings = [reader.read(document("x", "Blorp zeppelin"), f"q{i:c}x") for i in range(97, 123)]
    assert readings[0].sizes == readings[-1].sizes
    assert list(reader._neutral._tokens) == [""]


def test_the_clock_is_not_fooled_by_one_wrong_date() -> None:
    clock = Clock()
    times = [clock.tick(START + i) for i in range(300)]
    assert clock.tick(START * 2) <= START + 300
    assert times[-1] == START + 249
    assert list(Clock(clock.arrivals).arrivals) == list(clock.arrivals)


def title_of(
    vocabulary: Vocabulary, *words: str, at: float = START
) -> tuple[Ids, Weights, tuple[int, int, int, int]]:
    """The vectors of a title of these words."""
    vocabulary.advance(at)
    return vocabulary.vectors(vocabulary.numbered(words), (len(words), 0, 0), ())


def tell(vocabulary: Vocabulary, *words: str, at: float = START) -> dict[str, float]:
    """What the body vector of a title says."""
    ids, weights, sizes = title_of(vocabulary, *words, at=at)
    told = zip(ids[: sizes[0]].tolist(), weights[: sizes[0]].tolist(), strict=True)
    return {vocabulary.terms[number]: weight for number, weight in told}


def test_rarity_ages_and_survives_a_restart() -> None:
    vocabulary = Vocabulary()
    for i in range(50):
        tell(vocabulary, "flood", f"rare{i}")
    seen = tell(vocabulary, "flood", "volcanologist")
    assert seen["flood"] < seen["volcanologist"]
    again = Vocabulary.of(vocabulary.state())
    assert tell(vocabulary, "flood", "flood", "new") == tell(again, "flood", "flood", "new")


def test_after_a_century_nothing_of_what_was_common_is_left() -> None:
    vocabulary = Vocabulary()
    for _ in range(100):
        tell(vocabulary, "kludd", "river")
    later = tell(vocabulary, "kludd", "zwerk", at=START + 36_525 * 86_400.0)
    assert later["kludd"] == later["zwerk"]


def test_terms_that_nothing_holds_are_forgotten_and_their_numbers_used_again() -> None:
    vocabulary = Vocabulary()
    ids = title_of(vocabulary, "flood", "dam")[0]
    held = title_of(vocabulary, "kept")[0]
    vocabulary.refer(held, 1)
    for day in range(1, 12):
        tell(vocabulary, "day", at=START + day * 86_400)
    assert "flood" not in vocabulary.numbers
    assert "kept" in vocabulary.numbers
    assert len(vocabulary) == 2
    assert title_of(vocabulary, "river")[0].tolist()[0] in ids.tolist()


def test_boilerplate_needs_three_unrelated_headlines() -> None:
    guard = Boilerplate()
    footer = "The best of our site, every morning in your inbox."
    texts = [
        guard.strip(document(str(i), title, f"Text {i}.\n{footer}", source="feed"), "en").text
        for i, title in enumerate(
            ["Volcano erupts", "Pension vote delayed", "Cyclists protest", "Museum reopens"]
        )
    ]
    assert footer in texts[0]
    assert footer in texts[1]
    assert footer not in texts[2]
    assert footer not in texts[3]


@given(st.text(" \n\t\xa0.!a|•:-…", max_size=20))
def test_pieces_end_with_sentences_lines_bars_and_colons(text: str) -> None:
    assert _PIECE.split(text) == re.split(r"(?<=[.!?…。])\s+|\n+|\s+[|•·]\s+", text)
    assert _TITLE_PIECE.split(text) == re.split(r"\s+[-–—|•]\s+|(?<=:)\s+", text)


def test_a_long_run_of_spaces_is_looked_through_once() -> None:
    text = f"a{' ' * 100_000}b"  # looked through from each of its spaces it takes a minute
    assert _PIECE.split(text) == [text]
    assert _TITLE_PIECE.split(text) == [text]


def test_what_reports_of_one_happening_repeat_is_kept() -> None:
    guard = Boilerplate()
    line = "Eight drones were shot down over Moscow."
    for i in range(6):
        told = document(str(i), f"Moscow drones: part {i}", f"Part {i}.\n{line}", source="feed")
        assert line in guard.strip(told, "en").text


def test_the_index_forgets_what_it_is_told_to() -> None:
    held_in = cells()
    columns, index = Columns(held_in), TermIndex(held_in)
    stories = [Story(str(born), born) for born in range(300)]

    def near(terms: dict[int, float]) -> list[int]:
        rows: list[int] = index.candidates(vector(terms)).tolist()
        return [columns.story(row).born for row in rows]

    def put(born: int, terms: dict[int, float]) -> None:
        stories[born].strands["en"] = Strand.of(
            Reading.of(vector(terms), EMPTY, EMPTY, EMPTY), reports=1
        )
        row = columns.put(stories[born], "en")
        index.put(row, (float(born), 1.0, 0.0, 0.0, 0.0), 5300)

    put(1, {1: 1.0, 2: 1.0})
    put(2, {2: 1.0})
    assert near({1: 2.0, 2: 1.0}) == [1, 2]
    put(1, {3: 1.0})
    index.remove(stories[2].rows["en"])
    index.remove(9)
    assert near({1: 1.0, 2: 1.0}) == []
    for born in range(300):
        put(born, {7: 1.0, 5000 + born: 2.0})
    assert near({7: 1.0, 5001: 2.0})[0] == 1
    put(3, {7: 1.0})
    assert 3 in near({7: 1.0}), "the last to change is looked at first"
    for born in range(300):
        index.remove(columns.drop(stories[born], "en"))
    assert near({7: 1.0, 5001: 2.0}) == []


def test_copies_that_leave_with_their_twin_stay_copies_and_those_that_stay_have_an_heir() -> None:
    reader, story, new = Reader(Vocabulary()), Story("1", 1), Story("2", 2)
    for name, twin in (("a", ""), ("b", ""), ("a1", "a"), ("a2", "a"), ("b1", "b"), ("b2", "b")):
        told = document(name, f"Drones over {name[0]}", hours=len(story.members), outlet=f"o{name}")
        fresh = reader.read(told, "en")
        story.take(Member(name, told.at, "en", name[0], fresh, told.outlet, copy_of=twin))
    gone, changed = story.part(["a", "a1", "a2", "b"])
    assert changed == ("en",)
    assert {m.id: m.copy_of for m in gone} == {"a": "", "a1": "a", "a2": "a", "b": ""}
    assert {m.id: m.copy_of for m in story.members.values()} == {"b1": "", "b2": "b1"}
    for member in gone:
        new.take(member)
    assert (story.reports, new.reports) == (1, 2)
    assert (story.strands["en"].reports, new.strands["en"].reports) == (1, 2)
    assert story.strands["en"].cosine(fresh) == pytest.approx(1.0, abs=1e-4)
    assert (story.first, story.last, story.mean) == tuple(START + h * HOUR for h in (4, 5, 4.5))
    assert sorted(story.titles) == ["ob1", "ob2"]
    assert {outlet for outlet, n in story.outlets.items() if n} == {"ob1", "ob2"}


def test_what_a_story_keeps_of_times_and_titles_is_what_its_members_tell_in_their_order() -> None:
    reader = Reader(Vocabulary())

    def told(name: str, hours: float, outlet: str) -> Member:
        made = document(name, f"Title of {name}", hours=hours, outlet=outlet)
        return Member(name, made.at, "en", name, reader.read(made, "en"), outlet, title=made.title)

    rows = [("a", 0.1, "x"), ("b", 0.7, "y"), ("c", 0.3, "x"), ("d", 1.9, "z"), ("e", 2.3, "v")]
    mine = [told(*row) for row in rows]
    theirs = [told(*row) for row in (("f", 3.1, "w"), ("g", 0.9, "y"), ("h", 7.7, "x"))]
    one, other = Story("1", 1), Story("2", 2)
    for story, members in ((one, mine), (other, theirs)):
        for member in members:
            story.take(member)
    one.absorb(other)
    one.part(["a", "e"])
    again = Story("3", 3)
    for member in one.members.values():
        again.take(member)
    assert list(one.titles.items()) == list(again.titles.items())
    assert list(one.titles) == ["y", "x", "z", "w"]
    assert (one.first, one.last, one.mean) == (again.first, again.last, again.mean)


def test_the_rows_of_a_story_stand_in_a_circle() -> None:
    columns = Columns()
    one, other = Story("1", 1), Story("2", 2)
    for story, languages in ((one, ("en", "de", "fr")), (other, ("en",))):
        for language in languages:
            story.strands[language] = Strand.of(NOTHING, reports=1)
            columns.put(story, language)

    def circle(row: int) -> list[int]:
        rows = [int(columns.ring[row])]
        while rows[-1] != row:
            rows.append(int(columns.ring[rows[-1]]))
        return sorted(rows)

    assert circle(one.rows["en"]) == sorted(one.rows.values())
    assert circle(other.rows["en"]) == [*other.rows.values()]
    columns.drop(one, "de")
    assert circle(one.rows["en"]) == sorted(one.rows.values())
    columns.drop(one, "en")
    assert circle(one.rows["fr"]) == [*one.rows.values()]


def test_blocks_are_used_again() -> None:
    blocks = Blocks(cells())
    room = blocks.room(9)
    first = blocks.take(room)
    blocks.give(first, room)
    assert blocks.take(room) == first
    starts = [blocks.take(room) for _ in range(1000)]
    assert len(set(starts)) == 1000
    assert blocks.ids.size >= max(starts) + room


def test_story_names_are_unique() -> None:
    first = story_id("a")
    assert story_id("a", {first}) != first


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("The I.C.C. seeks Putin", "The ICC seeks Putin"),
        ("U.S.-led talks; the U.N. and J.K. Rowling", "US-led talks; the UN and JK Rowling"),
        ("МИД С.Ш.А. ответил", "МИД США ответил"),
        ("J.K.Rowling in the U.S.A, not U.S.A.", "JK Rowling in the USA, not USA"),
        ("Plan B. Then e.g. a 3.5 rise at 5 p.m.", "Plan B. Then e.g. a 3.5 rise at 5 p.m."),
        ("Mr. T.", "Mr. T."),
    ],
)
def test_abbreviations_with_dots_are_one_word(text: str, read: str) -> None:
    assert undotted(text) == read


def test_a_report_with_dots_is_near_one_without() -> None:
    reader = Reader(Vocabulary())
    one, other = (
        reader.read(document(name, f"Wary of the {name}"), "en") for name in ("I.C.C.", "ICC")
    )
    assert dot(one.body, other.body) == pytest.approx(1.0, abs=1e-3)
