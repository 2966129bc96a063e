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
        ("nl", "Kunstmuseum dicht", "kunst museum dicht"),
        ("da", "Bankkrisen", "bank krisen"),
        ("nb", "arbeidsministeren går", "arbeid ministeren går"),
        ("sv", "Sverige", "Sverige"),  # a country
        ("sv", "gruvan", "gruvan"),  # too short to be two words
        ("sv", "strejkande", "strejkande"),
        ("de", "Kunstmuseum", "Kunstmuseum"),
        ("fi", "taidemuseosta", "taidemuseosta"),
        ("", "Kunstmuseum", "Kunstmuseum"),
        ("sv", "", ""),
        ("sv", "x" * 200_000, "x" * 200_000),
    ],
)
def test_a_compound_is_read_as_its_parts(language: str, text: str, parted: str) -> None:
    assert Compounds().parted(text, language) == parted


def test_reports_that_name_a_place_alone_and_in_a_compound_are_one_story() -> None:
    desk = StoryDesk()
    told = [
        "Strejk på Arlanda: flygplatsen står still",
        "Arlandastrejken får flygplatsen att stå still",
    ]
    stories = {
        place(desk, document(f"d{n}", title, hours=n / 10, language="sv"))
        for n, title in enumerate(told)
    }
    assert len(stories) == 1
