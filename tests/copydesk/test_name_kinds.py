"""Whose name it is: by words of bodies, first names and offices."""

import pytest

from copydesk.name_kinds import NameKind, kind_of
from copydesk.story_life import story_life
from copydesk.story_names import Told


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Sergei Sobyanin", "person"),
        ("Сергей Собянин", "person"),
        ("Володимир Зеленський", "person"),
        ("Jean-Luc Godard", "person"),
        ("Åsa Larsson", "other"),
        ("Łukasz Piszczek", "person"),
        ("Ursula von der Leyen", "person"),
        ("Sobyanin", "other"),
        ("Deutsche Bank", "organisation"),
        ("Morgan Stanley", "other"),
        ("Louis Vuitton", "organisation"),
        ("Ministerstwo Obrony", "organisation"),
        ("Министерство обороны", "organisation"),
        ("Partido Popular", "organisation"),
        ("NATO", "organisation"),
        ("N.A.T.O.", "organisation"),
        ("CEO", "other"),
        ("GMT", "other"),
        ("Maria Hospital", "organisation"),
        ("Falcon Heavy", "other"),
    ],
)
def test_a_name_is_a_persons_a_bodys_or_untold(name: str, kind: NameKind) -> None:
    assert kind_of({name: 1}, introduced=0) == kind


def test_an_office_before_it_makes_a_surname_a_persons() -> None:
    assert kind_of({"Sobyanin": 3}, introduced=1) == "person"


def test_an_office_before_it_once_in_many_texts_makes_nobody_a_person() -> None:
    assert kind_of({"Harbour Bowl": 40}, introduced=1) == "other"
    assert kind_of({"King Arthur": 1}, introduced=0) == "person"


def test_one_odd_spelling_makes_no_body() -> None:
    assert kind_of({"Ada Lovelace": 5, "Ada Lovelace Institute": 1}, introduced=0) == "person"


def _kinds(*ledes: str) -> dict[str, NameKind]:
    texts = tuple(
        Told(id=f"a{n}", at=float(n), title="A", lede=lede, language="en", outlet=f"o{n}")
        for n, lede in enumerate(ledes)
    )
    return {each.name: each.kind for each in story_life(texts).names}


def test_a_story_tells_whose_its_names_are() -> None:
    kinds = _kinds(
        "It was said by Mayor Sobyanin in a talk at Norvik Bank with General Electric.",
        "On Friday Sobyanin, of all, told Norvik Bank and then General Electric to wait.",
    )
    assert kinds == {
        "Sobyanin": "person",
        "Norvik Bank": "organisation",
        "General Electric": "other",
    }
