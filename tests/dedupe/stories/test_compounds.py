"""Compounds in parts, where a language writes them as one word."""

import pytest

from dedupe.stories.compounds import Compounds
from dedupe.stories.desk import StoryDesk
from tests.dedupe.stories.make import document, place


@pytest.mark.parametrize(
    ("language", "text", "parted"),
    [
        ("sv", "Kirunagruvan", "kiruna gruvan"),
        ("sv", "Arlandastrejken: köer", "arlanda strejken: köer"),
        ("nl", "Kunstmuseum dicht", "Kunstmuseum dicht"),
        ("da", "Bankkrisen", "bank krisen"),
        ("nb", "arbeidsministeren går", "arbeid ministeren går"),
        ("sv", "Sverige", "Sverige"),  # a country
        ("sv", "gruvan", "gruvan"),  # too short to be two words
        ("sv", "strejkande", "strejkande"),
        ("sv", "regeringen", "regeringen"),  # not "reger" and "ingen", nobody
        ("nb", "etterforskning", "etterforskning"),  # "etter" is after
        ("da", "Værftskrisen", "værft krisen"),
        ("de", "Kunstmuseum", "Kunstmuseum"),
        ("fi", "taidemuseosta", "taidemuseosta"),
        ("", "Kunstmuseum", "Kunstmuseum"),
        ("sv", "", ""),
        ("sv", "\n  " * 10_000 + "Kirunagruvan", "kiruna gruvan"),
        ("sv", "strejken" * 9, "strejken" * 9),
        ("sv", " x \n" * 100_000 + "Kirunagruvan", "x" + " x" * 599),
    ],
)
def test_a_compound_is_read_as_its_parts(language: str, text: str, parted: str) -> None:
    assert Compounds().parted(text, language) == parted


def test_forms_of_a_word_stay_one_word() -> None:
    desk = StoryDesk()
    told = ["Räddningen av föreningen stoppad", "Förening utan räddning"]
    stories = {
        place(desk, document(f"d{n}", title, hours=n / 10, language="sv"))
        for n, title in enumerate(told)
    }
    assert len(stories) == 1


def test_reports_that_give_a_name_alone_and_in_a_compound_are_one_story() -> None:
    desk = StoryDesk()
    told = [
        "Inbrott på Göteborgs konstmuseum – Zorntavla borta",
        "Zorn stulen i kupp mot konsten i Göteborg",
    ]
    stories = {
        place(desk, document(f"d{n}", title, hours=n / 10, language="sv"))
        for n, title in enumerate(told)
    }
    assert len(stories) == 1
