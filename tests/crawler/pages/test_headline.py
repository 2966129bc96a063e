"""Headlines without outlets, bylines without outlets."""

import pytest

from crawler.pages.byline import people
from crawler.pages.headline import headline, without_site

URL = "https://www.golem.de/news/x.html"


@pytest.mark.parametrize(
    ("title", "site", "text"),
    [
        ("Drones over Moscow | The Outlet", "The Outlet", "Drones over Moscow"),
        ("The Outlet: Drones over Moscow", "The Outlet", "The Outlet: Drones over Moscow"),
        ("The Outlet - Drones over Moscow", "The Outlet", "Drones over Moscow"),
        ("LTE-Patent: Samsung soll zahlen - Golem.de", "", "LTE-Patent: Samsung soll zahlen"),
        ("Drones - what now? - Politics - Golem", "", "Drones - what now? - Politics"),
        ("Post-Brexit plans", "Post", "Post-Brexit plans"),
        ("Drones over Moscow", "Moscow", "Drones over Moscow"),
        ("The Outlet", "The Outlet", "The Outlet"),
        ("", "The Outlet", ""),
    ],
)
def test_outlets_are_cut_off(title: str, site: str, text: str) -> None:
    assert without_site(title, site=site, url=URL) == text


def test_sources_of_a_page_vote() -> None:
    def chosen(linked: str, heading: str, social: str, document: str = "Document | Golem") -> str:
        return headline(
            linked=linked, heading=heading, social=social, document=document, site="Golem", url=URL
        )

    assert chosen("Search title", "Reader title", "Reader title") == "Reader title"
    assert chosen("Linked title", "Heading title", "Social title") == "Linked title"
    assert chosen("A headline long enough | Sport", "", "A headline long enough") == (
        "A headline long enough"
    )
    assert chosen("", "", "") == "Document"


def test_people() -> None:
    names = (
        "By Jane Doe",
        "von Max Muster",
        "jane@outlet.example",
        "https://x",
        "4711",
        "Jane Doe",
    )
    assert people(names) == ("Jane Doe", "Max Muster")
