"""What names no place happens where its language is spoken."""

import numpy as np
import pytest

from dedupe.stories.desk import StoryDesk
from dedupe.stories.homes import NAMED_ALIKE, home, homes_apart, in_one_place
from dedupe.stories.merging import ease
from dedupe.stories.reading import Reading
from dedupe.stories.sparse import EMPTY, Vector
from dedupe.stories.story import Story, Strand
from tests.dedupe.stories.make import alone, document

TERMS = ["c:mine", "c:death", "p:SE", "p:TR", "t:krn", "n:40", "p:FI"]


def said(*terms: str) -> Vector:
    numbers = sorted(TERMS.index(term) for term in terms)
    return Vector(np.array(numbers, np.int32), np.full(len(numbers), 0.5, np.float32))


def strands(**told: Vector) -> dict[str, Strand]:
    return {
        language: Strand.of(Reading.of(EMPTY, EMPTY, EMPTY, neutral), 1)
        for language, neutral in told.items()
    }


def test_a_language_is_at_home_where_most_people_speak_it() -> None:
    assert home("sv") == {"p:SE", "p:FI", "p:AX"}
    assert home("tr") == {"p:TR"}
    assert home("hi") == {"p:IN"}
    assert {"p:DE", "p:AT", "p:CH"} <= home("de")
    assert {"p:ES", "p:MX", "p:AR"} <= home("es")
    assert {"p:FR", "p:BE", "p:CH", "p:CA"} <= home("fr")
    assert home("bn") == {"p:BD", "p:IN"}
    assert home("en") == home("") == home("eo") == home("xx") == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("sv", ["c:mine", "c:death"]), ("tr", ["c:mine", "c:death"]), 1.0),
        (("sv", ["c:mine", "t:krn"]), ("tr", ["c:mine", "t:krn"]), NAMED_ALIKE),
        (("sv", ["c:mine", "n:40"]), ("tr", ["c:mine", "n:40"]), NAMED_ALIKE),
        (("sv", ["c:mine", "p:FI"]), ("tr", ["c:mine", "p:FI"]), 0.0),  # a place is shared
        (("sv", ["c:mine", "p:TR"]), ("tr", ["c:mine", "c:death"]), 0.0),  # told of abroad
        (("sv", ["c:mine", "c:death"]), ("tr", ["c:mine", "p:SE"]), 0.0),
        (("sv", ["c:mine", "p:FI"]), ("tr", ["c:mine", "p:TR"]), 1.0),
        (("sv", ["c:mine", "c:death"]), ("en", ["c:mine", "c:death"]), 0.0),  # English is of all
        (("de", ["c:mine", "c:death"]), ("de", ["c:mine", "c:death"]), 0.0),
        (("hr", ["c:mine", "c:death"]), ("tr", ["c:mine", "c:death"]), 1.0),
        (("sv", ["c:mine", "c:death"]), ("fi", ["c:mine", "c:death"]), 0.0),  # both in Finland
    ],
)
def test_homes_are_apart(
    one: tuple[str, list[str]], other: tuple[str, list[str]], apart: float
) -> None:
    told = {one[0]: said(*one[1])}
    assert homes_apart(told, strands(**{other[0]: said(*other[1])}), TERMS) == apart
    beside = {other[0]: said(*other[1])}
    assert homes_apart(beside, strands(**{one[0]: said(*one[1])}), TERMS) == apart


def test_a_story_that_is_told_in_a_language_of_all_countries_has_no_home() -> None:
    beside = strands(tr=said("c:mine", "c:death"), en=said("c:mine"))
    assert homes_apart({"sv": said("c:mine", "c:death")}, beside, TERMS) == 0.0


def test_accidents_in_two_countries_are_two_stories() -> None:
    desk = StoryDesk()
    told = [
        ("Ras i gruvan i Kiruna – två gruvarbetare saknas", "sv"),
        ("Zonguldak'ta maden ocağında göçük: iki işçi kayıp", "tr"),
        ("Gruvarbetare saknas efter raset i Kiruna", "sv"),
        ("Zonguldak'taki madende göçük, iki madenci aranıyor", "tr"),
    ]
    stories = []
    for n, (title, language) in enumerate(told):
        report = document(f"d{n}", title, hours=n / 10, language=language)
        placement, _ = desk.place(report, alone(report), twin=None)
        stories.append(placement.story)
    assert not desk.settle()
    assert stories[0] == stories[2]
    assert stories[1] == stories[3]
    assert stories[0] != stories[1]


def test_two_stories_are_more_easily_one_where_there_are_few_of_uncounted_words() -> None:
    assert ease("en", 1) == ease("pl", 1) == ease("th", 1) == 0.0
    assert ease("sv", 1) == ease("sv", 30) > ease("sv", 100) > ease("sv", 499) > 0.0
    assert ease("sv", 500) == ease("sv", 20_000) == 0.0


def test_how_much_stories_are_of_one_place() -> None:
    def of(**told: Vector) -> Story:
        return Story("s", 0, strands=strands(**told))

    sweden = of(sv=said("c:mine", "p:SE"))
    assert in_one_place(sweden, of(sv=said("p:SE"), de=said("p:SE")), TERMS) == pytest.approx(1.0)
    assert in_one_place(sweden, of(sv=said("p:TR")), TERMS) == 0.0
    both = of(sv=said("p:SE", "p:TR"))
    assert in_one_place(sweden, both, TERMS) == pytest.approx(0.5**0.5)
    assert in_one_place(sweden, of(sv=said("c:mine")), TERMS) == 1.0  # names none
